"""What the tiers of `records.figures` do not hold: démarches and sites of a period, and the rows behind a figure.

Counted from the rows by the same facts as the tiers, so a site's figures and a department's have one definition.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.orm import Session

from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.figures import EVERYBODY
from callcenter.records.rollups import FACTS, merged_counters, values_of
from callcenter.records.sites import Site
from callcenter.rules.histogram import Histogram
from callcenter.rules.opening_commitment import OpeningWeek, opening_week
from callcenter.rules.tally import COUNTERS, Tally

PRINCIPAL = "principal"
GOING_ROUND = ("bus", "itin")
LATEST = 5_000  # contacts among which the rows behind a figure are looked for
SHOWN = 200

_WHERE = """local_day between :first and :last and (cast(:wanted as text[]) is null or department = any(:wanted))
  and channel = any(cast(:channels as text[]))"""
_BY_SITE = f"""
{FACTS.format(chosen=f"{_WHERE} and site_id is not null", unasked="false", more="")}
select site_id, channel, bucket, count(contacts) as n, {merged_counters()}
from facts where partner = :partner group by 1, 2, 3
"""
_LATEST = f"""id in (select id from contacts where {_WHERE} and (cast(:partner as text) = '{EVERYBODY}'
  or exists (select from accompaniments a where a.contact_id = contacts.id and a.partner = :partner))
  order by arrived_at desc limit {LATEST})"""
_BEHIND = f"""
{FACTS.format(chosen=_LATEST, unasked="false", more="")}
select contact_id, bucket, {", ".join(COUNTERS)} from facts where partner = :partner and ({{counted}})
order by day desc, hour desc nulls last, contact_id limit {SHOWN}
"""


@dataclass(frozen=True)
class SiteWeek:
    """One site and its week; `week` None: its hours are not known. `is_principal`: the commitment is asked of it."""

    id: int
    name: str
    city: str
    department: str
    kind: str
    is_principal: bool
    week: OpeningWeek | None


@dataclass(frozen=True)
class Demarche:
    """What was recorded of one démarche."""

    partner: str
    procedure: str
    outcome: str
    settled: bool | None


@dataclass(frozen=True)
class RowBehind:
    """One contact behind a figure, without anything that says whose it is; `tally`: what it counts for."""

    reference: str
    arrived_at: datetime
    local_day: date
    department: str
    channel: str
    site_id: int | None
    topic: str | None
    satisfaction: int | None
    satisfaction_scale: int | None
    demarches: tuple[Demarche, ...]
    tally: Tally


def procedures(
    session: Session,
    first: date,
    last: date,
    departments: Collection[str] | None,
    channels: Collection[str],
    partner: str | None,
) -> Mapping[tuple[str, str], Tally]:
    """Accompaniments of each procedure and channel."""
    counted = (
        select(Accompaniment.procedure, Contact.channel, func.count())
        .join(Contact, Contact.id == Accompaniment.contact_id)
        .where(Contact.local_day.between(first, last), Contact.channel.in_(channels))
        .group_by(Accompaniment.procedure, Contact.channel)
    )
    if departments is not None:
        counted = counted.where(Contact.department.in_(departments))
    if partner is not None:
        counted = counted.where(Accompaniment.partner == partner)
    return {(procedure, channel): Tally(accompaniments=count) for procedure, channel, count in session.execute(counted)}


def by_site(
    session: Session,
    first: date,
    last: date,
    departments: Collection[str] | None,
    channels: Collection[str],
    partner: str | None,
    at: datetime,
) -> Mapping[tuple[int, str], Tally]:
    """The tally of each answering site and channel; contacts of no site are left out."""
    values = _values(session, first, last, departments, channels, partner, at)
    found: dict[tuple[int, str], Tally] = {}
    for row in session.execute(text(_BY_SITE), values).mappings():
        key = (row["site_id"], row["channel"])
        found[key] = found.get(key, Tally()) + _tally(row, row["n"])
    return found


def behind(
    session: Session,
    counted: Sequence[str],
    first: date,
    last: date,
    departments: Collection[str] | None,
    channels: Collection[str],
    partner: str | None,
    at: datetime,
) -> list[RowBehind]:
    """The latest contacts that count for a figure: those of which one of the counters `counted` is not 0."""
    if unknown := {*counted} - {*COUNTERS}:
        raise ValueError(unknown)
    wanted = " or ".join(f"{name} <> 0" for name in counted)
    values = _values(session, first, last, departments, channels, partner, at)
    tallies = {
        str(row["contact_id"]): _tally(row, 1)
        for row in session.execute(text(_BEHIND.format(counted=wanted)), values).mappings()
    }
    contacts = session.scalars(select(Contact).where(Contact.id.in_(tallies)).order_by(Contact.arrived_at.desc())).all()
    demarches: dict[str, list[Demarche]] = {}
    for row in session.scalars(select(Accompaniment).where(Accompaniment.contact_id.in_(tallies))):
        shown = Demarche(row.partner, row.procedure, row.outcome, row.settled)
        demarches.setdefault(row.contact_id, []).append(shown)
    return [
        RowBehind(
            each.reference, each.arrived_at, each.local_day, each.department, each.channel, each.site_id, each.topic,
            each.satisfaction, each.satisfaction_scale, tuple(demarches.get(each.id, ())), tallies[each.id],
        )
        for each in contacts
    ]  # fmt: skip


def opening(session: Session, departments: Collection[str] | None) -> list[SiteWeek]:
    """Every listed site with its week, in order of department and town."""
    listed = select(Site).where(Site.gone_at.is_(None)).order_by(Site.department, Site.city, Site.name, Site.id)
    if departments is not None:
        listed = listed.where(Site.department.in_(departments))
    return [
        SiteWeek(
            site.id, site.name, site.city, site.department, site.kind, _is_principal(site), opening_week(site.week)
        )
        for site in session.scalars(listed)
    ]


def site_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """What sites are called, gone ones too."""
    return {site.id: site.name for site in session.scalars(select(Site).where(Site.id.in_(ids)))}


def _is_principal(site: Site) -> bool:
    """Antennas belong to a principal site, buses and itinerant sites go round: the commitment is not asked of them."""
    goes_round = site.format.strip().lower().startswith(GOING_ROUND)
    return site.kind.strip().lower() == PRINCIPAL and not goes_round


def _values(
    session: Session,
    first: date,
    last: date,
    departments: Collection[str] | None,
    channels: Collection[str],
    partner: str | None,
    at: datetime,
) -> dict[str, Any]:
    return values_of(session, [first], at) | {
        "first": first,
        "last": last,
        "wanted": sorted(departments) if departments is not None else None,
        "channels": list(channels),
        "partner": EVERYBODY if partner is None else partner,
    }


def _tally(row: RowMapping, waits: int) -> Tally:
    """One row of counters; `waits`: how many waited in its bucket."""
    counted = Histogram(((row["bucket"], waits),)) if row["bucket"] is not None else Histogram()
    return Tally(**{name: int(row[name] or 0) for name in COUNTERS}, waits=counted)
