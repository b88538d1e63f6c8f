"""The pages of the calls that wait, and of why each waits where it waits."""

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from callcenter import clock
from callcenter.rules.roles import OVERSEER, SUPERVISOR
from callcenter.screens import waiting_screen
from callcenter.screens.fields import Id, Language
from callcenter.web.api import wall_api
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages import render
from callcenter.web.pages.forms import Fields, read

router = APIRouter(include_in_schema=False)


@router.get("/supervision/waiting")
@open_to(*OVERSEER)
def waiting_page(visitor: Admitted, topic: str = "", language: Language | Literal[""] = "") -> Response:
    """Every call, or those of one queue."""
    calls = waiting_screen.listed(visitor.staff, topic, language)
    return HTMLResponse(render.page("waiting.html", visitor, calls=calls, only=topic, language_of=language))


@router.get("/supervision/waiting/{call_id}")
@open_to(*OVERSEER)
def explained_page(call_id: Id, visitor: Admitted, freed: str = "") -> Response:
    found = waiting_screen.explain(visitor.staff, call_id)
    may_act = visitor.staff.role in SUPERVISOR
    return HTMLResponse(
        render.page("explained.html", visitor, explained=found, call=found.call, may_act=may_act, freed=freed)
    )


@router.post("/supervision/waiting/{call_id}/free")
@open_to(*SUPERVISOR)
def free(call_id: Id, request: Request, visitor: Admitted, fields: Fields) -> Response:
    """An agent is made available for whoever waits: they read by whom, and that a call waits."""
    asked = {"to": "available", "agent_id": str(fields.get("agent_id", "")), "why": "call_waits"}
    command = read(wall_api.MoveAgent, asked)
    command.carry_out(visitor.staff, clock.now())
    return RedirectResponse(f"/supervision/waiting/{call_id}?freed={command.agent_id}", status_code=303)
