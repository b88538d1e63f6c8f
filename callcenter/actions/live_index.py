"""How rows are shown to the index. It follows PostgreSQL when it can; when it cannot, the sweep brings it up to
date."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog

from callcenter import clock
from callcenter.config import settings
from callcenter.db import reading
from callcenter.errors import LiveStoreDown, StoreDown
from callcenter.live import floor, queue, signals
from callcenter.records import agents, calls
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.rules import routing
from callcenter.rules.states import ON_DUTY, AgentState, CallState

log = structlog.get_logger()


@contextmanager
def best_effort(doing: str) -> Iterator[None]:
    """After the commit: what is done for the index, asked of the carrier or offered next, and repaired by the sweep if
    it fails."""
    try:
        yield
    except StoreDown as failure:
        log.warning("left to the sweep", doing=doing, failure=type(failure).__name__)


def put_call(call: Call) -> None:
    """A waiting call stands in its queue, with the place its arrival and priority give it."""
    assert call.waits_since is not None
    queue.join(
        call.id,
        call.queues,
        score(call),
        call.waits_since.timestamp(),
        widens(call),
        clock.now().timestamp(),
        call.topic,
        call.not_for or "",
        heard=call.heard_until is not None,
    )


def widens(call: Call) -> tuple[float, ...]:
    """When (epoch seconds) a waiting call moves from each of its queues to the next."""
    assert call.queued_at is not None
    arrival, queues = call.queued_at.timestamp(), len(call.queues)
    ages = (call.widens_after[0], call.widens_after[1]) if call.widens_after else settings().ring_widens_after
    if call.own_until is None:
        return routing.widening(arrival, queues, ages)
    return routing.widening_from_own(call.own_until.timestamp(), arrival, queues, ages)


def score(call: Call) -> float:
    """The place of a waiting call in the one order."""
    assert call.queued_at is not None
    return routing.score(call.queued_at.timestamp(), call.priority)


def put_agent(agent: Agent) -> None:
    """An agent is on duty or not, free or not, as their row says."""
    if agent.state not in ON_DUTY or not agent.takes_calls:
        floor.leave(agent.id)
    elif agent.state == AgentState.AVAILABLE:
        if not floor.free(agent.id, agent.since.timestamp()):
            floor.enter(agent.id, agent.queues, clock.now().timestamp())
            floor.free(agent.id, agent.since.timestamp())
    elif not floor.busy(agent.id, paused=agent.state == AgentState.PAUSE):
        floor.enter(agent.id, agent.queues, clock.now().timestamp())
        floor.busy(agent.id, paused=agent.state == AgentState.PAUSE)


def put_queues(agent: Agent) -> None:
    """What an agent serves has changed: from now on their place on the floor is for these queues."""
    if agent.state in ON_DUTY:
        floor.enter(agent.id, agent.queues, clock.now().timestamp())
    put_agent(agent)


def recheck_call(call_id: str) -> bool:
    """Read one call again and let it stand as its row says; whether anything may have changed. Putting a call where it
    stands already moves nothing."""
    with reading() as session:
        call = calls.get(session, call_id)
    if call is None or call.state != CallState.WAITING:
        return queue.leave(call_id)
    put_call(call)
    return True


def recheck_agent(agent_id: str) -> bool:
    """The same for an agent."""
    with reading() as session:
        row = agents.get(session, agent_id)
    if row is None:
        return floor.leave(agent_id)
    put_agent(row)
    return True


def show(*changed: Agent) -> None:
    """Their rows have changed: bring the index up to date and let their screens look."""
    for agent in changed:
        with best_effort("showing an agent's new state"):
            put_agent(agent)
            signals.look(agent.id)


def forget_call(call_id: str) -> None:
    """A call waits no more."""
    with best_effort("forgetting a call"):
        queue.leave(call_id)


def look(agent_id: str) -> None:
    """Something on this agent's screen changed, though not their state."""
    with suppress(LiveStoreDown):
        signals.look(agent_id)
