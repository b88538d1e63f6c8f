"""How many agents a department needs, half hour by half hour, with the calls of the last weeks (decision F8)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import Session, reading
from callcenter.errors import NotAllowed
from callcenter.records import rollout
from callcenter.records.figures import arrivals, totals
from callcenter.records.figures.roll_up import allow_time
from callcenter.rules import erlang, quality
from callcenter.rules.erlang import Performance
from callcenter.rules.opening_hours import half_hours
from callcenter.rules.published_measures import PHONE, SIDES
from callcenter.rules.quality import Policy
from callcenter.rules.tally import whole
from callcenter.rules.territory import TERRITORIES, UNKNOWN, clock_of
from callcenter.screens.report_query import NoSuchPlace
from callcenter.screens.scope import Scope

WEEKS = 6
GOAL = 0.8  # of the calls answered within the policy's seconds
AROUND = 4  # numbers of agents shown below and above what is needed
PATIENCE = 15.0


@dataclass(frozen=True)
class HalfHour:
    """`half`: 0 to 47; `calls`: on average of the days that the line was open then; `needed`: the fewest agents who
    reach the goal, if any number does."""

    half: int
    calls: float
    needed: Performance | None

    @property
    def begins(self) -> str:
        return f"{self.half // 2:02}:{self.half % 2 * 30:02}"


@dataclass(frozen=True)
class Staffing:
    """One weekday of a department. `days`: those of the last weeks on which its line served, that the calls are the
    average of; `left_out`: the others. `patience` None: nobody gave up, so everybody is taken to wait for ever
    (Erlang C) instead of leaving (Erlang A). `handling` None: no call was handled, so nothing can be told. `around`:
    what fewer and more agents give in the busiest half hour."""

    department: str
    weekday: int
    days: tuple[date, ...]
    left_out: tuple[date, ...]
    goal: float
    target: float
    handling: float | None
    patience: float | None
    halves: tuple[HalfHour, ...]
    busiest: HalfHour | None
    around: tuple[Performance, ...]


def staffing(department: str, weekday: int, goal: float, scope: Scope) -> Staffing:
    """Raises NoSuchPlace, NotAllowed, DatabaseDown."""
    if department not in {*TERRITORIES, UNKNOWN} or not 1 <= weekday <= 7 or not 0.1 <= goal <= 0.99:
        raise NoSuchPlace
    if scope is not None and department not in scope:
        raise NotAllowed
    zone, target = clock_of(department), Policy().answered_within
    today = clock.now().astimezone(zone).date()
    first, last = today - timedelta(weeks=WEEKS), today - timedelta(days=1)
    since, until = (datetime.combine(day, time(), zone) for day in (first, today))
    with reading(PATIENCE + 2) as session:
        allow_time(session, PATIENCE)
        came = arrivals.arrivals(session, department, weekday, zone.key, since, until)
        found = totals.between(session, first, last, departments=[department], channels=SIDES[PHONE])
        weekdays = [day for n in range(7 * WEEKS) if (day := first + timedelta(days=n)).isoweekday() == weekday]
        served = _served(session, department, weekdays, since)
    days, left_out = tuple(served), tuple(day for day in weekdays if day not in served)
    handling = quality.handling_time(whole(found.values()))
    patience = erlang.patience_of(came.waited, came.gave_up)
    if handling is None:
        return Staffing(department, weekday, days, left_out, goal, target, None, patience, (), None, ())
    halves = []
    for half, calls in _on_average(came.by_half_hour, served):
        halves.append(HalfHour(half, calls, erlang.fewest(calls / 1800, handling, patience, goal, target)))
    busiest = max(halves, key=lambda each: each.calls, default=None)
    around: tuple[Performance, ...] = ()
    if busiest is not None and busiest.needed is not None:
        middle = busiest.needed.agents
        around = tuple(
            erlang.given(busiest.calls / 1800, handling, patience, agents, target)
            for agents in range(max(middle - AROUND, 1), middle + AROUND + 1)
        )
    return Staffing(
        department, weekday, days, left_out, goal, target, handling, patience, tuple(halves), busiest, around
    )  # fmt: skip


def _served(session: Session, department: str, days: Iterable[date], since: datetime) -> dict[date, frozenset[int]]:
    """Of these days, those on which the department's line was open, since its first call: with the half hours in which
    it was, by the ordinary hours of now and the dated closures and holidays of then."""
    hours, began = config_snapshot.line_hours(session, since), arrivals.first_day(session, department)
    found = {
        day: half_hours(hours, department, day)
        for day in days
        if began is not None
        and began <= day
        and rollout.states(session, day).get(department) != config_snapshot.NOT_OPEN
    }
    return {day: halves for day, halves in found.items() if halves}


def _on_average(
    came: Mapping[tuple[date, int], int], served: Mapping[date, frozenset[int]]
) -> Iterable[tuple[int, float]]:
    """Each half hour from the first with a call to the last, and its calls per day on which the line was open then. A
    half hour with a call counts though the hours of now would not have had it; of a day that is left out, none does."""
    came = {(day, half): calls for (day, half), calls in came.items() if day in served}
    halves = [half for _, half in came]
    for half in range(min(halves, default=0), max(halves, default=-1) + 1):
        counted = {day: calls for (day, each), calls in came.items() if each == half}
        days = {day for day, is_open in served.items() if half in is_open} | {*counted}
        yield half, sum(counted.values()) / len(days) if days else 0.0
