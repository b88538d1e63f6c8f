"""The figures: tallies of contacts, calls and agents' time, in tiers filled by `records.rollups`, and their reading.

    figures_days                    local day × department × partner × channel: the source of the months
    figures_months                  month × partner × channel
    figures_months_by_department    month × department × channel
    figures_hours                   hour × department, of the line: for curves
    figures_procedures              local day × department × procedure × channel: how many accompaniments
    figures_sites                   partner × local day × department × answering site × channel: what a report's table
                                    shows

Partner `*` is everybody, each contact once; a contact about two partners counts in each of their lines too. A month is
final eight days after its end: what changes later is written beside it under the date of the correction.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
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
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.rules.histogram import Histogram
from callcenter.rules.quality import Policy, Scale
from callcenter.rules.tally import COUNTERS, LONGEST, Tally
from callcenter.rules.territory import TERRITORIES, UNKNOWN

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


def between(
    session: Session,
    first: date,
    last: date,
    by: Sequence[str] = (),
    *,
    departments: Collection[str] | None = None,
    partners: Collection[str] | None = (EVERYBODY,),
    channels: Collection[str] | None = None,
    as_of: date | None = None,
    waits: bool = True,
) -> dict[tuple[Any, ...], Tally]:
    """Tallies of the local days `first` to `last`, by any of day, month, department, partner and channel, from the
    smallest tiers that hold them. `partners` None: every partner apart, without the line for everybody. `as_of`: whole
    months as they were published on that day. `waits` False: without the histograms, which cost most."""
    found: dict[tuple[Any, ...], Tally] = {}
    for begins, ends in [(first, last)] if "day" in by else _months_apart(first, last):
        part = _of_one_tier(session, begins, ends, by, departments, partners, channels, as_of, waits=waits)
        for key, tally in part.items():
            found[key] = found[key] + tally if key in found else tally
    return found


def _of_one_tier(
    session: Session,
    first: date,
    last: date,
    by: Sequence[str],
    departments: Collection[str] | None,
    partners: Collection[str] | None,
    channels: Collection[str] | None,
    as_of: date | None,
    *,
    waits: bool,
) -> dict[tuple[Any, ...], Tally]:
    tier = _tier_for(first, last, {*by} | ({"department"} if departments is not None else set()), partners)
    keys = [_dimension(tier, name) for name in by]
    return _added(
        session, keys, tier, _chosen(tier, first, last, departments, partners, channels, as_of), waits=waits
    )  # fmt: skip


def _chosen(
    tier: Table,
    first: date,
    last: date,
    departments: Collection[str] | None,
    partners: Collection[str] | None,
    channels: Collection[str] | None,
    as_of: date | None,
) -> list[ColumnElement[bool]]:
    columns = tier.columns
    wanted: list[ColumnElement[bool]] = []
    if "day" in columns:
        wanted.append(columns.day.between(first, last))
    else:
        wanted += [columns.month.between(first, last), columns.as_of == _latest(tier, as_of)]
    if "partner" in columns:
        wanted.append(columns.partner.in_(partners) if partners is not None else columns.partner != EVERYBODY)
    if departments is not None:
        wanted.append(columns.department.in_(departments))
    if channels is not None:
        wanted.append(columns.channel.in_(channels))
    return wanted


def policies(
    session: Session, first: date, last: date, departments: Collection[str] | None, channels: Collection[str]
) -> tuple[str, ...]:
    """By which versions of the thresholds the figures of a period were counted, as each cell says; none where nothing
    was."""
    found: set[str] = set()
    for begins, ends in _months_apart(first, last):
        tier = _tier_for(begins, ends, {"department"} if departments is not None else set(), (EVERYBODY,))
        wanted = _chosen(tier, begins, ends, departments, (EVERYBODY,), channels, None)
        for told in session.scalars(select(tier.c.policy).where(*wanted).distinct()):
            found.update(told.split())
    return tuple(sorted(found))


def by_hour(session: Session, day: date, departments: Collection[str] | None = None) -> dict[tuple[Any, ...], Tally]:
    """The line's tallies of one local day by the instant each hour began: 23, 24 or 25 of them have a place in it."""
    wanted = [HOURS.c.day == day] + ([HOURS.c.department.in_(departments)] if departments is not None else [])
    return _added(session, [HOURS.c.hour], HOURS, wanted, waits=True)


def by_procedure(
    session: Session,
    first: date,
    last: date,
    departments: Collection[str] | None,
    channels: Collection[str],
    partner: str | None,
) -> dict[tuple[Any, ...], Tally]:
    """Accompaniments of each procedure and channel; `partner` None: of all of them."""
    columns = PROCEDURES.c
    wanted = _within(PROCEDURES, first, last, departments, channels)
    if partner is not None:
        wanted.append(columns.partner == partner)
    keys = (columns.procedure, columns.channel)
    found = session.execute(select(*keys, func.sum(columns.accompaniments)).where(*wanted).group_by(*keys))
    return {(procedure, channel): Tally(accompaniments=int(count)) for procedure, channel, count in found}


def by_site(
    session: Session,
    first: date,
    last: date,
    departments: Collection[str] | None,
    channels: Collection[str],
    partner: str | None,
) -> dict[tuple[Any, ...], Tally]:
    """Of each answering site and channel: the counters `OF_SITE`; contacts of no site are left out. `partner` None: of
    everybody, each contact once."""
    keys = (SITES.c.site_id, SITES.c.channel)
    sums = [func.sum(SITES.c[name]) for name in OF_SITE]
    of_partner = SITES.c.partner == (EVERYBODY if partner is None else partner)
    wanted = [of_partner, *_within(SITES, first, last, departments, channels)]
    found = session.execute(select(*keys, *sums).where(*wanted).group_by(*keys))
    return {(site, channel): of_site(counts) for site, channel, *counts in found}


def of_site(counts: Iterable[Any]) -> Tally:
    """The counters `OF_SITE` in their order; null is 0."""
    counted: dict[str, Any] = {name: int(count or 0) for name, count in zip(OF_SITE, counts, strict=True)}
    return Tally(**counted)


def regions() -> dict[str, str]:
    """The region of each department, to add departments up; `inconnu` is its own."""
    return {code: territory.region for code, territory in TERRITORIES.items()} | {UNKNOWN: UNKNOWN}


def _months_apart(first: date, last: date) -> list[tuple[date, date]]:
    """The whole months of a period together, and the days before and after them."""
    begins = first if first.day == 1 else following(first)
    after = following(last) if (last + DAY).day == 1 else last.replace(day=1)
    if begins >= after:
        return [(first, last)]
    parts = [(first, begins - DAY), (begins, after - DAY), (after, last)]
    return [(one, other) for one, other in parts if one <= other]


def _tier_for(first: date, last: date, needed: set[str], partners: Collection[str] | None) -> Table:
    whole_months = first.day == 1 and (last + DAY).day == 1 and "day" not in needed
    if whole_months and "department" not in needed:
        return MONTHS
    if whole_months and "partner" not in needed and partners is not None and set(partners) == {EVERYBODY}:
        return MONTHS_BY_DEPARTMENT
    return DAYS


def _within(
    tier: Table, first: date, last: date, departments: Collection[str] | None, channels: Collection[str]
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [tier.c.day.between(first, last), tier.c.channel.in_(channels)]
    return wanted if departments is None else [*wanted, tier.c.department.in_(departments)]


def _dimension(tier: Table, name: str) -> ColumnElement[Any]:
    if name == "month" and tier is DAYS:
        return func.cast(func.date_trunc("month", tier.c.day), Date).label("month")
    return tier.columns[name]


def _latest(tier: Table, as_of: date | None) -> Any:
    version = tier.alias()
    known = select(func.max(version.c.as_of)).where(version.c.month == tier.c.month)
    return (known.where(version.c.as_of <= as_of) if as_of else known).scalar_subquery()


def _added(
    session: Session,
    keys: Sequence[ColumnElement[Any]],
    tier: Table,
    wanted: Sequence[ColumnElement[bool]],
    *,
    waits: bool,
) -> dict[tuple[Any, ...], Tally]:
    """The cells, added up."""
    width = len(keys)
    sums = [(func.max if name == LONGEST else func.sum)(tier.columns[name]).label(name) for name in COUNTERS]
    added = {tuple(row[:width]): row for row in session.execute(select(*keys, *sums).where(*wanted).group_by(*keys))}
    counted = _waits(session, keys, tier, wanted) if waits else {}
    return {
        key: Tally(
            **{name: int(value or 0) for name, value in zip(COUNTERS, row[width:], strict=True)},
            waits=Histogram(tuple(sorted(counted.get(key, {}).items()))),
        )
        for key, row in added.items()
        if width or any(row)
    }


def _waits(
    session: Session, keys: Sequence[ColumnElement[Any]], tier: Table, wanted: Sequence[ColumnElement[bool]]
) -> dict[tuple[Any, ...], dict[int, int]]:
    """The buckets of each key: of the many cells of the days added up in the database, of few cells quicker here."""
    width = len(keys)
    found: dict[tuple[Any, ...], dict[int, int]] = {}
    if tier is DAYS:
        each = func.unnest(tier.c.buckets, tier.c.counts).table_valued("bucket", "count").render_derived()
        added = select(*keys, each.c.bucket, func.sum(each.c.count)).select_from(tier).join(each, true())
        for row in session.execute(added.where(*wanted).group_by(*keys, each.c.bucket)):
            found.setdefault(tuple(row[:width]), {})[row[width]] = int(row[width + 1])
        return found
    for row in session.execute(
        select(*keys, tier.c.buckets, tier.c.counts).where(*wanted, tier.c.buckets.is_not(None))
    ):
        counted = found.setdefault(tuple(row[:width]), {})
        for bucket, count in zip(row[width], row[width + 1], strict=True):
            counted[bucket] = counted.get(bucket, 0) + count
    return found
