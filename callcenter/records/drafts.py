"""A number typed for a callback, sealed, until the citizen confirms it: never in an address, never in the index."""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber

KEPT = timedelta(hours=1)


class Draft(Base):
    """One number being typed, on one line."""

    __tablename__ = "drafts"

    carrier_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[bytes] = mapped_column(LargeBinary)
    number_key: Mapped[bytes] = mapped_column(LargeBinary, index=True)  # whose it is: not the line's, perhaps
    at: Mapped[datetime]


def keep(session: Session, carrier_id: str, number: PhoneNumber, at: datetime) -> None:
    """Keep what was typed last."""
    typed = {
        "number": sealing.seal(number.e164, _number_of(carrier_id)),
        "number_key": sealing.pseudonym(number.e164),
        "at": at,
    }
    kept = insert(Draft).values(carrier_id=carrier_id, **typed)
    session.execute(kept.on_conflict_do_update(index_elements=["carrier_id"], set_=typed))


def take(session: Session, carrier_id: str) -> PhoneNumber | None:
    """What was typed on this line. It stays until it is tidied away: the confirmation may be told twice."""
    draft = session.get(Draft, carrier_id)
    return PhoneNumber(sealing.unseal(draft.number, _number_of(carrier_id))) if draft else None


def _number_of(carrier_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("drafts", "number", carrier_id)


def tidy(session: Session, at: datetime) -> None:
    """Forget numbers that were typed and never confirmed."""
    session.execute(delete(Draft).where(Draft.at < at - KEPT))
