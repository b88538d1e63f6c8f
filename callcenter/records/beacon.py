"""The beacon: a number that the sweep raises each second here and in the index, so that a lost index shows."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base

SECOND = timedelta(seconds=0.9)
REBUILD_LOCK = 7_311_001  # advisory lock: one rebuild at a time in the whole service


class Beacon(Base):
    """One row."""

    __tablename__ = "beacon"
    __table_args__ = (CheckConstraint("id = 1", name="beacon_is_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    number: Mapped[int]
    at: Mapped[datetime]


def raise_beacon(session: Session, at: datetime) -> int:
    """The number, one higher if the last rise is a second old, however many sweeps there are. Never waits: a sweep
    that was frozen with the row in its hand keeps nobody from seeing that the index is lost."""
    due = select(Beacon.id).where(Beacon.at <= at - SECOND).with_for_update(skip_locked=True)
    higher = update(Beacon).where(Beacon.id.in_(due.scalar_subquery())).values(number=Beacon.number + 1, at=at)
    raised: int | None = session.scalar(higher.returning(Beacon.number))
    if raised is not None:
        return raised
    if not beacon_now(session):
        session.execute(insert(Beacon).values(id=1, number=1, at=at).on_conflict_do_nothing())
    return beacon_now(session)


def beacon_now(session: Session) -> int:
    """The last number raised; 0 before the first."""
    return session.scalar(select(Beacon.number)) or 0


def lock_rebuild(session: Session) -> bool:
    """True for the one that may rebuild the index; held until its transaction ends."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(REBUILD_LOCK))))


def answers(session: Session) -> bool:
    """Whether PostgreSQL answers at all."""
    return bool(session.scalar(text("select 1")) == 1)
