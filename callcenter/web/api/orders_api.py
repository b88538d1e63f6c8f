"""What supervisors order now: messages, queues closed or led elsewhere, thresholds. Each holds within a second."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from callcenter import clock
from callcenter.actions import orders
from callcenter.records.agents import Agent
from callcenter.rules.roles import OVERSEER, SUPERVISOR
from callcenter.rules.routing import Ages
from callcenter.screens.orders_screen import Orders, now
from callcenter.web.identity import Admitted, open_to


@dataclass(frozen=True)
class Ordered:
    """`moved`: calls that waited and went to the other queue."""

    moved: int


class _Order(BaseModel):
    model_config = ConfigDict(extra="ignore")

    scope: str = Field(description="a department, a region (`R76`) or the nation (`N`)", max_length=7)
    until: AwareDatetime | None = Field(None, description="it ends then by itself; null: when somebody lifts it")


class SayMessage(_Order):
    """Said before the menu from now on; empty words: no message any more."""

    fr: str = ""
    en: str = ""

    def try_out(self, overseer: Agent) -> None:
        orders.try_message(overseer, self.scope, orders.written(self.words), clock.now(), self.until)

    @property
    def words(self) -> dict[str, str]:
        return {"fr": self.fr, "en": self.en}

    def carry_out(self, overseer: Agent) -> Ordered:
        orders.set_message(overseer, self.scope, self.words, clock.now(), self.until)
        return Ordered(0)


class OrderQueue(_Order):
    """Close a queue, lead it to another topic, merge it into it, or open it again; `topic` empty: all of the scope,
    which must be said."""

    topic: str = Field(max_length=40)
    act: Literal["close", "redirect", "merge", "open"]
    to_topic: str = Field("", max_length=40)

    def try_out(self, overseer: Agent) -> None:
        at = clock.now()
        orders.try_queue_order(overseer, self.scope, self.topic, self.act, self.to_topic, at, self.until)

    def carry_out(self, overseer: Agent) -> Ordered:
        at = clock.now()
        moved = orders.order_queue(overseer, self.scope, self.topic, self.act, self.to_topic, at, self.until)
        return Ordered(moved)


class SetWideningAges(_Order):
    """When calls of a queue widen, from the next call on; without ages: as everywhere else. `topic` empty: every queue
    of the scope, which must be said."""

    topic: str = Field(max_length=40)
    region_after: Annotated[float, Field(allow_inf_nan=False)] | None = None
    nation_after: Annotated[float, Field(allow_inf_nan=False)] | None = None

    @property
    def ages(self) -> Ages | None:
        known = self.region_after is not None and self.nation_after is not None
        return (self.region_after or 0.0, self.nation_after or 0.0) if known else None

    def try_out(self, overseer: Agent) -> None:
        orders.try_thresholds(overseer, self.scope, self.topic, self.ages, clock.now(), self.until)

    def carry_out(self, overseer: Agent) -> Ordered:
        orders.set_thresholds(overseer, self.scope, self.topic, self.ages, clock.now(), self.until)
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
def threshold(asked: SetWideningAges, visitor: Admitted) -> Ordered:
    return asked.carry_out(visitor.staff)
