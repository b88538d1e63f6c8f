"""Offers: one call shown to one agent for the time of a lease. One open offer per call and per agent, by constraint."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.records import agents, calls, events
from callcenter.records.identifiers import new_id
from callcenter.rules.states import AgentState, CallState, OfferState, PauseReason


class Offer(Base):
    """`epoch` is the call's when it was offered: an answer that carries another is too late."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("offers_one_open_per_call", "call_id", unique=True, postgresql_where="state = 'open'"),
        Index("offers_one_open_per_agent", "agent_id", unique=True, postgresql_where="state = 'open'"),
        Index("offers_by_call", "call_id"),
        Index("offers_by_agent", "agent_id", "at"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    epoch: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=OfferState.OPEN)
    at: Mapped[datetime]
    lease_until: Mapped[datetime]
    closed_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Closed:
    """What a closed offer leaves behind: the call, waiting again with its place, and the agent."""

    call: calls.Call
    agent_id: str


def make(session: Session, call_id: str, agent_id: str, at: datetime, lease_until: datetime) -> Offer | None:
    """Decide: call row first, then agent row. None when either was not free any more, or when the account takes no
    calls; the caller must then roll back."""
    call = calls.lock(session, call_id)
    if call is None or call.state != CallState.WAITING:
        return None
    epoch = call.epoch + 1
    calls.move(
        session, call_id, [CallState.WAITING], CallState.OFFERED, at, "offered",
        epoch=epoch, agent_id=agent_id, lease_until=lease_until,
    )  # fmt: skip
    if not agents.move(
        session, agent_id, [AgentState.AVAILABLE], AgentState.OFFERED, at, "offered", call_id=call_id, keeps_rank=True
    ):
        return None
    if not session.get_one(agents.Agent, agent_id).takes_calls:
        return None
    offer = Offer(id=new_id(), call_id=call_id, agent_id=agent_id, epoch=epoch, at=at, lease_until=lease_until)
    session.add(offer)
    session.flush()
    events.note(session, at, "offer", offer.id, "", OfferState.OPEN, "offered", agent_id)
    return offer


def open_of_agent(session: Session, agent_id: str) -> Offer | None:
    """The offer now on an agent's screen."""
    return session.scalar(select(Offer).where(Offer.agent_id == agent_id, Offer.state == OfferState.OPEN))


def open_of_call(session: Session, call_id: str) -> Offer | None:
    """The open offer of a call."""
    return session.scalar(select(Offer).where(Offer.call_id == call_id, Offer.state == OfferState.OPEN))


def get(session: Session, offer_id: str) -> Offer | None:
    """One offer as it is now."""
    return session.get(Offer, offer_id, populate_existing=True)


def overdue(session: Session, at: datetime, limit: int = 200) -> list[str]:
    """Open offers whose lease has ended."""
    due = (
        select(Offer.id)
        .where(Offer.state == OfferState.OPEN, Offer.lease_until < at)
        .order_by(Offer.lease_until)
        .limit(limit)
    )
    return list(session.scalars(due))


def accept(session: Session, offer_id: str, agent_id: str, at: datetime, lease_until: datetime) -> calls.Call | None:
    """The agent takes the call, if it is still theirs to take; None when they are too late."""
    offer = get(session, offer_id)
    if offer is None or offer.agent_id != agent_id or offer.lease_until < at:
        return None
    call = calls.move(
        session, offer.call_id, [CallState.OFFERED], CallState.CONNECTING, at, "accepted",
        who=agent_id, if_epoch=offer.epoch, if_agent=agent_id, lease_until=lease_until, inside=False,
    )  # fmt: skip
    if call is None:
        return None
    if not agents.move(
        session, agent_id, [AgentState.OFFERED], AgentState.CONNECTING, at, "accepted", call_id=call.id, who=agent_id
    ):
        raise AssertionError("an offered call whose agent is not offered it")
    close(session, offer_id, OfferState.ACCEPTED, at)
    return call


def return_call(
    session: Session,
    offer_id: str,
    how: OfferState,
    at: datetime,
    *,
    agent_to: AgentState,
    reason: PauseReason | None = None,
    keeps_rank: bool = False,
) -> Closed | None:
    """The offer was refused, missed or withdrawn: the call waits again with its place, the agent goes to `agent_to`."""
    offer = get(session, offer_id)
    if offer is None:
        return None
    call = calls.move(
        session, offer.call_id, [CallState.OFFERED], CallState.WAITING, at, how,
        who=offer.agent_id, if_epoch=offer.epoch, if_agent=offer.agent_id,
    )  # fmt: skip
    if call is None:
        return None
    if not agents.move(
        session, offer.agent_id, [AgentState.OFFERED], agent_to, at, how, reason=reason, keeps_rank=keeps_rank
    ):
        raise AssertionError("an offered call whose agent is not offered it")
    close(session, offer_id, how, at)
    return Closed(call, offer.agent_id)


def close(session: Session, offer_id: str, how: OfferState, at: datetime) -> None:
    """Write how an offer ended."""
    offer = get(session, offer_id)
    if offer is None or offer.state != OfferState.OPEN:
        return
    offer.state, offer.closed_at = how, at
    session.flush()
    events.note(session, at, "offer", offer_id, OfferState.OPEN, how, how, offer.agent_id)
