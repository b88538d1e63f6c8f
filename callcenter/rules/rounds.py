"""The rounds of a bus: where it stops, on which weekday, in odd or even weeks, and how that is said."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from callcenter.errors import BadNumber, TwoNumbers
from callcenter.rules import tables
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
from callcenter.rules.plain_text import cleaned, folded, one_line
from callcenter.rules.site_hours import written
from callcenter.rules.tables import LostFigures, NotATable, TableRow
from callcenter.rules.territory import TERRITORIES, departments

LARGEST = 5_000_000  # bytes; the file of a whole department's buses has some thousands
HORIZON = 70  # days: beyond two months and a holiday on it, a stop is not one to announce
NEEDED = ("commune", "code_postal", "horaires")
OPTIONAL = ("nom", "structure_parente", "adresse", "code_insee", "telephone", "ouverture")
COLUMNS = (*NEEDED, *OPTIONAL)
OTHER_NAMES = {"ville": "commune", "cp": "code_postal", "operateur": "structure_parente", "semaines": "ouverture"}
WEEK_KIND = re.compile(r"\b(im)?paires?\b")
NOT_EVEN = re.compile(r"\bnon (im)?paires?\b")
EVERY_OTHER = re.compile(
    r"\b(?:une|1) (?:semaines?|fois) (?:sur )?(?:deux|2)\b|\btou(?:te)?s les (?:15|quinze) jours\b|"
    r"\btou(?:te)?s les (?:deux|2) semaines\b|\b(?:bi ?mensuel\w*|quinzaines?|semaines? alternees?|"
    r"(?:un|1) (?:lundi|mardi|mercredi|jeudi|vendredi|samedi) (?:sur )?(?:deux|2))\b"
)
BUT = re.compile(r"\b(?:sauf|hors|excepte|hormis|pas)\b[^.;,]*?\b(im)?paires?\b")
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


class NotRounds(NotATable):
    """Ce fichier ne décrit pas de tournées : rien n'a été changé."""

    english = "This file does not describe rounds: nothing was changed."


@dataclass(frozen=True, slots=True)
class RoundDoubt:
    """What could not be taken as it was written: the line of a table, or the place of a stop in a list, from 1; its
    column, empty for the whole; a code with a sentence of its own."""

    line: int
    column: str
    code: str


class _Untaken(Exception):
    """A stop that is left out: its column and a code."""

    def __init__(self, column: str, code: str) -> None:
        self.column, self.code = column, code


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


def weeks_of(told: str) -> str | None:
    """all, odd or even, out of what is written of a round: « semaines paires et impaires » is every week, « sauf
    semaines paires » the odd ones. None: every other week, and nobody said which."""
    plain = NOT_EVEN.sub(lambda found: "paire" if found[1] else "impaire", folded(told))
    spared = {"odd" if found[1] else "even" for found in BUT.finditer(plain)}
    named = {"odd" if found[1] else "even" for found in WEEK_KIND.finditer(BUT.sub(" ", plain))}
    kinds = (named or {"odd", "even"}) - spared
    if len(kinds) == 1:
        return kinds.pop()
    return None if not named and EVERY_OTHER.search(plain) else "all"


def bus_of(stop: Stop, buses: Iterable[Bus]) -> int | None:
    """Whose round a stop is, which no list says: the bus with its number, else the only one of its department. None:
    nobody knows."""
    there = [bus for bus in buses if bus.department == stop.department]
    numbered = [bus for bus in there if bus.phone and bus.phone == stop.phone]
    possible = numbered or there
    return possible[0].id if len(possible) == 1 else None


def read(content: bytes) -> tuple[list[Stop], list[RoundDoubt]]:
    """The stops of a file of mediation places (a table, or JSON with its names; `horaires` in OSM syntax), and what
    could not be taken from it. Raises NotRounds."""
    if len(content) > LARGEST:
        raise NotRounds("large", most=LARGEST)
    stops, doubts = list[Stop](), list[RoundDoubt]()
    for row in _rows(content):
        try:
            stops.append(_stop(row))
        except _Untaken as why:
            doubts.append(RoundDoubt(row.line, why.column, why.code))
            continue
        if row.was_cleaned:
            doubts.append(RoundDoubt(row.line, "", "round_cleaned"))
    if not stops:
        raise NotRounds("nothing")
    return stops, doubts


def _rows(content: bytes) -> Iterator[TableRow]:
    if content.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] not in (b"[", b"{"):
        yield from tables.read(content, NotRounds, COLUMNS, NEEDED, OTHER_NAMES).rows
        return
    try:
        listed = json.loads(tables.text_of(content, NotRounds).removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise NotRounds from None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise NotRounds
    for place, each in enumerate(listed, 1):
        given = {name: "" if each.get(name) is None else each[name] for name in COLUMNS}
        values = {name: str(value) for name, value in given.items() if isinstance(value, str | int | float)}
        was_cleaned = any(cleaned(value) != value for value in values.values())
        yield TableRow(
            place,
            {name: cleaned(value).strip() for name, value in values.items()},
            len(given) - len(values),
            0,
            was_cleaned,
        )


def passes(
    stop: Stop, from_day: date, overrides: Overrides, exceptions: Sequence[DatedException] = ()
) -> Iterator[Pass]:
    """The days on which the bus stops there, from `from_day` on, with its hours; never on a holiday, by the calendar or
    by an override, nor outside the hours of an exception of the bus; none where its hours cannot be read."""
    try:
        yield from _passes(stop, from_day, overrides, exceptions)
    except BadHours:  # one bad row takes no page down, and no call
        return


def _passes(stop: Stop, from_day: date, overrides: Overrides, exceptions: Sequence[DatedException]) -> Iterator[Pass]:
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


def _stop(row: TableRow) -> Stop:
    """Raises _Untaken."""
    given = row.values
    if row.surplus:
        raise _Untaken("", "round_columns")
    if set(COLUMNS) - set(given) - set(OPTIONAL):
        raise _Untaken("", "round_kind")
    try:
        postal_code, insee = tables.postal_code(given["code_postal"]), tables.postal_code(given.get("code_insee", ""))
    except LostFigures:
        raise _Untaken("code_postal", "round_lost") from None
    possible = [code for code in departments(postal_code) if code in TERRITORIES]
    if not possible or not given["commune"]:
        raise _Untaken("code_postal" if given["commune"] else "commune", "round_place")
    try:
        hours = checked(given["horaires"])
    except BadHours:
        raise _Untaken("horaires", "round_hours") from None
    weeks = weeks_of(given.get("ouverture", ""))
    if weeks is None:
        raise _Untaken("ouverture", "round_weeks")
    place = re.search(r"\[(.+)\]", given.get("nom", ""))
    department = next((code for code in possible if insee.startswith(code)), possible[0])
    return Stop(
        operator=one_line(given.get("structure_parente") or given.get("nom", "")),
        town=one_line(given["commune"]),
        place=one_line(place[1] if place else given.get("adresse", "")),
        postal_code=postal_code,
        department=department,
        phone=_phone(given.get("telephone", ""), department),
        hours=hours,
        weeks=weeks,
    )


def _phone(written: str, department: str) -> str:
    """E.164, by the plan of its territory, or as it is written; nothing of a number that has lost figures.
    Raises _Untaken."""
    try:
        return tables.telephone(written, department).e164
    except LostFigures:
        return ""
    except TwoNumbers:
        raise _Untaken("telephone", "round_two_numbers") from None
    except BadNumber:
        return written[:40]
