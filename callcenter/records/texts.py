"""The texts we sent, and what became of each: which, to whose number as a pseudonym, how it ended; never its words."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, String, Uuid, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber
from callcenter.records.identifiers import new_id
from callcenter.rules.carrier_news import Delivery

SENT = 7_311_029  # advisory: one counts and sends at a time
KEPT = timedelta(days=90)  # long enough to see which texts do not arrive


class Kind(StrEnum):
    """Which of our texts."""

    NOT_REACHED = "not_reached"
    SATISFACTION = "satisfaction"
    SITES = "sites"


ORDER = list(Delivery)
LAST = (Delivery.DELIVERED, Delivery.UNDELIVERED, Delivery.FAILED, Delivery.CANCELED, Delivery.READ)


class Text(Base):
    """One text that a carrier was asked to send. `error_code`: the carrier's, where it did not arrive."""

    __tablename__ = "texts"
    __table_args__ = (
        CheckConstraint("kind in ('not_reached', 'satisfaction', 'sites')", name="texts_kind"),
        Index("texts_by_number", "number_key"),
        Index("texts_by_age", "asked_at"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    kind: Mapped[Kind] = mapped_column(String(12))
    number_key: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime]
    delivery: Mapped[Delivery | None] = mapped_column(String(12))
    error_code: Mapped[int | None] = mapped_column(Integer)
    told_at: Mapped[datetime | None]


def ask(session: Session, kind: Kind, number: PhoneNumber, at: datetime) -> str:
    """The row of a text that is about to be sent."""
    row = Text(id=new_id(), kind=kind, number_key=sealing.pseudonym(number.e164), asked_at=at)
    session.add(row)
    return row.id


def sent_since(session: Session, since: datetime) -> int:
    """How many left since then, or are about to."""
    return session.scalar(select(func.count()).where(Text.asked_at >= since)) or 0


def hold(session: Session) -> None:
    """Whoever counts is the only one to send, until their transaction ends: the ceiling is never passed by two."""
    session.execute(select(func.pg_advisory_xact_lock(SENT)))


def hear(session: Session, text_id: str, delivery: Delivery, error_code: int | None, at: datetime) -> bool:
    """Keep what became of a text, in whatever order it is told: an end stands, and nothing goes back. Whether it was
    news."""
    earlier = [each for each in ORDER[: ORDER.index(delivery)] if each not in LAST]
    news = (
        update(Text)
        .where(Text.id == text_id, Text.delivery.is_(None) | Text.delivery.in_(earlier))
        .values(delivery=delivery, error_code=error_code, told_at=at)
        .returning(Text.id)
    )
    return session.scalar(news) is not None


def tidy(session: Session, at: datetime) -> None:
    """Forget texts that nobody will ask about any more."""
    session.execute(delete(Text).where(Text.asked_at < at - KEPT))
