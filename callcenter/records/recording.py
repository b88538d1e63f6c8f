"""What came of a contact, written and corrected.

A démarche that a contact goes on with opens nothing (`metrics.md`): the same démarche of an earlier contact of its
thread, or of a contact that the form itself names.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from callcenter.records import contacts, threads
from callcenter.records.contacts import Accompaniment, Contact, WrapUpEntry
from callcenter.records.figures import roll_up
from callcenter.records.identifiers import new_id
from callcenter.records.moves import move
from callcenter.rules.states import Due
from callcenter.rules.territory import local_day
from callcenter.rules.whys import Why


def record(
    session: Session, contact: Contact, entries: Sequence[WrapUpEntry], at: datetime, who: str
) -> list[Accompaniment]:
    """Write the démarches of a contact and that it is recorded. Twice the same démarche is refused by constraint."""
    before = threads.before(session, contact)
    rows = [_row(session, contact, entry, before, at) for entry in entries]
    session.add_all(rows)
    move(session, Contact, contact.id, [Due.NOTHING, Due.OWED], Due.RECORDED, at, Why.OUTCOME, who=who)
    return rows


def correct(
    session: Session, contact: Contact, entries: Sequence[WrapUpEntry], at: datetime
) -> tuple[list[Accompaniment], bool]:
    """What is recorded of a contact becomes this; and whether notes changed. A démarche that stays keeps its row: a
    later contact may go on with it."""
    held = {row.procedure: row for row in contacts.accompaniments(session, [contact.id])}
    before = threads.before(session, contact)
    rows, notes_changed = [], False
    for entry in entries:
        row = held.pop(entry.procedure, None)
        if row is None:
            row = _row(session, contact, entry, before, contact.recorded_at or at)  # it is recorded once
            session.add(row)
            notes_changed = notes_changed or entry.notes is not None
        else:
            notes_changed = notes_changed or row.noted != entry.notes
            _becomes(row, entry)
        rows.append(row)
    session.flush()
    for gone in held.values():
        notes_changed = notes_changed or gone.notes is not None
        instead = update(Accompaniment).where(Accompaniment.continues == gone.id).values(continues=rows[-1].id)
        session.execute(instead)
        session.delete(gone)
    session.flush()
    return rows, notes_changed


def describe_anew(session: Session, contact: Contact, department: str, topic: str | None, at: datetime) -> None:
    """Where its person lives and what it was about, from now on; its day is that of their clock. Both days are counted
    anew. Its call keeps what it was queued for."""
    was_day, was_topic = contact.local_day, contact.topic
    contact.department_assumed = contact.department_assumed and department == contact.department
    contact.department, contact.topic = department, topic
    contact.local_day = local_day(department, contact.arrived_at)
    session.flush()
    if contact.local_day != was_day:
        roll_up.mark(session, [was_day])
    if topic != was_topic:
        roll_up.judge_again(session, contact.id, at)


def note_corrected(session: Session, contact: Contact, at: datetime, who: str) -> None:
    """The trail says so, and the contact's day is counted anew."""
    since, recorded = contact.recorded_at, [Due.RECORDED]
    move(session, Contact, contact.id, recorded, Due.RECORDED, at, Why.CORRECTED, who=who, recorded_at=since)


def _becomes(row: Accompaniment, entry: WrapUpEntry) -> None:
    row.outcome, row.reason, row.settled = entry.outcome, entry.reason, entry.settled
    row.internet_checked, row.follow_up = entry.internet_checked, entry.follow_up
    if row.noted != entry.notes:
        row.notes = contacts.sealed_notes(row.id, entry.notes)


def _row(
    session: Session, contact: Contact, entry: WrapUpEntry, before: Sequence[Accompaniment], at: datetime
) -> Accompaniment:
    row_id = new_id()
    return Accompaniment(
        id=row_id, contact_id=contact.id, partner=entry.partner, procedure=entry.procedure, outcome=entry.outcome,
        reason=entry.reason, internet_checked=entry.internet_checked, settled=entry.settled, follow_up=entry.follow_up,
        notes=contacts.sealed_notes(row_id, entry.notes), at=at, continues=_earlier(session, entry, before),
    )  # fmt: skip


def _earlier(session: Session, entry: WrapUpEntry, before: Sequence[Accompaniment]) -> str | None:
    """The accompaniment an entry continues. Of the reference that the form names: the same démarche if its thread has
    one, else the latest; of the contact's own thread: the same démarche alone."""
    if entry.continues:
        named = threads.by_reference(session, entry.continues)
        rows = (
            contacts.accompaniments(session, [each.id for each in threads.of_contact(session, named)]) if named else []
        )
        same = [row for row in rows if row.procedure == entry.procedure]
        return (same or rows)[-1].id if rows else None
    same = [row for row in before if row.procedure == entry.procedure]
    return same[-1].id if same else None
