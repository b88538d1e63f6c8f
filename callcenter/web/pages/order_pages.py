"""The pages of what supervisors order now: chosen, read back with what it will do and to how many, then given."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from callcenter import clock
from callcenter.actions import hours
from callcenter.actions.orders import ACTS, LONGEST
from callcenter.errors import NotFound, OrderRefused
from callcenter.records.agents import Agent
from callcenter.rules.orders import clock_of_scope
from callcenter.rules.roles import OVERSEER, SUPERVISOR
from callcenter.rules.territory import NATION, TERRITORIES, rings
from callcenter.screens import directory_screen, orders_screen
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import forms, order_forms, partials, render
from callcenter.web.pages.forms import Fields
from callcenter.web.pages.order_forms import ASKED, Filled, empty, filled
from callcenter.web.pages.partials import is_partial
from callcenter.web.pages.words import say

router = APIRouter(include_in_schema=False)
ORDERS = "/supervision/orders?done=0"
HEARD = ("listened", "read")  # how a supervisor knows what callers will hear


@router.get("/supervision/orders")
@open_to(*OVERSEER)
def orders_page(visitor: Admitted, done: int | None = None, scope: str = "") -> Response:
    """`scope`: the department from whose page it is asked: for it or wider, with the topics that it has."""
    return HTMLResponse(_page(visitor, {form: empty(form, scope) for form in ASKED}, done=done))


@router.post("/supervision/orders/lift")
@open_to(*SUPERVISOR)
def lift(request: Request, visitor: Admitted, fields: Fields) -> Response:
    """One click: what an order or a closure changed is as it was. `lift`: `message:R76:`, `queue:46:impots`,
    `threshold:46:`, or `closure:` and its id; `live`: what is lifted goes from the page by itself."""
    kind, _, rest = str(fields.get("lift", "")).partition(":")
    if kind == "closure":
        hours.forget_exception(visitor.staff, forms.uuid(rest), clock.now())
    else:
        order_forms.lifted(kind, rest).carry_out(visitor.staff)
    if is_partial(request) and fields.get("live"):
        return HTMLResponse(partials.notice(visitor.language, say(visitor.language, "orders.lifted"), is_error=False))
    department = str(fields.get("department", ""))
    of_department = department in TERRITORIES  # asked from that department's own page
    return forms.back_to(f"/admin/departments/{department}") if of_department else forms.redirect(ORDERS)


@router.post("/supervision/orders/{form}")
@open_to(*SUPERVISOR)
def order(form: str, visitor: Admitted, fields: Fields) -> Response:
    """Read back first; given once it is confirmed, and a message only once it was heard or read."""
    if form not in ASKED:
        raise NotFound
    asked = filled(form, fields)
    if fields.get("again"):
        return HTMLResponse(_page(visitor, {form: filled(form, fields, judged=False)}, opened=form))
    if asked.command is not None:
        try:
            asked.command.try_out(visitor.staff)
        except OrderRefused as refusal:
            asked = asked.refused(refusal)
    if asked.command is None:
        return HTMLResponse(_page(visitor, {form: asked}, opened=form), status_code=OrderRefused.status)
    is_heard = form != "message" or fields.get("heard") in HEARD
    if not fields.get("confirmed") or not is_heard:
        unheard = bool(fields.get("confirmed"))
        return HTMLResponse(_confirmation(visitor, asked, unheard), status_code=OrderRefused.status if unheard else 200)
    moved = order_forms.carry_out(asked.command, visitor.staff)
    return forms.redirect(f"/supervision/orders?done={moved}")


def _page(visitor: Visitor, shown: dict[str, Filled], done: int | None = None, opened: str = "") -> str:
    """The forms `shown`, and beside them empty ones: all of the same place, and `opened` the one that is filled in."""
    place = next((each.fields["place"] for each in shown.values()), "")
    seen, may_order = visitor.staff.scope, visitor.staff.role in SUPERVISOR
    asked = shown.get(opened)
    served = frozenset([place]) if place else seen
    return render.page(
        "orders.html",
        visitor,
        orders=orders_screen.now(),
        standing=orders_screen.standing(seen, clock.now()),
        scopes=_scopes(visitor.staff, place) if may_order else [],
        topics=directory_screen.topics() if served is None else directory_screen.topics_of(served),
        acts=ACTS[:-1],
        longest=LONGEST,
        forms={form: shown.get(form) or empty(form, place) for form in ASKED},
        opened=opened,
        errors=list(dict.fromkeys(asked.errors.values())) if asked else [],
        done=done,
    )


def _confirmation(visitor: Visitor, asked: Filled, unheard: bool) -> str:
    assert asked.command is not None
    more: dict[str, Any] = {"spoken": asked.spoken() if asked.form == "message" else ()}
    return render.page(
        "order_confirm.html",
        visitor,
        asked=asked,
        form=asked.form,
        until=asked.command.until,
        zone=clock_of_scope(asked.fields["scope"]).key,
        effect=asked.effect(),
        unheard=unheard,
        **more,
    )


def _scopes(supervisor: Agent, place: str = "") -> list[str]:
    """Those that are wholly theirs, the widest first; that hold the `place`, if there is one."""
    inhabited = [code for code, territory in TERRITORIES.items() if territory.inhabited]
    regions = sorted({f"R{TERRITORIES[code].region}" for code in inhabited})
    held = rings(place) if place else (NATION, *regions, *inhabited)
    return [scope for scope in (NATION, *regions, *inhabited) if scope in held and supervisor.may_order(scope)]
