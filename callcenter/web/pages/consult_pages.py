"""Help in a conversation, as forms: the tool beside the call, in which whom to ask is found, and each act."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from callcenter import clock
from callcenter.errors import NotFound
from callcenter.rules import distress
from callcenter.rules.consults import HelpAct
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.roles import AGENT
from callcenter.rules.territory import rings
from callcenter.screens import desk_help, desk_screen, directory_screen
from callcenter.web.api import consult_api
from callcenter.web.api.consult_api import Words
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages import desk_regions, partials, render
from callcenter.web.pages.forms import Fields, filled, read, redirect
from callcenter.web.pages.partials import is_partial

router = APIRouter(prefix="/desk", include_in_schema=False)
TOLD = {"keys": "pressed", "distress": "distressed"}
"""The event by which a script empties what was typed, or shows the numbers; after other acts the tool closes."""


@router.get("/help")
@open_to(*AGENT)
def help_page(visitor: Admitted, words: Words = "") -> Response:
    """Whom this agent may ask, and where they may pass their conversation."""
    desk = desk_screen.of(visitor.staff.id)
    about = desk.call or desk.offer or desk.recording
    department = about.department if about else desk.department
    html = render.page(
        "desk_help.html",
        visitor,
        may_ask=desk.call is not None and HelpAct.ASK in desk.call.help_acts,
        words=words,
        referents=desk_help.referents_of(visitor.staff.id, words),
        colleagues=desk_help.colleagues_of(visitor.staff.id),
        topics=directory_screen.topics_of([department]).values(),
        own_topic=about.topic if about else None,
        scopes=rings(department),
        languages=LANGUAGES,
    )
    return HTMLResponse(html)


@router.get("/distress")
@open_to(*AGENT)
def distress_page(visitor: Admitted) -> Response:
    """The numbers to be read out, and who may be brought in; looking at it does nothing."""
    desk = desk_screen.of(visitor.staff.id)
    place = distress.place_of(desk.call.department, desk.department) if desk.call else desk.department
    html = render.page(
        "desk_distress.html",
        visitor,
        call=desk.call,
        may_ask=desk.call is not None and desk.call.distress and HelpAct.ASK in desk.call.help_acts,
        place=place,
        lines=desk_help.helplines_of(visitor.staff.id),
        emergency=distress.EMERGENCY,
        helplines=distress.HELPLINES,
        is_certain=distress.is_certain(place),
    )
    return HTMLResponse(html)


@router.post("/help/{act}")
@open_to(*AGENT)
def do(act: str, request: Request, visitor: Admitted, fields: Fields) -> Response:
    """One of `consult_api.COMMANDS`, as a form."""
    command = consult_api.COMMANDS.get(act)
    if command is None:
        raise NotFound
    read(command, filled(fields)).carry_out(visitor.staff.id, clock.now())
    if not is_partial(request):
        return redirect("/desk/distress" if act == "distress" else "/desk")
    regions = desk_regions.regions_for(request, desk_screen.of(visitor.staff.id), visitor)
    shown = partials.partials(regions) + partials.notice(visitor.language, "", is_error=False)
    told = f'{{"{TOLD.get(act, "helped")}": {{"target": "body"}}}}'
    return HTMLResponse(shown, headers={"HX-Trigger": told})
