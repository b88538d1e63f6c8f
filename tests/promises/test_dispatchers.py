"""Eight dispatchers at once over 200 calls and 40 agents: nobody is offered twice, and the order is the score."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from callcenter import clock
from callcenter.actions import agent, citizen, dispatch, promise_check
from callcenter.db import reading
from callcenter.records import calls
from callcenter.records.calls import Call
from callcenter.records.events import Event
from callcenter.records.offers import Offer
from callcenter.rules.states import AgentState, CallState, PauseReason
from tests.support.people import hires, joins, the_agent

THREADS, CALLS, AGENTS = 8, 200, 40


def line_of(number: int) -> str:
    return f"CA{number:032x}"


@pytest.fixture
def crowd(database: object, live: object) -> tuple[list[str], list[str]]:
    """Agents at their posts in a pause, and the calls that wait for them, in their order."""
    staff = [hires(n) for n in range(AGENTS)]
    for agent_id in staff:
        agent.take_post(agent_id, "phone", clock.now())
        agent.pause(agent_id, PauseReason.BREAK, clock.now())
    return staff, [joins(line_of(n), n) for n in range(CALLS)]


def test_the_first_to_come_are_offered_once_each(crowd: tuple[list[str], list[str]]) -> None:
    staff, waiting = crowd

    def works(mine: list[str]) -> None:
        for agent_id in mine:
            agent.become_available(agent_id, clock.now())
            dispatch.offer_all()

    _at_once(works, [staff[n::THREADS] for n in range(THREADS)])
    with reading() as session:
        open_ = list(session.scalars(select(Offer).where(Offer.state == "open")))
    assert {offer.call_id for offer in open_} == set(waiting[:AGENTS])
    assert {offer.agent_id for offer in open_} == set(staff)
    assert len(open_) == AGENTS


def test_all_are_served_in_their_order(crowd: tuple[list[str], list[str]]) -> None:
    """Whoever is offered hangs up at once, and their agent gets the next."""
    staff, waiting = crowd
    for agent_id in staff:
        agent.become_available(agent_id, clock.now())
    lines = {call_id: line_of(n) for n, call_id in enumerate(waiting)}

    def hangs_up(mine: int) -> None:
        while offered := [c for c in _live() if c.state == CallState.OFFERED]:
            for call in offered[mine::THREADS] or offered[:1]:
                citizen.hang_up(lines[call.id], clock.now())
            dispatch.offer_all()

    _at_once(hangs_up, list(range(THREADS)))
    with reading() as session:
        told = session.scalars(
            select(Event.noun_id).where(Event.noun == "call", Event.now == "offered").order_by(Event.id)
        )
        offered = [str(call_id) for call_id in told]
    assert Counter(offered) == Counter(waiting)
    rank = {call_id: n for n, call_id in enumerate(waiting)}
    # What was proposed in order may be decided in another by those at work at the same time, and by no more.
    assert max(abs(rank[call_id] - n) for n, call_id in enumerate(offered)) <= THREADS
    assert {the_agent(agent_id).state for agent_id in staff} == {AgentState.AVAILABLE}
    for agent_id in staff:  # on a slow machine this has taken longer than a desk may be silent
        agent.beat(agent_id, clock.now())
    assert promise_check.check(clock.now(), ask_carrier=False).breaches == []


def _live() -> list[Call]:
    with reading() as session:
        return calls.live(session)


def _at_once(work: object, shares: list[object]) -> None:
    assert callable(work)
    with ThreadPoolExecutor(len(shares)) as threads:
        for done in [threads.submit(work, share) for share in shares]:
            done.result()
