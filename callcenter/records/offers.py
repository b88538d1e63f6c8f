"""Offers: one call shown to one agent for the time of a lease. One open offer per call and per agent, by constraint.

Of purpose `serve` the call is to be theirs; of purpose `consult` a colleague who has it asks for their help."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.records.identifiers import new_id
from callcenter.records.moves import Stateful
from callcenter.rules.consults import Purpose
from callcenter.rules.state_machines import OFFER
from callcenter.rules.states import OfferState


class Offer(Stateful, Base):
    """`epoch` is the call's when it was offered: an answer that carries another is too late."""

    __tablename__ = "offers"
    states = OFFER
    __table_args__ = (
        CheckConstraint("(purpose = 'consult') = (consult_id is not null)", name="offers_purpose"),
        Index("offers_one_open_per_call", "call_id", unique=True, postgresql_where="state = 'open'"),
        Index("offers_one_open_per_agent", "agent_id", unique=True, postgresql_where="state = 'open'"),
        Index("offers_by_call", "call_id"),
        Index("offers_by_agent", "agent_id", "at"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    epoch: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(8), default=Purpose.SERVE)
    consult_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    state: Mapped[str] = mapped_column(String(10), default=OfferState.OPEN)
    at: Mapped[datetime]
    lease_until: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    @property
    def mover(self) -> str:
        """An offer is its agent's."""
        return self.agent_id

    def written_with(self, to: str, at: datetime, columns: dict[str, Any]) -> dict[str, Any]:
        """Whatever ends it closes it."""
        return {"closed_at": at} | columns


def open_of_agent(session: Session, agent_id: str) -> Offer | None:
    """The offer now on an agent's screen."""
    return session.scalar(select(Offer).where(Offer.agent_id == agent_id, Offer.state == OfferState.OPEN))


def last_of_agent(session: Session, agent_id: str) -> Offer | None:
    """The latest call that was offered to an agent, whatever came of it."""
    return session.scalar(select(Offer).where(Offer.agent_id == agent_id).order_by(Offer.at.desc()).limit(1))


def open_of_call(session: Session, call_id: str) -> Offer | None:
    """The open offer of a call, to be served."""
    mine = select(Offer).where(Offer.call_id == call_id, Offer.state == OfferState.OPEN)
    return session.scalar(mine.where(Offer.purpose == Purpose.SERVE))


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
