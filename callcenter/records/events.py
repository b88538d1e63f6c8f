"""The trail: one append-only row per change: who, from, to, why, when. Ids and codes only, so erasure never meets
it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Identity, Index, String, Uuid, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base


class Event(Base):
    """One change of state of one thing. PostgreSQL refuses to update or delete it."""

    __tablename__ = "events"
    __table_args__ = (
        Index("events_by_noun", "noun_id", "id"),
        Index("events_by_time", "at", postgresql_using="brin"),  # for the figures; all but free to write
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    noun: Mapped[str] = mapped_column(String(12))  # of a state machine (`rules.state_machines`)
    noun_id: Mapped[str] = mapped_column(Uuid(as_uuid=False))
    was: Mapped[str] = mapped_column(String(16))
    now: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(String(40))  # a code of `rules.whys`, or of what happened
    who: Mapped[str | None] = mapped_column(
        Uuid(as_uuid=False)
    )  # the agent or supervisor; None: the service or the citizen


def note(
    session: Session, at: datetime, noun: str, noun_id: str, was: str, now: str, why: StrEnum, who: str | None = None
) -> None:
    """Write one change, in the transaction that makes it."""
    session.execute(insert(Event).values(at=at, noun=noun, noun_id=noun_id, was=was, now=now, why=why, who=who))


def of(session: Session, ids: Sequence[str]) -> list[Event]:
    """Every change of these things, oldest first."""
    return list(session.scalars(select(Event).where(Event.noun_id.in_(ids)).order_by(Event.id)))
