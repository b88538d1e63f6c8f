"""Whether the service is well again: each probe looks at the stores themselves, never through the proxy."""

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta

import requests

from callcenter import clock
from callcenter.db import reading
from callcenter.demonstration import up
from callcenter.errors import StoreDown
from callcenter.live import beacon as live_beacon
from callcenter.live import floor, queue
from callcenter.records import agents, beacon, calls, drill_counts
from callcenter.rules.states import AgentState

LOOKS = 0.2  # seconds between two looks
YOUNG = timedelta(seconds=2)  # a row this young may still be on its way into the index
FAR = timedelta(seconds=5)  # by then a call of the drill is open to the nation
MAY_BE_OFFERED = {AgentState.AVAILABLE, AgentState.OFFERED}

Probe = Callable[[datetime], bool]


async def until(well: Probe, since: datetime, patience: float) -> bool:
    """Whether `well` came true within so many seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if await asyncio.to_thread(_asked, well, since):
            return True
        await asyncio.sleep(LOOKS)
    return False


def answers(url: str) -> Probe:
    """Whether a page answers 200."""

    def well(_since: datetime) -> bool:
        with suppress(requests.RequestException):
            return up.status_of(url) == 200
        return False

    return well


def is_offered(since: datetime) -> bool:
    """A call was offered to an agent since then; or nobody waits whom a free agent could serve."""
    at = clock.now()
    with reading() as session:
        return drill_counts.offered_since(session, since) or not drill_counts.are_apart(session, at - YOUNG, at - FAR)


def is_answered(since: datetime) -> bool:
    """A citizen has reached an agent since then."""
    with reading() as session:
        return drill_counts.talking_since(session, since)


def is_dialled(since: datetime) -> bool:
    """A callback was dialled since then."""
    with reading() as session:
        return drill_counts.dialled_since(session, since)


def index_is_whole(since: datetime) -> bool:
    """The beacon stands in both stores, and the index shows whoever waits and whoever is on duty."""
    old = clock.now() - YOUNG
    seen, standing, present = live_beacon.read(), queue.waiting(), floor.present()
    with reading() as session:
        number = beacon.beacon_now(session)
        waiting = {call.id for call in calls.waiting(session) if call.arrived_at < min(old, since)}
        on_duty = {agent.id for agent in agents.on_duty(session) if agent.since < old}
    raised = seen is not None and seen >= number - 3
    return raised and waiting <= standing.keys() and on_duty <= present.keys() and is_offered(since)


def are_lost(agent_ids: Collection[str]) -> Probe:
    """None of these agents may be offered a call."""

    def well(_since: datetime) -> bool:
        with reading() as session:
            return not MAY_BE_OFFERED & set(drill_counts.states(session, agent_ids))

    return well


def is_returned(offer_id: str) -> Probe:
    """An offer that nobody answers is open no more."""

    def well(_since: datetime) -> bool:
        with reading() as session:
            return not drill_counts.is_open(session, offer_id)

    return well


def _asked(well: Probe, since: datetime) -> bool:
    try:
        return well(since)
    except StoreDown:
        return False
