"""An agent's row, the call in their hands and their contacts, as a verb finds and holds them."""

from callcenter.db import Session
from callcenter.errors import (
    NotFound,
    NotPossibleNow,
)
from callcenter.records import agents, calls, contacts, legs
from callcenter.records.agents import Agent
from callcenter.rules.states import CallState


def hold_call(session: Session, agent_id: str, *states: CallState) -> tuple[calls.Call, legs.Leg]:
    """The call this agent holds, locked before the agent, with their leg; refused in any other state."""
    agent = read(session, agent_id)
    call = calls.lock(session, agent.call_id) if agent.call_id else None
    leg = legs.serving(session, call.id) if call else None
    if call is None or leg is None or call.agent_id != agent_id or call.state not in states:
        raise NotPossibleNow
    return call, leg


def hold(session: Session, agent_id: str) -> Agent:
    """The agent as they are until this transaction ends: first the call in their hands is locked, then they are."""
    while True:
        before = read(session, agent_id).call_id
        point = session.begin_nested()
        if before:
            calls.lock(session, before)
        agent = agents.lock(session, agent_id)
        if agent is not None and agent.call_id == before:
            return agent
        point.rollback()  # somebody gave them another call meanwhile: its lock comes first


def read(session: Session, agent_id: str) -> Agent:
    """The agent as they are now. Raises NotFound."""
    agent = agents.get(session, agent_id)
    if agent is None:
        raise NotFound
    return agent


def contact_of(session: Session, agent_id: str, contact_id: str) -> contacts.Contact:
    """A contact that is this agent's to write on."""
    contact = contacts.get(session, contact_id)
    if contact is None or contact.agent_id != agent_id:
        raise NotFound
    return contact
