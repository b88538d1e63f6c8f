"""Every failure is answered in words: as a page, as a fragment of one, or as JSON."""

import traceback
from pathlib import Path

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from callcenter.errors import BodyTooLarge, Illegible, NotAllowed, NotFound, NotThisWay, OurFault, Refusal, Sentence
from callcenter.web import identity
from callcenter.web.pages import (
    refusals,
)

log = structlog.get_logger()


def answer_refusal(request: Request, failure: Exception) -> Response:
    """The one error handler: a sentence, as a page, as a fragment of one, or as JSON."""
    refusal = failure if isinstance(failure, Sentence) else Refusal()
    if request.url.path.startswith("/api/"):
        sentence = refusals.refusal_sentence(refusal, identity.reader_of(request, refusal).language)
        told = JSONResponse({"refusal": type(refusal).__name__, "sentence": sentence}, status_code=refusal.status)
        return refusals.retriable(told, refusal)
    return refusals.retriable(refusals.refused(request, refusal), refusal)


def answer_http_refusal(request: Request, failure: Exception) -> Response:
    """What the framework itself refuses: no such page, no such method, too much to read."""
    status = failure.status_code if isinstance(failure, HTTPException) else 400
    known = {404: NotFound, 405: NotThisWay, 403: NotAllowed, BodyTooLarge.status: BodyTooLarge}
    answer = answer_refusal(request, known.get(status, Illegible)())
    answer.headers.update(getattr(failure, "headers", None) or {})  # what is allowed there
    return answer


def answer_illegible(request: Request, failure: Exception) -> Response:
    """A value that cannot be what it should be. Nothing of it is said back: it may be anything, and anybody's
    (decision I7)."""
    if not isinstance(failure, RequestValidationError):
        log.error("a value reached code that cannot read it", where=_where(failure), kind=type(failure).__name__)
    return answer_refusal(request, Illegible())


def _where(failure: Exception) -> str:
    """The last line of ours; what the failure says may hold the value."""
    ours = [frame for frame in traceback.extract_tb(failure.__traceback__) if "/callcenter/" in frame.filename]
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""


def answer_nobody(_request: Request, _failure: Exception) -> Response:
    """Nobody is left to read an answer; the body's guard has written down that it broke off."""
    return Response(status_code=400)


def answer_fault(request: Request, _failure: Exception) -> Response:
    """A fault of ours, in words; the server logs what it was."""
    return answer_refusal(request, OurFault())
