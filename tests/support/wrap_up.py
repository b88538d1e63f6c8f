"""A contact whose call has just ended, and what was recorded of it."""

from datetime import timedelta

from callcenter import clock
from callcenter.db import transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, contacts, legs
from callcenter.records.identifiers import new_id
from callcenter.rules.states import AgentState, CallState

NUMBER = PhoneNumber("+33565051234")


TAXES = {"procedure": "declaration-revenus", "outcome": "accompaniment", "settled": True}


def wraps_up(agent_id: str) -> tuple[str, str]:
    """A conversation that is just over: its call and its contact."""
    at = clock.now()
    with transaction() as session:
        call = calls.arrive(session, f"CA{new_id().replace('-', '')}", NUMBER, at)
        call.state, call.agent_id, call.queued_at, call.topic = CallState.WRAP_UP, agent_id, at, "impots"
        call.department, call.lease_until = "46", at + timedelta(seconds=120)
        contact = contacts.get(session, call.contact_id)
        assert contact
        contact.agent_id, contact.topic, contact.department = agent_id, "impots", "46"
        agent = agents.get(session, agent_id)
        assert agent
        agent.state, agent.call_id = AgentState.WRAP_UP, call.id
        session.flush()
        legs.ask(session, call.id, contact.id, agent_id, call.epoch, at, None)
        return call.id, contact.id
