"""The staff's pages. Every form works as a plain POST and a redirect; with a script, only what changed comes back."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from callcenter import clock
from callcenter.actions import agent as verbs
from callcenter.errors import NotFound, OutcomeIncomplete, Refusal
from callcenter.records.identifiers import new_id
from callcenter.rules.roles import AGENT, ANYBODY, OVERSEER, STAFF, SUPERVISOR
from callcenter.rules.states import Outcome
from callcenter.screens import desk, wall
from callcenter.web import identity
from callcenter.web import sign_in as door
from callcenter.web.api import desk_api, wall_api
from callcenter.web.api.desk_api import Record, RecordVisit
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import render
from callcenter.web.pages.words import say, words

router = APIRouter(include_in_schema=False)
Fields = Annotated[FormData, Depends(identity.form)]

Asked = TypeVar("Asked", bound=BaseModel)
WITH_A_LANGUAGE = ("/desk", "/supervision", "/callbacks", "/reports", "/sites", "/admin")
_NUMBERED = re.compile("procedure-([0-9]{1,2})")
SAID_WHEN_DONE = {"outcome": "record.saved", "visit": "visit.saved", "promise": "callbacks.made"}


@router.get("/")
@open_to(*STAFF)
def home(visitor: Admitted) -> Response:
    return _redirect("/desk" if visitor.staff.role == "agent" else "/supervision")


@router.get("/sign-in")
@open_to(ANYBODY)
def sign_in_page(visitor: Admitted) -> Response:
    return HTMLResponse(render.page("sign_in.html", visitor, login="", refusal=None))


@router.post("/sign-in")
@open_to(ANYBODY)
async def sign_in(request: Request, visitor: Admitted, fields: Fields) -> Response:
    login = str(fields.get("login", ""))
    try:
        begun = await door.sign_in(request, login, str(fields.get("password", "")))
    except Refusal as refusal:
        page = render.page("sign_in.html", visitor, login=login, refusal=refusal.sentence(visitor.language))
        return retriable(HTMLResponse(page, status_code=refusal.status), refusal)
    answer = _redirect("/")
    begun.give(answer)
    return answer


@router.post("/sign-out")
@open_to(*STAFF)
def sign_out(visitor: Admitted) -> Response:
    identity.sign_out(visitor)
    answer = _redirect("/sign-in")
    identity.forget_cookie(answer, "session")
    return answer


@router.post("/language")
@open_to(ANYBODY)
def choose_language_before(fields: Fields) -> Response:
    """Before anybody is signed in: kept in a cookie."""
    answer = _redirect("/sign-in")
    if fields.get("language") in identity.LANGUAGES:
        identity.set_cookie(answer, "language", str(fields["language"]))
    return answer


@router.post("/my-language")
@open_to(*STAFF)
def choose_language(request: Request, visitor: Admitted, fields: Fields) -> Response:
    """Kept with the account. Back to the page they were on, with what it was asked; never to another site."""
    identity.set_language(visitor, str(fields.get("language", "")))
    try:
        came_from = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return _redirect("/")
    if not came_from.path.startswith(WITH_A_LANGUAGE):
        return _redirect("/")
    return _redirect(urlunsplit(("", "", came_from.path, came_from.query, "")))


@router.get("/desk")
@open_to(*AGENT)
def desk_page(visitor: Admitted) -> Response:
    seen = desk.of(visitor.staff.id)
    regions = render.desk_regions(seen, visitor)
    return HTMLResponse(render.page("desk.html", visitor, desk=seen, regions=regions, visit_id=new_id()))


@router.post("/desk/number")
@open_to(*AGENT)
def see_number(request: Request, visitor: Admitted, fields: Fields) -> Response:
    """The full number of the call in hand; looking is written down."""
    call_id = str(fields.get("call_id", ""))
    number = verbs.reveal_number(visitor.staff.id, call_id, clock.now())
    if not _is_partial(request):
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
    entered = ENTERED.get(act, _plain)
    asked = _read(command, entered(fields))
    if _is_partial(request) and isinstance(asked, Record | RecordVisit) and (unanswered := _unsettled(fields)):
        form = f"record-{asked.contact_id}" if isinstance(asked, Record) else "visit"
        return _asks_whether_settled(visitor, form, unanswered)
    asked.carry_out(visitor.staff.id, clock.now())
    if not _is_partial(request):
        return _redirect("/desk")
    said = say(visitor.language, SAID_WHEN_DONE[act]) if act in SAID_WHEN_DONE else ""
    regions = render.desk_regions(desk.of(visitor.staff.id), visitor)
    shown = render.partials(regions) + render.notice(visitor.language, said, is_error=False)
    if act == "visit":
        return HTMLResponse(shown + _next_visit(visitor), headers={"HX-Trigger": "recorded-visit"})
    return HTMLResponse(shown)


@router.get("/supervision")
@open_to(*OVERSEER)
def wall_page(visitor: Admitted) -> Response:
    scope, may_act = wall.scope_of(visitor.staff), visitor.staff.role in SUPERVISOR
    return HTMLResponse(render.wall(visitor, wall.look(scope), scope, "wall", may_act=may_act))


@router.post("/supervision/agent")
@open_to(*SUPERVISOR)
def move_agent(request: Request, visitor: Admitted, fields: Fields) -> Response:
    to, _, agent_id = str(fields.get("move", "")).partition(":")
    _read(wall_api.MoveAgent, {"to": to, "agent_id": agent_id}).carry_out(visitor.staff, clock.now())
    return _done_on_wall(request, visitor)


@router.post("/supervision/monitor")
@open_to(*SUPERVISOR)
def take_part(request: Request, visitor: Admitted, fields: Fields) -> Response:
    mode, _, agent_id = str(fields.get("monitor", "")).partition(":")
    _read(wall_api.TakePart, {"mode": mode, "agent_id": agent_id}).carry_out(visitor.staff, clock.now())
    said = "wall.done" if mode == "none" else "wall.monitor_rings"
    return _done_on_wall(request, visitor, said)


@router.post("/supervision/release")
@open_to(*SUPERVISOR)
def release(request: Request, visitor: Admitted, fields: Fields) -> Response:
    _read(wall_api.Release, {"contact_id": str(fields.get("contact_id", ""))}).carry_out(visitor.staff, clock.now())
    return _done_on_wall(request, visitor)


def refused(request: Request, refusal: Refusal) -> Response:
    """The one way a refusal is shown on a page."""
    reader = identity.reader_of(request, refusal)
    language = reader.language
    sentence = refusal_sentence(refusal, language)
    if refusal.status == 401:
        if _is_partial(request):
            return Response(headers={"HX-Redirect": "/sign-in"})
        return _redirect("/sign-in")
    if _is_partial(request):
        return HTMLResponse(render.notice(language, sentence, is_error=True), status_code=refusal.status)
    html = render.page("refused.html", reader, sentence=sentence)
    return HTMLResponse(html, status_code=refusal.status)


def retriable(answer: Response, refusal: Refusal) -> Response:
    """The same answer, which says when to ask again if that is known."""
    if refusal.retry_after is not None:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def refusal_sentence(refusal: Refusal, language: str) -> str:
    """The refusal in words; the codes it adds each have a sentence of their own."""
    own = refusal.own(language)
    codes = [f"error.{code}" for code in refusal.args]
    return " ".join([own, *(say(language, code) for code in codes if code in words(language))])


def _done_on_wall(request: Request, visitor: Visitor, said: str = "wall.done") -> Response:
    if not _is_partial(request):
        return _redirect("/supervision")
    return HTMLResponse(render.notice(visitor.language, say(visitor.language, said), is_error=False))


def _next_visit(visitor: Visitor) -> str:
    """What is written in the form from now on is another visit; a click repeated, or sent again, is the same."""
    fresh = render.page("regions/visit_id.html", visitor, visit_id=new_id())
    return f'<hx-partial hx-target="#visit-id" hx-swap="innerHTML">{fresh}</hx-partial>'


def _unsettled(fields: FormData) -> list[int]:
    """The numbers of the form's démarches of which it is not said whether they are settled."""
    return [
        number
        for number in _numbers(fields)
        if fields.get(f"outcome-{number}") != Outcome.ORIENTATION and not fields.get(f"settled-{number}")
    ]


def _asks_whether_settled(visitor: Visitor, form: str, numbers: Sequence[int]) -> Response:
    """Beside each question that has no answer, and the first of them has the focus."""
    sentence = say(visitor.language, "error.settled_missing")
    said = "".join(
        f'<hx-partial hx-target="#{form}-settled-lacks-{number}" hx-swap="innerHTML">'
        f'<p class="fr-message fr-message--error">{sentence}</p></hx-partial>'
        for number in numbers
    )
    focus = json.dumps({"lacks": {"field": f"{form}-yes-{numbers[0]}"}})
    notice = render.notice(visitor.language, "", is_error=False)
    return HTMLResponse(said + notice, status_code=422, headers={"HX-Trigger": focus})


def _plain(fields: FormData) -> dict[str, Any]:
    """What was filled in; an empty field is no answer."""
    return {name: value for name, value in fields.items() if value}


def _chosen(fields: FormData) -> dict[str, Any]:
    """The one list of what comes next: `pause:lunch`, `offline`, or nothing."""
    state, _, reason = str(fields.get("next", "")).partition(":")
    return {"state": state or None, "reason": reason or None}


def _entered(fields: FormData) -> dict[str, Any]:
    """The wrap-up form: its démarches are numbered, and what an outcome does not need is not kept."""
    given = {name: value for name, value in _plain(fields).items() if not name.rpartition("-")[2].isdigit()}
    given["entries"] = [_demarche(fields, number) for number in _numbers(fields)]
    if given["entries"]:
        given["entries"][0]["notes"] = given.get("notes")
    return given


def _numbers(fields: FormData) -> list[int]:
    """The numbers of a form's démarches."""
    return sorted({int(found[1]) for name in fields if (found := _NUMBERED.fullmatch(name))})


def _demarche(fields: FormData, number: int) -> dict[str, Any]:
    def field(name: str) -> str | None:
        return str(fields.get(f"{name}-{number}", "")).strip() or None

    entry: dict[str, Any] = {name: field(name) for name in ("procedure", "outcome", "follow_up", "continues")}
    entry["continues"] = "".join((entry["continues"] or "").split()) or None
    if entry["outcome"] == Outcome.ORIENTATION:
        entry |= {"reason": field("reason"), "internet_checked": field("internet") is not None}
    else:
        entry["settled"] = field("settled")
    return {name: value for name, value in entry.items() if value is not None}


ENTERED = {"outcome": _entered, "visit": _entered, "next": _chosen}


def _read(command: type[Asked], given: Mapping[str, Any]) -> Asked:
    try:
        return command.model_validate(given)
    except ValidationError:
        raise OutcomeIncomplete("form") from None


def _is_partial(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def _redirect(to: str) -> RedirectResponse:
    return RedirectResponse(to, status_code=303)
