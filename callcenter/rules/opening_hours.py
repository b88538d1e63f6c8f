"""When the line is open, judged in the citizen's own clock.

Hours are written in OpenStreetMap's `opening_hours` syntax, for the nation, a region or a territory; a queue may have
narrower ones. A dated exception wins over everything; holidays are the territory's (`holidays` knows Alsace-Moselle's
two more days and the abolition days overseas), and an administrator's override wins over them. On a holiday only the
rules that begin with `PH` count. A territory without a known calendar or clock is closed rather than guessed.

Open is what the wall clock says: where a night has 25 hours, an hour that comes twice is open twice.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # the stub forgets an error

from callcenter.errors import Refusal
from callcenter.rules.territory import NATION, TERRITORIES, known_clock, rings

HORIZON = 100  # days searched for the next change: a season's closure and the holidays after it
OFF = "off"
LONGEST = 500  # characters
_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_DAYS = rf"(?:PH|{_DAY}(?:\s*-\s*{_DAY})?(?:\[[-0-9, ]+\])?)"
DAYS = re.compile(rf"(?<!\w){_DAYS}(?:\s*,\s*{_DAYS})*(?!\w)")
"""The days of one rule, holidays among them in any place: `Mo-Fr`, `Su,PH`, `PH, Sa-Su`."""
BETWEEN_RULES = re.compile(r";|(?<=[0-9]{2})\s*,\s*(?=PH\b)")
NOT_OURS = re.compile(r"\b(SH|sunrise|sunset|dawn|dusk|unknown)\b")

Overrides = Mapping[tuple[str, date], bool]
"""Whether a day is a holiday in a territory or the nation, whatever the calendar says."""

Span = tuple[datetime, datetime]
"""From and to on the wall clock of one day, without a zone."""


class BadHours(Refusal):
    """Ces horaires ne sont pas écrits comme il faut, par exemple « Mo-Fr 08:30-18:00; PH off »."""

    status = 422
    english = "These hours are not well written; write them like “Mo-Fr 08:30-18:00; PH off”."


@dataclass(frozen=True)
class DatedException:
    """What holds from `first` to `last`, both days included, whatever the ordinary hours: `off`, or other hours.

    `scope`: a territory, a region (`R76`) or the nation (`N`); `topic`: one queue; empty: the line. Or one site
    (`S2023`), whose own hours it concerns and no call's.
    """

    scope: str
    first: date
    last: date
    hours: str = OFF
    reason: str = ""
    topic: str = ""
    by: str = field(default="", compare=False)
    """Who wrote it, a name; empty: an operator."""
    id: str = field(default="", compare=False)
    """Of its row, once it is written."""


@dataclass(frozen=True)
class LineHours:
    """Everything the hours depend on. `opens` to `closes`, Monday to Friday, unless `own` says otherwise.

    `own`: hours by (scope, topic); `overrides`: by (territory or nation, day), whether it is a holiday. `always` is the
    demonstration's: only exceptions close.
    """

    opens: time
    closes: time
    always: bool = False
    own: Mapping[tuple[str, str], str] = field(default_factory=dict)
    exceptions: tuple[DatedException, ...] = ()
    overrides: Overrides = field(default_factory=dict)


@dataclass(frozen=True)
class Opening:
    """Whether the line is open now and, if not, when next: local to the territory, None if it is not known.

    `why` it is closed: hours, holiday, the reason of an exception, or unknown.
    """

    is_open: bool
    next_opening: datetime | None
    closes_at: datetime | None = None
    why: str = ""


def opening(hours: LineHours, department: str, at: datetime, topic: str = "") -> Opening:
    """The line, or one queue of it, as a citizen of `department` finds it at the instant `at`. An unknown department
    keeps Paris's clock. What cannot be judged is closed."""
    zone = known_clock(department)
    if zone is None:
        return Opening(False, None, why="unknown")
    if hours.always and not (hours.own or hours.exceptions):
        return Opening(True, None)  # rather than look for a change on every day of the horizon
    local = at.astimezone(zone)
    try:
        today, why = _day(hours, department, local.date(), topic)
        is_open = _holds(today, local)
        change = _next_change(hours, department, topic, at, zone, is_open)
    except BadHours:
        return Opening(False, None, why="unknown")
    if is_open:
        return Opening(True, None, change)
    return Opening(False, change, why=why or "hours")


def is_open(hours: LineHours, department: str, at: datetime) -> bool:
    """Whether the line is open to a department, without a look for when that changes."""
    zone = known_clock(department)
    if zone is None:
        return False
    if hours.always and not (hours.own or hours.exceptions):
        return True
    local = at.astimezone(zone)
    try:
        return _holds(_day(hours, department, local.date(), "")[0], local)
    except BadHours:
        return False


def on_their_clock(department: str, at: datetime) -> datetime | None:
    """`at` on the clock of a territory (Paris's for an unknown department); None where nobody knows it."""
    zone = known_clock(department)
    return at.astimezone(zone) if zone else None


def hours_of(hours: LineHours, department: str, day: date, topic: str = "") -> tuple[datetime, datetime] | None:
    """From the first opening to the last closing of the line, or of one queue, on a territory's own day; None on a day
    it is shut, or where that cannot be judged."""
    zone = known_clock(department)
    try:
        found, _ = _day(hours, department, day, topic) if zone else ((), "")
    except BadHours:
        return None
    if not found:
        return None
    opens, closes = found[0][0], min(found[-1][1], datetime.combine(day, time.max))
    return opens.replace(tzinfo=zone), closes.replace(tzinfo=zone, fold=1)


def half_hours(hours: LineHours, department: str, day: date) -> frozenset[int]:
    """The half hours, 0 to 47 of a territory's own day, in which the line is open at some time; none on a day it is
    shut, or where that cannot be judged."""
    try:
        found, _ = _day(hours, department, day, "")
    except BadHours:
        return frozenset()
    midnight, half = datetime.combine(day, time()), timedelta(minutes=30)
    return frozenset(
        n
        for n in range(48)
        for begins, ends in found
        if begins < midnight + (n + 1) * half and midnight + n * half < ends
    )


def is_holiday(department: str, day: date, overrides: Overrides | None = None) -> bool | None:
    """Whether a day is a holiday there; an override wins, the territory's before the nation's. None: nobody knows."""
    for scope in (department, NATION):
        if overrides and (scope, day) in overrides:
            return overrides[scope, day]
    territory = TERRITORIES.get(department)
    calendar = _calendar(territory.holidays if territory else "", day.year)
    return None if calendar is None else day in calendar


def site_scope(site_id: int) -> str:
    """Where an exception of one site is written."""
    return f"S{site_id}"


def site_of(scope: str) -> int | None:
    """The site of a scope, as `site_scope` writes it and no other way; None for what is of the line."""
    found = re.fullmatch(r"S([1-9]\d{0,8})", scope)
    return int(found[1]) if found else None


def holding(exceptions: Iterable[DatedException], day: date, near: tuple[str, ...] = ()) -> DatedException | None:
    """The exception that holds on one day: of these scopes the nearest's, and of two for the same the one that closes.
    `near` empty: all are of one scope."""
    holds = [e for e in exceptions if e.first <= day <= e.last and (not near or e.scope in near)]
    return min(holds, key=lambda e: (near.index(e.scope) if near else 0, e.hours != OFF), default=None)


def spans(expression: str, day: date, *, on_holiday: bool = False) -> tuple[Span, ...]:
    """When these hours are open on one day. Raises BadHours."""
    return _spans(expression, day, on_holiday)


def checked(expression: str) -> str:
    """The same hours, if they are well written. Raises BadHours."""
    _parsed(expression)
    return expression.strip()


def _next_change(
    hours: LineHours, department: str, topic: str, at: datetime, zone: ZoneInfo, is_open: bool
) -> datetime | None:
    first = at.astimezone(zone).date()
    for day in (first + timedelta(days=n) for n in range(HORIZON)):
        found, _ = _day(hours, department, day, topic)
        for edge in sorted(_edges(found, day, zone)):
            if edge > at and _holds(found, local := edge.astimezone(zone)) != is_open and local.date() == day:
                return local
    return None


def _edges(found: Iterable[Span], day: date, zone: ZoneInfo) -> set[datetime]:
    """Every instant of a day at which open may become closed or the reverse."""
    begins = datetime.combine(day, time(), zone).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    walls = {wall for span in found for wall in span}
    edges = {begins} | {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for wall in walls for fold in (0, 1)}
    if ends - begins != timedelta(days=1):
        edges.add(_transition(begins, ends, zone))
    return edges


def _transition(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The minute at which the clock was changed on this day."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=int((high - low).total_seconds() // 120))
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high


def _holds(found: Iterable[Span], local: datetime) -> bool:
    wall = local.replace(tzinfo=None, fold=0)
    return any(begins <= wall < ends for begins, ends in found)


def _day(hours: LineHours, department: str, day: date, topic: str) -> tuple[tuple[Span, ...], str]:
    """The spans of the line on one day, cut to those of the queue, and why there are none. Raises BadHours."""
    found, why = _of_scope(hours, department, day, "")
    if topic and found:
        queue, queue_why = _of_scope(hours, department, day, topic)
        found, why = common(found, queue), queue_why
    return found, why


def _of_scope(hours: LineHours, department: str, day: date, topic: str) -> tuple[tuple[Span, ...], str]:
    near = rings(department)
    if exception := holding((e for e in hours.exceptions if e.topic == topic), day, near):
        return _spans(exception.hours, day, False), exception.reason or "exception"
    written = next((hours.own[scope, topic] for scope in near if (scope, topic) in hours.own), None)
    if written is None and (topic or hours.always):
        return _spans("24/7", day, False), ""  # a queue without hours of its own has the line's
    free = is_holiday(department, day, hours.overrides)
    if free is None:
        raise BadHours
    written = written or f"Mo-Fr {hours.opens:%H:%M}-{hours.closes:%H:%M}"
    return _spans(written, day, free), "holiday" if free else ""


def common(first: tuple[Span, ...], second: tuple[Span, ...]) -> tuple[Span, ...]:
    """What is in both."""
    both = ((max(a[0], b[0]), min(a[1], b[1])) for a in first for b in second)
    return tuple(sorted(span for span in both if span[0] < span[1]))


@lru_cache(maxsize=8192)
def _spans(expression: str, day: date, on_holiday: bool) -> tuple[Span, ...]:
    ordinary, on_holidays = _parsed(expression)
    rules = on_holidays if on_holiday else ordinary
    if rules is None:
        return ()
    begins, ends = datetime.combine(day, time()), datetime.combine(day + timedelta(days=1), time())
    return tuple(
        (max(start, begins), min(end, ends))
        for start, end, state, _comment in rules.intervals(begins, ends)
        if state == State.OPEN
    )


@lru_cache(maxsize=1024)
def _parsed(expression: str) -> tuple[OpeningHours | None, OpeningHours | None]:
    """The rules for ordinary days and those for holidays: the calendar is ours, so `PH` stands in rules of its own."""
    if len(expression) > LONGEST:
        raise BadHours
    parts = [part.strip() for part in BETWEEN_RULES.split(expression) if part.strip()]
    ordinary, holiday = list[str](), list[str]()
    for part in parts:
        of_days, of_holidays = _apart(part)
        ordinary += [of_days] if of_days else []
        holiday += [of_holidays] if of_holidays else []
    if not parts or any("PH" in part or NOT_OURS.search(part) for part in [*ordinary, *holiday]):
        raise BadHours
    return _rules(ordinary), _rules(holiday)


def _apart(rule: str) -> tuple[str, str]:
    """A rule as it holds on ordinary days, and as it holds on holidays: `Su,PH off` is `Su off` on the first and `off`
    on the second. Empty where it says nothing of them."""
    for found in DAYS.finditer(rule):
        days = [day.strip() for day in found[0].split(",")]
        if "PH" not in days:
            continue
        before, after = rule[: found.start()], rule[found.end() :]
        others = ",".join(day for day in days if day != "PH")
        return " ".join(f"{before}{others}{after}".split()) if others else "", " ".join(
            (before + after).split()
        ) or "24/7"
    return rule, ""


def _rules(parts: list[str]) -> OpeningHours | None:
    if not parts:
        return None
    try:
        return OpeningHours("; ".join(parts))
    except ParserError:
        raise BadHours from None


@lru_cache(maxsize=256)
def _calendar(subdivision: str, year: int) -> frozenset[date] | None:
    try:
        return frozenset(holidays.country_holidays("FR", subdiv=subdivision or None, years=year))
    except NotImplementedError:
        return None
