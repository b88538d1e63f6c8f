"""A contact goes on from an earlier one: the one that its agent sees, or the one whose reference the person names."""

from datetime import datetime

from callcenter.actions import live_index
from callcenter.actions.agent_rows import contact_of, read
from callcenter.db import Session, transaction
from callcenter.errors import NoSuchReference, NotFound, NotPossibleNow, Refusal
from callcenter.records import contact_reading, contacts, sessions, threads
from callcenter.records.contacts import Contact
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.states import Due


class NotEarlier(Refusal):
    """Ce contact n'est pas antérieur à celui que vous renseignez : il ne peut pas en être le début."""

    status = 409
    english = "This contact is not earlier than the one you are recording: it cannot be where it began."


def go_on(agent_id: str, contact_id: str, earlier_id: str, at: datetime) -> None:
    """Go on from an earlier contact of this person, or another that this agent may read. Told twice, the same. Refused
    once the contact is recorded."""
    with transaction() as session:
        contact = _open(session, agent_id, contact_id)
        earlier = contacts.get(session, earlier_id)
        if earlier is None or not contact_reading.may_read(session, read(session, agent_id), earlier):
            raise NotFound
        _take_up(contact, earlier)
    live_index.look(agent_id)


def go_on_from_reference(agent_id: str, contact_id: str, reference: str, at: datetime) -> str:
    """The same from the contact whose reference the person named, whoever's it is: they were told it so that any agent
    can go on. Looking is written down. The id of that contact."""
    with transaction() as session:
        contact = _open(session, agent_id, contact_id)
        earlier = threads.by_reference(session, reference)
        if earlier is None:
            raise NoSuchReference
        _take_up(contact, earlier)
        sessions.audit(session, agent_id, AuditedAct.SAW_A_CONTACT, "contact", earlier.id, at)
        earlier_id = earlier.id
    live_index.look(agent_id)
    return earlier_id


def stand_alone(agent_id: str, contact_id: str) -> None:
    """It goes on from none: the choice is taken back."""
    with transaction() as session:
        _open(session, agent_id, contact_id).continues = None
    live_index.look(agent_id)


def _open(session: Session, agent_id: str, contact_id: str) -> Contact:
    contact = contact_of(session, agent_id, contact_id)
    held = contacts.hold(session, contact.id)
    if held is None or held.due not in (Due.NOTHING, Due.OWED):
        raise NotPossibleNow
    return held


def _take_up(contact: Contact, earlier: Contact) -> None:
    if not threads.take_up(contact, earlier):
        raise NotEarlier
