"""What supervisors order for now: a message before the menu, a queue closed or led to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callcenter.rules.territory import rings

STEPS = 5  # redirections followed before a circle is called one


@dataclass(frozen=True, slots=True)
class Message:
    """Words by language, for the callers of a territory, a region or the nation."""

    scope: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """The queue of a topic is closed (`to` empty) or led to another topic. `topic` empty: every queue of the scope."""

    scope: str
    topic: str
    to: str = ""


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


def _standing(orders: Sequence[QueueOrder], department: str, topic: str) -> QueueOrder | None:
    """The nearest scope's order; of two for the same, the one for this very topic."""
    near = rings(department)
    holding = [o for o in orders if o.scope in near and o.topic in ("", topic) and o.to != topic]
    return min(holding, key=lambda o: (near.index(o.scope), o.topic != topic), default=None)
