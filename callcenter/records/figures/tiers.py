"""The tables that hold the counts, and the days whose counts are to be made anew.

    figures_days                    local day × department × partner × channel: the source of the months
    figures_months                  month × partner × channel
    figures_months_by_department    month × department × channel
    figures_hours                   hour × department, of the line: for curves
    figures_procedures              local day × department × procedure × channel: how many accompaniments
    figures_sites                   partner × local day × department × answering site × channel: a report's table

Partner `*` is everybody, each contact once; a contact about two partners counts in each of their lines too. A month is
final eight days after its end: what changes later is written beside it under the date of the correction.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.rules.quality import Policy, Scale
from callcenter.rules.tally import COUNTERS

EVERYBODY = "*"
FROZEN_AFTER = timedelta(days=8)
DAY = timedelta(days=1)


class DirtyDay(Base):
    """A local day whose rows changed in bulk and whose figures are to be made anew. Any number of rows per day."""

    __tablename__ = "figures_dirty"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    day: Mapped[date] = mapped_column(Date, index=True)


class Progress(Base):
    """How far the trail was read. `safe`: every event up to here was read; `seen` becomes it when it is old enough."""

    __tablename__ = "figures_progress"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    safe: Mapped[int] = mapped_column(BigInteger, default=0)
    seen: Mapped[int] = mapped_column(BigInteger, default=0)
    seen_at: Mapped[datetime]


class DeclaredScale(Base):
    """A satisfaction scale that some front desk uses, and what its scores mean. The scale of 4 needs no declaration."""

    __tablename__ = "satisfaction_scales"

    top: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    satisfied_from: Mapped[int]
    very_from: Mapped[int]
    declared_at: Mapped[datetime]


def _tier(name: str, *key: Column[Any]) -> Table:
    """`policy`: the version of the thresholds that counted it; of a month, those of its days. Zero is stored as null,
    which costs a bit: most cells of most tiers are empty."""
    counters = [Column(each, BigInteger) for each in COUNTERS]
    waits: list[Column[Any]] = [Column("buckets", ARRAY(SmallInteger)), Column("counts", ARRAY(Integer))]
    metadata: MetaData = Base.metadata
    return Table(name, metadata, *key, Column("policy", Text, nullable=False), *counters, *waits)


def _key(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, primary_key=True)


DAYS = _tier(
    "figures_days",
    _key("day", Date), _key("department", String(7)), _key("partner", String(20)), _key("channel", String(10)),
)  # fmt: skip
MONTHS = _tier(
    "figures_months", _key("month", Date), _key("partner", String(20)), _key("channel", String(10)), _key("as_of", Date)
)
MONTHS_BY_DEPARTMENT = _tier(
    "figures_months_by_department",
    _key("month", Date), _key("department", String(7)), _key("channel", String(10)), _key("as_of", Date),
)  # fmt: skip
HOURS = _tier("figures_hours", _key("day", Date), _key("department", String(7)), _key("hour", DateTime(timezone=True)))
PROCEDURES = Table(
    "figures_procedures", Base.metadata,
    _key("day", Date), _key("department", String(7)), _key("partner", String(20)), _key("procedure", String(60)),
    _key("channel", String(10)), Column("accompaniments", Integer, nullable=False),
)  # fmt: skip
OF_SITE = ("contacts", "settlement_known", "settled", "answers", "satisfied")
SITES = Table(
    "figures_sites", Base.metadata,
    _key("partner", String(20)), Column("day", Date, primary_key=True, index=True), _key("department", String(7)),
    _key("site_id", Integer), _key("channel", String(10)), *(Column(each, Integer, nullable=False) for each in OF_SITE),
)  # fmt: skip


def policy(session: Session) -> Policy:
    """The thresholds in force, with the scales that were declared."""
    declared = session.scalars(select(DeclaredScale).order_by(DeclaredScale.top))
    more = tuple(Scale(each.top, each.satisfied_from, each.very_from) for each in declared)
    return Policy(scales=Policy().scales + more)


def declare_scale(session: Session, scale: Scale, at: datetime) -> None:
    """Say once and for all what the scores of a scale mean; saying it again is refused by constraint."""
    values = {"top": scale.top, "satisfied_from": scale.satisfied_from, "very_from": scale.very_from}
    session.add(DeclaredScale(**values, declared_at=at))
    session.flush()


def freezes_on(month: date) -> date:
    """When the figures of a month, given by its first day, become final."""
    return following(month) + FROZEN_AFTER


def following(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def latest_day(session: Session, departments: Collection[str] | None) -> date | None:
    """The last day of which a demand is counted in these departments (None: anywhere); None where there is none."""
    counted = select(func.max(DAYS.c.day)).where(DAYS.c.partner == EVERYBODY, DAYS.c.contacts > 0)
    if departments is not None:
        counted = counted.where(DAYS.c.department.in_(sorted(departments)))
    latest: date | None = session.scalar(counted)
    return latest
