"""Conversations that are over, written straight into the rows: whose they were, and what came of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, contacts, events, legs, recording
from callcenter.records.contacts import Contact, WrapUpEntry
from callcenter.records.identifiers import new_id
from callcenter.records.moves import move
from callcenter.rules.states import AgentState, CallState, Due, Ending, LegState, Outcome
from callcenter.rules.territory import local_day
from callcenter.rules.whys import Why

TAXES = WrapUpEntry("dgfip", "declaration-revenus", Outcome.ACCOMPANIMENT, settled=False, notes="Il manque le RIB")


def spoke(
    agent_id: str,
    number: str | None,
    at: datetime | None = None,
    entries: Sequence[WrapUpEntry] | None = (TAXES,),
    *,
    department: str = "46",
    topic: str = "impots",
    why: Why = Why.THE_AGENT_HUNG_UP,
) -> str:
    """A conversation of five minutes with this agent; its contact. `entries` None: its outcome is owed. `why` it
    ended."""
    at = at or clock.now() - timedelta(hours=2)
    with transaction() as session:
        call = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber(number) if number else None, at)
        agent, contact = agents.get(session, agent_id), contacts.get(session, call.contact_id)
        assert agent is not None
        assert contact is not None
        call.department, call.topic, call.queued_at, call.talking_at = department, topic, at, at
        call.state, call.agent_id, call.ending = CallState.ENDED, agent_id, Ending.ANSWERED
        call.ended_at = call.line_over_at = at + timedelta(minutes=5)
        for was, now, when in (
            (CallState.MENU, CallState.TALKING, at),
            (CallState.TALKING, CallState.WRAP_UP, call.ended_at),
            (CallState.WRAP_UP, CallState.ENDED, call.ended_at),
        ):
            events.note(session, when, "call", call.id, was, now, why)
        contact.agent_id, contact.department, contact.topic, contact.waited = agent_id, department, topic, 12.0
        contact.local_day, contact.site_id = local_day(department, at), agent.site_id
        leg = legs.ask(session, call.id, contact.id, agent_id, call.epoch, at, None)
        leg.state, leg.joined_at, leg.talked_from, leg.left_at = LegState.LEFT, at, at, call.ended_at
        if entries is None:
            why = Why.THE_WRAP_UP_ENDED_WITHOUT_AN_OUTCOME
            move(session, Contact, contact.id, [Due.NOTHING], Due.OWED, call.ended_at, why)
        else:
            leg.wrapped_at = call.ended_at + timedelta(seconds=30)
            recording.record(session, contact, entries, leg.wrapped_at, agent_id)
        return contact.id


def wraps_up(agent_id: str, number: str | None, *, department: str = "46", why: Why = Why.THE_AGENT_HUNG_UP) -> str:
    """A conversation that is just over, in its agent's hands: the contact to record."""
    at = clock.now()
    with transaction() as session:
        call = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber(number) if number else None, at)
        call.state, call.agent_id, call.queued_at, call.topic = CallState.WRAP_UP, agent_id, at, "impots"
        call.department, call.lease_until, call.talking_at = department, at + timedelta(seconds=120), at
        call.ended_at = call.line_over_at = at
        events.note(session, at, "call", call.id, CallState.TALKING, CallState.WRAP_UP, why)
        contact, agent = contacts.get(session, call.contact_id), agents.get(session, agent_id)
        assert contact is not None
        assert agent is not None
        contact.agent_id, contact.topic, contact.department = agent_id, "impots", department
        agent.state, agent.call_id = AgentState.WRAP_UP, call.id
        session.flush()
        leg = legs.ask(session, call.id, contact.id, agent_id, call.epoch, at, None)
        leg.state, leg.joined_at, leg.talked_from, leg.left_at = LegState.LEFT, at, at, at
        return contact.id


def contact(contact_id: str) -> Contact:
    """One contact as it is now."""
    with reading() as session:
        found = contacts.get(session, contact_id)
    assert found is not None
    return found


def demarches(contact_id: str) -> list[contacts.Accompaniment]:
    """What is recorded of it."""
    with reading() as session:
        return contacts.accompaniments(session, [contact_id])
