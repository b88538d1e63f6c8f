"""Whoever looks up a contact may read it, and is written down: that they looked, never what they saw."""

from datetime import datetime
from typing import Any

from callcenter.db import reading, transaction
from callcenter.errors import NoSuchReference, NotFound
from callcenter.records import contact_reading, contacts, sessions, threads
from callcenter.records.agents import Agent
from callcenter.rules.audited_acts import AuditedAct


def look(staff: Agent, contact_id: str, at: datetime) -> None:
    """One contact is read. Raises NotFound for one that is not theirs to read."""
    with transaction() as session:
        contact = contacts.get(session, contact_id)
        if contact is None or not contact_reading.may_read(session, staff, contact):
            raise NotFound
        sessions.audit(session, staff.id, AuditedAct.SAW_A_CONTACT, "contact", contact_id, at)


def may_look(staff: Agent, contact_id: str) -> bool:
    """Whether a contact is theirs to read; nothing of it is, by this."""
    with reading() as session:
        contact = contacts.get(session, contact_id)
        return contact is not None and contact_reading.may_read(session, staff, contact)


def look_by_reference(staff: Agent, reference: str, at: datetime) -> str:
    """The contact whose reference the person names is read, whoever's it is: they were told it so that anybody at a
    desk can go on. Its id. Raises NoSuchReference."""
    with transaction() as session:
        contact = threads.by_reference(session, reference)
        if contact is None:
            raise NoSuchReference
        sessions.audit(session, staff.id, AuditedAct.SAW_A_CONTACT, "contact", contact.id, at)
        return contact.id


def note_search(staff: Agent, how: str, found: int, at: datetime, **codes: str) -> None:
    """Contacts were searched: `how` (by a number, or by a period), how many were found, and by which codes."""
    told: dict[str, tuple[Any, Any]] = {name: (None, code) for name, code in codes.items() if code}
    with transaction() as session:
        changes = told | {"found": (None, found)}
        sessions.audit(session, staff.id, AuditedAct.SEARCHED_CONTACTS, "contact", how, at, changes)
