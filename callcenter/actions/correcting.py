"""A recorded contact is corrected: by its agent for a day, by a supervisor later. The figures follow, and a correction
has its date and its author; what was written before is not kept but in codes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from callcenter.actions.agent_rows import read
from callcenter.db import Conflict, Session, transaction
from callcenter.errors import NotFound, NotPossibleNow, OutcomeIncomplete
from callcenter.records import contact_reading, contacts, recording, sessions
from callcenter.records.agents import Agent
from callcenter.records.contacts import Accompaniment, Contact, WrapUpEntry
from callcenter.rules import outcomes
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.roles import SUPERVISOR
from callcenter.rules.states import Due

CORRECTED = AuditedAct.CORRECTED_A_CONTACT
OWN_FOR = timedelta(days=1)  # after the outcome was recorded
TOLD = ("outcome", "settled", "reason", "internet_checked", "follow_up")


def may_correct(session: Session, staff: Agent, contact: Contact, at: datetime) -> bool:
    """Whether this member of staff may correct what is recorded of a contact now."""
    if contact.due != Due.RECORDED or contact.erased_at or contact.recorded_at is None or contact.site_reference:
        return False
    if contact.agent_id == staff.id and at - contact.recorded_at <= OWN_FOR:
        return True
    return staff.role in SUPERVISOR and contact_reading.may_read(session, staff, contact)


def correct(staff_id: str, contact_id: str, entries: Sequence[WrapUpEntry], at: datetime) -> None:
    """The démarches of a contact are these from now on. Nothing is written where nothing changes. Refused
    (NotPossibleNow) to whoever may not, or may no more."""
    if not entries:
        raise OutcomeIncomplete
    for entry in entries:
        if wrong := outcomes.refusals(entry.outcome, entry.settled, entry.reason, entry.internet_checked):
            raise OutcomeIncomplete(*wrong)
    try:
        with transaction() as session:
            contact = contacts.hold(session, contact_id)
            staff = read(session, staff_id)
            if contact is None or not contact_reading.may_read(session, staff, contact):
                raise NotFound
            if not may_correct(session, staff, contact, at):
                raise NotPossibleNow
            _correct(session, contact, staff_id, entries, at)
    except Conflict:
        raise OutcomeIncomplete from None


def _correct(session: Session, contact: Contact, staff_id: str, entries: Sequence[WrapUpEntry], at: datetime) -> None:
    before = _codes(contacts.accompaniments(session, [contact.id]))
    clean = [replace(entry, notes=outcomes.masked(entry.notes)) for entry in entries]
    rows, notes_changed = recording.correct(session, contact, clean, at)
    after = _codes(rows)
    changes: dict[str, tuple[Any, Any]] = {
        procedure: (before.get(procedure), after.get(procedure))
        for procedure in (*before, *after)
        if before.get(procedure) != after.get(procedure)
    }
    if notes_changed:
        changes["notes"] = (None, None)  # that they changed, and not what they said
    if changes:
        recording.note_corrected(session, contact, at, staff_id)
        sessions.audit(session, staff_id, CORRECTED, "contact", contact.id, at, changes)


def _codes(rows: Sequence[Accompaniment]) -> Mapping[str, Mapping[str, Any]]:
    return {row.procedure: {name: getattr(row, name) for name in TOLD} for row in rows}
