"""Where towns are, as an administrator's table says; without one nothing is called nearest."""

from collections.abc import Sequence

from sqlalchemy import Computed, Float, Identity, Index, String, Text, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.rules.towns import Town

AT_ONCE = 5_000


class TownRow(Base):
    """One town under one postal code. `words`: its name as a search compares it."""

    __tablename__ = "towns"
    __table_args__ = (Index("towns_by_postal_code", "postal_code"), Index("towns_by_words", "words"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    postal_code: Mapped[str] = mapped_column(String(5))
    name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text, Computed("place_words(name)", persisted=True))
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)

    @property
    def town(self) -> Town:
        """The same as a plain value."""
        return Town(self.postal_code, self.name, self.latitude, self.longitude)


def replace(session: Session, towns: Sequence[Town]) -> tuple[int, int]:
    """These towns and no others; how many there are now, and how many there were."""
    session.execute(text("set local statement_timeout = '60s'"))
    before = count(session)
    session.execute(delete(TownRow))
    put = text(
        "insert into towns (postal_code, name, latitude, longitude) select * from unnest(cast(:codes as text[]), "
        "cast(:names as text[]), cast(:latitudes as float[]), cast(:longitudes as float[]))"
    )
    for start in range(0, len(towns), AT_ONCE):
        part = towns[start : start + AT_ONCE]
        session.execute(
            put,
            {
                "codes": [town.postal_code for town in part],
                "names": [town.name for town in part],
                "latitudes": [town.latitude for town in part],
                "longitudes": [town.longitude for town in part],
            },
        )
    return len(towns), before


def count(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(TownRow)) or 0


def named(session: Session, words: str, limit: int = 30) -> list[Town]:
    """The towns of this name, else those that begin so. `words`: as `place_words` gives them."""
    for named_so in (TownRow.words == words, TownRow.words.startswith(words, autoescape=True)):
        rows = session.scalars(select(TownRow).where(named_so).order_by(TownRow.postal_code, TownRow.id).limit(limit))
        if found := [row.town for row in rows]:
            return found
    return []


def of_postal_code(session: Session, postal_code: str) -> list[Town]:
    """The towns that share a postal code."""
    rows = session.scalars(select(TownRow).where(TownRow.postal_code == postal_code).order_by(TownRow.name))
    return [row.town for row in rows]
