"""The sites of the network, as every member of staff may look them up. Hours inform; they never route a call."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import isfinite

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import Session, reading
from callcenter.errors import BadNumber, NotFound
from callcenter.phone_number import PhoneNumber
from callcenter.records import sessions, sites, towns
from callcenter.records.sessions import Act
from callcenter.rules import rounds, site_hours
from callcenter.rules.opening_hours import DatedException, is_holiday, on_their_clock
from callcenter.rules.plain_text import one_line, place_words
from callcenter.rules.rounds import Pass
from callcenter.rules.territory import TERRITORIES, departments
from callcenter.rules.towns import Town

MOST_STOPS = 40
MOST_AROUND = 200
MOST_MEANT = 30
LOOKED_AHEAD = 60  # days in which a site's next opening is looked for
FURTHEST = 1e6  # km: what says not where it is comes last
SHORTEST_NAME = 3  # letters of a town that is looked for by its name
POSTAL_CODE = re.compile(r"[0-9]{5}")
ALSO_TOWNS = ("75",)  # a department whose name is its town's
NUMBER = re.compile(r"(?:^|n° ?)(\d{1,9})$")


@dataclass(frozen=True)
class SiteShown:
    """A site as it is read out. `today`: its spans of this day, there; `known_hours`: it gave some at all, or an
    exception holds; `exception`: that one's reason; `week`: seven ordinary days of spans, Monday first; `is_listed`:
    the national list still names it."""

    id: int
    name: str
    address: str
    postal_code: str
    city: str
    department: str
    phone: str
    mail: str
    today: tuple[site_hours.Span, ...]
    known_hours: bool
    exception: str
    week: tuple[tuple[site_hours.Span, ...], ...]
    by_appointment: bool
    comment: str
    kind: str
    format: str
    latitude: float | None
    longitude: float | None
    doubts: tuple[str, ...]
    is_listed: bool
    first_listed_at: datetime
    now: site_hours.SiteNow
    closures: tuple[DatedException, ...]
    """What is announced for today or later, soonest first."""
    local_day: date
    distance: float | None = None
    """Kilometres from the place that was asked, as the crow flies."""


@dataclass(frozen=True)
class StopShown:
    """A stop of a bus and when it comes next, in words; empty: nobody knows when."""

    operator: str
    town: str
    place: str
    phone: str
    hours: str
    weeks: str
    next: str


@dataclass(frozen=True)
class SitesFound:
    """What a search found; at most 200 sites. `order`: `nearest` of `place`, `department` where none answers and the
    sites of the place's department are given, or empty; `choices`: towns of the name, each with what to search;
    `named`: a department whose name a town has too, its sites after the town's."""

    sites: tuple[SiteShown, ...]
    stops: tuple[StopShown, ...]
    order: str = ""
    place: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    named: str = ""


@dataclass(frozen=True)
class _Point:
    """Where somebody asks from."""

    name: str
    latitude: float
    longitude: float


def found(words: str, department: str, language: str, *, doubtful_first: bool = False) -> SitesFound:
    """Sites by words and department, and the rounds of the department. A town or a postal code: the nearest first, once
    somebody has brought a table of towns; otherwise those of a postal code's department after its own. A department's
    name: its sites, after those of a town that is named so."""
    at, words = clock.now(), one_line(words)
    with reading() as session:
        named = "" if department else _department_named(words)
        if named and not _is_town(session, words):
            department, words, named = named, "", ""
        rows = sites.search(session, words, department, doubtful_first=doubtful_first)
        rows = [row for row in rows if _is_of(row, words)] if named else rows
        stops = sites.rounds(session, department) if department else []
        point, choices = _place(session, words, is_name=bool(rows))
        far, around = dict[int, float](), ""
        if point:
            near = sites.nearest(session, point.latitude, point.longitude, department)
            far = {row.id: km for row, km in near}
            rest = [row for row in rows if row.id not in far]
            far |= sites.distances(session, point.latitude, point.longitude, [row.id for row in rest])
            rows = sorted([row for row, _ in near] + rest, key=lambda row: far.get(row.id, FURTHEST))[:MOST_AROUND]
        elif not rows and (around := _department_of(words)):
            rows = sites.near(session, around, words)
        if named:
            known = {row.id for row in rows}
            after = [row for row in sites.search(session, department=named) if row.id not in known]
            rows = [*rows, *after][:MOST_AROUND]
    return SitesFound(
        tuple(replace(_site(row, at), distance=far.get(row.id)) for row in rows),
        tuple(_stop(stop, language, at) for stop in stops[:MOST_STOPS]),
        "nearest" if point else "department" if around else "",
        point.name if point else around,
        choices,
        named,
    )


def _department_named(words: str) -> str:
    """« Lot » may mean the department; empty for anything else."""
    named = {place_words(each.name): each.code for each in TERRITORIES.values() if each.code not in ALSO_TOWNS}
    return named.get(place_words(words), "")


def _is_town(session: Session, words: str) -> bool:
    """Whether a site is in a town of this very name, or the table of towns has one."""
    plain = place_words(words)
    first = sites.search(session, words, limit=1)  # those of the town come first
    there = towns.named(session, plain, limit=1)
    return any(_is_of(row, words) for row in first) or any(place_words(town.name) == plain for town in there)


def _is_of(row: sites.Site, words: str) -> bool:
    return place_words(row.city) == place_words(words)


def _department_of(words: str) -> str:
    """Whose postal code this is, where no site has it; empty for anything else."""
    return (
        next((code for code in departments(words) if code in TERRITORIES), "") if POSTAL_CODE.fullmatch(words) else ""
    )


def _place(session: Session, words: str, *, is_name: bool) -> tuple[_Point | None, tuple[tuple[str, str], ...]]:
    """The place that is meant, and the towns among which one chooses where there are several. `is_name`: sites answer
    these words, so that the beginning of a town's name is not enough."""
    code = re.search(r"\b[0-9]{5}\b", words)
    plain = place_words(words)
    if code:
        there = towns.of_postal_code(session, code[0])
        named = place_words(words.replace(code[0], " "))
        there = [town for town in there if place_words(town.name).startswith(named)] or there
        return (_middle(code[0], there) if there else None), ()
    if len(plain) < SHORTEST_NAME:
        return None, ()
    there = towns.named(session, plain)
    is_whole = bool(there) and place_words(there[0].name) == plain
    if is_name and not is_whole:
        return None, ()
    by_department = {departments(town.postal_code): town for town in there}
    if len({place_words(town.name) for town in there}) == 1 and len(by_department) == 1:
        return _middle(there[0].postal_code, there), ()
    if not is_whole:
        return None, ()
    names = {(town.name, town.postal_code): f"{town.name} ({town.postal_code})" for town in there}
    return None, tuple((f"{code} {name}", told) for (name, code), told in names.items())


def _middle(code: str, there: Sequence[Town]) -> _Point:
    """The middle of the towns of one place."""
    name = f"{there[0].name} ({code})" if len({town.name for town in there}) == 1 else code
    return _Point(
        name,
        sum(town.latitude for town in there) / len(there),
        sum(town.longitude for town in there) / len(there),
    )


def has_towns() -> bool:
    """Whether somebody has brought a table of towns."""
    with reading() as session:
        return towns.count(session) > 0


def one(site_id: int) -> SiteShown:
    """Raises NotFound."""
    with reading() as session:
        row = sites.get(session, site_id)
    if row is None:
        raise NotFound
    return _site(row, clock.now())


def names() -> list[str]:
    """Every listed site as a form's field is filled with it: `Maison du Lot, Cahors (46) n° 7`."""
    with reading() as session:
        return [str(each) for each in sites.names(session)]


def named(ids: Collection[int]) -> dict[int, str]:
    """The same of some sites, listed or gone, by their number."""
    with reading() as session:
        return {each.id: str(each) for each in sites.names(session, ids)} if ids else {}


def numbers_of(written: str, department: str) -> list[tuple[int, str]]:
    """The sites that somebody may mean: one by its number, alone or after a name; else those whose name or town has
    every word, in the department if any is there. Each with its name in full."""
    number = NUMBER.search(written.strip())
    with reading() as session:
        if number and (exact := sites.names(session, [int(number[1])])):
            return [(each.id, str(each)) for each in exact]
        for place in (department, ""):
            if rows := sites.search(session, written, place, limit=MOST_MEANT):
                return [(row.id, str(sites.SiteName(row.id, row.name, row.city, row.department))) for row in rows]
    return []


def around(site: SiteShown) -> list[SiteShown]:
    """The site among the others of its department."""
    at = clock.now()
    with reading() as session:
        rows = sites.near(session, site.department, limit=MOST_AROUND)
    others = [_site(row, at) for row in rows if row.id != site.id]
    return [*others, site]


def rounds_of(site: SiteShown, language: str) -> tuple[StopShown, ...]:
    """Where and when a bus or an itinerant site comes: the rounds known to be its own, else those of its department,
    since no list says whose they are; the next to come first. None for a site that stays."""
    if site.format not in sites.MOVING:
        return ()
    at = clock.now()
    with reading() as session:
        stops = sites.rounds(session, site.department)
    now = config_snapshot.current()
    own = [stop for stop in stops if rounds.bus_of(stop, now.buses) == site.id]
    local = on_their_clock(site.department, at) or at

    def coming(stop: rounds.Stop) -> Pass:
        return now.next_pass(stop, local) or rounds.NEVER

    return tuple(_stop(stop, language, at) for stop in sorted(own or stops, key=coming)[:MOST_STOPS])


def history(site_id: int) -> list[Act]:
    """What the lists changed of it, the latest first."""
    with reading() as session:
        return sessions.history(session, ["site"], str(site_id))


def per_department() -> dict[str, tuple[int, int]]:
    """How many sites a department has, and how many of them are doubtful."""
    with reading() as session:
        return sites.per_department(session)


def _site(row: sites.Site, at: datetime) -> SiteShown:
    local = on_their_clock(row.department, at) or at
    today = local.date()
    now = config_snapshot.current()
    holiday = bool(is_holiday(row.department, today, now.hours.overrides))
    week = site_hours.week_of(row.week)
    found = site_hours.on_day(week, today, holiday, now.exception_of(row.id, today))
    return SiteShown(
        id=row.id,
        name=row.name,
        address=row.address,
        postal_code=row.postal_code,
        city=row.city,
        department=row.department,
        phone=_national(row.phone),
        mail=row.mail,
        today=found.spans,
        known_hours=found.is_known,
        exception=found.why,
        week=tuple(site_hours.of_weekday(week, weekday) for weekday in range(7)),
        by_appointment=row.by_appointment,
        comment=row.comment,
        kind=row.kind,
        format=row.format,
        latitude=row.latitude if isfinite(row.latitude or 0) else None,
        longitude=row.longitude if isfinite(row.longitude or 0) else None,
        doubts=tuple(row.doubts),
        is_listed=row.gone_at is None,
        first_listed_at=row.first_listed_at,
        now=site_hours.now(_days(row, week, local.date()), local),
        closures=tuple(e for e in now.site_exceptions.get(row.id, ()) if e.last >= today),
        local_day=today,
    )


def _days(row: sites.Site, week: site_hours.Week, first: date) -> Iterator[tuple[date, site_hours.SiteDay]]:
    """The days of a site, as far as one looks for its next opening."""
    stands = config_snapshot.current()
    for day in (first + timedelta(days=n) for n in range(LOOKED_AHEAD)):
        free = bool(is_holiday(row.department, day, stands.hours.overrides))
        yield day, site_hours.on_day(week, day, free, stands.exception_of(row.id, day))


def _stop(stop: rounds.Stop, language: str, at: datetime) -> StopShown:
    local = on_their_clock(stop.department, at) or at
    following = config_snapshot.current().next_pass(stop, local)
    told = rounds.sentence(stop, language, local.date(), following) if following else ""
    return StopShown(stop.operator, stop.town, stop.place, _national(stop.phone), stop.hours, stop.weeks, told)


def _national(written: str) -> str:
    """As it is dialled there; what cannot be read as it was written."""
    try:
        return PhoneNumber.parse(written).national if written else ""
    except BadNumber:
        return written
