"""The pages of callbacks: an agent's, the supervisors', and the one to print."""

from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from callcenter import clock
from callcenter.actions import callback_by_staff, callback_now
from callcenter.errors import NobodyChosen
from callcenter.rules.roles import AGENT, OVERSEER, SUPERVISOR
from callcenter.screens import callbacks_screen
from callcenter.screens.fields import Id
from callcenter.web.api import callbacks_api
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages import render
from callcenter.web.pages.forms import Fields

router = APIRouter(include_in_schema=False)


@router.get("/callbacks")
@open_to(*AGENT)
def my_callbacks(visitor: Admitted) -> Response:
    return HTMLResponse(render.page("callbacks_mine.html", visitor, rows=callbacks_screen.mine(visitor.staff)))


@router.post("/callbacks/{callback_id}/start")
@open_to(*AGENT)
def start(callback_id: Id, visitor: Admitted) -> Response:
    """Begun: the agent is at their desk, where their telephone rings."""
    callback_now.start(visitor.staff.id, callback_id, clock.now())
    return RedirectResponse("/desk", status_code=303)


@router.get("/supervision/callbacks")
@open_to(*OVERSEER)
def all_callbacks(visitor: Admitted, done: int = 0, promised: int = 0) -> Response:
    may_act = visitor.staff.role in SUPERVISOR
    return HTMLResponse(
        render.page(
            "callbacks_all.html",
            visitor,
            rows=callbacks_screen.all_open(visitor.staff),
            closed=callbacks_screen.lately_closed(visitor.staff),
            unheard=callbacks_screen.unheard(visitor.staff) if may_act else [],
            may_act=may_act,
            done=bool(done),
            promised=promised,
        )
    )


@router.get("/supervision/callbacks/print")
@open_to(*SUPERVISOR)
def print_callbacks(visitor: Admitted) -> Response:
    rows = callbacks_screen.printed(visitor.staff)
    callback_by_staff.note_printed(visitor.staff, len(rows), clock.now())
    return HTMLResponse(render.page("callbacks_print.html", visitor, rows=rows))


@router.post("/supervision/callbacks/cancel")
@open_to(*SUPERVISOR)
def cancel(visitor: Admitted, fields: Fields) -> Response:
    callback_by_staff.cancel(visitor.staff, str(fields.get("callback_id", "")), clock.now())
    return _redirect("done=1")


@router.post("/supervision/callbacks/unheard")
@open_to(*SUPERVISOR)
def promise_unheard(visitor: Admitted, fields: Fields) -> Response:
    given: dict[str, Any] = {"call_ids": fields.getlist("call"), "day": fields.get("day") or None}
    try:
        asked = callbacks_api.AskUnheard.model_validate(given | {"half": fields.get("half") or "m"})
    except ValidationError:
        raise NobodyChosen from None
    made = asked.carry_out(visitor.staff, clock.now())
    return _redirect(f"promised={len(made)}")


def _redirect(what: str) -> Response:
    return RedirectResponse(f"/supervision/callbacks?{what}", status_code=303)
