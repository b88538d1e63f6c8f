"""The supervisors' wall, and what they do from there."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from callcenter import clock
from callcenter.errors import BadAnswer
from callcenter.rules.moved_by import is_reason
from callcenter.rules.roles import ANYBODY, OVERSEER, SUPERVISOR
from callcenter.screens import wall_links_screen, wall_screen
from callcenter.web.api import wall_api
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import live_regions, partials
from callcenter.web.pages.forms import Fields, read, redirect
from callcenter.web.pages.partials import is_partial
from callcenter.web.pages.words import say

router = APIRouter(include_in_schema=False)


@router.get("/supervision")
@open_to(*OVERSEER)
def wall_page(visitor: Admitted) -> Response:
    scope, may_act = visitor.staff.scope, visitor.staff.role in SUPERVISOR
    return HTMLResponse(live_regions.wall_page(visitor, wall_screen.look(scope), scope, "wall", may_act=may_act))


@router.post("/supervision/agent")
@open_to(*SUPERVISOR)
def move_agent(request: Request, visitor: Admitted, fields: Fields) -> Response:
    """Whoever moves an agent says why: the agent reads it, with their name."""
    given = {name: str(fields.get(name, "")).strip() for name in ("to", "agent_id", "why", "words")}
    if not is_reason(given["why"], given["words"]):
        raise BadAnswer("moved_why")
    read(wall_api.MoveAgent, given).carry_out(visitor.staff, clock.now())
    return _done_on_wall(request, visitor)


@router.post("/supervision/monitor")
@open_to(*SUPERVISOR)
def take_part(request: Request, visitor: Admitted, fields: Fields) -> Response:
    mode, _, agent_id = str(fields.get("monitor", "")).partition(":")
    read(wall_api.TakePart, {"mode": mode, "agent_id": agent_id}).carry_out(visitor.staff, clock.now())
    said = "wall.done" if mode == "none" else "wall.monitor_rings"
    return _done_on_wall(request, visitor, said)


@router.post("/supervision/release")
@open_to(*SUPERVISOR)
def release(request: Request, visitor: Admitted, fields: Fields) -> Response:
    read(wall_api.Release, {"contact_id": str(fields.get("contact_id", ""))}).carry_out(visitor.staff, clock.now())
    return _done_on_wall(request, visitor)


def _done_on_wall(request: Request, visitor: Visitor, said: str = "wall.done") -> Response:
    if not is_partial(request):
        return redirect("/supervision")
    return HTMLResponse(partials.notice(visitor.language, say(visitor.language, said), is_error=False))


@router.get("/wall/{token}")
@open_to(ANYBODY)
def open_wall_page(token: str, visitor: Admitted) -> Response:
    """The wall on a screen, by a link: nobody is signed in there."""
    scope = wall_links_screen.opened(token).scope
    return HTMLResponse(live_regions.wall_page(visitor, wall_screen.look(scope), scope, f"link:{token}", is_open=True))
