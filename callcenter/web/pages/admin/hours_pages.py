"""The pages of hours, exceptions and holidays, and of the departments."""

from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from callcenter import clock
from callcenter.actions import hours as verbs
from callcenter.actions.orders import LONGEST
from callcenter.errors import BadAnswer, Refusal
from callcenter.rules.opening_hours import BadHours
from callcenter.rules.roles import ADMIN, SUPERVISOR
from callcenter.rules.rounds import WEEKDAYS
from callcenter.rules.routing import departments_of
from callcenter.rules.territory import NATION, TERRITORIES, national_day, rings
from callcenter.screens import hours_screen, orders_screen
from callcenter.web.api.admin import hours_api
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import form_options, forms
from callcenter.web.pages.forms import Fields

router = APIRouter(prefix="/admin", include_in_schema=False)
_Command = hours_api.ExceptFor | hours_api.WriteHours | hours_api.OverrideHoliday


@router.get("")
@open_to(*SUPERVISOR)
def home(visitor: Admitted) -> Response:
    """The first page that is theirs."""
    return RedirectResponse("/admin/agents" if visitor.staff.role == "admin" else "/admin/hours", status_code=303)


@router.get("/hours")
@open_to(*SUPERVISOR)
def hours(visitor: Admitted, scope: str = "", done: int = 0) -> Response:
    return _hours(visitor, scope, done=bool(done))


@router.post("/hours/except")
@open_to(*SUPERVISOR)
def except_(visitor: Admitted, fields: Fields) -> Response:
    """One click: the reason is the button."""
    return _carried_out(visitor, hours_api.ExceptFor, fields)


@router.post("/hours/forget")
@open_to(*SUPERVISOR)
def forget(visitor: Admitted, fields: Fields) -> Response:
    verbs.forget_exception(visitor.staff, forms.uuid(str(fields.get("exception_id", ""))), clock.now())
    return forms.back_to(f"/admin/hours?scope={fields.get('scope', '')}")


@router.post("/hours/write")
@open_to(*ADMIN)
def write(visitor: Admitted, fields: Fields) -> Response:
    return _carried_out(visitor, hours_api.WriteHours, fields)


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
        return _department(visitor, code, refusal)
    return forms.back_to(f"/admin/departments/{code}")


def _carried_out(visitor: Visitor, command: type[_Command], fields: FormData, **more: Any) -> Response:
    scope = str(fields.get("scope", ""))
    try:
        forms.filled_in(command, fields, **more).carry_out(visitor.staff, clock.now())
    except (BadAnswer, BadHours) as refusal:
        return _hours(visitor, scope, refusal)
    return forms.back_to(f"/admin/hours?scope={scope}")


def _hours(visitor: Visitor, scope: str, refusal: Refusal | None = None, *, done: bool = False) -> Response:
    mine = hours_screen.scopes(visitor.staff)
    found = hours_screen.of(visitor.staff, scope or next(iter(mine), NATION))
    return forms.form_page(
        "admin/hours.html",
        visitor,
        refusal,
        found=found,
        scopes=mine,
        reasons=verbs.REASONS,
        today=found.local.date(),
        is_admin=visitor.staff.role == "admin",
        topic_options=form_options.topic_options(visitor.language, departments_of(found.scope)),
        weekdays=WEEKDAYS[visitor.language],
        done=done,
    )


def _department(visitor: Visitor, code: str, refusal: Refusal | None = None, *, done: bool = False) -> Response:
    row, acts = hours_screen.department(visitor.staff, code)
    return forms.form_page(
        "admin/department.html",
        visitor,
        refusal,
        row=row,
        acts=acts,
        territory=TERRITORIES[code],
        messages=[each for each in orders_screen.now().messages if each.scope in rings(code)],
        thresholds=[each for each in orders_screen.now().thresholds if each.scope in rings(code)],
        otherwise=orders_screen.now().otherwise,
        longest=LONGEST,
        topic_options=form_options.topic_options(visitor.language, [code]),
        states=verbs.STATES,
        today=national_day(clock.now()),
        is_admin=visitor.staff.role == "admin",
        done=done,
    )
