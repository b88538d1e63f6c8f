"""What the drill counts by itself, beside the promises' own queries: what was asked for, done, and left."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from callcenter.records.agents import Agent
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.contacts import Contact
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer
from callcenter.records.passes import Pass
from callcenter.rules.callbacks import OPEN_STATES, CallbackState, DialResult, Source
from callcenter.rules.states import AgentState, CallState, OfferState

ENDED_BY_DIALLING = (CallbackState.REACHED, CallbackState.NOT_REACHED)


def offered_since(session: Session, at: datetime) -> bool:
    """Whether a call was offered to an agent after `at`."""
    return bool(session.scalar(select(exists().where(Offer.at > at))))


def are_apart(session: Session, agent_before: datetime, call_before: datetime) -> bool:
    """Whether an agent has been free, and a call waiting, since before these instants."""
    free = exists().where(Agent.state == AgentState.AVAILABLE, Agent.since < agent_before)
    waits = exists().where(Call.state == CallState.WAITING, Call.queued_at < call_before)
    return bool(session.scalar(select(free & waits)))


def talking_since(session: Session, at: datetime) -> bool:
    """Whether a citizen has reached an agent after `at`."""
    return bool(session.scalar(select(exists().where(Call.talking_at > at))))


def dialled_since(session: Session, at: datetime) -> bool:
    """Whether a callback was dialled after `at`."""
    return bool(session.scalar(select(exists().where(Attempt.asked_at > at))))


def is_open(session: Session, offer_id: str) -> bool:
    """Whether an offer still waits for its agent."""
    return bool(session.scalar(select(exists().where(Offer.id == offer_id, Offer.state == OfferState.OPEN))))


def states(session: Session, agent_ids: Collection[str]) -> list[str]:
    """The states of these agents."""
    return list(session.scalars(select(Agent.state).where(Agent.id.in_(agent_ids))))


def live_calls(session: Session) -> int:
    """Calls that have not ended."""
    return session.scalar(select(func.count()).where(Call.state != CallState.ENDED)) or 0


def open_callbacks(session: Session, before: datetime) -> int:
    """Promises that are being kept, or are to be before this; those for another half-day can wait."""
    due = or_(Callback.state != CallbackState.PROMISED, Callback.due_from < before)
    return session.scalar(select(func.count()).where(Callback.state.in_(OPEN_STATES), due)) or 0


def open_attempts(session: Session) -> int:
    """Dials whose end is not known."""
    return session.scalar(select(func.count()).where(Attempt.outcome.is_(None))) or 0


def unknown_attempts(session: Session, attempt_ids: Collection[str]) -> list[str]:
    """Which of these dials have no row."""
    known = set(session.scalars(select(Attempt.id)))
    return sorted(set(attempt_ids) - known)


def unknown_lines(session: Session, carrier_ids: Collection[str]) -> list[str]:
    """Which of these lines have no call."""
    known = set(session.scalars(select(Call.carrier_id)))
    return sorted(set(carrier_ids) - known)


def unpromised(session: Session, number_keys: Sequence[bytes]) -> list[bytes]:
    """Which of these numbers have no callback, open or ended."""
    known = set(session.scalars(select(Callback.number_key)))
    return [key for key in number_keys if key not in known]


def never_dialled(session: Session) -> list[str]:
    """Callbacks that ended as dialled, reached or not, without one dial that rang."""
    rang = exists().where(Attempt.callback_id == Callback.id, Attempt.outcome.is_distinct_from(DialResult.NOT_DIALLED))
    return list(session.scalars(select(Callback.id).where(Callback.state.in_(ENDED_BY_DIALLING), ~rang)))


def not_handed_over(session: Session, leg_ids: Collection[str]) -> list[str]:
    """Which of these partners' legs are of help to which nobody was handed over."""
    handed = set(session.scalars(select(Consult.leg_id).where(Consult.handed_at.is_not(None))))
    return sorted(set(leg_ids) - handed)


def unknown_legs(session: Session, leg_ids: Collection[str]) -> list[str]:
    """Which of these legs have no row."""
    known = set(session.scalars(select(Leg.id)))
    return sorted(set(leg_ids) - known)


def help_given(session: Session) -> dict[str, int]:
    """How the help that was asked for ended, and what else agents did about a conversation, by name: each as often as
    it was."""
    how = func.coalesce(Consult.ended, Consult.state)
    ended = session.execute(select(how, func.count()).group_by(how))
    others = {
        "in the room": select(func.count()).where(Consult.joined_at.is_not(None)),
        "passed on": select(func.count()).select_from(Pass).where(~Pass.warm),
        "in distress": select(func.count()).where(Contact.distress),
        "called out": select(func.count()).where(Callback.source == Source.AGENT),
    }
    return {str(end): int(n) for end, n in ended} | {name: session.scalar(q) or 0 for name, q in others.items()}


def counts(session: Session) -> dict[str, int]:
    """How many calls, conversations (and those that a supervisor took part in), callbacks and dials there were in
    all."""
    asked = {
        "calls": select(func.count()).where(Call.channel == "phone"),
        "conversations": select(func.count()).where(Call.talking_at.is_not(None)),
        "monitored": select(func.count(Leg.call_id.distinct())).where(
            Leg.kind == "monitor", Leg.joined_at.is_not(None)
        ),
        "callbacks": select(func.count()).select_from(Callback),
        "reached": select(func.count()).where(Callback.state == CallbackState.REACHED),
        "dials": select(func.count()).select_from(Attempt),
        "offers": select(func.count()).select_from(Offer),
    }
    return {name: session.scalar(question) or 0 for name, question in asked.items()}
