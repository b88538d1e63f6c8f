"""One's own password: chosen with a link, or changed by whoever knows the one they have."""

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from callcenter.actions.own_password import LinkSpent
from callcenter.errors import Sentence, WrongPassword
from callcenter.rules.accounts import BadPassword, OwnNamePassword, PasswordsDiffer, checked_password
from callcenter.rules.roles import ANYBODY, STAFF
from callcenter.web import sign_in as door
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import render
from callcenter.web.pages.forms import Fields, redirect
from callcenter.web.pages.refusals import retriable

router = APIRouter(include_in_schema=False)
FIELDS: dict[type[Sentence], str] = {
    LinkSpent: "token", BadPassword: "password", OwnNamePassword: "password", PasswordsDiffer: "again",
    WrongPassword: "present",
}  # fmt: skip
"""Beside which field each refusal is said."""


@router.get("/password")
@open_to(ANYBODY)
def by_link(visitor: Admitted) -> Response:
    """The code of the link is in the address's fragment, which never reaches us; the page fills it in."""
    return _page("password.html", visitor)


@router.post("/password")
@open_to(ANYBODY)
async def choose_by_link(visitor: Admitted, fields: Fields) -> Response:
    try:
        token = str(fields.get("token", "")).strip().rpartition("#")[2]
        begun = await door.choose_by_link(token, _chosen(fields))
    except Sentence as refusal:
        return _page("password.html", visitor, refusal, str(fields.get("token", "")))
    answer = redirect("/my-password?done=1")
    begun.give(answer)
    return answer


@router.get("/my-password")
@open_to(*STAFF)
def mine(visitor: Admitted, done: bool = False) -> Response:
    return _page("my_password.html", visitor, done=done)


@router.post("/my-password")
@open_to(*STAFF)
async def change(request: Request, visitor: Admitted, fields: Fields) -> Response:
    try:
        begun = await door.change_own(request, visitor.staff, str(fields.get("present", "")), _chosen(fields))
    except Sentence as refusal:
        return _page("my_password.html", visitor, refusal)
    answer = redirect("/my-password?done=1")
    begun.give(answer)
    return answer


def _chosen(fields: FormData) -> str:
    return checked_password(str(fields.get("password", "")), str(fields.get("again", "")))


def _page(
    name: str, visitor: Visitor, refusal: Sentence | None = None, token: str = "", *, done: bool = False
) -> Response:
    """What was typed of a password is typed again; a refused code stays."""
    said = refusal.sentence(visitor.language) if refusal else ""
    field = FIELDS.get(type(refusal), "") if refusal else ""
    html = render.page(name, visitor, refusal=said, field_refused=field, token=token, done=done)
    status = 422 if isinstance(refusal, WrongPassword) else refusal.status if refusal else 200
    answer = HTMLResponse(html, status_code=status)
    return retriable(answer, refusal) if refusal else answer
