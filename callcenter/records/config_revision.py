"""A number that every change of what callers hear raises, so that each process sees when to read it all again."""

from sqlalchemy import BigInteger, CheckConstraint, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base


class Revision(Base):
    """One row."""

    __tablename__ = "revision"
    __table_args__ = (CheckConstraint("id = 1", name="revision_is_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    number: Mapped[int] = mapped_column(BigInteger)


def raise_revision(session: Session) -> None:
    """In the transaction of the change. Microseconds, so that no number comes twice, even after a restored backup."""
    present = cast(func.extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
    first = insert(Revision).values(id=1, number=present)
    higher = {"number": func.greatest(Revision.number + 1, present)}
    session.execute(first.on_conflict_do_update(index_elements=["id"], set_=higher))


def revision_now(session: Session) -> int:
    """0 before the first change."""
    return session.scalar(select(Revision.number)) or 0
