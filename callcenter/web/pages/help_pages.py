"""Help: a page for each screen, and the list of them. Whoever is signed in keeps their menu."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from callcenter.errors import NotSignedIn
from callcenter.rules.roles import ANYBODY
from callcenter.web import identity
from callcenter.web.identity import open_to
from callcenter.web.pages import render
from callcenter.web.pages.help_texts import help_pages
from callcenter.web.pages.refusals import section_of
from callcenter.web.pages.way_back import came_from

router = APIRouter(prefix="/help", include_in_schema=False)


@router.get("")
@router.get("/")
@router.get("/{screen}")
@open_to(ANYBODY)
def told(request: Request, screen: str = "") -> Response:
    """What a screen is for; for one of which nothing is told, the list of all."""
    reader = identity.reader_of(request, NotSignedIn())
    pages = help_pages(reader.language)
    before = came_from(request)
    html = render.page(
        "help.html",
        reader,
        page=pages.get(screen),
        slug=screen if screen in pages else "",
        pages=pages,
        before=before if not before.startswith("/help") else "",
        section=section_of(before),
    )
    return HTMLResponse(html)
