"""The hours as they are written, what they come to today, and where the line is open."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.actions import hours
from callcenter.records.agents import Agent
from callcenter.rules.opening_hours import (
    OFF,
    DatedException,
)
from callcenter.rules.roles import ADMIN, STAFF, SUPERVISOR
from callcenter.screens.fields import Day, Id
from callcenter.screens.hours_screen import (
    DepartmentShown,
    ExceptionShown,
    HoursShown,
    Scope,
    ScopeOrSite,
    Topic,
    departments,
    of,
    of_site,
)
from callcenter.web.identity import Admitted, open_to


class ExceptFor(BaseModel):
    """Closed (`off`), or open at other hours in OSM syntax, from one day to another, both included."""

    scope: ScopeOrSite
    first: Day
    last: Day
    reason: Literal["training", "strike", "flood", "other"] = "other"
    hours: Annotated[str, Field(max_length=500)] = OFF
    topic: Topic = ""

    @property
    def exception(self) -> DatedException:
        return DatedException(self.scope, self.first, self.last, self.hours or OFF, self.reason, self.topic)

    def carry_out(self, staff: Agent, at: datetime) -> str:
        return hours.except_day(staff, self.exception, at)


class WriteHours(BaseModel):
    """OSM syntax, such as `Mo-Fr 08:30-18:00; PH off`; empty: none of its own."""

    scope: Scope
    topic: Topic = ""
    hours: Annotated[str, Field(max_length=500)] = ""

    def carry_out(self, staff: Agent, at: datetime) -> None:
        hours.write_week(staff, self.scope, self.topic, self.hours.strip(), at)


class OverrideHoliday(BaseModel):
    """Whether a day is a holiday in a territory or the nation; null: as the calendar says."""

    scope: Scope
    day: Day
    is_holiday: bool | None

    def carry_out(self, staff: Agent, at: datetime) -> None:
        hours.override_holiday(staff, self.scope, self.day, self.is_holiday, at)


class PlanRollout(BaseModel):
    """What a department is from a day on; null: what was written for that day is taken back."""

    state: Literal["closed", "pilot", "open"] | None
    since: Day

    def carry_out(self, staff: Agent, department: str, at: datetime) -> None:
        if self.state is None:
            hours.forget_plan(staff, department, self.since, at)
        else:
            hours.plan_rollout(staff, department, self.state, self.since, at)


class Written(BaseModel):
    """The exception's id."""

    id: str


router = APIRouter(prefix="/api/admin", tags=["administration"])


@router.get("/hours/{scope}")
@open_to(*SUPERVISOR)
def read(scope: str, visitor: Admitted) -> HoursShown:
    """What is written for a scope, and how a citizen there finds the line now."""
    return of(visitor.staff, scope)


@router.post("/exceptions", status_code=201)
@open_to(*SUPERVISOR)
def except_(asked: ExceptFor, visitor: Admitted) -> Written:
    """The line, a queue or a site is closed, or open at other hours, from one day to another: it holds at once."""
    return Written(id=asked.carry_out(visitor.staff, clock.now()))


@router.get("/sites/{site_id}/exceptions")
@open_to(*STAFF)
def read_of_site(site_id: int, visitor: Admitted) -> tuple[ExceptionShown, ...]:
    """The exceptions of one site that hold today or later."""
    return of_site(visitor.staff, site_id)


@router.delete("/exceptions/{exception_id}", status_code=204)
@open_to(*SUPERVISOR)
def forget(exception_id: Id, visitor: Admitted) -> None:
    """The ordinary hours hold again."""
    hours.forget_exception(visitor.staff, exception_id, clock.now())


@router.put("/hours", status_code=204)
@open_to(*ADMIN)
def write(asked: WriteHours, visitor: Admitted) -> None:
    """The hours of the line, or of one queue, in a scope."""
    asked.carry_out(visitor.staff, clock.now())


@router.put("/holidays", status_code=204)
@open_to(*ADMIN)
def override(asked: OverrideHoliday, visitor: Admitted) -> None:
    """A day that is a holiday, or is not, whatever the calendar says."""
    asked.carry_out(visitor.staff, clock.now())


@router.get("/departments")
@open_to(*SUPERVISOR)
def all_departments(visitor: Admitted) -> list[DepartmentShown]:
    """Your departments as they are today."""
    return departments(visitor.staff)


@router.put("/departments/{code}/rollout", status_code=204)
@open_to(*ADMIN)
def plan(code: str, asked: PlanRollout, visitor: Admitted) -> None:
    """A department is closed, a pilot or open from a day on; its callers hear so."""
    asked.carry_out(visitor.staff, code, clock.now())
