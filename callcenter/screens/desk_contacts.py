"""What the desk shows of contacts: the one to record, those owed, the person's earlier ones, their callback."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.actions.promising import served_as
from callcenter.db import Session, reading
from callcenter.records import agents, callbacks, calls, contacts, threads
from callcenter.records.contacts import Accompaniment, Contact
from callcenter.rules.callbacks import CallbackState, half_day, slots
from callcenter.rules.states import Due
from callcenter.screens.desk_parts import Shown, timezone_of


class CallbackPromised(Shown):
    """An open callback to this person; its times are those of their territory."""

    due_from: datetime
    due_until: datetime
    state: str
    timezone: str


class HalfDay(Shown):
    """When somebody may be called back: a morning or an afternoon (`code`) of the open hours of their territory, on its
    clock."""

    code: str
    opens: datetime
    closes: datetime


class ContactToRecord(Shown):
    """The contact whose outcome is to be written: the call in hand, else the oldest that is owed. `reference`: the one
    it goes by, of the first of its thread; `continues`: the id of the contact it goes on from; `procedure`: what it
    goes on with, where that is open. `notes` are those kept so far; `notes_revision` grows with each change of them;
    `answers` what was chosen so far in its form, by the names of the fields. `can_call_back`: a callback may be
    promised to its person, and none is; `half_days`: the next for which. `can_telephone`: they may be telephoned at
    once, when it is to be recorded."""

    contact_id: str
    reference: str
    continues: str | None
    procedure: str | None = None
    topic: str | None
    department: str
    arrived_at: datetime
    owed: bool
    notes: str
    notes_revision: int
    answers: dict[str, str] = Field(default_factory=dict)
    answers_revision: int = 0
    promised: CallbackPromised | None = None
    can_call_back: bool = False
    can_telephone: bool = False
    half_days: tuple[HalfDay, ...] = ()


class DemarcheDone(Shown):
    """What was done of one démarche, and noted. `settled` None: not recorded."""

    procedure: str
    outcome: str
    settled: bool | None
    follow_up: str
    notes: str | None


class EarlierContact(Shown):
    """Another contact of the same person or of the same thread: what was done and noted, and `by` whom (None: nobody
    spoke with them). `ending`: how its call ended; `due`: whether its outcome is recorded. `may_continue`: it came
    before the one to record; `is_continued`: that one goes on from it."""

    contact_id: str
    reference: str
    channel: str
    arrived_at: datetime
    topic: str | None
    department: str
    by: str | None
    due: str
    ending: str | None
    demarches: tuple[DemarcheDone, ...]
    may_continue: bool
    is_continued: bool

    @property
    def open_procedure(self) -> str | None:
        """What is to be gone on with: the first démarche that is not settled."""
        return next((each.procedure for each in self.demarches if each.settled is False), None)


def to_record(session: Session, contact: Contact) -> ContactToRecord:
    return ContactToRecord(
        contact_id=contact.id,
        reference=threads.reference(session, contact),
        continues=contact.continues,
        topic=contact.topic,
        department=contact.department,
        arrived_at=contact.arrived_at,
        owed=contact.due == Due.OWED,
        notes=contact.drafted or "",
        notes_revision=contact.draft_revision,
        answers=contact.answered,
        answers_revision=contact.answers_revision,
    )


def history(session: Session, contact: Contact) -> tuple[EarlierContact, ...]:
    """The other contacts of the person of this one, the latest first."""
    found = threads.of_person(session, contact)
    rows = contacts.accompaniments(session, [each.id for each in found])
    told = threads.references(session, found)
    return tuple(_earlier(session, each, rows, told[each.id], contact) for each in found)


def _earlier(
    session: Session, each: Contact, rows: Sequence[Accompaniment], reference: str, contact: Contact
) -> EarlierContact:
    by = agents.get(session, each.agent_id) if each.agent_id else None
    call = calls.of_contact(session, each.id)
    return EarlierContact(
        contact_id=each.id,
        reference=reference,
        channel=each.channel,
        arrived_at=each.arrived_at,
        topic=each.topic,
        department=each.department,
        by=by.name if by else None,
        due=each.due,
        ending=call.ending if call else None,
        demarches=tuple(done(row) for row in rows if row.contact_id == each.id),
        may_continue=each.arrived_at < contact.arrived_at and each.erased_at is None,
        is_continued=contact.continues == each.id,
    )


def done(row: Accompaniment) -> DemarcheDone:
    return DemarcheDone(
        procedure=row.procedure, outcome=row.outcome, settled=row.settled, follow_up=row.follow_up, notes=row.noted
    )


def going_on(recording: ContactToRecord, earlier: Sequence[EarlierContact]) -> ContactToRecord:
    """With the démarche that it goes on with: that of the contact it continues, while it is not settled."""
    of = next((each for each in earlier if each.is_continued), None)
    return recording.model_copy(update={"procedure": of.open_procedure}) if of else recording


def promise_to(session: Session, call: calls.Call) -> CallbackPromised | None:
    """The callback that is promised to the person of this call."""
    return _promised(session, call)


def with_promise(session: Session, recording: ContactToRecord) -> ContactToRecord:
    call = calls.of_contact(session, recording.contact_id)
    promised = _promised(session, call) if call else None
    able = promised is None and call is not None and call.phone is not None and call.phone.may_be_called_back
    when = _half_days(call) if call and able else ()
    soon = able or (promised is not None and promised.state == CallbackState.PROMISED)
    given = {"promised": promised, "can_call_back": able, "half_days": when, "can_telephone": soon}
    return recording.model_copy(update=given)


def promised_to(contact_id: str) -> CallbackPromised | None:
    """The callback that is open to the person of a contact."""
    with reading() as session:
        call = calls.of_contact(session, contact_id)
        return _promised(session, call) if call else None


def _half_days(call: calls.Call) -> tuple[HalfDay, ...]:
    hours, topic = config_snapshot.current().hours, served_as(call.department, call.topic)
    codes = slots(hours, call.department, clock.now(), topic)
    windows = ((code, half_day(hours, call.department, code, topic)) for code in codes)
    return tuple(HalfDay(code=code, opens=window[0], closes=window[1]) for code, window in windows if window)


def _promised(session: Session, call: calls.Call) -> CallbackPromised | None:
    kept = callbacks.open_for(session, call.phone) if call.phone else None
    if kept is None or kept.state == CallbackState.TALKING:  # the promise that this very conversation keeps
        return None
    timezone = timezone_of(kept.department)
    return CallbackPromised(due_from=kept.due_from, due_until=kept.due_until, state=kept.state, timezone=timezone)
