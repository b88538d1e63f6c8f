"""The sites that a caller asked to have in writing: a row before the carrier is asked, so that no text goes twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint, Uuid, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.records.calls import Call
from callcenter.records.identifiers import new_id

KEPT = timedelta(days=1)  # then the postal code is forgotten


class SiteText(Base):
    """One list of sites for the number of one call: those of `postal_code`, else of `department`."""

    __tablename__ = "site_texts"
    __table_args__ = (UniqueConstraint("call_id", "department", "postal_code", name="site_texts_once"),)

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    department: Mapped[str] = mapped_column(String(7))
    postal_code: Mapped[str] = mapped_column(String(5))
    language: Mapped[str] = mapped_column(String(2))
    asked_at: Mapped[datetime]
    texted_at: Mapped[datetime | None]  # set before the carrier is asked: a text is never sent twice


def ask(session: Session, call: Call, department: str, postal_code: str, language: str, at: datetime) -> str | None:
    """The row of a text that is to be sent; None when this one was asked for before."""
    row = insert(SiteText).values(
        id=new_id(), call_id=call.id, department=department, postal_code=postal_code, language=language, asked_at=at
    )
    return session.scalar(row.on_conflict_do_nothing(constraint="site_texts_once").returning(SiteText.id))


def asked_since(session: Session, number_key: bytes, since: datetime) -> int:
    """How many texts this number has asked for since then."""
    theirs = select(func.count()).select_from(SiteText).join(Call, Call.id == SiteText.call_id)
    return session.scalar(theirs.where(Call.number_key == number_key, SiteText.asked_at >= since)) or 0


def untexted(session: Session, since: datetime, limit: int = 100) -> Sequence[str]:
    """Texts asked for since then and not sent."""
    waiting = select(SiteText.id).where(SiteText.texted_at.is_(None), SiteText.asked_at >= since)
    return session.scalars(waiting.limit(limit)).all()


def take(session: Session, text_id: str, at: datetime) -> SiteText | None:
    """Whoever gets the row sends the text; nobody else ever will."""
    taken = (
        update(SiteText)
        .where(SiteText.id == text_id, SiteText.texted_at.is_(None))
        .values(texted_at=at)
        .returning(SiteText.id)
    )
    return session.get(SiteText, text_id, populate_existing=True) if session.scalar(taken) else None


def tidy(session: Session, at: datetime) -> None:
    """Forget what was asked for and sent, or came to nothing."""
    session.execute(delete(SiteText).where(SiteText.asked_at < at - KEPT))
