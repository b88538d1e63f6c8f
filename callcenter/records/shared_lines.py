"""Lines that many people call from, as an administrator lists them: a care home, a prison, a switchboard. Their calls
are nobody's in particular, and wait like those of as many numbers."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, Uuid, delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber
from callcenter.records.identifiers import new_id


class SharedLine(Base):
    """One line. `name`: whose it is, for the administrators."""

    __tablename__ = "shared_lines"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    number: Mapped[bytes] = mapped_column(LargeBinary)  # sealed
    number_key: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]

    @property
    def phone(self) -> PhoneNumber:
        """Its number."""
        return PhoneNumber(sealing.unseal(self.number, _number_of(self.id)))


def add(session: Session, number: PhoneNumber, name: str, at: datetime) -> str | None:
    """List a line; its id, None when it is listed already."""
    line_id = new_id()
    row = insert(SharedLine).values(
        id=line_id, number=sealing.seal(number.e164, _number_of(line_id)),
        number_key=sealing.pseudonym(number.e164), name=name, at=at,
    )  # fmt: skip
    return session.scalar(row.on_conflict_do_nothing(index_elements=["number_key"]).returning(SharedLine.id))


def remove(session: Session, line_id: str) -> str | None:
    """A line is one number like any other again; its name, None when it was not listed."""
    return session.scalar(delete(SharedLine).where(SharedLine.id == line_id).returning(SharedLine.name))


def is_listed(session: Session, number_key: bytes) -> bool:
    """Whether this number is a shared line."""
    return bool(session.scalar(select(exists().where(SharedLine.number_key == number_key))))


def every(session: Session) -> list[SharedLine]:
    """All of them, by name."""
    return list(session.scalars(select(SharedLine).order_by(SharedLine.name, SharedLine.at)))


def _number_of(line_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("shared_lines", "number", line_id)
