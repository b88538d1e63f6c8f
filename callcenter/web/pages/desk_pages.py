"""An agent's desk. Every form works as a plain POST and a redirect; with a script, only what changed comes back."""

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from callcenter import clock
from callcenter.actions import conversation
from callcenter.errors import BadNumber, NoSuchTime, NotFound, TooManyCallbacks
from callcenter.records.identifiers import new_id
from callcenter.rules.roles import AGENT
from callcenter.screens import desk_contacts, desk_screen
from callcenter.screens.desk_screen import Desk
from callcenter.web.api import desk_api
from callcenter.web.api.desk_api import RecordOutcome
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import desk_regions, partials, render
from callcenter.web.pages.forms import Fields, filled, read, redirect
from callcenter.web.pages.outcome_form import ask, entered, lacking, refused_callback
from callcenter.web.pages.partials import is_partial
from callcenter.web.pages.refusals import refusal_sentence
from callcenter.web.pages.template_environment import hour
from callcenter.web.pages.words import say

router = APIRouter(include_in_schema=False)
SAID_WHEN_DONE = {
    "outcome": "record.saved",
    "visit": "visit.saved",
    "next": "choice.next_kept",
    "notes": "record.kept",
    "add-notes": "record.kept",
}


@router.get("/desk")
@open_to(*AGENT)
def desk_page(visitor: Admitted) -> Response:
    seen = desk_screen.of(visitor.staff.id)
    regions = desk_regions.desk_regions(seen, visitor)
    return HTMLResponse(render.page("desk.html", visitor, regions, desk=seen, regions=regions))


@router.post("/desk/number")
@open_to(*AGENT)
def see_number(request: Request, visitor: Admitted, fields: Fields) -> Response:
    """The full number of the call in hand; looking is written down."""
    call_id = str(fields.get("call_id", ""))
    number = conversation.reveal_number(visitor.staff.id, call_id, clock.now())
    if not is_partial(request):
        return HTMLResponse(render.page("number.html", visitor, number=number))
    shown = render.part("regions/number.html", visitor, number=number)
    return HTMLResponse(f'<hx-partial hx-target="#number-{call_id}" hx-swap="innerHTML">{shown}</hx-partial>')


@router.post("/desk/{act}")
@open_to(*AGENT)
def do_at_desk(act: str, request: Request, visitor: Admitted, fields: Fields) -> Response:
    """One of `desk_commands.COMMANDS`, as a form."""
    command = desk_api.COMMANDS.get(act)
    if command is None:
        raise NotFound
    if is_partial(request) and act in FORMS and (lacks := _lacks(act, fields)):
        return ask(visitor, _form_of(act, fields), lacks)
    asked = read(command, ENTERED.get(act, filled)(fields))
    try:
        asked.carry_out(visitor.staff.id, clock.now())
    except (NoSuchTime, TooManyCallbacks, BadNumber) as refusal:
        if act != "outcome" or not is_partial(request):
            raise
        return refused_callback(visitor, _form_of(act, fields), refusal_sentence(refusal, visitor.language))
    if not is_partial(request):
        return redirect("/desk")
    seen = desk_screen.of(visitor.staff.id)
    regions = desk_regions.regions_for(request, seen, visitor)
    shown = partials.partials(regions) + partials.notice(visitor.language, _said(act, asked, visitor), is_error=False)
    if act == "accept":
        return HTMLResponse(shown, headers={"HX-Trigger": '{"taken": {"target": "body"}}'})
    if act == "visit":
        return HTMLResponse(shown + _next_visit(visitor), headers={"HX-Trigger": "recorded-visit"})
    return HTMLResponse(shown, headers=_goes_on_with(seen) if act == "continue" else {})


def _lacks(act: str, fields: FormData) -> list[Any]:
    contact_id = str(fields.get("contact_id", ""))
    promised = act == "outcome" and desk_contacts.promised_to(contact_id) is not None
    return lacking(fields, promised=promised)


def _form_of(act: str, fields: FormData) -> str:
    return f"record-{fields.get('contact_id', '')}" if act == "outcome" else "visit"


def _said(act: str, asked: desk_api.Command, visitor: Visitor) -> str:
    """What went well, and what was promised with it."""
    done = say(visitor.language, SAID_WHEN_DONE[act]) if act in SAID_WHEN_DONE else ""
    agreed = isinstance(asked, RecordOutcome) and asked.callback and desk_contacts.promised_to(asked.contact_id)
    if not agreed:
        return done
    zone = agreed.timezone
    when = {"day": hour(agreed.due_from, zone, "%d/%m"), "start": hour(agreed.due_from, zone)}
    return f"{done} {say(visitor.language, 'record.promised', **when, end=hour(agreed.due_until, zone))}"


def _next_visit(visitor: Visitor) -> str:
    """What is written in the form from now on is another visit; a click repeated, or sent again, is the same."""
    fresh = render.part("regions/visit_id.html", visitor, visit_id=new_id())
    return f'<hx-partial hx-target="#visit-id" hx-swap="innerHTML">{fresh}</hx-partial>'


def _goes_on_with(seen: Desk) -> dict[str, str]:
    """The form, which nothing writes over, is told of the démarche that it goes on with."""
    procedure = seen.recording.procedure if seen.recording else None
    told = {"goes-on": {"target": "body", "procedure": procedure}}
    return {"HX-Trigger": json.dumps(told)} if procedure else {}


def _chosen(fields: FormData) -> dict[str, Any]:
    """The one list of what comes next: `pause:lunch`, `offline`, or nothing."""
    state, _, reason = str(fields.get("next", "")).partition(":")
    return {"state": state or None, "reason": reason or None}


ENTERED = {"outcome": entered, "visit": entered, "next": _chosen}
FORMS = ("outcome", "visit")
