"""Threads: a contact may go on from an earlier one, and goes by the reference of the first.

Each contact keeps the reference it was given, for it may have been said; whichever of them a citizen names leads to the
same thread. A contact goes on only from one that came before it, so no thread has a loop.
"""

from collections.abc import Sequence

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from callcenter.records.contacts import Accompaniment, Contact

_FIRST = """
with recursive up as (
  select id as of, id, continues, reference from contacts where id = any(cast(:ids as uuid[]))
  union all
  select up.of, c.id, c.continues, c.reference from contacts c join up on c.id = up.continues
)
select of::text, id::text, reference from up where continues is null
"""
_ALL = """
with recursive down as (
  select id from contacts where id = cast(:first as uuid)
  union all
  select c.id from contacts c join down on c.continues = down.id
)
select id::text from down
"""


def by_reference(session: Session, reference: str) -> Contact | None:
    """The contact a citizen names by the reference they were told, however it was typed: spaces, points and case do not
    matter."""
    written = "".join(each for each in reference if each.isalnum() or each == "-")
    found = select(Contact).where(or_(Contact.reference == written, Contact.reference == written.upper()))
    return session.scalar(found.where(Contact.erased_at.is_(None)).limit(1)) if written else None


def references(session: Session, contacts: Sequence[Contact]) -> dict[str, str]:
    """The reference that each of these contacts goes by: the one of the first of its thread."""
    linked = [contact.id for contact in contacts if contact.continues]
    found = session.execute(text(_FIRST), {"ids": linked}).all() if linked else []
    return {contact.id: contact.reference for contact in contacts} | {of: reference for of, _, reference in found}


def reference(session: Session, contact: Contact) -> str:
    """The same, of one."""
    return references(session, [contact])[contact.id]


def of_contact(session: Session, contact: Contact) -> list[Contact]:
    """Every contact of its thread, itself among them, the earliest first."""
    first = session.execute(text(_FIRST), {"ids": [contact.id]}).all()[0][1] if contact.continues else contact.id
    ids = list(session.scalars(text(_ALL), {"first": first}))
    return list(session.scalars(select(Contact).where(Contact.id.in_(ids)).order_by(Contact.arrived_at, Contact.id)))


def take_up(contact: Contact, earlier: Contact) -> bool:
    """From now on it goes on from an earlier one; False for one that came no earlier, or of which nothing is left."""
    if earlier.id == contact.id or earlier.arrived_at >= contact.arrived_at or earlier.erased_at:
        return False
    contact.continues = earlier.id
    return True


def of_person(session: Session, contact: Contact, limit: int = 5) -> list[Contact]:
    """The latest other contacts of the same number, and those of its thread, whatever number they came from."""
    others = {each.id: each for each in of_contact(session, contact) if each.id != contact.id}
    if contact.pseudonym is not None:
        mine = select(Contact).where(Contact.pseudonym == contact.pseudonym, Contact.id != contact.id)
        others |= {each.id: each for each in session.scalars(mine.order_by(Contact.arrived_at.desc()).limit(limit))}
    return sorted(others.values(), key=lambda each: each.arrived_at, reverse=True)[:limit]


def before(session: Session, contact: Contact) -> list[Accompaniment]:
    """The démarches of the earlier contacts of its thread, the earliest first."""
    if contact.continues is None:
        return []
    earlier = [each.id for each in of_contact(session, contact) if each.arrived_at < contact.arrived_at]
    found = select(Accompaniment).where(Accompaniment.contact_id.in_(earlier)).order_by(Accompaniment.at)
    return list(session.scalars(found))
