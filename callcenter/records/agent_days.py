"""An agent's day: how many conversations, and how long each took."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.records import contacts
from callcenter.records.legs import Leg


@dataclass(frozen=True)
class Day:
    """`handling`: mean seconds of talk, hold and wrap-up; None before the first recorded outcome. A distress is
    compared with nothing."""

    calls: int
    handling: float | None


def of_agent(session: Session, agent_id: str, since: datetime) -> Day:
    """What this agent has done since `since`."""
    mine = select(Leg).where(Leg.agent_id == agent_id, Leg.asked_at >= since, Leg.talked_from.is_not(None))
    return _summed(list(session.scalars(mine)), contacts.in_distress(session, since))


def _summed(legs: Sequence[Leg], apart: Collection[str]) -> Day:
    done = [leg.talked + leg.held + leg.wrapped for leg in legs if leg.wrapped_at and leg.contact_id not in apart]
    return Day(len(legs), sum(done) / len(done) if done else None)
