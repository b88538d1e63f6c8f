"""Opening hours as people write them, read as OpenStreetMap's.

« du lundi au jeudi de 9h à 12h et de 13h30 à 17h, vendredi 9h-12h », « lun-ven 8:30-12:00 / 14:00-18:00 », « sauf
mercredi », « fermé le samedi », in French or in English, or OpenStreetMap's own syntax. What may mean two things is
refused with its reason rather than guessed: hours decide whom the line answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from callcenter.rules.hours_refused import HoursNotUnderstood
from callcenter.rules.hours_words import (
    ALWAYS_TOLD,
    DAY_KINDS,
    GROUPS,
    HALVES,
    NOON,
    OSM_WORDS,
    TIME_KINDS,
    Token,
    tokens,
)
from callcenter.rules.opening_hours import LONGEST, BadHours, checked
from callcenter.rules.weekly_hours import DAY, DAYS, HOLIDAY, Week, clock, days_between, osm, tidy, week_of

MIDDAY = (11 * 60, 15 * 60)  # minutes between which a break parts the morning from the afternoon


@dataclass
class Clause:
    """Days, and what is said of them. `shuts`: they are closed, or closed at `spans` or for `half` of the day; `adds`:
    these hours stand beside others of the same days."""

    days: list[str] = field(default_factory=list)
    named: str = ""
    spans: list[tuple[int, int]] = field(default_factory=list)
    shuts: bool = False
    is_exception: bool = False
    half: str = ""
    adds: bool = False

    @property
    def waits(self) -> bool:
        """Whether nothing is said of its days yet."""
        return bool(self.days) and not (self.spans or self.shuts)


def read(written: str, *, days_are_known: bool = False) -> str:
    """These hours in OpenStreetMap's syntax. `days_are_known`: hours alone will do, as those of an exception, whose
    days are given apart. Raises HoursNotUnderstood."""
    text = written.strip()
    if len(text) > LONGEST:
        raise HoursNotUnderstood("long")
    if OSM_WORDS.search(text) or days_are_known:
        try:
            return checked(text)
        except BadHours:
            pass
    clauses = _Reader(list(tokens(text))).clauses()
    if days_are_known and len(clauses) == 1 and not clauses[0].days:
        clauses[0].days = list(DAYS)
    return checked(osm(_put_together(clauses)))


def read_grid(given: Mapping[str, str]) -> str:
    """The same, out of what is written for each day (`Mo` to `Su`, and `PH`); nothing written: closed, and for public
    holidays nothing said. Raises HoursNotUnderstood of the first day that is not understood."""
    days, holidays = {}, None
    if not any(written.strip() for written in given.values()):
        raise HoursNotUnderstood("never_open").of_day(DAYS[0])
    for day in (*DAYS, HOLIDAY):
        written = given.get(day, "").strip()
        if not written:
            continue
        try:
            week = week_of(read(written, days_are_known=True))
            if week is None:
                raise HoursNotUnderstood("word", written[:40])
        except HoursNotUnderstood as refusal:
            raise refusal.of_day(day) from None
        if day == HOLIDAY:
            holidays = week.of(DAYS[0])
        else:
            days[day] = week.of(day)
    return checked(osm(Week(days, holidays)))


class _Reader:
    """Goes through the words once. Days stand before their hours, or all of them after."""

    def __init__(self, said: list[Token]) -> None:
        self.tokens = [token for token in said if token.kind != "filler"]
        self.at = 0
        self.read: list[Clause] = []
        self.half = ""  # said before its clause
        self.adds = False
        self.fed: Clause | None = None  # what an exception was said of before its hours
        first = next((token.kind for token in self.tokens if token.kind in (*DAY_KINDS, *TIME_KINDS)), "")
        self.days_come_last = first in TIME_KINDS

    def clauses(self) -> list[Clause]:
        """Raises HoursNotUnderstood."""
        while self.at < len(self.tokens):
            self._next()
        for clause in self.read:
            self._must_say(clause)
        return self.read

    def _next(self) -> None:
        kind = self._kind()
        if kind in DAY_KINDS:
            self._days()
        elif kind in (*TIME_KINDS, "between"):
            self._hours()
        elif kind == "closed":
            self._closed()
        elif kind == "except":
            self.at += 1
            self._begin(Clause(shuts=True, is_exception=True))
        elif kind in HALVES:
            self._half()
        else:
            self._between_words()

    def _kind(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead].kind if self.at + ahead < len(self.tokens) else ""

    def _last(self) -> Clause | None:
        return self.read[-1] if self.read else None

    def _begin(self, clause: Clause) -> Clause:
        clause.adds, self.adds = clause.adds or self.adds, False
        self.read.append(clause)
        return clause

    def _between_words(self) -> None:
        token, last = self.tokens[self.at], self._last()
        self.at += 1
        self.adds = self.adds or token.kind == "also"
        if token.kind == "to" and last and last.spans and self._kind() == "time":
            raise HoursNotUnderstood("half_span", f"{token.text}{self.tokens[self.at].text}")

    def _days(self) -> None:
        """A list of days and of ranges of days."""
        begins, days = self.at, list[str]()
        while True:
            token = self.tokens[self.at]
            self.at += 1
            if token.kind != "day":
                days += GROUPS[token.kind]
            elif self._kind() == "to" and self._kind(1) == "day":
                days += days_between(token.code, self.tokens[self.at + 1].code)
                self.at += 2
            else:
                days.append(token.code)
            ahead = 0
            while self._kind(ahead) in ("comma", "and"):
                ahead += 1
            if self._kind(ahead) not in DAY_KINDS:
                break
            self.at += ahead
        self._of(days, " ".join(token.text for token in self.tokens[begins : self.at]))

    def _of(self, days: list[str], named: str) -> None:
        last = self._last()
        if last and not last.days and (last.shuts or self.days_come_last):
            last.days, last.named = days, named
        else:
            self._begin(Clause(days, named))

    def _hours(self) -> None:
        span, text = self._span()
        clause = self._clause_of_hours(text)
        if not clause.days and text in ALWAYS_TOLD:
            clause.days = list(DAYS)
        if any(begins < span[1] and span[0] < ends for begins, ends in clause.spans):
            raise HoursNotUnderstood("overlap", text)
        clause.spans.append(span)

    def _clause_of_hours(self, text: str) -> Clause:
        """« lundi au vendredi sauf mercredi 9h-12h »: the hours are of what waits for them."""
        last = self._last()
        if last and last.is_exception:
            before = (clause for clause in reversed(self.read[:-1]) if clause.waits or clause is self.fed)
            self.fed = next(before, None)
            if self.fed is None:
                raise HoursNotUnderstood("except_hours", last.named or text)
            return self.fed
        if last is None or (self.days_come_last and last.days):
            return self._begin(Clause())
        return last

    def _span(self) -> tuple[tuple[int, int], str]:
        joins = ("to", "and") if self._kind() == "between" else ("to",)
        self.at += self._kind() == "between"
        if self._kind() in ("all_day", "always"):
            self.at += 1
            is_always = self.tokens[self.at - 1].kind == "always"
            return (0, DAY), ALWAYS_TOLD[0] if is_always else self.tokens[self.at - 1].text
        first = self.tokens[min(self.at, len(self.tokens) - 1)]
        if not (self._kind() == "time" and self._kind(1) in joins and self._kind(2) == "time"):
            raise HoursNotUnderstood("half_span", first.text)
        last = self.tokens[self.at + 2]
        self.at += 3
        text = f"{first.text}-{last.text}"
        begins, ends = first.minutes % DAY, last.minutes or DAY
        if begins >= ends:
            raise HoursNotUnderstood("backwards", text)
        return (begins, ends), text

    def _closed(self) -> None:
        """After days of which nothing is said it is of them; otherwise of what follows."""
        self.at += 1
        last = self._last()
        if last and last.waits:
            last.shuts = True
        else:
            self._begin(Clause(shuts=True))

    def _half(self) -> None:
        """« sauf mercredi après-midi » closes half a day; elsewhere it only says that hours stand beside others."""
        kind, last = self._kind(), self._last()
        self.at += 1
        if last and last.shuts and not last.spans:
            last.half = kind
        elif last and last.waits:
            last.adds = True
        else:
            self.adds = True

    def _must_say(self, clause: Clause) -> None:
        if clause.waits:
            raise HoursNotUnderstood("no_hours", clause.named)
        if clause.is_exception and not (clause.days or clause.half):
            raise HoursNotUnderstood("word", "sauf")
        if clause.shuts and not (clause.days or clause.half or clause.spans) and len(self.read) > 1:
            raise HoursNotUnderstood("no_day", "fermé")


def _put_together(clauses: list[Clause]) -> Week:
    if not clauses:
        raise HoursNotUnderstood("no_day", "9h-12h")
    open_at: dict[str, list[tuple[int, int]]] = {}
    shut: set[str] = set()
    for clause in clauses:
        if clause.shuts and not (clause.spans or clause.half):
            shut |= set(clause.days)
        elif not clause.shuts:
            _open(clause, open_at, shut)
    for number, clause in enumerate(clauses):
        if clause.shuts:
            _shut(clause, open_at, clauses[:number])
    days = {day: tidy(spans) or () for day, spans in open_at.items() if day != HOLIDAY}
    said_closed = {day for clause in clauses if clause.shuts for day in clause.days}
    if not any(open_at.values()) and said_closed and not said_closed >= set(DAYS):
        raise HoursNotUnderstood("never_open")
    holidays = tidy(open_at.get(HOLIDAY, ())) if HOLIDAY in open_at or HOLIDAY in shut else None
    return Week(days, holidays)


def _open(clause: Clause, open_at: dict[str, list[tuple[int, int]]], shut: set[str]) -> None:
    hours = ", ".join(f"{clock(a, 'fr')}-{clock(b, 'fr')}" for a, b in clause.spans)
    if not clause.days:
        raise HoursNotUnderstood("no_day", hours)
    for day in dict.fromkeys(clause.days):
        held = open_at.setdefault(day, [])
        if day in shut or (held and not clause.adds):
            raise HoursNotUnderstood("twice", day)
        if any(begins < b and a < ends for begins, ends in held for a, b in clause.spans):
            raise HoursNotUnderstood("overlap", hours)
        held += clause.spans


def _shut(clause: Clause, open_at: dict[str, list[tuple[int, int]]], before: list[Clause]) -> None:
    """Days, half days or some hours are taken out of what is open; without a day, out of what was said just before."""
    days = clause.days or (before[-1].days if before else [])
    if clause.half or clause.spans:
        for day in days:
            if not open_at.get(day):
                raise HoursNotUnderstood("no_hours", day)
            closed = clause.spans or [_half(clause, day, open_at[day])]
            open_at[day] = _without(open_at[day], closed)
        return
    for day in clause.days or (DAYS if not before else ()):
        open_at[day] = []


def _half(clause: Clause, day: str, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """What a half of this day is: up to its midday break or from it on, or cut at noon where nobody is in it."""
    begins, ends = HALVES[clause.half]
    if NOON not in (begins, ends) or not any(a < NOON < b for a, b in spans):
        return begins, ends
    breaks = [(a, b) for (_, a), (b, _) in pairwise(sorted(spans)) if MIDDAY[0] <= a and b <= MIDDAY[1]]
    if len(breaks) != 1:
        raise HoursNotUnderstood("half_day", clause.named or day)
    return (begins, breaks[0][0]) if ends == NOON else (breaks[0][1], ends)


def _without(spans: list[tuple[int, int]], closed: list[tuple[int, int]]) -> list[tuple[int, int]]:
    for begins, ends in closed:
        parts = [part for a, b in spans for part in ((a, min(b, begins)), (max(a, ends), b))]
        spans = [(a, b) for a, b in parts if a < b]
    return spans
