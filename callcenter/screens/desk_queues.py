"""What the desk shows of an agent's queues: those in which somebody waits, in the order they will be served."""

from datetime import UTC, datetime

from callcenter.errors import LiveStoreDown
from callcenter.live import queue
from callcenter.records.agents import Agent
from callcenter.screens.desk_parts import Shown


class WaitingLine(Shown):
    """One queue in which somebody waits. `ring`: a department, `R76`, `N` or `A`; `topic`: `*` for those that no
    account serves."""

    ring: str
    topic: str
    language: str
    waiting: int
    oldest: datetime


class QueuesShown(Shown):
    """My queues: those in which somebody waits, in the order they will be served."""

    served: int
    waiting: int
    oldest: datetime | None
    lines: tuple[WaitingLine, ...]


def queues_of(agent: Agent) -> QueuesShown | None:
    try:
        found = queue.lines(agent.queues)
    except LiveStoreDown:
        return None
    waiting = sorted((line for line in found if line.oldest_score is not None), key=lambda line: line.oldest_score or 0)
    lines = tuple(
        WaitingLine(ring=ring, topic=topic, language=language, waiting=line.waiting, oldest=_instant(line.arrival))
        for line in waiting
        for ring, topic, language in [_parts(line.queue)]
    )
    oldest = min((line.oldest for line in lines), default=None)
    return QueuesShown(served=len(found), waiting=sum(line.waiting for line in lines), oldest=oldest, lines=lines)


def _parts(key: str) -> tuple[str, str, str]:
    """`46:impots:fr`, or an agent's own `A:<id>`."""
    ring, _, rest = key.partition(":")
    topic, _, language = rest.partition(":")
    return (ring, "", "") if ring == "A" else (ring, topic, language)


def _instant(seconds: float | None) -> datetime:
    return datetime.fromtimestamp(round(seconds or 0), UTC)
