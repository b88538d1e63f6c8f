"""The pages of what supervisors order now, and of why a call waits where it waits."""

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from callcenter.actions.orders import ACTS, LONGEST
from callcenter.errors import OrderRefused
from callcenter.records.agents import Agent
from callcenter.rules.roles import OVERSEER, SUPERVISOR
from callcenter.rules.territory import NATION, TERRITORIES
from callcenter.screens import directory_screen, orders_screen, waiting_screen
from callcenter.screens.fields import Id
from callcenter.web.api import orders_api
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages import render
from callcenter.web.pages.forms import Fields

router = APIRouter(include_in_schema=False)

FORMS: dict[str, type[orders_api.SayMessage | orders_api.OrderQueue | orders_api.SetWideningAges]] = {
    "message": orders_api.SayMessage,
    "queue": orders_api.OrderQueue,
    "threshold": orders_api.SetWideningAges,
}


@router.get("/supervision/orders")
@open_to(*OVERSEER)
def orders_page(visitor: Admitted, done: int | None = None) -> Response:
    stands, seen = orders_screen.now(), visitor.staff.scope
    return HTMLResponse(
        render.page(
            "orders.html",
            visitor,
            orders=stands,
            scopes=_scopes(visitor.staff) if visitor.staff.role in SUPERVISOR else [],
            topics=directory_screen.topics() if seen is None else directory_screen.topics_of(seen),
            acts=ACTS[:-1],
            longest=LONGEST,
            done=done,
        )
    )


@router.post("/supervision/orders/{form}")
@open_to(*SUPERVISOR)
def order(form: str, visitor: Admitted, fields: Fields) -> Response:
    given = {name: value for name, value in fields.items() if value}
    command: type[BaseModel] | None = FORMS.get(form)
    try:
        asked = FORMS[form].model_validate(given)
    except (KeyError, ValidationError):
        raise OrderRefused("order_ages" if command is orders_api.SetWideningAges else "order_target") from None
    moved = asked.carry_out(visitor.staff).moved
    of_department = fields.get("department") == asked.scope  # asked from that department's own page
    back = f"/admin/departments/{asked.scope}?done=1" if of_department else f"/supervision/orders?done={moved}"
    return RedirectResponse(back, status_code=303)


@router.get("/supervision/waiting")
@open_to(*OVERSEER)
def waiting_page(visitor: Admitted) -> Response:
    return HTMLResponse(render.page("waiting.html", visitor, calls=waiting_screen.listed(visitor.staff)))


@router.get("/supervision/waiting/{call_id}")
@open_to(*OVERSEER)
def explained_page(call_id: Id, visitor: Admitted) -> Response:
    found = waiting_screen.explain(visitor.staff, call_id)
    return HTMLResponse(render.page("explained.html", visitor, explained=found, call=found.call))


def _scopes(supervisor: Agent) -> list[str]:
    """Those that are wholly theirs, the widest first."""
    inhabited = [code for code, territory in TERRITORIES.items() if territory.inhabited]
    regions = sorted({f"R{TERRITORIES[code].region}" for code in inhabited})
    return [scope for scope in (NATION, *regions, *inhabited) if supervisor.may_order(scope)]
