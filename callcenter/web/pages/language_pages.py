"""The language switch, before and after signing in."""

from urllib.parse import urlsplit, urlunsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter.rules.languages import LANGUAGES
from callcenter.rules.roles import ANYBODY, STAFF
from callcenter.web import identity
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages.forms import Fields, redirect

router = APIRouter(include_in_schema=False)
WITH_A_LANGUAGE = ("/desk", "/supervision", "/callbacks", "/reports", "/sites", "/admin")


@router.post("/language")
@open_to(ANYBODY)
def choose_language_before(fields: Fields) -> Response:
    """Before anybody is signed in: kept in a cookie."""
    answer = redirect("/sign-in")
    if fields.get("language") in LANGUAGES:
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
        return redirect("/")
    if not came_from.path.startswith(WITH_A_LANGUAGE):
        return redirect("/")
    return redirect(urlunsplit(("", "", came_from.path, came_from.query, "")))
