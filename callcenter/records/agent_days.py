"""An agent's day: how many conversations, and how long each took."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.records import contacts
from callcenter.records.figures.partner_time import held_apart
from callcenter.records.legs import Leg


@dataclass(frozen=True)
class Day:
    """`handling`: mean seconds of talk, hold and wrap-up, time with partners apart; None before the first recorded
    outcome. A distress is compared with nothing."""

    calls: int
    handling: float | None


def of_agent(session: Session, agent_id: str, since: datetime) -> Day:
    """What this agent has done since `since`."""
    mine = select(Leg).where(Leg.agent_id == agent_id, Leg.asked_at >= since, Leg.talked_from.is_not(None))
    legs, compared_with_none = list(session.scalars(mine)), contacts.in_distress(session, since)
    done = [leg for leg in legs if leg.wrapped_at and leg.contact_id not in compared_with_none]
    apart = held_apart(session, [leg.id for leg in done])
    took = [leg.talked + leg.held + leg.wrapped - apart.get(leg.id, 0.0) for leg in done]
    return Day(len(legs), sum(took) / len(took) if took else None)
