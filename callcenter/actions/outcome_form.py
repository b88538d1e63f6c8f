"""What came of a contact or a visit, as its agent records it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from callcenter.actions import notes
from callcenter.actions.agent_rows import contact_of, hold
from callcenter.actions.agreed_callback import Agreed, promise_to_person
from callcenter.actions.release import release
from callcenter.db import Conflict, Session, transaction
from callcenter.errors import (
    NotFound,
    NotPossibleNow,
    OutcomeIncomplete,
    VisitRecorded,
)
from callcenter.records import assignments, calls, contacts, legs, recording
from callcenter.records.contacts import Accompaniment, WrapUpEntry
from callcenter.rules import outcomes
from callcenter.rules.states import CallState, Due, FollowUp
from callcenter.rules.territory import local_day
from callcenter.rules.whys import Why


def record_outcome(
    agent_id: str,
    contact_id: str,
    entries: Sequence[WrapUpEntry],
    at: datetime,
    revision: int | None = None,
    callback: Agreed | None = None,
) -> list[Accompaniment]:
    """The outcome of a contact: during its wrap-up, or later when it is owed. One transaction ends the call, writes the
    démarches and moves the agent on. Recorded twice, the first stands, with the notes of both. `revision`: of the kept
    notes that those of the entries replace; any other is added to them. `callback`: what was agreed where an entry says
    so, promised by the same transaction: no outcome says that somebody is called back who is not. Raises
    OutcomeIncomplete, and what `promise_to_person` does."""
    _check(entries)
    if (callback is not None) != _promises(entries):
        raise OutcomeIncomplete("callback_when")
    try:
        return _record(agent_id, contact_id, entries, at, revision, callback)
    except Conflict:
        if callback is None:
            raise OutcomeIncomplete from None
    try:  # they asked at the same moment: what was promised to them stands
        return _record(agent_id, contact_id, entries, at, revision, callback)
    except Conflict:
        raise OutcomeIncomplete from None


def _record(
    agent_id: str,
    contact_id: str,
    entries: Sequence[WrapUpEntry],
    at: datetime,
    revision: int | None,
    callback: Agreed | None,
) -> list[Accompaniment]:
    with transaction() as session:
        contact_of(session, agent_id, contact_id)
        call = calls.lock(session, _call_of(session, agent_id, contact_id))
        contact = contact_of(session, agent_id, contact_id)  # as it is, now that nobody else may write on it
        if contact.due == Due.RECORDED:
            notes.add(session, contact, entries[0].notes)
            return contacts.accompaniments(session, [contact.id])
        if call is None or call.state not in (CallState.WRAP_UP, CallState.ENDED) or contact.due == Due.RELEASED:
            raise NotPossibleNow
        rows = recording.record(session, contact, notes.with_draft(contact, _clean(entries), revision), at, agent_id)
        leg = legs.serving(session, call.id)
        if leg and leg.wrapped_at is None:
            leg.wrapped_at = at
        if callback is not None:
            promise_to_person(session, agent_id, call, callback, at)
        after = assignments.finish_wrap_up(session, call, at, Why.THE_OUTCOME_IS_RECORDED)
    release(after)
    return rows


def record_visit(
    agent_id: str,
    contact_id: str,
    department: str,
    entries: Sequence[WrapUpEntry],
    arrived_at: datetime,
    at: datetime,
    satisfaction: int | None = None,
    settled_said: bool | None = None,
) -> contacts.Contact:
    """A visit at the desk, in the same form: a contact of channel `front_desk`, of the agent's own site. `satisfaction`
    (1 to 4) and `settled_said` are the person's own answers; None: not asked. Sent twice under one id it is one visit:
    the first stands. Raises VisitRecorded for other démarches under the same id."""
    _check(entries)
    if _promises(entries):
        raise OutcomeIncomplete("callback_nobody")  # nobody telephoned
    with transaction() as session:
        agent = hold(session, agent_id)
        if agent.visit_so_far and agent.visit_so_far[0] == contact_id:
            agent.keep_visit(contact_id, {}, at)
        is_new = contacts.open_contact(session, contact_id, "front_desk", arrived_at, None)
        contact = contacts.get(session, contact_id)
        assert contact is not None
        if not is_new:
            _check_same(session, contact, agent_id, entries)
            return contact
        contact.department, contact.site_id, contact.agent_id = department, agent.site_id, agent_id
        contact.local_day = local_day(department, arrived_at)
        if satisfaction is not None:
            contact.satisfaction, contact.satisfaction_scale = satisfaction, 4
        contact.settled_said = settled_said
        recording.record(session, contact, _clean(entries), at, agent_id)
        return contact


def _check_same(session: Session, visit: contacts.Contact, agent_id: str, entries: Sequence[WrapUpEntry]) -> None:
    if visit.agent_id != agent_id:
        raise NotFound
    written = {(row.procedure, row.outcome, row.settled) for row in contacts.accompaniments(session, [visit.id])}
    if written != {(entry.procedure, entry.outcome, entry.settled) for entry in entries}:
        raise VisitRecorded


def _call_of(session: Session, agent_id: str, contact_id: str) -> str:
    call = calls.of_contact(session, contact_id)
    if call is None or call.agent_id != agent_id:
        raise NotFound
    return call.id


def _check(entries: Sequence[WrapUpEntry]) -> None:
    if not entries:
        raise OutcomeIncomplete
    wrong = ["procedure_twice"] if len({entry.procedure for entry in entries}) < len(entries) else []
    for entry in entries:
        wrong += outcomes.refusals(entry.outcome, entry.settled, entry.reason, entry.internet_checked)
    if wrong:
        raise OutcomeIncomplete(*dict.fromkeys(wrong))  # all of it, each said once


def _promises(entries: Sequence[WrapUpEntry]) -> bool:
    return any(entry.follow_up == FollowUp.CALLBACK for entry in entries)


def _clean(entries: Sequence[WrapUpEntry]) -> list[WrapUpEntry]:
    return [replace(entry, notes=outcomes.masked(entry.notes)) for entry in entries]
