"""What supervisors order now: messages, queues closed or led elsewhere, thresholds, closures. Each holds within a
second, and is read from what this process follows: a screen that shows it asks no store."""

from dataclasses import dataclass
from datetime import datetime

from callcenter.actions import config_snapshot
from callcenter.config import settings
from callcenter.records.hours import SiteClosure
from callcenter.rules.opening_hours import DatedException
from callcenter.rules.orders import Given, Message, QueueOrder
from callcenter.rules.routing import Ages, departments_of
from callcenter.rules.territory import UNKNOWN, local_day
from callcenter.screens.scope import Scope


@dataclass(frozen=True)
class WideningAges:
    """Seconds after which calls of a queue are open to the region, then to the nation; `topic` empty: all of them."""

    scope: str
    topic: str
    region_after: float
    nation_after: float
    given: Given


@dataclass(frozen=True)
class Orders:
    """What stands now. A queue without `to` is closed."""

    messages: tuple[Message, ...]
    queues: tuple[QueueOrder, ...]
    thresholds: tuple[WideningAges, ...]
    otherwise: Ages


@dataclass(frozen=True)
class Standing:
    """What holds now for some departments: orders, and whatever is exceptionally closed there today."""

    messages: tuple[Message, ...]
    queues: tuple[QueueOrder, ...]
    thresholds: tuple[WideningAges, ...]
    closures: tuple[DatedException, ...]
    sites: tuple[SiteClosure, ...]

    @property
    def count(self) -> int:
        ordered = len(self.messages) + len(self.queues) + len(self.thresholds)
        return ordered + len(self.closures) + len(self.sites)


def now() -> Orders:
    """As this process follows it, at most a second old."""
    stands = config_snapshot.current()
    return Orders(
        messages=stands.messages,
        queues=stands.orders,
        thresholds=_thresholds(),
        otherwise=settings().ring_widens_after,
    )


def standing(scope: Scope, at: datetime) -> Standing:
    """What concerns any department of a scope (None: all)."""
    stands = config_snapshot.current()

    def concerns(where: str) -> bool:
        return scope is None or bool(departments_of(where) & scope)

    def holds(exception: DatedException, department: str) -> bool:
        return exception.first <= local_day(department, at) <= exception.last

    return Standing(
        messages=tuple(each for each in stands.messages if concerns(each.scope)),
        queues=tuple(each for each in stands.orders if concerns(each.scope)),
        thresholds=tuple(each for each in _thresholds() if concerns(each.scope)),
        closures=tuple(
            each
            for each in stands.hours.exceptions
            if concerns(each.scope) and holds(each, min(departments_of(each.scope), default=UNKNOWN))
        ),
        sites=tuple(
            each
            for each in stands.closed_sites
            if (scope is None or each.department in scope) and holds(each.exception, each.department)
        ),
    )


def _thresholds() -> tuple[WideningAges, ...]:
    stands = config_snapshot.current()
    ordered = sorted(stands.thresholds.items())
    return tuple(WideningAges(*queue, *ages, stands.thresholds_given[queue]) for queue, ages in ordered)
