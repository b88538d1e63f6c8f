"""An agent's day: how many conversations they served, how long each took, and how often they helped a colleague."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.records.calls import Call
from callcenter.records.contacts import Contact
from callcenter.records.figures.partner_time import held_apart
from callcenter.records.legs import Leg


@dataclass(frozen=True)
class Day:
    """`calls` that they served, and the `helps` that they gave. `handling`: mean seconds of talk, hold and wrap-up of a
    call served, time with partners apart; None before the first recorded outcome. Relay calls and distresses are
    compared with nothing."""

    calls: int
    helps: int
    handling: float | None


def of_agent(session: Session, agent_id: str, since: datetime) -> Day:
    """What this agent has done since `since`."""
    mine = select(Leg, Call.relay | Contact.distress).join(Call, Call.id == Leg.call_id)
    mine = mine.join(Contact, Contact.id == Leg.contact_id).where(Leg.agent_id == agent_id)
    rows = session.execute(mine.where(Leg.asked_at >= since, Leg.talked_from.is_not(None))).all()
    served = [(leg, is_apart) for leg, is_apart in rows if leg.kind == "serve"]
    done = [leg for leg, is_apart in served if leg.wrapped_at and not is_apart]
    apart = held_apart(session, [leg.id for leg in done if leg.held])
    took = [leg.talked + leg.held + leg.wrapped - apart.get(leg.id, 0.0) for leg in done]
    helps = sum(leg.kind == "consult" for leg, _ in rows)
    return Day(len(served), helps, sum(took) / len(took) if took else None)
