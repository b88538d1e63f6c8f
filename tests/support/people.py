"""Agents at their posts and citizens on the line, through the verbs, on the real stores."""

import time

from callcenter import clock
from callcenter.actions import citizen
from callcenter.db import reading, transaction
from callcenter.records import agents, calls
from callcenter.records.agents import Agent, sealed_phone
from callcenter.records.calls import Call, Wish
from callcenter.records.identifiers import new_id
from ivr.practice.telephones import Caller, PracticeLine

WISH = Wish("46", "impots", "fr", relay=False)


def hires(number: int, department: str = "46", topics: tuple[str, ...] = ("impots",)) -> str:
    """An agent with a desk phone, off duty; their id."""
    agent_id = new_id()
    with transaction() as session:
        session.add(
            Agent(
                id=agent_id, login=f"agent-{number}", name=f"Agent {number}", password_hash="x", department=department,
                topics=list(topics), languages=["fr"], desk_phone=sealed_phone(agent_id, f"+3356500{number:04d}"),
                since=clock.now(),
            )
        )  # fmt: skip
    return agent_id


def number_of(number: int) -> str:
    """The n-th citizen's number."""
    return f"+336{number:08d}"


def rings(line: PracticeLine, number: int) -> Caller:
    """The n-th citizen is on the line."""
    caller = line.call(number_of(number))
    deadline = time.monotonic() + 10
    while caller.state["status"] != "in-progress":
        assert time.monotonic() < deadline, caller.state
        time.sleep(0.01)
    return caller


def joins(carrier_id: str, number: int, wish: Wish = WISH) -> str:
    """The n-th citizen's keys lead to the queue; the call's id."""
    waits = citizen.join_queue(carrier_id, number_of(number), wish, clock.now())
    assert isinstance(waits, citizen.Waits), waits
    return waits.call_id


def the_call(call_id: str) -> Call:
    with reading() as session:
        call = calls.get(session, call_id)
    assert call is not None
    return call


def the_agent(agent_id: str) -> Agent:
    with reading() as session:
        agent = agents.get(session, agent_id)
    assert agent is not None
    return agent
