"""Passes: each time a conversation went from one agent to another, to a queue, or to a partner's person, and why."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.records.calls import Call
from callcenter.records.identifiers import new_id
from callcenter.rules.consults import PassReason
from callcenter.rules.states import CallState


class Pass(Base):
    """`warm`: they had spoken first. One of `to_agent`, `to_queue` and `to_partner` says to whom."""

    __tablename__ = "passes"
    __table_args__ = (
        CheckConstraint("num_nonnulls(to_agent, to_queue, to_partner) = 1", name="passes_one_target"),
        Index("passes_by_call", "call_id"),
        Index("passes_by_time", "at"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    to_agent: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    to_queue: Mapped[str | None] = mapped_column(String(60))
    to_partner: Mapped[str | None] = mapped_column(String(40))
    consult_id: Mapped[str | None] = mapped_column(ForeignKey("consults.id"))
    warm: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(12))


def note(
    session: Session,
    call: Call,
    by: str,
    reason: PassReason,
    at: datetime,
    *,
    to_agent: str | None = None,
    to_queue: str | None = None,
    to_partner: str | None = None,
    consult_id: str | None = None,
) -> None:
    """Write it down; `consult_id`: of whom was spoken with before."""
    session.add(
        Pass(
            id=new_id(), call_id=call.id, contact_id=call.contact_id, at=at, by=by, to_agent=to_agent,
            to_queue=to_queue, to_partner=to_partner, consult_id=consult_id, warm=consult_id is not None, reason=reason,
        )
    )  # fmt: skip
    session.flush()


def untaken(session: Session, before: datetime) -> list[str]:
    """Waiting calls that were passed on before then, and are kept from who did."""
    late = exists().where(Pass.call_id == Call.id, Pass.at > before)
    waiting = select(Call.id).where(Call.state == CallState.WAITING, Call.not_for.is_not(None), ~late)
    return list(session.scalars(waiting))


def last_of_call(session: Session, call_id: str) -> Pass | None:
    """By whom a call was passed last, and why."""
    mine = select(Pass).where(Pass.call_id == call_id).order_by(Pass.at.desc()).limit(1)
    return session.scalar(mine)
