"""What a move of several rows leaves to be done after its commit (`actions.release`)."""

from dataclasses import dataclass

from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.legs import Leg


@dataclass(frozen=True)
class ToRelease:
    """`agents` have another state. The call `requeued` waits again; the one `forgotten` waits no more. `leg` leaves its
    room, and the citizen of `led_on` with it; so do the `helpers`, whose citizen stays. `sounds`: the leg whose room is
    heard otherwise from now on. `line` is hung up."""

    agents: tuple[Agent, ...] = ()
    requeued: Call | None = None
    forgotten: str | None = None
    leg: Leg | None = None
    led_on: Call | None = None
    helpers: tuple[Leg, ...] = ()
    sounds: str | None = None
    line: str | None = None
