"""Signing in and out. Whoever was on a page when their session ended is back on it."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from callcenter.errors import Sentence
from callcenter.rules.roles import ANYBODY, STAFF
from callcenter.web import identity
from callcenter.web import sign_in as door
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import render
from callcenter.web.pages.forms import Fields, redirect
from callcenter.web.pages.refusals import retriable
from callcenter.web.pages.way_back import HOME, way_back

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
@open_to(ANYBODY)
def sign_in_page(visitor: Admitted, to: str = "", unsent: bool = False) -> Response:
    return HTMLResponse(_page(visitor, to, unsent=unsent))


@router.post("/sign-in")
@open_to(ANYBODY)
async def sign_in(request: Request, visitor: Admitted, fields: Fields) -> Response:
    login, to = str(fields.get("login", "")), str(fields.get("to", ""))
    try:
        begun = await door.sign_in(request, login, str(fields.get("password", "")))
    except Sentence as refusal:
        page = _page(visitor, to, login, refusal.sentence(visitor.language))
        return retriable(HTMLResponse(page, status_code=refusal.status), refusal)
    answer = redirect(way_back(to))
    begun.give(answer)
    return answer


@router.post("/sign-out")
@open_to(*STAFF)
def sign_out(visitor: Admitted) -> Response:
    identity.sign_out(visitor)
    answer = redirect("/sign-in")
    identity.forget_cookie(answer, "session")
    return answer


def _page(visitor: Visitor, to: str, login: str = "", refusal: str | None = None, *, unsent: bool = False) -> str:
    """`to`: where they come back to; anything that is no page of ours is left out."""
    back = way_back(to)
    return render.page(
        "sign_in.html", visitor, login=login, refusal=refusal, to="" if back == HOME else back, unsent=unsent
    )
