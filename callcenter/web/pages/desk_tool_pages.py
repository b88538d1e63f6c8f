"""The desk's tools, which open beside the call, or as pages of their own: a visit, the day, the keys."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from callcenter import clock
from callcenter.errors import KeysRefused
from callcenter.records.identifiers import new_id
from callcenter.rules import shortcuts
from callcenter.rules.roles import AGENT
from callcenter.screens import callbacks_screen, day_screen
from callcenter.web.api.desk_api import ChooseKeys
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages import render
from callcenter.web.pages.forms import Fields, form_page

router = APIRouter(prefix="/desk", include_in_schema=False)


@router.get("/visit")
@open_to(*AGENT)
def visit(visitor: Admitted) -> Response:
    """The form of a visit at the front desk, as it was left."""
    visit_id, answers = visitor.staff.visit_so_far or (new_id(), {})
    return HTMLResponse(render.page("visit.html", visitor, visit_id=visit_id, answers=answers))


@router.get("/day")
@open_to(*AGENT)
def day(visitor: Admitted) -> Response:
    """What is owed, whom they have served today, and the callbacks that are theirs to make."""
    mine = [row for row in callbacks_screen.mine(visitor.staff) if row.mine]
    return HTMLResponse(render.page("desk_day.html", visitor, day=day_screen.of(visitor.staff), mine=mine))


@router.get("/keys")
@open_to(*AGENT)
def keys(visitor: Admitted, done: int = 0) -> Response:
    kept = visitor.staff.shortcuts
    letters, off = shortcuts.letters_of(kept), shortcuts.is_off(kept)
    return form_page("desk_keys.html", visitor, letters=letters, off=off, wrong=(), done=bool(done))


@router.post("/keys")
@open_to(*AGENT)
def choose_keys(visitor: Admitted, fields: Fields) -> Response:
    """What is refused keeps what was typed."""
    letters = {act: str(fields.get(act, "")) for act in shortcuts.DEFAULT}
    read = {act: typed.strip()[:2] for act, typed in letters.items()}  # of two signs it is no letter already
    chosen = ChooseKeys(letters={} if fields.get("reset") else read, off=not fields.get("use"))
    try:
        chosen.carry_out(visitor.staff.id, clock.now())
    except KeysRefused as refusal:
        return form_page("desk_keys.html", visitor, refusal, letters=letters, off=chosen.off, wrong=refusal.args)
    return Response(status_code=303, headers={"location": "/desk/keys?done=1"})
