"""What the carrier told us, once each: a status event is known by its line, the room it is of, and its number.

The line comes first in the key: by it erasure finds what was told of a person.
"""

from datetime import datetime, timedelta

from sqlalchemy import Integer, String, delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base

KEPT = timedelta(days=2)  # events for calls that ended a day ago are ignored anyway


class CarrierEvent(Base):
    """One status event that has been taken in."""

    __tablename__ = "carrier_events"

    resource: Mapped[str] = mapped_column(String(40), primary_key=True)
    stream: Mapped[str] = mapped_column(String(40), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime]


def is_past(session: Session, resource: str, stream: str, sequence: int) -> bool:
    """Whether this event or a later one was taken in: it is a twin, a replay, or overtaken."""
    later = exists().where(
        CarrierEvent.resource == resource, CarrierEvent.stream == stream, CarrierEvent.sequence >= sequence
    )
    return bool(session.scalar(select(later)))


def taken_in(session: Session, resource: str, stream: str, sequence: int, at: datetime) -> None:
    """This event has had its effect, and shall have no other."""
    told = insert(CarrierEvent).values(resource=resource, stream=stream, sequence=sequence, at=at)
    session.execute(told.on_conflict_do_nothing())


def tidy(session: Session, at: datetime) -> None:
    """Forget events that can come again no more."""
    session.execute(delete(CarrierEvent).where(CarrierEvent.at < at - KEPT))
