"""Whom an order would concern now: counted just before it is given."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.rules.callbacks import CallbackState
from callcenter.rules.states import ON_DUTY, AgentState, CallState


@dataclass(frozen=True)
class Concerned:
    """`waiting`: calls in the queues now; `lately`: those that came since; `promised`: callbacks still to be made."""

    waiting: int
    lately: int
    promised: int


@dataclass(frozen=True)
class Serving:
    """Agents at their post who serve a topic, and how many of them are free."""

    on_duty: int
    free: int


def concerned(session: Session, departments: Collection[str], topic: str, since: datetime) -> Concerned:
    """The calls and promises of these departments, of one topic or of all (empty)."""

    def of(row: type[Call] | type[Callback]) -> tuple[ColumnElement[bool], ...]:
        here = row.department.in_(sorted(departments))
        return (here, row.topic == topic) if topic else (here,)

    waits = select(func.count()).where(Call.state.in_((CallState.WAITING, CallState.OFFERED)), *of(Call))
    came = select(func.count()).where(Call.channel == "phone", Call.arrived_at >= since, *of(Call))
    owed = select(func.count()).where(Callback.state == CallbackState.PROMISED, *of(Callback))
    return Concerned(*(session.scalar(each) or 0 for each in (waits, came, owed)))


def serving(session: Session, topic: str) -> Serving:
    """Anywhere: a queue widens to the nation."""
    found = select(func.count(), func.count().filter(Agent.state == AgentState.AVAILABLE)).where(
        Agent.state.in_(ON_DUTY), Agent.topics.any_() == topic
    )
    return Serving(*session.execute(found).one())


def at_post_of(session: Session, site_id: int) -> int:
    """Agents of one site who are at their post."""
    return session.scalar(select(func.count()).where(Agent.site_id == site_id, Agent.state.in_(ON_DUTY))) or 0
