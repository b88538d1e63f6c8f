"""Signing in and out."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from callcenter.errors import Sentence
from callcenter.rules.roles import ANYBODY, STAFF
from callcenter.web import identity
from callcenter.web import sign_in as door
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages import render
from callcenter.web.pages.forms import Fields, redirect
from callcenter.web.pages.refusals import retriable

router = APIRouter(include_in_schema=False)


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
    except Sentence as refusal:
        page = render.page("sign_in.html", visitor, login=login, refusal=refusal.sentence(visitor.language))
        return retriable(HTMLResponse(page, status_code=refusal.status), refusal)
    answer = redirect("/")
    begun.give(answer)
    return answer


@router.post("/sign-out")
@open_to(*STAFF)
def sign_out(visitor: Admitted) -> Response:
    identity.sign_out(visitor)
    answer = redirect("/sign-in")
    identity.forget_cookie(answer, "session")
    return answer
