"""What supervisors order now: messages, queues closed or led elsewhere, thresholds. Each holds within a second."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from callcenter import clock
from callcenter.actions import orders as verbs
from callcenter.actions import standing
from callcenter.api.identity import OVERSEER, SUPERVISOR, Admitted, open_to
from callcenter.config import settings
from callcenter.records.agents import Agent
from callcenter.rules.orders import Message, QueueOrder
from callcenter.rules.routing import Ages


@dataclass(frozen=True)
class Threshold:
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
    thresholds: tuple[Threshold, ...]
    otherwise: Ages


@dataclass(frozen=True)
class Ordered:
    """`moved`: calls that waited and went to the other queue."""

    moved: int


class _Order(BaseModel):
    model_config = ConfigDict(extra="ignore")

    scope: str = Field(description="a department, a region (`R76`) or the nation (`N`)", max_length=7)


class SayMessage(_Order):
    """Said before the menu from now on; empty words: no message any more."""

    fr: str = ""
    en: str = ""

    def carry_out(self, overseer: Agent) -> Ordered:
        verbs.says(overseer, self.scope, {"fr": self.fr, "en": self.en}, clock.now())
        return Ordered(0)


class OrderQueue(_Order):
    """Close a queue, lead it to another topic, merge it into it, or open it again; `topic` empty: all of the scope."""

    topic: str = Field("", max_length=40)
    act: Literal["close", "redirect", "merge", "open"]
    to_topic: str = Field("", max_length=40)

    def carry_out(self, overseer: Agent) -> Ordered:
        return Ordered(verbs.orders(overseer, self.scope, self.topic, self.act, self.to_topic, clock.now()))


class SetThreshold(_Order):
    """When calls of a queue widen, from the next call on; without ages: as everywhere else."""

    topic: str = Field("", max_length=40)
    region_after: Annotated[float, Field(allow_inf_nan=False)] | None = None
    nation_after: Annotated[float, Field(allow_inf_nan=False)] | None = None

    def carry_out(self, overseer: Agent) -> Ordered:
        known = self.region_after is not None and self.nation_after is not None
        ages = (self.region_after or 0.0, self.nation_after or 0.0) if known else None
        verbs.widens(overseer, self.scope, self.topic, ages, clock.now())
        return Ordered(0)


router = APIRouter(prefix="/api/board/orders", tags=["board"])


@router.get("")
@open_to(*OVERSEER)
def seen(visitor: Admitted) -> Orders:
    """What stands now, everywhere: a wider scope's order holds in the narrower."""
    return now()


@router.post("/message")
@open_to(*SUPERVISOR)
def message(asked: SayMessage, visitor: Admitted) -> Ordered:
    return asked.carry_out(visitor.staff)


@router.post("/queue")
@open_to(*SUPERVISOR)
def queue(asked: OrderQueue, visitor: Admitted) -> Ordered:
    return asked.carry_out(visitor.staff)


@router.post("/threshold")
@open_to(*SUPERVISOR)
def threshold(asked: SetThreshold, visitor: Admitted) -> Ordered:
    return asked.carry_out(visitor.staff)


def now() -> Orders:
    """As this process follows it, at most a second old."""
    stands = standing.current()
    return Orders(
        messages=stands.messages,
        queues=stands.orders,
        thresholds=tuple(Threshold(*queue, *ages) for queue, ages in sorted(stands.thresholds.items())),
        otherwise=settings().ring_widens_after,
    )
