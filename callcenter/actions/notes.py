"""What an agent types of a contact: nothing of it is lost, whichever of their pages it was typed on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from callcenter.actions import live_index
from callcenter.db import Session, transaction
from callcenter.errors import NotesNewer, NotesTooLate, NotFound, NotPossibleNow
from callcenter.records import contacts, sessions
from callcenter.records.contacts import Contact, WrapUpEntry
from callcenter.rules import outcomes
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.states import Due

MAY_ADD = timedelta(days=1)  # after the outcome is recorded


def keep(agent_id: str, contact_id: str, text: str, revision: int) -> None:
    """Keep what was typed during the call, sealed and masked, until the outcome is recorded. `revision`: of the notes
    it was made from. Raises NotesNewer when another page has kept others since, and NotesTooLate when the contact is
    recorded without them."""
    with transaction() as session:
        contact = _held(session, agent_id, contact_id)
        text = outcomes.masked(text) or ""
        if contact.due not in (Due.NOTHING, Due.OWED):
            if text not in _recorded(session, contact):
                raise NotesTooLate
            return
        if text == _draft(contact):
            return
        if revision != contact.draft_revision:
            raise NotesNewer
        _keep(contact, text)
    live_index.look(agent_id)


def add_later(agent_id: str, contact_id: str, text: str, at: datetime) -> None:
    """Add to the notes of a contact what was typed on a page that did not record it; the same words once. Refused a day
    after it was recorded, and of a contact that was released."""
    with transaction() as session:
        contact = _held(session, agent_id, contact_id)
        if contact.due in (Due.NOTHING, Due.OWED):
            _keep(contact, _joined(_draft(contact), outcomes.masked(text) or ""))
        elif contact.recorded_at is None or at - contact.recorded_at > MAY_ADD:
            raise NotPossibleNow
        else:
            add(session, contact, text)
            sessions.audit(session, agent_id, AuditedAct.ADDED_NOTES, "contact", contact_id, at)
    live_index.look(agent_id)


def add(session: Session, contact: Contact, text: str | None) -> None:
    """The notes of a recorded contact hold these too."""
    rows = contacts.accompaniments(session, [contact.id])
    row = next((each for each in rows if each.notes), rows[0] if rows else None)
    if row is not None:
        kept = _joined(row.noted or "", outcomes.masked(text) or "")
        row.notes = contacts.sealed_notes(row.id, kept)


def with_draft(contact: Contact, entries: Sequence[WrapUpEntry], revision: int | None) -> list[WrapUpEntry]:
    """The entries as they are recorded: with the notes that were kept, unless theirs were written over these very
    ones."""
    first, *others = entries
    if revision != contact.draft_revision:
        first = replace(first, notes=_joined(first.notes or "", _draft(contact)) or None)
    return [first, *others]


def _keep(contact: Contact, text: str) -> None:
    contacts.drafts(contact, text)
    contact.draft_revision += 1


def _draft(contact: Contact) -> str:
    return contact.drafted or ""


def _recorded(session: Session, contact: Contact) -> str:
    return "\n".join(row.noted or "" for row in contacts.accompaniments(session, [contact.id]))


def _joined(text: str, more: str) -> str:
    """Both, each word of them once where one holds the other."""
    if more in text:
        return text
    return more if text in more else f"{text}\n\n{more}"


def _held(session: Session, agent_id: str, contact_id: str) -> Contact:
    contact = contacts.hold(session, contact_id)
    if contact is None or contact.agent_id != agent_id:
        raise NotFound
    return contact
