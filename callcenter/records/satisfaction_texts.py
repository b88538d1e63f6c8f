"""Whom a text asks how satisfied they are: once a contact, and never again whoever refused."""

from datetime import datetime, timedelta

from sqlalchemy import (
    exists,
    select,
)
from sqlalchemy.orm import Session

from callcenter import sealing
from callcenter.phone_number import PhoneNumber
from callcenter.records.calls import Call
from callcenter.records.contacts import Contact

LONGEST_CALL = timedelta(hours=6)


def asked_since(session: Session, number: PhoneNumber, since: datetime) -> Contact | None:
    """The latest contact about which this number was asked by text since then."""
    asked = select(Contact).where(Contact.pseudonym == sealing.pseudonym(number.e164), Contact.asked_at >= since)
    return session.scalar(asked.order_by(Contact.asked_at.desc()).limit(1))


def latest(session: Session, number: PhoneNumber) -> Contact | None:
    """The latest contact of this number, asked about or not."""
    theirs = select(Contact).where(Contact.pseudonym == sealing.pseudonym(number.e164))
    return session.scalar(theirs.order_by(Contact.arrived_at.desc()).limit(1))


def unasked(session: Session, since: datetime, until: datetime, limit: int = 100) -> list[str]:
    """Contacts whose conversation ended between then and then without an answer and without a text."""
    silent = (
        select(Contact.id)
        .join(Call, Call.contact_id == Contact.id)
        .where(
            Call.arrived_at >= since - LONGEST_CALL,
            Call.talking_at.is_not(None),
            Call.ended_at.between(since, until),
            Contact.pseudonym.is_not(None),
            Contact.satisfaction.is_(None),
            Contact.asked_at.is_(None),
            ~Contact.asks_no_more,
        )
    )
    return list(session.scalars(silent.limit(limit)))


def may_be_asked(session: Session, contact: Contact) -> bool:
    """Whether nobody has asked this person how satisfied they are about this contact, and they never refused to be
    asked."""
    if contact.satisfaction is not None or contact.asks_no_more:
        return False
    refused = exists().where(Contact.pseudonym == contact.pseudonym, Contact.asks_no_more)
    return contact.pseudonym is None or not session.scalar(select(refused))
