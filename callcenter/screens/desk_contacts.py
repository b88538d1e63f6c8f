"""What the desk shows of contacts: the one to record, those owed, the person's earlier ones, their callback."""

from datetime import datetime

from callcenter.db import Session
from callcenter.records import callbacks, calls, contacts
from callcenter.rules.callbacks import CallbackState
from callcenter.rules.states import Due
from callcenter.screens.desk_parts import Shown, timezone_of


class CallbackPromised(Shown):
    """An open callback to this person; its times are those of their territory."""

    due_from: datetime
    due_until: datetime
    state: str
    timezone: str


class ContactToRecord(Shown):
    """The contact whose outcome is to be written: the call in hand, else the oldest that is owed. `notes` are those
    kept so far; `notes_revision` grows with each change of them. `can_call_back`: a callback may be promised to its
    person, and none is."""

    contact_id: str
    reference: str
    topic: str | None
    department: str
    arrived_at: datetime
    owed: bool
    notes: str
    notes_revision: int
    promised: CallbackPromised | None = None
    can_call_back: bool = False


class EarlierContact(Shown):
    """An earlier contact of the same person, with what came of each démarche."""

    reference: str
    arrived_at: datetime
    topic: str | None
    outcomes: tuple[tuple[str, str, bool], ...]


def to_record(contact: contacts.Contact) -> ContactToRecord:
    return ContactToRecord(
        contact_id=contact.id,
        reference=contact.reference,
        topic=contact.topic,
        department=contact.department,
        arrived_at=contact.arrived_at,
        owed=contact.due == Due.OWED,
        notes=contact.drafted or "",
        notes_revision=contact.draft_revision,
    )


def history(
    session: Session, call: calls.Call, contact: contacts.Contact
) -> tuple[tuple[EarlierContact, ...], CallbackPromised | None]:
    if contact.pseudonym is None or call.phone is None:
        return (), None
    before = contacts.of_person(session, contact.pseudonym, contact.id)
    rows = contacts.accompaniments(session, [each.id for each in before])
    earlier = tuple(
        EarlierContact(
            reference=each.reference,
            arrived_at=each.arrived_at,
            topic=each.topic,
            outcomes=tuple((r.procedure, r.outcome, r.settled) for r in rows if r.contact_id == each.id),
        )
        for each in before
    )
    return earlier, _promised(session, call)


def with_promise(session: Session, recording: ContactToRecord) -> ContactToRecord:
    call = calls.of_contact(session, recording.contact_id)
    promised = _promised(session, call) if call else None
    able = promised is None and call is not None and call.phone is not None and call.phone.may_be_called_back
    return recording.model_copy(update={"promised": promised, "can_call_back": able})


def _promised(session: Session, call: calls.Call) -> CallbackPromised | None:
    kept = callbacks.open_for(session, call.phone) if call.phone else None
    if kept is None or kept.state == CallbackState.TALKING:  # the promise that this very conversation keeps
        return None
    timezone = timezone_of(kept.department)
    return CallbackPromised(due_from=kept.due_from, due_until=kept.due_until, state=kept.state, timezone=timezone)
