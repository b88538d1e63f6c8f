"""The workers, judged alive by work done: each writes down when it last did a job."""

from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base

IDLE = timedelta(minutes=1)  # the sweep asks for a cheap job every quarter of it; the longest jobs take 20 s
KEPT = timedelta(days=1)


class Hand(Base):
    """One worker process, by the name it gives itself."""

    __tablename__ = "hands"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    worked_at: Mapped[datetime]


def record_work(session: Session, name: str, at: datetime) -> None:
    """This worker has just done a job."""
    done = insert(Hand).values(name=name[:120], worked_at=at)
    session.execute(done.on_conflict_do_update(index_elements=["name"], set_={"worked_at": at}))


def are_at_work(session: Session, at: datetime) -> bool:
    """Whether any worker did a job lately."""
    latest = session.scalar(select(func.max(Hand.worked_at)))
    return latest is not None and latest > at - IDLE


def tidy(session: Session, at: datetime) -> None:
    """Forget workers that are no more."""
    session.execute(delete(Hand).where(Hand.worked_at < at - KEPT))
