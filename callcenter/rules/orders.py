"""What supervisors order for now: a message before the menu, a queue closed or led to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callcenter.rules.routing import departments_of
from callcenter.rules.territory import PARIS, clock_of, rings

STEPS = 5  # redirections followed before a circle is called one
FURTHEST = timedelta(days=92)  # an order that is to last longer is the administrator's hours or menu
SPOKEN_PER_SECOND = 14  # characters, of the carrier's voice in either language


@dataclass(frozen=True, slots=True)
class Given:
    """Who gave an order, a name (empty: an operator), since when it holds, and until when; `until` None: until somebody
    lifts it."""

    by: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Words by language, for the callers of a territory, a region or the nation."""

    scope: str
    words: Mapping[str, str]
    given: Given | None = None


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """The queue of a topic is closed (`to` empty) or led to another topic. `topic` empty: every queue of the scope."""

    scope: str
    topic: str
    to: str = ""
    given: Given | None = None


def led_to(orders: Sequence[QueueOrder], department: str, topic: str) -> str | None:
    """The topic under which a call really waits; None where its queue is closed, a circle of orders included."""
    for _ in range(STEPS):
        order = _standing(orders, department, topic)
        if order is None:
            return topic
        if not order.to:
            return None
        topic = order.to
    return None


def may_last_until(until: datetime | None, at: datetime) -> bool:
    """Whether an order given at `at` may end then; None: when somebody lifts it."""
    return until is None or at < until <= at + FURTHEST


def clock_of_scope(scope: str) -> ZoneInfo:
    """By which the end of an order is written: the clock that all of its departments share, else Paris's."""
    zones = {clock_of(department).key for department in departments_of(scope)}
    return ZoneInfo(zones.pop() if len(zones) == 1 else PARIS)


def spoken_seconds(words: str) -> int:
    """About how long a caller listens to these words."""
    return max(round(len(words) / SPOKEN_PER_SECOND), 1)


def _standing(orders: Sequence[QueueOrder], department: str, topic: str) -> QueueOrder | None:
    """The nearest scope's order; of two for the same, the one for this very topic."""
    near = rings(department)
    holding = [o for o in orders if o.scope in near and o.topic in ("", topic) and o.to != topic]
    return min(holding, key=lambda o: (near.index(o.scope), o.topic != topic), default=None)
