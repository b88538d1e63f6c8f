"""An agent's desk. Every form works as a plain POST and a redirect; with a script, only what changed comes back."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from callcenter import clock
from callcenter.actions import conversation
from callcenter.errors import NotFound
from callcenter.records.identifiers import new_id
from callcenter.rules.roles import AGENT
from callcenter.screens import desk_screen
from callcenter.web.api import desk_api
from callcenter.web.api.desk_api import RecordOutcome, RecordVisit
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import live_regions, partials, render
from callcenter.web.pages.forms import Fields, filled, read, redirect
from callcenter.web.pages.outcome_form import ask_whether_settled, entered, unsettled
from callcenter.web.pages.partials import is_partial
from callcenter.web.pages.words import say

router = APIRouter(include_in_schema=False)
SAID_WHEN_DONE = {"outcome": "record.saved", "visit": "visit.saved", "promise": "callbacks.made"}


@router.get("/desk")
@open_to(*AGENT)
def desk_page(visitor: Admitted) -> Response:
    seen = desk_screen.of(visitor.staff.id)
    regions = live_regions.desk_regions(seen, visitor)
    return HTMLResponse(render.page("desk.html", visitor, desk=seen, regions=regions, visit_id=new_id()))


@router.post("/desk/number")
@open_to(*AGENT)
def see_number(request: Request, visitor: Admitted, fields: Fields) -> Response:
    """The full number of the call in hand; looking is written down."""
    call_id = str(fields.get("call_id", ""))
    number = conversation.reveal_number(visitor.staff.id, call_id, clock.now())
    if not is_partial(request):
        return HTMLResponse(render.page("number.html", visitor, number=number))
    shown = render.page("regions/number.html", visitor, number=number)
    return HTMLResponse(f'<hx-partial hx-target="#number-{call_id}" hx-swap="innerHTML">{shown}</hx-partial>')


@router.post("/desk/{act}")
@open_to(*AGENT)
def do_at_desk(act: str, request: Request, visitor: Admitted, fields: Fields) -> Response:
    """One of `desk_commands.COMMANDS`, as a form."""
    command = desk_api.COMMANDS.get(act)
    if command is None:
        raise NotFound
    entered = ENTERED.get(act, filled)
    asked = read(command, entered(fields))
    if is_partial(request) and isinstance(asked, RecordOutcome | RecordVisit) and (unanswered := unsettled(fields)):
        form = f"record-{asked.contact_id}" if isinstance(asked, RecordOutcome) else "visit"
        return ask_whether_settled(visitor, form, unanswered)
    asked.carry_out(visitor.staff.id, clock.now())
    if not is_partial(request):
        return redirect("/desk")
    said = say(visitor.language, SAID_WHEN_DONE[act]) if act in SAID_WHEN_DONE else ""
    regions = live_regions.desk_regions(desk_screen.of(visitor.staff.id), visitor)
    shown = partials.partials(regions) + partials.notice(visitor.language, said, is_error=False)
    if act == "visit":
        return HTMLResponse(shown + _next_visit(visitor), headers={"HX-Trigger": "recorded-visit"})
    return HTMLResponse(shown)


def _next_visit(visitor: Visitor) -> str:
    """What is written in the form from now on is another visit; a click repeated, or sent again, is the same."""
    fresh = render.page("regions/visit_id.html", visitor, visit_id=new_id())
    return f'<hx-partial hx-target="#visit-id" hx-swap="innerHTML">{fresh}</hx-partial>'


def _chosen(fields: FormData) -> dict[str, Any]:
    """The one list of what comes next: `pause:lunch`, `offline`, or nothing."""
    state, _, reason = str(fields.get("next", "")).partition(":")
    return {"state": state or None, "reason": reason or None}


ENTERED = {"outcome": entered, "visit": entered, "next": _chosen}
