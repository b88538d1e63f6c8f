"""The order of the queues: who waits where, and how far from an agent.

A queue is a key such as `46:impots:fr`; `A:<agent>` is the queue of what is one agent's own. A call stands in exactly
one, that of its present ring, ordered by score (arrival minus priority, epoch seconds: the lowest is next).
Everything here raises LiveStoreDown when the store does not answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from callcenter.live import store

PACE_WINDOW = 900.0  # seconds over which picks are counted
WIDENED_AT_ONCE = 500  # calls one trip moves, so that nobody else waits long behind it
READ_AT_ONCE = 1000


@dataclass(frozen=True)
class PlaceInQueue:
    """Where a call stands. `position` 1 is next; it counts the calls before it in all the queues of its rings."""

    position: int
    queue: str
    on_duty: int  # agents of its present queue
    picked: int  # calls taken from its present queue in the last 15 minutes
    waited: float  # seconds
    topic: str = ""  # what it is about, which the queue of whoever is on duty and that of one agent do not name
    paused: int = 0  # of those on duty
    heard: bool = False  # somebody spoke with them before

    @property
    def at_work(self) -> int:
        """Agents on duty who are not paused."""
        return max(self.on_duty - self.paused, 0)


@dataclass(frozen=True)
class QueueView:
    """One queue as staff see it. `oldest_score` and `arrival`, of whoever is next, are None when nothing waits."""

    queue: str
    waiting: int
    oldest_score: float | None
    on_duty: int
    arrival: float | None


def join(
    call_id: str,
    queues: Sequence[str],
    score: float,
    arrival: float,
    widen_at: Sequence[float],
    at: float,
    topic: str,
    not_for: str = "",
    *,
    heard: bool = False,
) -> str:
    """Puts a call in the queue of its ring and returns that queue; doing it again moves nothing it should not.

    `queues` go from the nearest ring to the widest; `widen_at[i]` is when the call moves from `queues[i]` to the next.
    It joins the ring of its age, or the next that has somebody on duty, or the widest.
    `arrival`: when this wait began; `not_for`: the agent who passed it on; `heard`: somebody spoke with them
    before. A call under a reservation stays reserved, but is not forgotten when the
    offer was decided before `at`.
    """
    times, spoke = " ".join(map(repr, widen_at)), "1" if heard else ""
    queue: str = store.call("join", call_id, score, arrival, at, " ".join(queues), times, topic, not_for, spoke)
    return queue


def leave(call_id: str) -> bool:
    """Forgets a call wholly, reserved or not; False when it was not there."""
    return bool(store.call("leave", call_id))


def place(call_id: str, at: float) -> PlaceInQueue | None:
    """Where a call stands, in one trip; None when it does not wait."""
    found = store.call("place", call_id, at - PACE_WINDOW, at)
    if found is None:
        return None
    before, queue, on_duty, paused, picked, arrival, topic, heard = found
    return PlaceInQueue(before + 1, queue, on_duty, picked, at - float(arrival), topic, paused, heard == "1")


def widen(at: float) -> list[str]:
    """Moves every call whose time has come or whose queue has nobody on duty; returns the calls moved."""
    moved: list[str] = []
    while True:
        some: list[str] = store.call("widen", at, WIDENED_AT_ONCE)
        moved += some
        if len(some) < WIDENED_AT_ONCE:
            return moved


def stranded() -> list[str]:
    """Waiting calls for which nobody at all is on duty, in any ring."""
    found: list[str] = store.call("stranded")
    return found


def waiting() -> dict[str, float]:
    """Every call that waits, under a reservation too, with its score. To compare: not one instant's picture."""
    found: dict[str, float] = {}
    cursor = "0"
    while True:
        cursor, *pairs = store.call("waiting", cursor, READ_AT_ONCE)
        found.update(zip(pairs[::2], map(float, pairs[1::2]), strict=True))
        if cursor == "0":
            return found


def lines(queues: Sequence[str]) -> list[QueueView]:
    """The queues asked for, in that order."""
    return [
        QueueView(queue, waiting, float(oldest) if oldest else None, on_duty, float(arrival) if arrival else None)
        for queue, (waiting, oldest, on_duty, arrival) in zip(queues, store.call("lines", *queues), strict=True)
    ]
