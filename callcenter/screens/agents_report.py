"""What each agent did, for the supervisor who looks after them: counts and times, in the order of their names."""

from dataclasses import dataclass
from datetime import date, timedelta

from callcenter import clock
from callcenter.db import reading
from callcenter.records.figures import by_agent
from callcenter.records.figures.by_agent import AgentFigures
from callcenter.records.figures.roll_up import allow_time
from callcenter.screens.report_query import PATIENCE, ReportQuery
from callcenter.screens.scope import Scope

DAYS = 31  # the latest of the period: agents' states are read from the trail


@dataclass(frozen=True)
class AgentsReport:
    """`first` to `last`: the days that are told; `cut`: the period asked for was longer."""

    first: date
    last: date
    cut: bool
    agents: tuple[AgentFigures, ...]


def of(wanted: ReportQuery, scope: Scope) -> AgentsReport:
    """Of the agents of the departments asked for. Raises NotAllowed, NoSuchPlace, DatabaseDown."""
    departments = wanted.departments(scope)
    first = max(wanted.first, wanted.last - timedelta(days=DAYS - 1))
    with reading(PATIENCE) as session:
        allow_time(session, PATIENCE - 5)
        found = by_agent.by_agent(session, first, wanted.last + timedelta(days=1), departments, clock.now())
    return AgentsReport(first, wanted.last, first > wanted.first, tuple(found))
