"""Where a caller lives: postal code to territory, and the facts of each territory.

The first digits of a postal code give the department, save for twenty codes (`postal_exceptions.csv`).
A code is read, used and forgotten: only the territory is kept.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from callcenter.reference import rows

UNKNOWN = "inconnu"
NATION = "N"  # the scope of what holds everywhere
MONACO = "monaco"
PARIS = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Territory:
    """A department or an overseas territory. `spoken` has its article: « le Lot », « l'Ain », « Mayotte »."""

    code: str
    name: str
    spoken: str
    region: str
    """INSEE code of the region."""
    region_name: str
    timezone: str
    """IANA name; empty where nobody lives."""
    holidays: str
    """Subdivision of the `holidays` library; empty: the nation's days only."""
    population: int

    @property
    def inhabited(self) -> bool:
        return self.population > 0


def departments(postal_code: str) -> tuple[str, ...]:
    """The territories a five-digit code may lie in: none (no such code), one, or several to ask about.

    98000 is Monaco, which is none of ours and is answered with a word of explanation.
    """
    if len(postal_code) != 5 or not (postal_code.isascii() and postal_code.isdigit()):
        return ()
    if exception := _exceptions().get(postal_code):
        return exception
    match postal_code[:3]:
        case "200" | "201":
            return ("2A",)
        case "202" | "206":
            return ("2B",)
        case "980":
            return (MONACO,)
    prefix = postal_code[:3] if postal_code.startswith(("97", "98")) else postal_code[:2]
    if prefix == "20":
        return ("2A", "2B")
    return (prefix,) if prefix in TERRITORIES else ()


def hints(number: str) -> tuple[str, ...]:
    """The territories an E.164 number may come from: overseas numbers only, and only to be confirmed.

    Since 2023-01-01 the prefixes 01 to 05 locate nobody. Anything that is no E.164 number hints at nothing.
    """
    if not (number.startswith("+") and number[1:].isascii() and number[1:].isdigit()):
        return ()
    for calling_code, code in ALONE.items():
        if number.startswith(calling_code):
            return (code,)
    calling_code, national = (number[1:3], number[3:]) if number.startswith("+33") else (number[1:4], number[4:])
    found = [
        prefix
        for prefix in _prefixes()
        if calling_code in ("33", prefix.calling_code)
        and prefix.first <= f"0{national}"[: len(prefix.first)] <= prefix.last
    ]
    return max(found, key=lambda prefix: len(prefix.first)).territories if found else ()


ALONE = {"+508": "975", "+594": "973", "+596": "972", "+681": "986", "+687": "988", "+689": "987"}
"""Calling codes that one territory has to itself."""


def rings(department: str) -> tuple[str, ...]:
    """The scopes that a department lies in, nearest first: itself, its region (`R76`), the nation. An unknown one has
    only the nation's."""
    territory = TERRITORIES.get(department)
    return (department, f"R{territory.region}", NATION) if territory else (NATION,)


def known_clock(department: str) -> ZoneInfo | None:
    """The clock of a territory, Paris's for an unknown department; None where nobody lives."""
    territory = TERRITORIES.get(department)
    if territory and not territory.timezone:
        return None
    return ZoneInfo(territory.timezone if territory else PARIS)


def clock_of(department: str) -> ZoneInfo:
    """The same, and Paris's clock where nobody lives."""
    return known_clock(department) or ZoneInfo(PARIS)


def local_day(department: str, at: datetime) -> date:
    """The day it is there at an instant."""
    return at.astimezone(clock_of(department)).date()


def end_of_day(department: str, at: datetime) -> datetime:
    """The midnight there that follows an instant."""
    return datetime.combine(local_day(department, at) + timedelta(days=1), time(0), clock_of(department))


def national_day(at: datetime) -> date:
    """The day by which whatever holds for the whole nation holds: Paris's."""
    return local_day(UNKNOWN, at)


@dataclass(frozen=True, slots=True)
class _Prefix:
    first: str
    last: str
    calling_code: str
    territories: tuple[str, ...]


@cache
def _prefixes() -> tuple[_Prefix, ...]:
    return tuple(
        _Prefix(row["first"], row["last"], row["calling_code"], tuple(row["territories"].split()))
        for row in rows("overseas_prefixes.csv")
    )


@cache
def _exceptions() -> dict[str, tuple[str, ...]]:
    return {row["postal_code"]: tuple(row["departments"].split()) for row in rows("postal_exceptions.csv")}


def _territories() -> dict[str, Territory]:
    return {
        row["code"]: Territory(
            code=row["code"],
            name=row["name"],
            spoken=row["spoken"],
            region=row["region_code"],
            region_name=row["region"],
            timezone=row["timezone"],
            holidays=row["holidays"],
            population=int(row["population"]),
        )
        for row in rows("territories.csv")
    }


TERRITORIES = _territories()
"""Every territory by its code; `inconnu` is none of them."""
