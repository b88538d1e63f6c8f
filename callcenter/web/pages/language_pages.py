"""The language switch, before and after signing in. Back to the page they were on, with what it was asked; never to
another site."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter.rules.languages import LANGUAGES
from callcenter.rules.roles import ANYBODY, STAFF
from callcenter.web import identity
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages.forms import Fields, redirect
from callcenter.web.pages.way_back import at_the_door, came_from

router = APIRouter(include_in_schema=False)


@router.post("/language")
@open_to(ANYBODY)
def choose_language_before(request: Request, fields: Fields) -> Response:
    """Before anybody is signed in: kept in a cookie."""
    answer = redirect(at_the_door(request))
    if fields.get("language") in LANGUAGES:
        identity.set_cookie(answer, "language", str(fields["language"]))
    return answer


@router.post("/my-language")
@open_to(*STAFF)
def choose_language(request: Request, visitor: Admitted, fields: Fields) -> Response:
    """Kept with the account."""
    identity.set_language(visitor, str(fields.get("language", "")))
    return redirect(came_from(request))
