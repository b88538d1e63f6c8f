"""The hours of a site: its week, as the national list writes it (`09:00 - 12:00 / 14:00 - 17:00`, one text per
weekday), and those of one day, which a dated exception changes.

Hours inform callers and agents; they never route a call.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from callcenter.rules.opening_hours import BadHours, DatedException, spans

Span = tuple[str, str]
"""From and to, `HH:MM`; `24:00` is the end of the day."""
Week = tuple[tuple[Span, ...], ...]
"""Seven days, Monday first; a day without spans is closed."""

CLOSED = "written 00:00 - 00:00, read as closed"
OVERLAPPING = "hours that overlap, merged"
BACKWARDS = "hours that end before they begin, left out"
UNREADABLE = "hours that cannot be read, left out"

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_SPAN = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})?\s*(?:-|–|à)\s*(\d{1,2})\s*[:hH]\s*(\d{2})?")


@dataclass(frozen=True)
class SiteDay:
    """One day of a site. `is_known`: it gave hours, or an exception holds; `why`: the reason of that exception."""

    spans: tuple[Span, ...]
    is_known: bool
    why: str = ""


@dataclass(frozen=True)
class SiteNow:
    """How a site stands at a moment, on its own clock and without a zone. `is_known`: it gave hours, or an exception
    holds; `until`: when it closes; `opens`: when it opens next, None where nobody knows."""

    is_known: bool
    is_open: bool
    until: datetime | None = None
    opens: datetime | None = None


def read_day(written: str) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """The spans of one day in order, none overlapping, and what was doubtful in the text."""
    spans: list[tuple[int, int]] = []
    doubts: list[str] = []
    for part in (each.strip() for each in re.split(r"[/;,]", written)):
        found = _SPAN.fullmatch(part)
        if not part:
            continue
        if found is None:
            doubts.append(UNREADABLE)
            continue
        begins, ends = _minutes(found[1], found[2]), _minutes(found[3], found[4])
        if begins == ends == 0:
            doubts.append(CLOSED)
        elif begins > 1440 or ends > 1440:
            doubts.append(UNREADABLE)
        elif begins >= ends:
            doubts.append(BACKWARDS)
        else:
            spans.append((begins, ends))
    merged, overlapped = _merged(sorted(spans))
    if overlapped:
        doubts.append(OVERLAPPING)
    return tuple((_written(a), _written(b)) for a, b in merged), tuple(dict.fromkeys(doubts))


def week_of(stored: object) -> Week:
    """A week as it was kept. What is none, or not whole, gave no hours: one bad row takes no page down."""
    if not isinstance(stored, list | tuple) or not all(isinstance(day, list | tuple) for day in stored):
        return ()
    spans = [span for day in stored for span in day]
    if not all(isinstance(span, list | tuple) and len(span) == 2 and all(map(_is_time, span)) for span in spans):
        return ()
    return tuple(tuple((str(a), str(b)) for a, b in day) for day in stored)


def on_day(
    week: Sequence[Sequence[Sequence[str]]], day: date, is_holiday: bool, exception: DatedException | None
) -> SiteDay:
    """What a site is on one day: as the exception that holds says, else closed on a holiday of its territory, else as
    on every such weekday."""
    if exception:
        return SiteDay(written(_spans_or_none(exception, day)), True, exception.reason)
    return SiteDay(() if is_holiday else of_weekday(week, day.weekday()), any(week))


def now(days: Iterable[tuple[date, SiteDay]], local: datetime) -> SiteNow:
    """Whether a site is open on its own clock, until when, and when it opens next. `days`: from today on, as far as one
    looks ahead."""
    is_known = False
    for day, found in days:
        is_known = is_known or found.is_known
        for opens, closes in found.spans:
            begins = datetime.combine(day, as_time(opens))
            ends = datetime.combine(day, time()) + _length(closes)
            if begins <= local.replace(tzinfo=None) < ends:
                return SiteNow(True, True, until=ends)
            if begins > local.replace(tzinfo=None):
                return SiteNow(True, False, opens=begins)
        if not is_known:
            break
    return SiteNow(is_known, False)


def _length(closes: str) -> timedelta:
    hours, minutes = map(int, closes.split(":"))
    return timedelta(hours=hours, minutes=minutes)


def of_weekday(week: Sequence[Sequence[Sequence[str]]], weekday: int) -> tuple[Span, ...]:
    """The ordinary spans of one weekday, Monday being 0."""
    return tuple((str(a), str(b)) for a, b in week[weekday]) if weekday < len(week) else ()


def written(found: Iterable[tuple[datetime, datetime]]) -> tuple[Span, ...]:
    """Spans of one day on the wall clock, as they are written here."""
    return tuple((f"{a:%H:%M}", f"{b:%H:%M}" if b.date() == a.date() else "24:00") for a, b in found)


def osm(week: Sequence[Sequence[Sequence[str]]]) -> str:
    """A week in the syntax of OpenStreetMap: `Mo 09:00-12:00,14:00-17:00; Tu 09:00-12:00`."""
    days = (f"{day} {','.join(f'{a}-{b}' for a, b in spans)}" for day, spans in zip(DAYS, week, strict=False) if spans)
    return "; ".join(days)


def as_time(written: str) -> time:
    """`09:30` as a time; the end of a day is its last minute."""
    return time(23, 59) if written == "24:00" else time.fromisoformat(written)


def _spans_or_none(exception: DatedException, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """Hours that nobody can read open nothing."""
    try:
        return spans(exception.hours, day)
    except BadHours:
        return ()


def _is_time(written: object) -> bool:
    return isinstance(written, str) and _TIME.fullmatch(written) is not None


def _merged(spans: Sequence[tuple[int, int]]) -> tuple[list[tuple[int, int]], bool]:
    merged: list[tuple[int, int]] = []
    overlapped = False
    for begins, ends in spans:
        if merged and begins <= merged[-1][1]:
            overlapped = overlapped or begins < merged[-1][1]
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        else:
            merged.append((begins, ends))
    return merged, overlapped


def _minutes(hours: str, minutes: str | None) -> int:
    count = int(minutes or 0)
    return int(hours) * 60 + count if count < 60 else 9999


def _written(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
