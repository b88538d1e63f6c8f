"""Monitors: the legs of supervisors who take part in a conversation, one at a time each."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from callcenter.records import agents, desk_phone_rings, events, legs
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.contacts import Contact
from callcenter.records.legs import Leg
from callcenter.records.sessions import StaffSession
from callcenter.rules.state_machines import MONITOR
from callcenter.rules.states import AgentState, CallState, LegState, Monitoring
from callcenter.rules.whys import Why

OPEN = (Leg.kind == "monitor") & (Leg.state != LegState.LEFT)


def ask(session: Session, call: Call, supervisor_id: str, mode: Monitoring, at: datetime, why: Why = Why.CHOSEN) -> Leg:
    """A supervisor's part in a conversation, before their telephone is rung. Conflict: they have one already."""
    leg = legs.add(session, call.id, call.contact_id, call.epoch, supervisor_id, at, "monitor", mode, mode=mode)
    events.note(session, at, MONITOR.noun, leg.id, "", mode, why, supervisor_id)
    return leg


def of_call(session: Session, call_id: str) -> list[tuple[Leg, str]]:
    """Who takes part in a conversation besides its agent, or is being rung for it, with their names."""
    taking_part = select(Leg, Agent.name).join(Agent, Agent.id == Leg.agent_id).where(Leg.call_id == call_id)
    return [(leg, name) for leg, name in session.execute(taking_part.where(OPEN).order_by(Leg.asked_at))]


def of_supervisor(session: Session, supervisor_id: str) -> Leg | None:
    """The one conversation that a supervisor takes part in, or is being rung for."""
    return session.scalar(select(Leg).where(Leg.agent_id == supervisor_id, OPEN))


def may_be_rung(session: Session, call: Call, department: str) -> list[Agent]:
    """The supervisors of a department's agents who are signed in and at no post, and take part in no conversation: who
    was rung for this one the least comes first, then who signed in last."""
    busy = exists().where(Leg.agent_id == Agent.id, OPEN)
    rung = select(func.count(Leg.id)).where(Leg.agent_id == Agent.id, Leg.kind == "monitor", Leg.call_id == call.id)
    mine = (StaffSession.agent_id == Agent.id, StaffSession.revoked_at.is_(None), StaffSession.expires_at > func.now())
    since = select(func.max(StaffSession.created_at)).where(*mine).scalar_subquery()
    found = select(Agent).where(
        *agents.supervising(department),
        Agent.state == AgentState.OFFLINE, Agent.desk_phone.is_not(None), since.is_not(None), ~busy,
    )  # fmt: skip
    return list(session.scalars(found.order_by(rung.scalar_subquery(), since.desc())))


def follow(session: Session, call: Call) -> None:
    """Whoever takes part goes on with the agent to whom a conversation was handed over: the carrier is asked once more
    whom they speak to."""
    for leg, _ in of_call(session, call.id):
        leg.epoch = call.epoch
        if leg.state == LegState.JOINED and leg.told == Monitoring.WHISPER:
            leg.told = Monitoring.LISTEN


def is_theirs(session: Session, leg_id: str) -> bool:
    """Whether whoever takes part may still hear that agent's conversations."""
    mine = select(Leg.id).join(Call, Call.id == Leg.call_id).where(Leg.id == leg_id, _is_warranted())
    return session.scalar(mine) is not None


def _is_warranted() -> ColumnElement[bool]:
    """Their account is open, and the agent is of a department that they see now; in a distress, any agent who has
    served the call: they stay whoever goes on with it."""
    supervisor, agent, contact, served = aliased(Agent), aliased(Agent), aliased(Contact), aliased(Leg)
    of_agent: list[Any] = [agent.department]
    theirs = (
        select(served.id)
        .join(contact, contact.id == served.contact_id)
        .join(agent, agent.id == served.agent_id)
        .join(supervisor, agents.seeing(supervisor, array(of_agent)))
        .where(served.call_id == Call.id, served.kind == "serve", supervisor.id == Leg.agent_id)
        .where(contact.distress | (served.agent_id == Call.agent_id))
    )
    return theirs.exists()


def is_among_us(session: Session, call_id: str) -> bool:
    """Whether nobody is in a conversation, or being rung into it, who is not of ours: they heard no notice."""
    return session.scalar(select(~_has_outsider(call_id))) is True


def _has_outsider(call_id: str | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    theirs = aliased(Leg)
    return exists().where(theirs.call_id == call_id, theirs.partner, theirs.state != LegState.LEFT)


def unsettled(session: Session, allowed: bool, came_by: datetime) -> list[str]:
    """Parts in conversations that are over, whose citizen was not told or refuses, with somebody else who was not told,
    that are the supervisor's to hear no more, or any if none is `allowed`; and, of those rung before, who did not come
    in."""
    forbidden = ~Call.warned | Call.private | ~_is_warranted() | _has_outsider(Call.id)
    over = (Call.state != CallState.TALKING) | (Call.epoch != Leg.epoch) | forbidden
    late = (Leg.state != LegState.JOINED) & (desk_phone_rings.since(Leg) < came_by)
    parts = select(Leg.id).join(Call, Call.id == Leg.call_id).where(OPEN)
    return list(session.scalars(parts.where(over | late) if allowed else parts))
