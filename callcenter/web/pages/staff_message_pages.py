"""The page on which supervisors write to their agents, and the button by which an agent has read it."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from callcenter import clock
from callcenter.actions.staff_messages import MOST
from callcenter.errors import BadAnswer
from callcenter.rules.roles import AGENT, SUPERVISOR
from callcenter.screens import desk_screen, staff_messages_screen
from callcenter.web.api.staff_messages_api import Acknowledge, WriteToStaff
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import desk_regions, partials
from callcenter.web.pages.forms import Fields, back_to, filled, filled_in, form_page, read, redirect
from callcenter.web.pages.partials import is_partial

router = APIRouter(include_in_schema=False)


@router.get("/supervision/messages")
@open_to(*SUPERVISOR)
def messages_page(visitor: Admitted, to: str = "", done: int = 0) -> Response:
    """`to`: whom the form begins with."""
    return _page(visitor, to=to, done=bool(done))


@router.post("/supervision/messages")
@open_to(*SUPERVISOR)
def write(visitor: Admitted, fields: Fields) -> Response:
    """What is refused keeps what was typed."""
    to, words = str(fields.get("to", "")), str(fields.get("words", ""))
    try:
        filled_in(WriteToStaff, fields, to=to, words=words).carry_out(visitor.staff, clock.now())
    except BadAnswer as refusal:
        return _page(visitor, refusal, to=to, words=words)
    return back_to("/supervision/messages")


@router.post("/desk/messages/acknowledge")
@open_to(*AGENT)
def acknowledge(request: Request, visitor: Admitted, fields: Fields) -> Response:
    read(Acknowledge, filled(fields)).carry_out(visitor.staff.id, clock.now())
    if not is_partial(request):
        return redirect("/desk")
    regions = desk_regions.regions_for(request, desk_screen.of(visitor.staff.id), visitor)
    return HTMLResponse(partials.partials(regions) + partials.notice(visitor.language, "", is_error=False))


def _page(
    visitor: Visitor, refusal: BadAnswer | None = None, *, to: str = "", words: str = "", done: bool = False
) -> HTMLResponse:
    readers = staff_messages_screen.may_be_told(visitor.staff)
    return form_page(
        "staff_messages.html",
        visitor,
        refusal,
        readers=readers,
        teams=sorted({each.department for each in readers}),
        written=staff_messages_screen.written_by(visitor.staff),
        to=to,
        words=words,
        done=done,
        most=MOST,
    )
