"""Monitors: the legs of supervisors who take part in a conversation, one at a time each."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.records import trail
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.identity import new_id
from callcenter.records.legs import Leg
from callcenter.rules.states import CallState, LegState, Monitoring

OPEN = (Leg.kind == "monitor") & (Leg.state != LegState.LEFT)


def ask(session: Session, call: Call, supervisor_id: str, mode: Monitoring, at: datetime) -> Leg:
    """A supervisor's part in a conversation, before their telephone is rung. Conflict: they have one already."""
    leg = Leg(
        id=new_id(), call_id=call.id, contact_id=call.contact_id, agent_id=supervisor_id, epoch=call.epoch, asked_at=at,
        shift=False, state=LegState.ASKED, held=0.0, kind="monitor", mode=mode, muted=False,
    )  # fmt: skip
    session.add(leg)
    session.flush()
    trail.note(session, at, "leg", leg.id, "", LegState.ASKED, mode, supervisor_id)
    return leg


def of_call(session: Session, call_id: str) -> list[tuple[Leg, str]]:
    """Who takes part in a conversation besides its agent, or is being rung for it, with their names."""
    taking_part = select(Leg, Agent.name).join(Agent, Agent.id == Leg.agent_id).where(Leg.call_id == call_id)
    return [(leg, name) for leg, name in session.execute(taking_part.where(OPEN).order_by(Leg.asked_at))]


def of_supervisor(session: Session, supervisor_id: str) -> Leg | None:
    """The one conversation that a supervisor takes part in, or is being rung for."""
    return session.scalar(select(Leg).where(Leg.agent_id == supervisor_id, OPEN))


def to_end(session: Session, asked_before: datetime) -> list[str]:
    """Parts in conversations that are over or whose citizen refuses, and supervisors who did not come in time."""
    over = (Call.state != CallState.TALKING) | (Call.epoch != Leg.epoch) | Call.private
    late = (Leg.state != LegState.JOINED) & (Leg.asked_at < asked_before)
    return list(session.scalars(select(Leg.id).join(Call, Call.id == Leg.call_id).where(OPEN, over | late)))
