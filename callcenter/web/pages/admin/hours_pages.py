"""The pages of hours, exceptions and holidays, and of the departments."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from callcenter import clock
from callcenter.actions.hours import REASONS, STATES, forget_exception
from callcenter.errors import BadAnswer, Refusal
from callcenter.rules import weekly_hours
from callcenter.rules.hours_refused import HoursNotUnderstood
from callcenter.rules.opening_hours import BadHours
from callcenter.rules.roles import ADMIN, SUPERVISOR
from callcenter.rules.rounds import WEEKDAYS
from callcenter.rules.routing import departments_of
from callcenter.rules.territory import NATION, TERRITORIES, national_day
from callcenter.rules.understood_hours import read_grid
from callcenter.rules.weekly_hours import DAYS, HOLIDAY
from callcenter.screens import hours_screen, orders_screen
from callcenter.screens.hours_screen import HoursShown
from callcenter.web.api.admin import hours_api
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import closures, form_options, forms
from callcenter.web.pages.forms import Fields
from callcenter.web.pages.words import say

router = APIRouter(prefix="/admin", include_in_schema=False)
NOTHING_TYPED = FormData()
_Command = hours_api.WriteHours | hours_api.OverrideHoliday


@router.get("")
@open_to(*SUPERVISOR)
def home(visitor: Admitted) -> Response:
    """The first page that is theirs."""
    return RedirectResponse("/admin/agents" if visitor.staff.role == "admin" else "/admin/hours", status_code=303)


@router.get("/hours")
@open_to(*SUPERVISOR)
def hours(visitor: Admitted, scope: str = "", topic: str = "", done: int = 0) -> Response:
    """`topic`: whose own hours are taken up to be changed."""
    return _hours(visitor, scope, topic=topic, done=bool(done))


@router.post("/hours/except")
@open_to(*SUPERVISOR)
def except_(visitor: Admitted, fields: Fields) -> Response:
    """Read back first, then written."""
    scope = str(fields.get("scope", ""))
    back = f"/admin/hours?scope={scope}"

    def shown(refusal: Refusal | None) -> Response:
        return _hours(visitor, scope, refusal, given=closures.given(fields))

    return closures.ask(visitor, fields, scope, "/admin/hours/except", back, shown)


@router.post("/hours/forget")
@open_to(*SUPERVISOR)
def forget(visitor: Admitted, fields: Fields) -> Response:
    forget_exception(visitor.staff, forms.uuid(str(fields.get("exception_id", ""))), clock.now())
    return forms.back_to(f"/admin/hours?scope={fields.get('scope', '')}")


@router.post("/hours/write")
@open_to(*ADMIN)
def write(visitor: Admitted, fields: Fields) -> Response:
    """As it is said, or day by day."""
    given = {day: str(fields.get(f"day-{day}", "")) for day in (*DAYS, HOLIDAY)}
    try:
        more = {"hours": read_grid(given)} if "by_day" in fields else {}
    except HoursNotUnderstood as refusal:
        return _hours(visitor, str(fields.get("scope", "")), refusal, typed=fields)
    return _carried_out(visitor, hours_api.WriteHours, fields, **more)


@router.post("/hours/holiday")
@open_to(*ADMIN)
def override(visitor: Admitted, fields: Fields) -> Response:
    said = {"yes": True, "no": False}.get(str(fields.get("is_holiday", "")))
    return _carried_out(visitor, hours_api.OverrideHoliday, fields, is_holiday=said)


@router.get("/departments")
@open_to(*SUPERVISOR)
def departments(visitor: Admitted) -> Response:
    return forms.form_page("admin/departments.html", visitor, rows=hours_screen.departments(visitor.staff))


@router.get("/departments/{code}")
@open_to(*SUPERVISOR)
def department(code: str, visitor: Admitted, done: int = 0) -> Response:
    return _department(visitor, code, done=bool(done))


@router.post("/departments/{code}")
@open_to(*ADMIN)
def plan(code: str, visitor: Admitted, fields: Fields) -> Response:
    try:
        state = str(fields.get("state", "")) or None
        forms.filled_in(hours_api.PlanRollout, fields, state=state).carry_out(visitor.staff, code, clock.now())
    except BadAnswer as refusal:
        return _department(visitor, code, refusal, since=str(fields.get("since", "")))
    return forms.back_to(f"/admin/departments/{code}")


def _carried_out(visitor: Visitor, command: type[_Command], fields: FormData, **more: Any) -> Response:
    scope = str(fields.get("scope", ""))
    try:
        forms.filled_in(command, fields, **more).carry_out(visitor.staff, clock.now())
    except (BadAnswer, BadHours) as refusal:
        return _hours(visitor, scope, refusal, typed=fields)
    return forms.back_to(f"/admin/hours?scope={scope}")


def _hours(
    visitor: Visitor,
    scope: str,
    refusal: Refusal | None = None,
    *,
    topic: str = "",
    done: bool = False,
    typed: FormData = NOTHING_TYPED,
    given: Mapping[str, str] | None = None,
) -> Response:
    """`typed`: what was filled in and refused; `given`: the same, to close. The place that nobody chose is one's own
    department, not the widest."""
    mine = hours_screen.scopes(visitor.staff)
    own = visitor.staff.department
    found = hours_screen.of(visitor.staff, scope or (own if own in mine else next(reversed(mine), NATION)))
    return forms.form_page(
        "admin/hours.html",
        visitor,
        refusal,
        found=found,
        scopes=mine,
        reasons=REASONS,
        today=found.local.date(),
        is_admin=visitor.staff.role == "admin",
        topic_options=form_options.topic_options(visitor.language, departments_of(found.scope)),
        weekdays=WEEKDAYS[visitor.language],
        done=done,
        typed=_typed(visitor, found, topic, typed),
        given=given,
    )


def _typed(visitor: Visitor, found: HoursShown, topic: str, typed: FormData) -> dict[str, Any]:
    """What the forms of hours hold: the one that was refused what was typed, the others what is written for the scope
    itself."""
    language = visitor.language
    topic = str(typed.get("topic", topic))
    held = next((hours for scope, code, hours in found.own if (scope, code) == (found.scope, topic)), "")
    days = dict(zip(DAYS, WEEKDAYS[language], strict=True)) | {HOLIDAY: say(language, "hours.on_holidays")}
    by_day = "by_day" in typed
    written = str(typed.get("hours", weekly_hours.said(held, language) if held else ""))
    grid = weekly_hours.grid(held, language) or dict.fromkeys(days, "")
    grid = {day: str(typed.get(f"day-{day}", "")) for day in days} if by_day else grid
    holiday = str(typed.get("day", ""))
    return {"topic": topic, "hours": written, "days": days, "grid": grid, "by_day": by_day, "holiday": holiday}


def _department(
    visitor: Visitor, code: str, refusal: Refusal | None = None, *, done: bool = False, since: str = ""
) -> Response:
    """`since`: the day that was typed and refused."""
    row, acts = hours_screen.department(visitor.staff, code)
    return forms.form_page(
        "admin/department.html",
        visitor,
        refusal,
        row=row,
        acts=acts,
        territory=TERRITORIES[code],
        standing=orders_screen.standing(frozenset([code]), clock.now()),
        otherwise=orders_screen.now().otherwise,
        states=STATES,
        since=since or national_day(clock.now()),
        is_admin=visitor.staff.role == "admin",
        done=done,
    )
