"""The sites of the network, as every member of staff may look them up. Hours inform; they never route a call."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import reading
from callcenter.errors import BadNumber, NotFound
from callcenter.phone_number import PhoneNumber
from callcenter.records import sessions
from callcenter.records import sites as records
from callcenter.records.sessions import Act
from callcenter.rules import rounds, site_hours
from callcenter.rules.opening_hours import is_holiday, on_their_clock
from callcenter.rules.rounds import Pass

MOST_STOPS = 40
MOST_AROUND = 200
MOST_MEANT = 30
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
    """What a search found; at most 200 sites."""

    sites: tuple[SiteShown, ...]
    stops: tuple[StopShown, ...]


def found(words: str, department: str, language: str, *, doubtful_first: bool = False) -> SitesFound:
    """Sites by words and department, and the rounds of the department."""
    at = clock.now()
    with reading() as session:
        rows = records.search(session, words, department, doubtful_first=doubtful_first)
        stops = records.rounds(session, department) if department else []
    return SitesFound(
        tuple(_site(row, at) for row in rows), tuple(_stop(stop, language, at) for stop in stops[:MOST_STOPS])
    )


def one(site_id: int) -> SiteShown:
    """Raises NotFound."""
    with reading() as session:
        row = records.get(session, site_id)
    if row is None:
        raise NotFound
    return _site(row, clock.now())


def names() -> list[str]:
    """Every listed site as a form's field is filled with it: `Maison du Lot, Cahors (46) n° 7`."""
    with reading() as session:
        return [str(each) for each in records.names(session)]


def named(ids: Collection[int]) -> dict[int, str]:
    """The same of some sites, listed or gone, by their number."""
    with reading() as session:
        return {each.id: str(each) for each in records.names(session, ids)} if ids else {}


def numbers_of(written: str, department: str) -> list[tuple[int, str]]:
    """The sites that somebody may mean: one by its number, alone or after a name; else those whose name or town has
    every word, in the department if any is there. Each with its name in full."""
    number = NUMBER.search(written.strip())
    with reading() as session:
        if number and (exact := records.names(session, [int(number[1])])):
            return [(each.id, str(each)) for each in exact]
        for place in (department, ""):
            if rows := records.search(session, written, place, limit=MOST_MEANT):
                return [(row.id, str(records.SiteName(row.id, row.name, row.city, row.department))) for row in rows]
    return []


def around(site: SiteShown) -> list[SiteShown]:
    """The site among the others of its department."""
    at = clock.now()
    with reading() as session:
        rows = records.near(session, site.department, limit=MOST_AROUND)
    others = [_site(row, at) for row in rows if row.id != site.id]
    return [*others, site]


def rounds_of(site: SiteShown, language: str) -> tuple[StopShown, ...]:
    """Where and when a bus or an itinerant site comes: the rounds known to be its own, else those of its department,
    since no list says whose they are; the next to come first. None for a site that stays."""
    if site.format not in records.MOVING:
        return ()
    at = clock.now()
    with reading() as session:
        stops = records.rounds(session, site.department)
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
        return records.per_department(session)


def _site(row: records.Site, at: datetime) -> SiteShown:
    today = (on_their_clock(row.department, at) or at).date()
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
    )


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
