"""The staff web app: `uvicorn callcenter.web.app:app`.

Everything is closed unless its endpoint says to whom it is open.
"""

import asyncio
import signal
import threading
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from anyio import CapacityLimiter
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter import logs
from callcenter.actions.process_pulse import Complaint
from callcenter.config import settings
from callcenter.errors import BodyTooLarge, Illegible, NotAllowed, NotFound, NotThisWay, OurFault, Refusal
from callcenter.rules import accounts as accounts_rules
from callcenter.rules import national_list, rounds
from callcenter.rules.roles import STAFF
from callcenter.web import health, identity, metrics, sign_in, streams
from callcenter.web.api import (
    callbacks_api,
    desk_api,
    figures_api,
    open_data_api,
    orders_api,
    sites_api,
    visits_api,
    waiting_api,
    wall_api,
)
from callcenter.web.api.admin import accounts_api, directory_api, hours_api, national_list_api, shared_lines_api
from callcenter.web.body_limit import BodyLimit
from callcenter.web.identity import Admitted, open_to
from callcenter.web.legible import Legible, PlainJson
from callcenter.web.looks import Looks
from callcenter.web.pages import callback_pages, order_pages, pages, report_pages, site_pages, walls
from callcenter.web.pages.admin import (
    account_pages,
    directory_pages,
    hours_pages,
    national_list_pages,
    shared_line_pages,
)

log = structlog.get_logger()
STATIC = Path(__file__).parent / "pages/static"
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the design system's own arrows and ticks
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
FILES = {  # bytes of what is sent there
    "/admin/agents/import": accounts_rules.LARGEST,
    "/admin/sites/list": national_list.LARGEST,
    "/admin/sites/rounds": rounds.LARGEST,
    "/api/admin/agents/import": accounts_rules.LARGEST,
    "/api/admin/sites/import": national_list.LARGEST,
    "/api/admin/sites/rounds/import": rounds.LARGEST,
    "/api/visits": visits_api.LARGEST,
}
A_YEAR = 31_536_000  # seconds
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
    "cache-control": "no-store",
}


class SafeHeaders:
    """Adds to every answer what a browser must not do with it, and where it is served by https, that it always is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in (HEADERS | _only_https()).items()]
                message["headers"] = [*message["headers"], *(pair for pair in more if pair[0] not in said)]
            await send(message)

        await self.app(scope, receive, send_safely)


class Web(FastAPI):
    """The app. What the framework answers when we fail is as safe as the rest: nothing is outside of the headers."""

    def build_middleware_stack(self) -> ASGIApp:
        return SafeHeaders(super().build_middleware_stack())


class Static(StaticFiles):
    """Our own files and the design system's: a browser asks each time, and is mostly told that nothing changed."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["cache-control"] = "no-cache"
        return answer


def create() -> FastAPI:
    """The app, with the settings of this process."""
    app = Web(
        title="France Services by telephone",
        dependencies=[Depends(identity.admit)],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    for router in (
        sign_in.router,
        desk_api.router,
        wall_api.router,
        callbacks_api.router,
        health.router,
        figures_api.router,
        metrics.router,
        open_data_api.router,
        streams.router,
        visits_api.router,
        orders_api.router,
        waiting_api.router,
        order_pages.router,
        callback_pages.router,
        report_pages.router,
        accounts_api.router,
        account_pages.router,
        hours_api.router,
        directory_api.router,
        directory_pages.router,
        hours_pages.router,
        shared_lines_api.router,
        shared_line_pages.router,
        national_list_api.router,
        national_list_pages.router,
        sites_api.router,
        site_pages.router,
        walls.router,
        pages.router,
    ):
        app.include_router(router)
    app.add_api_route("/api/openapi.json", _description, include_in_schema=False)
    app.mount("/static", Static(directory=STATIC), name="static")
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _http_refused)
    app.add_exception_handler(ClientDisconnect, _is_gone)
    app.add_exception_handler(Exception, _failed)
    for what_cannot_be_read in (RequestValidationError, ValueError, OverflowError):
        app.add_exception_handler(what_cannot_be_read, _not_read)
    app.add_middleware(PlainJson)
    app.add_middleware(BodyLimit, files=FILES, refused=_refused)
    app.add_middleware(Legible, refused=_refused)
    return app


def _only_https() -> dict[str, str]:
    is_https = settings().public_web_url.startswith("https:")
    return {"strict-transport-security": f"max-age={A_YEAR}"} if is_https else {}


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    logs.configure()
    looks = app.state.looks = Looks()
    limiter = app.state.limiter = CapacityLimiter(streams.THREADS)
    wall = app.state.wall = streams.Wall(looks, limiter)
    _before_the_server_waits(looks.stop)
    complaint = Complaint("web")
    complaint.start()
    ear, eye = asyncio.create_task(looks.listen()), asyncio.create_task(wall.run())
    yield
    complaint.stop()
    looks.stop()
    ear.cancel()
    with suppress(asyncio.CancelledError):
        await ear
    await eye


def _before_the_server_waits(stop: Callable[[], None]) -> None:
    """The server waits for open streams before it shuts down, so they must hear of it with the signal itself."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()

    def chain(number: int) -> None:
        before = signal.getsignal(number)

        def handle(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(stop)
            if callable(before):
                before(number, frame)

        signal.signal(number, handle)

    for number in (signal.SIGINT, signal.SIGTERM):
        chain(number)


@open_to(*STAFF)
def _description(request: Request, visitor: Admitted) -> JSONResponse:
    """OpenAPI, for those who may use it."""
    return JSONResponse(request.app.openapi())


def _refused(request: Request, failure: Exception) -> Response:
    """The one error handler: a sentence, as a page, as a fragment of one, or as JSON."""
    refusal = failure if isinstance(failure, Refusal) else Refusal()
    if request.url.path.startswith("/api/"):
        sentence = pages.refusal_sentence(refusal, identity.reader_of(request, refusal).language)
        told = JSONResponse({"refusal": type(refusal).__name__, "sentence": sentence}, status_code=refusal.status)
        return pages.retriable(told, refusal)
    return pages.retriable(pages.refused(request, refusal), refusal)


def _http_refused(request: Request, failure: Exception) -> Response:
    """What the framework itself refuses: no such page, no such method, too much to read."""
    status = failure.status_code if isinstance(failure, HTTPException) else 400
    known = {404: NotFound, 405: NotThisWay, 403: NotAllowed, BodyTooLarge.status: BodyTooLarge}
    answer = _refused(request, known.get(status, Illegible)())
    answer.headers.update(getattr(failure, "headers", None) or {})  # what is allowed there
    return answer


def _not_read(request: Request, failure: Exception) -> Response:
    """A value that cannot be what it should be. Nothing of it is said back: it may be anything, and anybody's."""
    if not isinstance(failure, RequestValidationError):
        log.error("a value reached code that cannot read it", where=_where(failure), kind=type(failure).__name__)
    return _refused(request, Illegible())


def _where(failure: Exception) -> str:
    """The last line of ours; what the failure says may hold the value."""
    ours = [frame for frame in traceback.extract_tb(failure.__traceback__) if "/callcenter/" in frame.filename]
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""


def _is_gone(_request: Request, _failure: Exception) -> Response:
    """Nobody is left to read an answer; the body's guard has written down that it broke off."""
    return Response(status_code=400)


def _failed(request: Request, _failure: Exception) -> Response:
    """A fault of ours, in words; the server logs what it was."""
    return _refused(request, OurFault())


app = create()
