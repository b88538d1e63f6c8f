"""Signs of life of the processes that nobody asks anything: each writes every second when its parts last went round.

Ages are measured on PostgreSQL's own clock, for the machines' may differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base

KEPT = timedelta(days=1)
LATELY = timedelta(minutes=2)  # an older process is gone for good


class Pulse(Base):
    """One part of one process; `process` is its kind, then where it runs."""

    __tablename__ = "pulses"

    process: Mapped[str] = mapped_column(String(120), primary_key=True)
    part: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]


@dataclass(frozen=True)
class Sign:
    """How many seconds ago a part of a process last went round."""

    kind: str
    process: str
    part: str
    age: float


def beat(session: Session, process: str, ages: Mapping[str, float]) -> None:
    """The parts of this process went round so many seconds ago."""
    rows = [
        {"process": process[:120], "part": part, "at": func.clock_timestamp() - timedelta(seconds=age)}
        for part, age in sorted(ages.items())
    ]
    told = insert(Pulse).values(rows)
    session.execute(told.on_conflict_do_update(index_elements=["process", "part"], set_={"at": told.excluded.at}))


def lately(session: Session) -> list[Sign]:
    """Every part of every process that lived lately."""
    age = func.extract("epoch", func.clock_timestamp() - Pulse.at)
    found = select(Pulse.process, Pulse.part, age).where(Pulse.at > func.now() - LATELY).order_by(Pulse.process)
    return [Sign(process.partition(" ")[0], process, part, float(old)) for process, part, old in session.execute(found)]


def ends(session: Session, process: str) -> None:
    """This process stops, and knows it."""
    session.execute(delete(Pulse).where(Pulse.process == process[:120]))


def tidy(session: Session, at: datetime) -> None:
    """Forget processes that are no more."""
    session.execute(delete(Pulse).where(Pulse.at < at - KEPT))
