"""The hours as they are written, what they come to today, and where the line is open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import reading
from callcenter.errors import BadAnswer, NotAllowed, NotFound
from callcenter.records import agents, hours, rollout, sessions, sites
from callcenter.records.agents import Agent
from callcenter.records.sessions import Act
from callcenter.rules.opening_hours import (
    Opening,
    Overrides,
    is_holiday,
    on_their_clock,
    opening,
    site_scope,
)
from callcenter.rules.roles import SUPERVISOR
from callcenter.rules.routing import departments_of
from callcenter.rules.territory import NATION, TERRITORIES, UNKNOWN, national_day, rings

AHEAD = 400  # days of holidays that are shown

Scope = Annotated[str, Field(max_length=7, description="a territory (46), a region (R76) or the nation (N)")]
ScopeOrSite = Annotated[str, Field(max_length=10, description="the same, or one site (S2023): its own hours")]
Topic = Annotated[str, Field(max_length=40, description="one queue; empty: the line")]


@dataclass(frozen=True)
class ExceptionShown:
    """A dated exception. `by`: who wrote it, a name, empty for an operator; `yours`: you may take it back."""

    id: str
    scope: str
    topic: str
    first: date
    last: date
    hours: str
    reason: str
    by: str
    yours: bool


@dataclass(frozen=True)
class Holiday:
    """A day off. `override`: what was written over the calendar, None for nothing."""

    day: date
    is_holiday: bool
    override: bool | None


@dataclass(frozen=True)
class HoursShown:
    """What holds in one scope. `now`: None for a region, whose territories may differ; `own`: (scope, topic, hours),
    nearest first."""

    scope: str
    local: datetime
    now: Opening | None
    exceptions: tuple[ExceptionShown, ...]
    own: tuple[tuple[str, str, str], ...]
    ordinary: str
    holidays: tuple[Holiday, ...]
    history: tuple[Act, ...]


@dataclass(frozen=True)
class DepartmentShown:
    """One department today. `plans`: (day, state) as written; nothing written is open."""

    code: str
    state: str
    plans: tuple[tuple[date, str], ...]
    agents: int
    sites: int
    message: bool


def of(staff: Agent, scope: str) -> HoursShown:
    """Raises BadAnswer for what is no scope, NotAllowed for what is not yours."""
    if not departments_of(scope):
        raise BadAnswer("hours_scope")
    if not staff.may_order(scope):
        raise NotAllowed
    at = clock.now()
    department = scope if scope in TERRITORIES else UNKNOWN
    local = on_their_clock(department, at) or at
    near = rings(department) if scope in TERRITORIES else tuple(dict.fromkeys((scope, NATION)))
    with reading() as session:
        line = config_snapshot.line_hours(session, at)
        exceptions = hours.exceptions_from(session, local.date(), near)
        history = sessions.history(session, ["hours"], scope)
    return HoursShown(
        scope=scope,
        local=local,
        now=None if scope.startswith("R") else opening(line, department, at),
        exceptions=tuple(_shown(e, yours=staff.may_order(e.scope)) for e in exceptions),
        own=tuple((s, t, line.own[s, t]) for s, t in sorted(line.own, key=lambda k: k[1]) if s in near),
        ordinary="24/7" if line.always else f"Mo-Fr {line.opens:%H:%M}-{line.closes:%H:%M}",
        holidays=() if scope.startswith("R") else tuple(_holidays(line.overrides, scope, local.date())),
        history=tuple(history),
    )


def of_site(staff: Agent, site_id: int) -> tuple[ExceptionShown, ...]:
    """The exceptions of one site that hold today, there, or later."""
    at = clock.now()
    with reading() as session:
        site = sites.get(session, site_id)
        if site is None:
            raise NotFound
        today = (on_their_clock(site.department, at) or at).date()
        exceptions = hours.exceptions_from(session, today, [site_scope(site_id)])
    yours = staff.role in SUPERVISOR and staff.may_order(site.department)
    return tuple(_shown(e, yours=yours) for e in exceptions)


def scopes(staff: Agent) -> list[str]:
    """Where this member of staff may write an exception: the nation, regions, departments."""
    regions = sorted({f"R{each.region}" for each in TERRITORIES.values() if each.inhabited})
    inhabited = [code for code, each in TERRITORIES.items() if each.inhabited]
    return [scope for scope in (NATION, *regions, *inhabited) if staff.may_order(scope)]


def departments(staff: Agent) -> list[DepartmentShown]:
    """Every department that is yours, as it is today."""
    today = national_day(clock.now())
    with reading() as session:
        states, plans = rollout.states(session, today), rollout.plans(session)
        staffed, sited = agents.per_department(session), sites.per_department(session)
        said = {message.scope for message in rollout.messages(session, clock.now())}
    return [
        DepartmentShown(
            code=code,
            state=states.get(code, "open"),
            plans=tuple((row.since, row.state) for row in plans if row.department == code),
            agents=staffed.get(code, 0),
            sites=sited.get(code, (0, 0))[0],
            message=bool(said & set(rings(code))),
        )
        for code in scopes(staff)
        if code in TERRITORIES
    ]


def department(staff: Agent, code: str) -> tuple[DepartmentShown, list[Act]]:
    """One of them with its history. Raises NotFound, NotAllowed."""
    if departments_of(code) != {code}:
        raise NotFound
    found = next((each for each in departments(staff) if each.code == code), None)
    if found is None:
        raise NotAllowed
    with reading() as session:
        return found, sessions.history(session, ["department", "message", "hours", "queue"], code)


def _shown(row: hours.HoursException, *, yours: bool) -> ExceptionShown:
    of = row.value
    return ExceptionShown(row.id, of.scope, of.topic, of.first, of.last, of.hours, of.reason, of.by, yours)


def _holidays(overrides: Overrides, scope: str, first: date) -> list[Holiday]:
    department = scope if scope in TERRITORIES else UNKNOWN
    days = (first + timedelta(days=n) for n in range(AHEAD))
    found = []
    for day in days:
        written = overrides.get((scope, day))
        off = bool(is_holiday(department, day, overrides))
        if off or written is not None:
            found.append(Holiday(day, off, written))
    return found
