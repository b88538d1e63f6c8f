"""The sites of the network, as every member of staff may look them up. Hours inform; they never route a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter

from callcenter import clock
from callcenter.actions import standing
from callcenter.api.identity import STAFF, Admitted, open_to
from callcenter.db import reading
from callcenter.errors import BadNumber, NotFound
from callcenter.phone_number import PhoneNumber
from callcenter.records import sites as records
from callcenter.rules import rounds, site_hours
from callcenter.rules.opening_hours import is_holiday, on_their_clock

MOST_STOPS = 40

Overrides = Mapping[tuple[str, date], bool]


@dataclass(frozen=True)
class SiteShown:
    """A site as it is read out. `today`: its spans of this day, there; `known_hours`: it gave some at all; `week`:
    seven days of spans, Monday first."""

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
    week: tuple[tuple[site_hours.Span, ...], ...]
    by_appointment: bool
    comment: str
    kind: str
    format: str
    doubts: tuple[str, ...]


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
class Found:
    """What a search found; at most 200 sites."""

    sites: tuple[SiteShown, ...]
    stops: tuple[StopShown, ...]


def found(words: str, department: str, language: str, *, doubtful_first: bool = False) -> Found:
    """Sites by words and department, and the rounds of the department."""
    at = clock.now()
    with reading() as session:
        rows = records.search(session, words, department, doubtful_first=doubtful_first)
        stops = records.rounds(session, department) if department else []
    return Found(tuple(_site(row, at) for row in rows), tuple(_stop(stop, language, at) for stop in stops[:MOST_STOPS]))


def one(site_id: int) -> SiteShown:
    """Raises NotFound."""
    with reading() as session:
        row = records.get(session, site_id)
    if row is None:
        raise NotFound
    return _site(row, clock.now())


def per_department() -> dict[str, tuple[int, int]]:
    """How many sites a department has, and how many of them are doubtful."""
    with reading() as session:
        return records.per_department(session)


def _site(row: records.Site, at: datetime) -> SiteShown:
    local = on_their_clock(row.department, at) or at
    holiday = bool(is_holiday(row.department, local.date(), standing.current().hours.overrides))
    week = tuple(site_hours.spans_at(row.week, day, is_holiday=False) for day in range(7))
    return SiteShown(
        id=row.id,
        name=row.name,
        address=row.address,
        postal_code=row.postal_code,
        city=row.city,
        department=row.department,
        phone=_national(row.phone),
        mail=row.mail,
        today=site_hours.spans_at(row.week, local.weekday(), holiday),
        known_hours=any(week),
        week=week,
        by_appointment=row.by_appointment,
        comment=row.comment,
        kind=row.kind,
        format=row.format,
        doubts=tuple(row.doubts),
    )


def _stop(stop: rounds.Stop, language: str, at: datetime) -> StopShown:
    local = on_their_clock(stop.department, at) or at
    following = rounds.sentence(stop, language, local) or ""
    phone = _national(stop.phone)
    return StopShown(stop.operator, stop.town, stop.place, phone, stop.hours, stop.weeks, following)


def _national(written: str) -> str:
    """As it is dialled there; what cannot be read as it was written."""
    try:
        return PhoneNumber.parse(written).national if written else ""
    except BadNumber:
        return written


router = APIRouter(prefix="/api/sites", tags=["directory"])


@router.get("")
@open_to(*STAFF)
def find(visitor: Admitted, words: str = "", department: str = "") -> Found:
    """Sites by every word of their name, town, postal code or number, and the rounds of a department."""
    return found(words, department, visitor.language)


@router.get("/{site_id}")
@open_to(*STAFF)
def read(site_id: int, visitor: Admitted) -> SiteShown:
    """One site."""
    return one(site_id)
