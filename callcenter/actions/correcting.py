"""A recorded contact is corrected, its department and topic like its démarches: by its agent for a day, by a supervisor
later. The figures follow, and a correction has its date and its author; what was written before is not kept but in
codes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from callcenter.actions import config_snapshot
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
from callcenter.rules.territory import TERRITORIES, UNKNOWN

CORRECTED = AuditedAct.CORRECTED_A_CONTACT
OWN_FOR = timedelta(days=1)  # after the outcome was recorded
DEPARTMENT, TOPIC = "contact_department", "contact_topic"  # of the contact, which no démarche can be called
TOLD = ("outcome", "settled", "reason", "internet_checked", "follow_up")


def may_correct(session: Session, staff: Agent, contact: Contact, at: datetime) -> bool:
    """Whether this member of staff may correct what is recorded of a contact now."""
    if contact.due != Due.RECORDED or contact.erased_at or contact.recorded_at is None or contact.site_reference:
        return False
    if contact.agent_id == staff.id and at - contact.recorded_at <= OWN_FOR:
        return True
    return staff.role in SUPERVISOR and contact_reading.may_read(session, staff, contact)


def correct(
    staff_id: str, contact_id: str, entries: Sequence[WrapUpEntry], at: datetime, *,
    department: str | None = None, topic: str | None = None,
) -> None:  # fmt: skip
    """The démarches of a contact are these from now on, and its `department` and `topic`, where they are named. Nothing
    is written where nothing changes. Refused (NotPossibleNow) to whoever may not, or may no more; NotFound for a
    department or a topic that is none."""
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
            asked = department or contact.department, topic or contact.topic
            _must_be_known(staff, contact, *asked)
            _correct(session, contact, staff_id, entries, *asked, at)
    except Conflict:
        raise OutcomeIncomplete from None


def _must_be_known(staff: Agent, contact: Contact, department: str, topic: str | None) -> None:
    inhabited = department == UNKNOWN or (department in TERRITORIES and TERRITORIES[department].inhabited)
    known = config_snapshot.current().menu.codes_of(department, staff.department)
    if not (department == contact.department or inhabited) or not (topic == contact.topic or topic in known):
        raise NotFound


def _correct(
    session: Session, contact: Contact, staff_id: str, entries: Sequence[WrapUpEntry], department: str,
    topic: str | None, at: datetime,
) -> None:  # fmt: skip
    before = _codes(contacts.accompaniments(session, [contact.id]))
    clean = [replace(entry, notes=outcomes.masked(entry.notes)) for entry in entries]
    rows, notes_changed = recording.correct(session, contact, clean, at)
    after = _codes(rows)
    changes: dict[str, tuple[Any, Any]] = {
        procedure: (before.get(procedure), after.get(procedure))
        for procedure in (*before, *after)
        if before.get(procedure) != after.get(procedure)
    }
    described = {DEPARTMENT: (contact.department, department), TOPIC: (contact.topic, topic)}
    if told := {name: change for name, change in described.items() if change[0] != change[1]}:
        changes |= told
        recording.describe_anew(session, contact, department, topic, at)
    if notes_changed:
        changes["notes"] = (None, None)  # that they changed, and not what they said
    if changes:
        recording.note_corrected(session, contact, at, staff_id)
        sessions.audit(session, staff_id, CORRECTED, "contact", contact.id, at, changes)


def _codes(rows: Sequence[Accompaniment]) -> Mapping[str, Mapping[str, Any]]:
    return {row.procedure: {name: getattr(row, name) for name in TOLD} for row in rows}
