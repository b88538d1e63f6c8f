"""Whose contacts a member of staff may read: one condition, for a list and for a single one alike."""

from sqlalchemy import ColumnElement, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.contacts import Contact
from callcenter.records.legs import Leg
from callcenter.rules.roles import CONTACTS
from callcenter.rules.states import CallState, Due
from callcenter.rules.territory import UNKNOWN


def readable(staff: Agent) -> ColumnElement[bool]:
    """An administrator: every contact. A supervisor: those of their departments' citizens, and of their agents. An
    agent: those of their own department's citizens. Each of them: what they took part in, citizens whose department is
    not known, and whatever is held of the person they speak with or have still to record."""
    if staff.role not in CONTACTS:
        return false()
    if staff.scope is None:
        return true()
    theirs = {UNKNOWN, *staff.scope} if staff.role == "supervisor" else {UNKNOWN, staff.department, *staff.scope}
    took_part = exists().where(Leg.contact_id == Contact.id, Leg.agent_id == staff.id)
    before_them, call = aliased(Contact), aliased(Call)
    with_them = (
        exists()
        .where(
            before_them.pseudonym == Contact.pseudonym,
            call.contact_id == before_them.id,
            or_(
                (before_them.agent_id == staff.id) & (before_them.due == Due.OWED),
                (call.agent_id == staff.id) & (call.state != CallState.ENDED),
            ),
        )
        .correlate(Contact)
    )
    allowed = [Contact.department.in_(sorted(theirs)), Contact.agent_id == staff.id, took_part, with_them]
    if staff.role == "supervisor":
        of_team = select(Agent.id).where(Agent.department.in_(sorted(staff.scope)))
        allowed.append(Contact.agent_id.in_(of_team))
    return or_(*allowed)


def may_read(session: Session, staff: Agent, contact: Contact) -> bool:
    """Whether this contact is among them."""
    return bool(session.scalar(select(exists().where(Contact.id == contact.id, readable(staff)))))
