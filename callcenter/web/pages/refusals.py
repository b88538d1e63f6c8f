"""A refusal in words: as a page that keeps its menu, as a fragment of one, and with the time to ask again."""

from fastapi import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from callcenter.errors import Sentence
from callcenter.web import identity
from callcenter.web.identity import SAFE_METHODS
from callcenter.web.pages import partials, render, way_back
from callcenter.web.pages.desk_regions import Regions
from callcenter.web.pages.partials import is_partial
from callcenter.web.pages.template_environment import PLACES
from callcenter.web.pages.words import say, words

TITLED = (403, 404)
"""What has a title and a next step of its own."""


def refused(request: Request, refusal: Sentence) -> Response:
    """The one way a refusal is shown on a page."""
    if refusal.status == 401:
        return _to_the_door(request)
    reader = identity.reader_of(request, refusal)
    sentence = refusal_sentence(refusal, reader.language)
    if is_partial(request):
        return HTMLResponse(partials.notice(reader.language, sentence, is_error=True), status_code=refusal.status)
    if reader.in_panel and request.method not in SAFE_METHODS:  # the list that was pressed in stays: said beside it
        return PlainTextResponse(sentence, refusal.status)
    around: Regions | None = {} if refusal.status >= 500 else None  # what failed may be what the frame is made of
    kind = str(refusal.status) if refusal.status in TITLED else "other"
    before = way_back.came_from(request)
    html = render.page(
        "refused.html",
        reader,
        around,
        sentence=sentence,
        kind=kind,
        section=section_of(request.url.path),
        before="" if before == way_back.page_of(request) else before,
    )
    return HTMLResponse(html, status_code=refusal.status)


def section_of(path: str) -> str:
    """The entry of the menu under which an address lies; empty for none."""
    under = [(address, name) for _, name, address in PLACES if path == address or path.startswith(f"{address}/")]
    return max(under, key=lambda each: len(each[0]))[1] if under else ""


def retriable(answer: Response, refusal: Sentence) -> Response:
    """The same answer, which says when to ask again if that is known."""
    if refusal.retry_after is not None:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def refusal_sentence(refusal: Sentence, language: str) -> str:
    """The refusal in words; the codes it adds each have a sentence of their own."""
    own = refusal.own(language)
    codes = [f"error.{code}" for code in refusal.args]
    return " ".join([own, *(say(language, code) for code in codes if code in words(language))])


def _to_the_door(request: Request) -> Response:
    """Whoever is signed in no more signs in, and is back where they were; they are told of what did not reach us."""
    unsent = request.method not in SAFE_METHODS
    return RedirectResponse(way_back.door_to(way_back.page_of(request), unsent=unsent), status_code=303)
