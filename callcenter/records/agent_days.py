"""An agent's day: how many conversations, and how long each took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.records.legs import Leg


@dataclass(frozen=True)
class Day:
    """`handling`: mean seconds of talk, hold and wrap-up; None before the first recorded outcome."""

    calls: int
    handling: float | None


def of_agent(session: Session, agent_id: str, since: datetime) -> Day:
    """What this agent has done since `since`."""
    mine = select(Leg).where(Leg.agent_id == agent_id, Leg.asked_at >= since, Leg.talked_from.is_not(None))
    return _summed(list(session.scalars(mine)))


def _summed(legs: Sequence[Leg]) -> Day:
    done = [leg.talked + leg.held + leg.wrapped for leg in legs if leg.wrapped_at]
    return Day(len(legs), sum(done) / len(done) if done else None)
