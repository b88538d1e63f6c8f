"""A week of opening hours as OpenStreetMap writes it and as people say it, in both directions.

`said` gives every week that `week_of` knows; `understood_hours.read` reads what `said` gives back to the same week.
What a week cannot hold (seasons, the first Saturday of a month) stays in OpenStreetMap's own words.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
HOLIDAY = "PH"
DAY = 24 * 60  # minutes
ALWAYS = "24/7"
OFF = "off"

Spans = tuple[tuple[int, int], ...]
"""Minutes of the day from and to, in order, apart from each other; none: closed."""

NAMES = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SAID = {
    "fr": {"to": "{first} à {last}", "and": "et", "closed": "fermé", "always": "tous les jours, 24h/24",
           "all_day": "24h/24", "every": "tous les jours", "holidays": "jours fériés",
           "off_holidays": "fermé les jours fériés", "span": "{a}-{b}", "next": " ; "},
    "en": {"to": "{first} to {last}", "and": "and", "closed": "closed", "always": "every day, 24 hours",
           "all_day": "24 hours", "every": "every day", "holidays": "public holidays",
           "off_holidays": "closed on public holidays", "span": "{a}-{b}", "next": "; "},
}  # fmt: skip
_RULE = re.compile(
    r"(?:(?P<days>(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)(?:\s*[-,]\s*(?:Mo|Tu|We|Th|Fr|Sa|Su|PH))*)\s*)?"
    r"(?P<hours>off|closed|24/7|\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}(?:\s*,\s*\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2})*)"
)


@dataclass(frozen=True)
class Week:
    """The spans of each day that is open, by `Mo` to `Su`; `holidays`: those of a public holiday, None where nothing is
    written of it (it is closed then, too)."""

    days: Mapping[str, Spans] = field(default_factory=dict)
    holidays: Spans | None = None

    def of(self, day: str) -> Spans:
        return self.days.get(day, ())


def osm(week: Week) -> str:
    """`Mo-Fr 08:30-12:00,14:00-18:00; Sa 09:00-12:00; PH off`."""
    rules = [f"{_range(days)} {_times(spans)}" for days, spans in _alike(week)]
    if not rules and not week.holidays:
        return OFF
    if week.holidays is not None:
        rules.append(f"{HOLIDAY} {_times(week.holidays) if week.holidays else OFF}")
    return "; ".join(rules)


def week_of(written: str) -> Week | None:
    """The week of hours in OpenStreetMap's syntax; None for what is no plain week."""
    days: dict[str, Spans] = {}
    holidays: Spans | None = None
    for part in (part.strip() for part in written.split(";")):
        found = _RULE.fullmatch(part)
        if found is None:
            return None
        spans, named = _spans(found["hours"]), _days(found["days"])
        if spans is None or named is None:
            return None
        days |= {day: spans for day in named if day != HOLIDAY}
        holidays = spans if HOLIDAY in named else holidays
    return Week({day: spans for day, spans in days.items() if spans}, holidays)


def said(written: str, language: str) -> str:
    """The same hours as people say them; what is no plain week as it is written."""
    week = week_of(written)
    return in_words(week, language) if week else written


def in_words(week: Week, language: str) -> str:
    """`lundi à vendredi 8h30-12h, 14h-18h ; samedi 9h-12h ; fermé les jours fériés`."""
    words = _SAID[language]
    told = []
    for days, spans in _alike(week):
        if len(days) == len(DAYS) and spans == ((0, DAY),):
            told.append(words["always"])
        else:
            named = words["every"] if len(days) == len(DAYS) else _named(days, language)
            told.append(f"{named} {_said_times(spans, language)}")
    if not told and not week.holidays:
        return words["closed"]
    told = told or [words["closed"]]
    if week.holidays is not None:
        told.append(
            f"{words['holidays']} {_said_times(week.holidays, language)}" if week.holidays else words["off_holidays"]
        )
    return words["next"].join(told)


def grid(written: str, language: str) -> dict[str, str] | None:
    """What is said of each day (`Mo` to `Su`, and `PH`), for a grid; empty for a closed one. None for what is no plain
    week."""
    week = week_of(written) if written else Week()
    if week is None:
        return None
    told = {day: _said_times(week.of(day), language) if week.of(day) else "" for day in DAYS}
    if week.holidays is None:
        return told | {HOLIDAY: ""}
    return told | {HOLIDAY: _said_times(week.holidays, language) if week.holidays else _SAID[language]["closed"]}


def clock(minutes: int, language: str) -> str:
    """`8h30`, `14h`, `minuit` of the day's end; `8:30`, `14:00`, `24:00`."""
    hours, rest = divmod(minutes, 60)
    if language == "en":
        return f"{hours}:{rest:02}"
    return f"{hours}h{rest:02}" if rest else f"{hours}h"


def _alike(week: Week) -> list[tuple[list[str], Spans]]:
    """The days that are open, those that are open alike together."""
    alike: dict[Spans, list[str]] = {}
    for day in DAYS:
        if week.of(day):
            alike.setdefault(week.of(day), []).append(day)
    return [(days, spans) for spans, days in alike.items()]


def _is_run(days: list[str]) -> bool:
    return len(days) > 2 and days == days_between(days[0], days[-1])


def _range(days: list[str]) -> str:
    return f"{days[0]}-{days[-1]}" if _is_run(days) else ",".join(days)


def _times(spans: Spans) -> str:
    return ",".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans)


def _named(days: list[str], language: str) -> str:
    names, words = [NAMES[language][DAYS.index(day)] for day in days], _SAID[language]
    if _is_run(days):
        return words["to"].format(first=names[0], last=names[-1])
    return f" {words['and']} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _said_times(spans: Spans, language: str) -> str:
    if spans == ((0, DAY),):
        return _SAID[language]["all_day"]
    return ", ".join(f"{clock(a, language)}-{clock(b, language)}" for a, b in spans)


def _spans(hours: str) -> Spans | None:
    if hours in (OFF, "closed"):
        return ()
    if hours == ALWAYS:
        return ((0, DAY),)
    pairs = [re.findall(r"(\d{1,2}):(\d{2})", each) for each in hours.split(",")]
    return tidy((int(a) * 60 + int(b), int(c) * 60 + int(d)) for (a, b), (c, d) in pairs)


def tidy(pairs: Iterable[tuple[int, int]]) -> Spans | None:
    """In order, what touches joined; None where one ends before it begins, or beyond the day."""
    joined: list[tuple[int, int]] = []
    for begins, ends in sorted(pairs):
        if not 0 <= begins < ends <= DAY:
            return None
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return tuple(joined)


def _days(named: str | None) -> list[str] | None:
    if named is None:
        return list(DAYS)
    found = []
    for part in named.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if last and HOLIDAY in (first, last):
            return None
        found += [first] if not last else days_between(first, last)
    return found


def days_between(first: str, last: str) -> list[str]:
    """From one day to another, both included, over the end of the week if need be."""
    start, end = DAYS.index(first), DAYS.index(last)
    return [DAYS[n % 7] for n in range(start, end + 1 if end >= start else end + 8)]
