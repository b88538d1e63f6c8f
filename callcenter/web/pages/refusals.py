"""A refusal in words: as a page, as a fragment of one, and with the time to ask again."""

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from callcenter.errors import Sentence
from callcenter.web import identity
from callcenter.web.pages import partials, render
from callcenter.web.pages.partials import is_partial
from callcenter.web.pages.words import say, words


def refused(request: Request, refusal: Sentence) -> Response:
    """The one way a refusal is shown on a page."""
    reader = identity.reader_of(request, refusal)
    language = reader.language
    sentence = refusal_sentence(refusal, language)
    if refusal.status == 401:
        if is_partial(request):
            return Response(headers={"HX-Redirect": "/sign-in"})
        return RedirectResponse("/sign-in", status_code=303)
    if is_partial(request):
        return HTMLResponse(partials.notice(language, sentence, is_error=True), status_code=refusal.status)
    html = render.page("refused.html", reader, sentence=sentence)
    return HTMLResponse(html, status_code=refusal.status)


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
