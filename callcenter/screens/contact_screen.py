"""The page of one contact: its call, legs, démarches, notes and callbacks, who did what and when, and its thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callcenter import clock
from callcenter.actions import correcting, cut_off
from callcenter.actions.correcting import CORRECTED
from callcenter.db import Session, reading
from callcenter.errors import NotFound
from callcenter.records import agents, calls, contact_reading, contacts, sessions, sites, threads, timeline
from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.events import Event
from callcenter.records.figures.partner_time import held_apart
from callcenter.records.legs import Leg
from callcenter.records.sessions import Act
from callcenter.screens.contact_help import HelpOf, PassOf, help_of, passes_of
from callcenter.screens.contact_lines import ContactLine, lines_of
from callcenter.screens.desk_parts import timezone_of

OTHERS = 10


@dataclass(frozen=True)
class Moment:
    """One change of the trail. `what`: the thing and the state it came to (`call_talking`); `why`: a code of
    the trail, None where the state says it; `who`: a name, None for the service or the citizen."""

    at: datetime
    what: str
    why: str | None
    who: str | None


@dataclass(frozen=True)
class LegShown:
    """Somebody's part. `kind`: serve, consult, monitor; `partner`: the desk, where it is no agent's; seconds of talk,
    of hold, with partners while the citizen waited, and of wrap-up."""

    agent: str
    partner: str | None
    kind: str
    mode: str | None
    asked_at: datetime
    talked_from: datetime | None
    left_at: datetime | None
    talked: float
    held: float
    with_partners: float
    wrapped: float


@dataclass(frozen=True)
class DemarcheShown:
    """One démarche in full. `continues`: the reference that an earlier one of it goes by."""

    partner: str
    procedure: str
    outcome: str
    reason: str | None
    internet_checked: bool
    settled: bool | None
    follow_up: str
    continues: str | None
    notes: str | None


@dataclass(frozen=True)
class AgreementShown:
    kind: str
    given_by: str
    by: str
    at: datetime


@dataclass(frozen=True)
class AttemptShown:
    """One dial; `result` None: it goes on."""

    at: datetime
    result: str | None


@dataclass(frozen=True)
class CallbackOf:
    """A callback that was asked for in this contact, or that it keeps (`is_kept`)."""

    state: str
    source: str
    promised_at: datetime
    promised_from: datetime
    promised_until: datetime
    by: str | None
    for_agent: str | None
    timezone: str
    is_kept: bool
    attempts: tuple[AttemptShown, ...]


@dataclass(frozen=True)
class Correction:
    """What was corrected: by démarche, what was and what is; `contact_department`, `contact_topic`: the same of the
    contact; `notes`: they were changed."""

    at: datetime
    who: str
    changes: dict[str, Any]


@dataclass(frozen=True)
class ContactShown:
    """All of it. `reference`: the one it goes by, `own_reference`: the one it was given, where that is another; both
    None once its person is erased. `number` is masked. Times are those of `timezone`, the citizen's."""

    contact_id: str
    reference: str | None
    own_reference: str | None
    channel: str
    department: str
    timezone: str
    topic: str | None
    language: str
    relay: bool
    arrived_at: datetime
    talking_at: datetime | None
    ended_at: datetime | None
    ending: str | None
    waited: float | None
    lasted: float | None
    number: str | None
    site: str | None
    by: str | None
    due: str
    recorded_at: datetime | None
    satisfaction: tuple[int, int] | None
    settled_said: bool | None
    draft: str | None
    demarches: tuple[DemarcheShown, ...]
    agreements: tuple[AgreementShown, ...]
    legs: tuple[LegShown, ...]
    help: tuple[HelpOf, ...]
    passes: tuple[PassOf, ...]
    callbacks: tuple[CallbackOf, ...]
    trail: tuple[Moment, ...]
    corrections: tuple[Correction, ...]
    thread: tuple[ContactLine, ...]
    others: tuple[ContactLine, ...]
    may_correct: bool
    may_call_back: bool
    is_owed: bool


def of(staff: Agent, contact_id: str) -> ContactShown:
    """A contact, as this member of staff is shown it; whether they may look was judged where that was written down.
    Raises NotFound."""
    with reading() as session:
        contact = contacts.get(session, contact_id)
        if contact is None:
            raise NotFound
        return _shown(session, staff, contact)


def _shown(session: Session, staff: Agent, contact: Contact) -> ContactShown:
    at = clock.now()
    call = calls.of_contact(session, contact.id)
    events = timeline.of_call(session, call.id) if call else timeline.of_contact(session, contact.id)
    legs = timeline.legs_of(session, contact.id)
    apart = held_apart(session, [leg.id for leg in legs])
    helped, passed = timeline.help_of(session, contact.id), timeline.passes_of(session, contact.id)
    promises = timeline.promises_of(session, call) if call else []
    trail = [*events, *timeline.of_promises(session, [each.id for each in promises])]
    rows = contacts.accompaniments(session, [contact.id])
    agreements = contacts.agreements(session, contact.id)
    mentioned = {each.who for each in trail} | {leg.agent_id for leg in legs} | {each.agent_id for each in agreements}
    mentioned |= {contact.agent_id} | {who for each in promises for who in (each.promised_by, each.for_agent)}
    mentioned |= {who for each in helped for who in (each.asked_by, each.helper_id)}
    mentioned |= {who for each in passed for who in (each.by, each.to_agent)}
    names = agents.names(session, {each for each in mentioned if each})
    thread = [each for each in threads.of_contact(session, contact) if each.id != contact.id]
    known = {contact.id, *(each.id for each in thread)}
    others = [each for each in threads.of_person(session, contact, OTHERS) if each.id not in known]
    others = [each for each in others if contact_reading.may_read(session, staff, each)]
    erased, told = contact.erased_at is not None, threads.reference(session, contact)
    site = sites.get(session, contact.site_id) if contact.site_id else None
    number = call.phone if call else None
    return ContactShown(
        contact_id=contact.id,
        reference=None if erased else told,
        own_reference=None if erased or told == contact.reference else contact.reference,
        channel=contact.channel,
        department=contact.department,
        timezone=timezone_of(contact.department),
        topic=contact.topic,
        language=contact.language,
        relay=contact.relay,
        arrived_at=contact.arrived_at,
        talking_at=call.talking_at if call else None,
        ended_at=call.ended_at if call else None,
        ending=call.ending if call else None,
        waited=contact.waited,
        lasted=contact.lasted,
        number=str(number) if number else None,
        site=site.name if site else None,
        by=names.get(contact.agent_id or ""),
        due=contact.due,
        recorded_at=contact.recorded_at,
        satisfaction=_satisfaction(contact),
        settled_said=contact.settled_said,
        draft=contact.drafted,
        demarches=_demarches(session, rows),
        agreements=tuple(
            AgreementShown(each.kind, each.given_by, names.get(each.agent_id, ""), each.at) for each in agreements
        ),
        legs=tuple(_leg(leg, names.get(leg.agent_id, ""), helped, apart.get(leg.id, 0.0), at) for leg in legs),
        help=help_of(helped, names, at),
        passes=passes_of(passed, helped, names),
        callbacks=tuple(_callback(session, each, call, names) for each in promises),
        trail=tuple(_moment(each, names) for each in sorted(trail, key=lambda each: (each.at, each.id))),
        corrections=_corrections(sessions.history(session, ["contact"], contact.id, 50)),
        thread=lines_of(session, staff, thread).lines,
        others=lines_of(session, staff, others).lines,
        may_correct=correcting.may_correct(session, staff, contact, at),
        may_call_back=cut_off.may_call_back(session, staff, contact, call, at),
        is_owed=contact.due == "owed" and contact.agent_id == staff.id,
    )


def _satisfaction(contact: Contact) -> tuple[int, int] | None:
    if contact.satisfaction is None or contact.satisfaction_scale is None:
        return None
    return contact.satisfaction, contact.satisfaction_scale


def _demarches(session: Session, rows: Sequence[Accompaniment]) -> tuple[DemarcheShown, ...]:
    earlier = contacts.of_accompaniments(session, [row.continues for row in rows if row.continues])
    told = threads.references(session, [each for each in earlier.values() if each.erased_at is None])
    return tuple(
        DemarcheShown(
            partner=row.partner,
            procedure=row.procedure,
            outcome=row.outcome,
            reason=row.reason,
            internet_checked=row.internet_checked,
            settled=row.settled,
            follow_up=row.follow_up,
            continues=told.get(earlier[row.continues].id) if row.continues else None,
            notes=row.noted,
        )
        for row in rows
    )


def _leg(leg: Leg, name: str, helped: Sequence[Consult], apart: float, at: datetime) -> LegShown:
    desk = next((each.desk for each in helped if each.leg_id == leg.id and each.is_outside), None)
    talked = ((leg.left_at or at) - leg.joined_at).total_seconds() if desk and leg.joined_at else leg.talked
    return LegShown(
        agent=name,
        partner=desk,
        kind=leg.kind,
        mode=leg.mode,
        asked_at=leg.asked_at,
        talked_from=leg.talked_from or leg.joined_at,
        left_at=leg.left_at,
        talked=talked,
        held=leg.held - apart,
        with_partners=apart,
        wrapped=leg.wrapped,
    )


def _callback(session: Session, each: Callback, call: Call | None, names: dict[str, str]) -> CallbackOf:
    return CallbackOf(
        state=each.state,
        source=each.source,
        promised_at=each.promised_at,
        promised_from=each.promised_from,
        promised_until=each.promised_until,
        by=names.get(each.promised_by or ""),
        for_agent=names.get(each.for_agent or ""),
        timezone=timezone_of(each.department),
        is_kept=call is not None and call.callback_id == each.id,
        attempts=tuple(AttemptShown(row.asked_at, row.outcome) for row in timeline.attempts_of(session, each.id)),
    )


def _moment(event: Event, names: dict[str, str]) -> Moment:
    why = event.why if event.why != event.now else None
    return Moment(event.at, f"{event.noun}_{event.now.replace('-', '_')}", why, names.get(event.who or ""))


def _corrections(acts: Sequence[Act]) -> tuple[Correction, ...]:
    return tuple(Correction(each.at, each.who, dict(each.changes)) for each in acts if each.act == CORRECTED)
