"""A contact whose wrap-up ended without an outcome."""

from callcenter import clock
from callcenter.db import Session
from callcenter.records.contacts import Contact
from callcenter.records.moves import move
from callcenter.rules.states import Due
from callcenter.rules.whys import Why


def owe(session: Session, contact: Contact) -> None:
    """From now on its outcome is owed."""
    why = Why.THE_WRAP_UP_ENDED_WITHOUT_AN_OUTCOME
    assert move(session, Contact, contact.id, [Due.NOTHING], Due.OWED, clock.now(), why)
