"""How many agents a department needs, half hour by half hour, with the calls of the last weeks."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from callcenter import clock
from callcenter.api.board import Scope
from callcenter.api.figures import NoSuchPlace
from callcenter.db import reading
from callcenter.errors import NotAllowed
from callcenter.records import arrivals, figures
from callcenter.records.rollups import allow_time
from callcenter.rules import erlang, quality
from callcenter.rules.erlang import Performance
from callcenter.rules.quality import Policy
from callcenter.rules.tally import whole
from callcenter.rules.territory import TERRITORIES, UNKNOWN, clock_of

WEEKS = 6
GOAL = 0.8  # of the calls answered within the policy's seconds
AROUND = 4  # numbers of agents shown below and above what is needed
PATIENCE = 15.0


@dataclass(frozen=True)
class HalfHour:
    """`half`: 0 to 47; `calls`: on average; `needed`: the fewest agents who reach the goal, if any number does."""

    half: int
    calls: float
    needed: Performance | None

    @property
    def begins(self) -> str:
        return f"{self.half // 2:02}:{self.half % 2 * 30:02}"


@dataclass(frozen=True)
class Staffing:
    """One weekday of a department. `patience` None: nobody gave up, so everybody is taken to wait for ever (Erlang C)
    instead of leaving (Erlang A). `handling` None: no call was handled, so nothing can be told. `around`: what fewer
    and more agents give in the busiest half hour."""

    department: str
    weekday: int
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
        found = figures.between(session, first, last, departments=[department], channels=["phone"])
    handling = quality.handling_time(whole(found.values()))
    patience = erlang.patience_of(came.waited, came.gave_up)
    if handling is None:
        return Staffing(department, weekday, goal, target, None, patience, (), None, ())
    halves = []
    for half in range(min(came.by_half_hour, default=0), max(came.by_half_hour, default=-1) + 1):
        calls = came.by_half_hour.get(half, 0) / WEEKS
        halves.append(HalfHour(half, calls, erlang.fewest(calls / 1800, handling, patience, goal, target)))
    busiest = max(halves, key=lambda each: each.calls, default=None)
    around: tuple[Performance, ...] = ()
    if busiest is not None and busiest.needed is not None:
        middle = busiest.needed.agents
        around = tuple(
            erlang.given(busiest.calls / 1800, handling, patience, agents, target)
            for agents in range(max(middle - AROUND, 1), middle + AROUND + 1)
        )
    return Staffing(department, weekday, goal, target, handling, patience, tuple(halves), busiest, around)
