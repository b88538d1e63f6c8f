"""What we remember of a number, by its pseudonym: how its calls ended lately, who helped it, where it is from."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.contacts import Contact
from callcenter.records.events import Event
from callcenter.rules.callbacks import CallbackState
from callcenter.rules.priority import FAILED_WITHIN, KNOWN_WITHIN, RESUME, Past
from callcenter.rules.states import AgentState, CallState, Ending
from callcenter.rules.territory import UNKNOWN
from callcenter.rules.whys import Why

UNHEARD = (Ending.ABANDONED, Ending.FULL, Ending.TECHNICAL)
MEANT = (Why.THE_AGENT_HUNG_UP, Why.HANDED_OVER)
REMEMBERED = timedelta(days=183)  # a citizen's data is kept for six months after the last contact


def of_number(session: Session, number_key: bytes, but: str | None, at: datetime) -> Past:
    """How we have treated this number until `at`, the call `but` left out."""
    theirs = select(Call).where(Call.number_key == number_key, Call.id != but)
    since = at - FAILED_WITHIN
    last = session.scalar(
        theirs.where(Call.talking_at.is_not(None), Call.arrived_at > since).order_by(Call.talking_at.desc()).limit(1)
    )
    if last is not None and last.talking_at is not None:
        since = max(since, last.talking_at)
    unheard = select(func.count()).where(
        Call.number_key == number_key, Call.id != but, Call.channel == "phone", Call.ending.in_(UNHEARD),
        Call.ended_at > since,
    )  # fmt: skip
    missed = select(func.count()).where(
        Callback.number_key == number_key,
        or_(
            (Callback.state == CallbackState.NOT_REACHED) & (Callback.closed_at > since),
            (Callback.state == CallbackState.PROMISED) & (Callback.due_until > since) & (Callback.due_until < at),
        ),
    )
    failures = (session.scalar(unheard) or 0) + (session.scalar(missed) or 0)
    return Past(_broke_off(session, last, at) if last else None, failures)


def helper(session: Session, number_key: bytes, topic: str, language: str, at: datetime) -> str | None:
    """The agent who last helped this number about this topic, if they are free at this moment and still serve it."""
    agent_id = session.scalar(
        select(Contact.agent_id)
        .where(
            Contact.pseudonym == number_key, Contact.topic == topic, Contact.arrived_at > at - KNOWN_WITHIN,
            Contact.agent_id.is_not(None),
        )
        .order_by(Contact.arrived_at.desc())
        .limit(1)
    )  # fmt: skip
    if agent_id is None:
        return None
    return session.scalar(
        select(Agent.id).where(
            Agent.id == agent_id, Agent.state == AgentState.AVAILABLE, Agent.topics.any_() == topic,
            Agent.languages.any_() == language,
        )
    )  # fmt: skip


def department(session: Session, number_key: bytes, at: datetime) -> str | None:
    """The territory this number last called for: to be offered, never taken for granted."""
    return session.scalar(
        select(Contact.department)
        .where(
            Contact.pseudonym == number_key, Contact.arrived_at > at - REMEMBERED, Contact.department != UNKNOWN,
            Contact.department_assumed.is_(False),
        )
        .order_by(Contact.arrived_at.desc())
        .limit(1)
    )  # fmt: skip


def _broke_off(session: Session, call: Call, at: datetime) -> datetime | None:
    """When a conversation ended that its agent did not end; None for one that they did, that they handed over to a
    partner's person, or that goes on."""
    if call.state not in (CallState.WRAP_UP, CallState.ENDED) or call.ended_at is None or call.ended_at < at - RESUME:
        return None
    return call.ended_at if was_cut_off(session, call) else None


def was_cut_off(session: Session, call: Call) -> bool:
    """Whether its last conversation ended otherwise than its agent meant."""
    why = session.scalar(
        select(Event.why)
        .where(Event.noun == "call", Event.noun_id == call.id, Event.was == CallState.TALKING)
        .order_by(Event.id.desc())
        .limit(1)
    )
    return why not in MEANT
