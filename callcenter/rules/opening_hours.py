"""When the line is open, judged in the citizen's own clock.

Monday to Friday between two local times, never on a holiday of the territory: `holidays` knows Alsace-Moselle's two
more days and the abolition days overseas. A territory without a known calendar or timezone is closed rather than
guessed.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from callcenter.rules.territory import TERRITORIES

PARIS = "Europe/Paris"
HORIZON = 21  # days searched for the next opening: no run of closed days in France comes near it


@dataclass(frozen=True)
class LineHours:
    """Local opening and closing, the same in every territory. `always` is the demonstration's."""

    opens: time
    closes: time
    always: bool = False


@dataclass(frozen=True)
class Opening:
    """Whether the line is open now and, if not, when next: local to the territory, None if it is not known."""

    is_open: bool
    next_opening: datetime | None
    closes_at: datetime | None = None


def opening(hours: LineHours, department: str, at: datetime) -> Opening:
    """The line as a citizen of `department` finds it at the instant `at`. An unknown department keeps Paris's clock."""
    territory = TERRITORIES.get(department)
    if territory is not None and not territory.timezone:
        return Opening(False, None)
    zone = ZoneInfo(territory.timezone if territory else PARIS)
    subdivision = territory.holidays if territory else ""
    local = at.astimezone(zone)
    if hours.always:
        return Opening(True, None)
    if _works(local.date(), subdivision):
        opens, closes = _instant(local.date(), hours.opens, zone), _instant(local.date(), hours.closes, zone)
        if opens <= at < closes:
            return Opening(True, None, closes.astimezone(zone))
        if at < opens:
            return Opening(False, opens.astimezone(zone))
    days = (local.date() + timedelta(days=n) for n in range(1, HORIZON))
    following = next((day for day in days if _works(day, subdivision)), None)
    return Opening(False, _instant(following, hours.opens, zone).astimezone(zone) if following else None)


def on_their_clock(department: str, at: datetime) -> datetime | None:
    """`at` on the clock of a territory (Paris's for an unknown department); None where nobody lives."""
    territory = TERRITORIES.get(department)
    if territory is not None and not territory.timezone:
        return None
    return at.astimezone(ZoneInfo(territory.timezone if territory else PARIS))


def hours_of(hours: LineHours, department: str, day: date) -> tuple[datetime, datetime] | None:
    """When the line opens and closes on a territory's own day; None on a day it is shut, or where nobody lives."""
    territory = TERRITORIES.get(department)
    if territory is not None and not territory.timezone:
        return None
    zone = ZoneInfo(territory.timezone if territory else PARIS)
    if hours.always:
        return datetime.combine(day, time.min, zone), datetime.combine(day, time.max, zone)
    if not _works(day, territory.holidays if territory else ""):
        return None
    return _instant(day, hours.opens, zone).astimezone(zone), _instant(day, hours.closes, zone).astimezone(zone)


def _instant(day: date, local: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, local, zone).astimezone(UTC)


def _works(day: date, subdivision: str) -> bool:
    return day.weekday() < 5 and day not in _calendar(subdivision, day.year)


@lru_cache(maxsize=256)
def _calendar(subdivision: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=subdivision or None, years=year))
