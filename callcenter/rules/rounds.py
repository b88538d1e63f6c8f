"""The rounds of a bus: where it stops, on which weekday, in odd or even weeks, and how that is said."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from callcenter.errors import BadNumber, Refusal
from callcenter.phone_number import PhoneNumber
from callcenter.rules.opening_hours import (
    BadHours,
    DatedException,
    Overrides,
    checked,
    common,
    holding,
    is_holiday,
    spans,
)
from callcenter.rules.site_hours import written
from callcenter.rules.territory import TERRITORIES, departments

LARGEST = 5_000_000  # bytes; the file of a whole department's buses has some thousands
HORIZON = 70  # days: beyond two months and a holiday on it, a stop is not one to announce
WEEKS = {"impaire": "odd", "paire": "even"}
WEEKDAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


Pass = tuple[date, tuple[tuple[str, str], ...]]
"""A day, and the spans of that day."""
NEVER: Pass = (date.max, ())


class NotRounds(Refusal):
    """Ce fichier ne décrit pas de tournées, ou il dépasse 5 Mo : rien n'a été changé."""

    status = 422
    english = "This file does not describe rounds, or is larger than 5 MB: nothing was changed."


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of a round. `hours`: OSM opening_hours, local; `weeks`: all, odd or even ISO weeks."""

    operator: str
    town: str
    place: str
    postal_code: str
    department: str
    phone: str
    hours: str
    weeks: str


@dataclass(frozen=True, slots=True)
class Bus:
    """A site that moves."""

    id: int
    department: str
    phone: str


def bus_of(stop: Stop, buses: Iterable[Bus]) -> int | None:
    """Whose round a stop is, which no list says: the bus with its number, else the only one of its department. None:
    nobody knows."""
    there = [bus for bus in buses if bus.department == stop.department]
    numbered = [bus for bus in there if bus.phone and bus.phone == stop.phone]
    possible = numbered or there
    return possible[0].id if len(possible) == 1 else None


def read(content: bytes) -> tuple[list[Stop], list[str]]:
    """The stops of a file of mediation places (JSON, `horaires` in OSM syntax), and what could not be taken from it.
    Raises NotRounds."""
    if len(content) > LARGEST:
        raise NotRounds(f"({len(content):,} bytes)")
    try:
        listed = json.loads(content)
    except (UnicodeDecodeError, ValueError):
        raise NotRounds from None
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        raise NotRounds
    stops, doubts = list[Stop](), list[str]()
    for number, row in enumerate(listed, 1):
        try:
            stops.append(_stop(row))
        except (BadHours, NotRounds) as refusal:
            doubts.append(f"{number}: {refusal.sentence('en')}")
    if not stops:
        raise NotRounds
    return stops, doubts


def passes(
    stop: Stop, from_day: date, overrides: Overrides, exceptions: Sequence[DatedException] = ()
) -> Iterator[Pass]:
    """The days on which the bus stops there, from `from_day` on, with its hours; never on a holiday, by the calendar or
    by an override, nor outside the hours of an exception of the bus."""
    for day in (from_day + timedelta(days=n) for n in range(HORIZON)):
        odd = day.isocalendar().week % 2 == 1
        if stop.weeks != "all" and odd != (stop.weeks == "odd"):
            continue
        if is_holiday(stop.department, day, overrides) is not False:
            continue
        found = spans(stop.hours, day)
        if exception := holding(exceptions, day):
            found = common(found, spans(exception.hours, day))
        if found:
            yield day, written(found)


def first_passes(
    stop: Stop, today: date, overrides: Overrides, exceptions: Sequence[DatedException] = ()
) -> tuple[Pass, ...]:
    """That of today, if it stops there, and the first one after today: all that is told before midnight. `today`:
    there. It looks through `HORIZON` days for a bus that comes seldom, so it is to be asked once a day."""
    found = []
    for each in passes(stop, today, overrides, exceptions):
        found.append(each)
        if each[0] > today:
            break
    return tuple(found)


def next_pass(passes: Iterable[Pass], local: datetime) -> Pass | None:
    """When the bus is there next, or is there now, of its first passes of this day. `local`: now, there. None: nobody
    knows when."""
    for day, spans_ in passes:
        hours = tuple(span for span in spans_ if day > local.date() or span[1] > f"{local:%H:%M}")
        if hours:
            return day, hours
    return None


def sentence(stop: Stop, language: str, today: date, following: Pass) -> str:
    """« Le bus passe mardi à Aigre, de 9 h à 12 h. »; beyond a week with its date. `today`: there; `following`: its
    next pass."""
    day, hours = following
    days = (day - today).days
    name = WEEKDAYS[language][day.weekday()]
    if language == "en":
        when = (
            "today" if not days else f"on {name}" if days < 7 else f"on {name} {day.day} {MONTHS['en'][day.month - 1]}"
        )
        times = " and ".join(f"from {_hour_en(a)} to {_hour_en(b)}" for a, b in hours)
        return f"The bus stops in {stop.town} {when}, {times}."
    date_ = f"{'1er' if day.day == 1 else day.day} {MONTHS['fr'][day.month - 1]}"
    when = "aujourd'hui" if not days else name if days < 7 else f"le {name} {date_}"
    times = " et ".join(f"de {_hour_fr(a)} à {_hour_fr(b)}" for a, b in hours)
    return f"Le bus passe {when} {_at(stop.town)}, {times}."


def _at(town: str) -> str:
    """« à Aigre », « au Mans », « aux Ulis »."""
    if town.startswith("Le "):
        return f"au {town[3:]}"
    return f"aux {town[4:]}" if town.startswith("Les ") else f"à {town}"


def _hour_fr(written: str) -> str:
    hours, minutes = written.split(":")
    return f"{int(hours)} h" if minutes == "00" else f"{int(hours)} h {minutes}"


def _hour_en(written: str) -> str:
    if written in ("00:00", "12:00", "24:00"):
        return "noon" if written == "12:00" else "midnight"
    hours, minutes = int(written[:2]), written[3:]
    return f"{hours % 12 or 12}{f':{minutes}' if minutes != '00' else ''} {'AM' if hours % 24 < 12 else 'PM'}"


def _stop(row: dict[str, Any]) -> Stop:
    postal_code = str(row.get("code_postal", "")).zfill(5)
    town = str(row.get("commune", "")).strip()
    possible = [code for code in departments(postal_code) if code in TERRITORIES]
    if not possible or not town:
        raise NotRounds(f"({town} {postal_code})")
    place = re.search(r"\[(.+)\]", str(row.get("nom", "")))
    return Stop(
        operator=str(row.get("structure_parente") or row.get("nom") or "").strip(),
        town=town,
        place=place[1].strip() if place else str(row.get("adresse", "")).strip(),
        postal_code=postal_code,
        department=_department(str(row.get("code_insee", "")), possible),
        phone=_phone(str(row.get("telephone", ""))),
        hours=checked(str(row.get("horaires", ""))),
        weeks=next((weeks for word, weeks in WEEKS.items() if re.search(rf"\b{word}", _words(row))), "all"),
    )


def _department(insee: str, possible: list[str]) -> str:
    return next((code for code in possible if insee.zfill(5).startswith(code)), possible[0])


def _words(row: dict[str, Any]) -> str:
    return str(row.get("ouverture", "")).lower()


def _phone(written: str) -> str:
    try:
        return PhoneNumber.parse(f"+{written}" if written.startswith("33") else written).e164
    except BadNumber:
        return written[:40]
