"""What supervisors order now: messages, queues closed or led elsewhere, thresholds. Each holds within a second."""

from dataclasses import dataclass

from callcenter.actions import config_snapshot
from callcenter.config import settings
from callcenter.rules.orders import Message, QueueOrder
from callcenter.rules.routing import Ages


@dataclass(frozen=True)
class WideningAges:
    """Seconds after which calls of a queue are open to the region, then to the nation; `topic` empty: all of them."""

    scope: str
    topic: str
    region_after: float
    nation_after: float


@dataclass(frozen=True)
class Orders:
    """What stands now. A queue without `to` is closed."""

    messages: tuple[Message, ...]
    queues: tuple[QueueOrder, ...]
    thresholds: tuple[WideningAges, ...]
    otherwise: Ages


def now() -> Orders:
    """As this process follows it, at most a second old."""
    stands = config_snapshot.current()
    return Orders(
        messages=stands.messages,
        queues=stands.orders,
        thresholds=tuple(WideningAges(*queue, *ages) for queue, ages in sorted(stands.thresholds.items())),
        otherwise=settings().ring_widens_after,
    )
