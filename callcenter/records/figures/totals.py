"""Totals of any period, read from the smallest tiers that hold it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Table,
    func,
    select,
    true,
)
from sqlalchemy.orm import Session

from callcenter.records.figures.tiers import (
    DAY,
    DAYS,
    EVERYBODY,
    MONTHS,
    MONTHS_BY_DEPARTMENT,
    OF_SITE,
    PROCEDURES,
    SITES,
    following,
)
from callcenter.rules.histogram import Histogram
from callcenter.rules.tally import COUNTERS, LONGEST, Tally
from callcenter.rules.territory import TERRITORIES, UNKNOWN


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
