"""Distresses that go on: to whom they are told, and who has taken one on.

That one was declared, and that somebody took it on, is what the audit keeps: the alert stands while its last word is
the first of the two.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, String, cast, func, select
from sqlalchemy.orm import Session

from callcenter.records import agents
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.contacts import Contact
from callcenter.records.sessions import AuditEntry
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.states import CallState

NOUN = "contact"
LATEST = timedelta(hours=12)  # from somebody's arrival to their conversation


@dataclass(frozen=True)
class Distress:
    """One that nobody has taken on. `agent`: who declared it, by name."""

    contact_id: str
    agent: str
    topic: str
    department: str
    since: datetime


def supervisors_of(session: Session, agent: Agent) -> list[str]:
    """Whose screens tell of a distress of this agent's."""
    theirs = agents.supervising(agent.department)
    return list(session.scalars(select(Agent.id).where(*theirs, Agent.id != agent.id)))


def untaken(session: Session, supervisor: Agent, at: datetime) -> list[Distress]:
    """The distresses of their agents that nobody has taken on, the oldest first; none for who supervises nobody."""
    if supervisor.role != "supervisor":
        return []
    declared, taken = _last(AuditedAct.DECLARED_A_DISTRESS), _last(AuditedAct.TOOK_A_DISTRESS_ON)
    found = (
        select(Contact.id, Agent.name, Call.topic, Call.department, AuditEntry.at)
        .join(Call, Call.contact_id == Contact.id)
        .join(Agent, Agent.id == Call.agent_id)
        .join(AuditEntry, AuditEntry.id == declared)
        .where(Contact.distress, Contact.arrived_at >= at - LATEST, Call.state == CallState.TALKING)
        .where(Agent.department.in_(supervisor.departments), Agent.id != supervisor.id)
        .where(func.coalesce(taken, 0) < declared)
    )
    return [Distress(*row) for row in session.execute(found.order_by(AuditEntry.id))]


def taker(session: Session, contact_id: str) -> str | None:
    """Who took on the distress of a contact, by name; None: nobody has, since it was declared last."""
    acts = (AuditedAct.DECLARED_A_DISTRESS, AuditedAct.TOOK_A_DISTRESS_ON)
    said = select(AuditEntry.act, Agent.name).join(Agent, Agent.id == AuditEntry.who)
    said = said.where(AuditEntry.noun == NOUN, AuditEntry.noun_id == contact_id, AuditEntry.act.in_(acts))
    last = session.execute(said.order_by(AuditEntry.id.desc()).limit(1)).first()
    return last.name if last and last.act == AuditedAct.TOOK_A_DISTRESS_ON else None


def _last(act: AuditedAct) -> ScalarSelect[int]:
    """The last time that the audit says so of a contact."""
    said = select(func.max(AuditEntry.id)).where(
        AuditEntry.noun == NOUN, AuditEntry.noun_id == cast(Contact.id, String), AuditEntry.act == act
    )
    return said.correlate(Contact).scalar_subquery()
