"""The report, the telephone beside the front desk for whatever is asked about, and the rows behind its figures."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from callcenter import clock
from callcenter.db import Session, reading
from callcenter.errors import NotFound
from callcenter.records import directory, site_weeks
from callcenter.records.figures import agents_time, rows_behind, tiers, totals
from callcenter.records.figures.agents_time import AgentDay
from callcenter.records.figures.corrections import corrections
from callcenter.records.figures.roll_up import allow_time
from callcenter.records.figures.rows_behind import RowBehind
from callcenter.records.figures.tiers import EVERYBODY
from callcenter.records.site_weeks import SiteWeek
from callcenter.rules import quality
from callcenter.rules.published_measures import BY_CODE, DESK, MEASURES, PHONE, SIDES, Measure, Value, shown_for
from callcenter.rules.quality import Share
from callcenter.rules.report_places import ReportPlace, place
from callcenter.rules.tally import Tally, grouped, whole
from callcenter.rules.territory import TERRITORIES, UNKNOWN, national_day
from callcenter.screens.report_query import NO_PARTNER, PATIENCE, ReportQuery, frozen_on, partners_of
from callcenter.screens.scope import Scope

DAYS_OF_A_CURVE = 92  # a longer one goes by months


@dataclass(frozen=True)
class MeasureLine:
    """One measure, the telephone beside the front desk, each with the period before. `people`: of how many each side
    is, where it is a mean; `people_before`: in the period before."""

    measure: Measure
    phone: Value
    desk: Value
    phone_before: Value
    desk_before: Value
    people: tuple[int, int]
    people_before: tuple[int, int]


@dataclass(frozen=True)
class Bar:
    """One of a ranking, by accompaniments: on the telephone, at the desk, and the share of both among all. `only`: the
    departments of a region that are counted, where not all of them are."""

    code: str
    name: str
    phone: int
    desk: int
    share: Share
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class SiteLine:
    """What one site did: both tallies."""

    id: int
    name: str
    phone: Tally
    desk: Tally


@dataclass(frozen=True)
class OpeningCommitment:
    """The opening commitment of a territory's principal sites; the others apart."""

    kept: int
    not_kept: int
    unknown: int
    apart: int
    sites: tuple[SiteWeek, ...]


@dataclass(frozen=True)
class Report:
    """Everything that one report shows."""

    asked: ReportQuery
    place: ReportPlace
    policies: tuple[str, ...]
    """The versions of the thresholds that counted the figures; none where nothing was counted."""
    lines: tuple[MeasureLine, ...]
    curve: tuple[tuple[date, int, int], ...]
    """Day or month, demands by telephone, demands at the desk."""
    by_month: bool
    partners: tuple[Bar, ...]
    procedures: tuple[Bar, ...]
    departments: tuple[Bar, ...]
    regions: tuple[Bar, ...]
    channels: tuple[Bar, ...]
    sites: tuple[SiteLine, ...]
    opening: OpeningCommitment
    frozen_on: date | None
    """When the figures became final, if the period is of whole months that have."""
    corrected: Mapping[date, date]
    """Of the months that the period touches, those that were corrected since they were final, and the last day on which
    they were."""


def report(wanted: ReportQuery, scope: Scope, name_of_procedure: Callable[[str], str]) -> Report:
    """The whole report. Raises NotAllowed, NoSuchPlace, DatabaseDown."""
    departments = wanted.departments(scope)
    first, last = wanted.first, wanted.last
    by_month = (last - first).days >= DAYS_OF_A_CURVE
    with reading(PATIENCE) as session:
        allow_time(session, PATIENCE - 5)
        names = partners_of(session, wanted)
        partner = wanted.partner_column
        chosen: Any = {
            "departments": departments,
            "channels": wanted.channels,
            "partners": (EVERYBODY if partner is None else partner,),
        }
        of_channels = totals.between(session, first, last, ("channel",), **chosen)
        sides = _sides(of_channels)
        earlier = _sides(totals.between(session, *wanted.before, ("channel",), **chosen))
        chosen["waits"] = False
        curve = totals.between(session, first, last, ("month" if by_month else "day", "channel"), **chosen)
        apart = {"partners": None if partner is None else (partner,)}
        of_partners = totals.between(session, first, last, ("partner", "channel"), **(chosen | apart))
        of_departments = totals.between(session, first, last, ("department", "channel"), **chosen)
        of_procedures = totals.by_procedure(session, first, last, departments, wanted.channels, partner)
        sites = _sites(session, wanted, departments)
        opening = _opening(site_weeks.opening(session, departments))
        policies = totals.policies(session, first, last, departments, wanted.channels)
        corrected = corrections(session, first, last, departments, wanted.channels)
    regions = [
        replace(bar, only=place(bar.code, departments).only)
        for bar in _ranked(_by_region(of_departments), lambda code: place(code, None).name)
    ]
    return Report(
        wanted,
        wanted.place(scope),
        policies,
        tuple(_lines(wanted, sides, earlier)),
        tuple(_demands(curve, wanted, by_month=by_month)),
        by_month,
        _ranked(of_partners, lambda code: names.get(code, code)),
        _ranked(of_procedures, name_of_procedure),
        _ranked(of_departments, lambda code: TERRITORIES[code].name if code in TERRITORIES else code),
        tuple(regions),
        _ranked({(channel, channel): tally for (channel,), tally in of_channels.items()}, str),
        sites,
        opening,
        frozen_on(wanted),
        {
            month: max(on for (each, _), on in corrected.items() if each == month)
            for month in sorted({month for month, _ in corrected})
        },
    )


def with_data(scope: Scope) -> tuple[date, date]:
    """The days with which a report opens: this month so far, or the latest month of which something is known."""
    today = national_day(clock.now())
    with reading() as session:
        latest = tiers.latest_day(session, scope)
    if latest is None or latest >= today.replace(day=1):
        return today.replace(day=1), today
    first = latest.replace(day=1)
    return first, tiers.following(first) - timedelta(days=1)


def behind(
    wanted: ReportQuery,
    measure: str,
    scope: Scope,
    procedure: str | None = None,
    site: int | None = None,
    channel: str | None = None,
) -> tuple[Measure, list[RowBehind], dict[int, str]]:
    """The latest contacts that count for one figure, with their sites' names; of one démarche, one
    answering site, one channel. Raises NotFound, NotAllowed."""
    if measure not in BY_CODE or channel not in (None, *wanted.channels):
        raise NotFound
    departments = wanted.departments(scope)
    channels = wanted.channels if channel is None else (channel,)
    with reading(PATIENCE) as session:
        allow_time(session, PATIENCE - 5)
        rows = rows_behind.behind(
            session, BY_CODE[measure].counted, wanted.first, wanted.last, departments, channels,
            wanted.partner_column, clock.now(), procedure=procedure, site=site,
        )  # fmt: skip
        ids = {row.site_id for row in rows if row.site_id is not None} | ({site} if site is not None else set())
        names = site_weeks.site_names(session, ids)
    return BY_CODE[measure], rows, names


def time_behind(wanted: ReportQuery, scope: Scope) -> list[AgentDay]:
    """What each agent did of their time on the latest days of the period: what occupancy is counted from. Raises
    NotAllowed, NoSuchPlace."""
    departments = wanted.departments(scope)
    with reading(PATIENCE) as session:
        allow_time(session, PATIENCE - 5)
        return agents_time.time_behind(session, wanted.first, wanted.last, departments, clock.now())


def procedure_names(on: date, language: str) -> dict[str, str]:
    """What each démarche was called on that day; one that no longer held by then, under its last name."""
    with reading() as session:
        names = directory.procedure_names(session, on)
    return {code: labels.get(language) or labels["fr"] for code, labels in names.items()}


def _lines(wanted: ReportQuery, sides: Mapping[str, Tally], earlier: Mapping[str, Tally]) -> Iterable[MeasureLine]:
    of_partner = bool(wanted.partner)
    for measure in MEASURES:
        if of_partner and not measure.by_partner:
            continue
        phone, desk, phone_before, desk_before = (
            shown_for(side, measure, tallies[side], of_partner) if wanted.side in ("", side) else None
            for tallies in (sides, earlier)
            for side in (PHONE, DESK)
        )
        people, people_before = (
            (measure.people(tallies[PHONE]), measure.people(tallies[DESK])) for tallies in (sides, earlier)
        )
        yield MeasureLine(measure, phone, desk, phone_before, desk_before, people, people_before)


def _sides(found: Mapping[tuple[Any, ...], Tally]) -> dict[str, Tally]:
    """The tallies of the channels, last in their keys, as the two sides."""
    return {
        side: whole(tally for key, tally in found.items() if key[-1] in channels) for side, channels in SIDES.items()
    }


def _each(found: Mapping[tuple[Any, ...], Tally]) -> dict[Any, dict[str, Tally]]:
    """The two sides of each first key."""
    parts: dict[Any, dict[tuple[Any, ...], Tally]] = {}
    for key, tally in found.items():
        parts.setdefault(key[0], {})[key] = tally
    return {first: _sides(part) for first, part in parts.items()}


def _demands(
    found: Mapping[tuple[Any, ...], Tally], wanted: ReportQuery, *, by_month: bool
) -> Iterable[tuple[date, int, int]]:
    """Every day or month of the period up to today, those of no demand too; nothing where there is none at all."""
    each = _each(found)
    when = wanted.first.replace(day=1) if by_month else wanted.first
    while each and when <= min(wanted.last, max(*each, national_day(clock.now()))):
        sides = each.get(when, {PHONE: Tally(), DESK: Tally()})
        yield when, sides[PHONE].contacts, sides[DESK].contacts
        when = tiers.following(when) if by_month else when + timedelta(days=1)


def _ranked(found: Mapping[tuple[Any, ...], Tally], name: Callable[[str], str]) -> tuple[Bar, ...]:
    each = _each(found)
    ranking = quality.ranking({code: whole(sides.values()) for code, sides in each.items()})
    return tuple(
        Bar(code or NO_PARTNER, name(code), each[code][PHONE].accompaniments, each[code][DESK].accompaniments, share)
        for code, share in ranking
        if share.part
    )


def _by_region(found: Mapping[tuple[Any, ...], Tally]) -> dict[tuple[Any, ...], Tally]:
    """The departments of each region added up, under the code that a territory of the form has."""
    regions = totals.regions()

    def region(key: tuple[Any, ...]) -> tuple[Any, ...]:
        department, channel = key
        return UNKNOWN if department == UNKNOWN else f"R{regions[department]}", channel

    return grouped(found, region)


def _sites(session: Session, wanted: ReportQuery, departments: frozenset[str] | None) -> tuple[SiteLine, ...]:
    each = _each(
        totals.by_site(session, wanted.first, wanted.last, departments, wanted.channels, wanted.partner_column)
    )
    lines = [(site, sides[PHONE], sides[DESK]) for site, sides in each.items()]
    shown = sorted(lines, key=lambda s: (-s[1].contacts - s[2].contacts, s[0]))
    names = site_weeks.site_names(session, [site for site, _, _ in shown])
    return tuple(SiteLine(site, names.get(site, str(site)), phone, desk) for site, phone, desk in shown)


def _opening(sites: list[SiteWeek]) -> OpeningCommitment:
    asked_of = [site for site in sites if site.is_principal]
    known = [site.week for site in asked_of if site.week is not None]
    kept = sum(week.kept for week in known)
    return OpeningCommitment(
        kept, len(known) - kept, len(asked_of) - len(known), len(sites) - len(asked_of), tuple(sites)
    )
