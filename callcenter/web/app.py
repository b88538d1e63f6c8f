"""The staff web app: `uvicorn callcenter.web.app:app`.

Everything is closed unless its endpoint says to whom it is open.
"""

from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from callcenter.errors import Sentence
from callcenter.rules import accounts, national_list, rounds, towns
from callcenter.rules.roles import STAFF
from callcenter.web import health, identity, metrics, streams
from callcenter.web.api import (
    callbacks_api,
    consult_api,
    contacts_api,
    desk_api,
    figures_api,
    open_data_api,
    orders_api,
    session_api,
    sites_api,
    staff_messages_api,
    visits_api,
    waiting_api,
    wall_api,
)
from callcenter.web.api.admin import accounts_api, directory_api, hours_api, national_list_api, shared_lines_api
from callcenter.web.body_limit import BodyLimit
from callcenter.web.failures import answer_fault, answer_http_refusal, answer_illegible, answer_nobody, answer_refusal
from callcenter.web.identity import Admitted, open_to
from callcenter.web.legible import Legible, PlainJson
from callcenter.web.lifespan import lifespan
from callcenter.web.pages import (
    callback_pages,
    consult_pages,
    contact_pages,
    desk_pages,
    desk_tool_pages,
    help_pages,
    home_page,
    language_pages,
    order_pages,
    password_pages,
    report_pages,
    sign_in_pages,
    site_pages,
    staff_message_pages,
    waiting_pages,
    wall_pages,
    wall_settings_pages,
)
from callcenter.web.pages.admin import (
    account_pages,
    directory_pages,
    hours_pages,
    national_list_pages,
    shared_line_pages,
)
from callcenter.web.pages.going_on import GoingOn
from callcenter.web.safe_headers import SafeHeaders

STATIC = Path(__file__).parent / "pages/static"
FILES = {  # bytes of what is sent there
    "/admin/agents/import": accounts.LARGEST,
    "/admin/sites/list": national_list.LARGEST,
    "/admin/sites/rounds": rounds.LARGEST,
    "/admin/sites/towns": towns.LARGEST,
    "/api/admin/agents/import": accounts.LARGEST,
    "/api/admin/sites/import": national_list.LARGEST,
    "/api/admin/sites/rounds/import": rounds.LARGEST,
    "/api/admin/sites/towns/import": towns.LARGEST,
    "/api/visits": visits_api.LARGEST,
}


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
        lifespan=lifespan,
    )
    for router in (
        session_api.router,
        desk_api.router,
        consult_api.router,
        wall_api.router,
        callbacks_api.router,
        contacts_api.router,
        health.router,
        figures_api.router,
        metrics.router,
        open_data_api.router,
        streams.router,
        visits_api.router,
        orders_api.router,
        waiting_api.router,
        order_pages.router,
        waiting_pages.router,
        callback_pages.router,
        contact_pages.router,
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
        wall_settings_pages.router,
        home_page.router,
        help_pages.router,
        sign_in_pages.router,
        password_pages.router,
        language_pages.router,
        desk_tool_pages.router,
        staff_message_pages.router,
        staff_messages_api.router,
        consult_pages.router,
        desk_pages.router,
        wall_pages.router,
    ):
        app.include_router(router)
    app.add_api_route("/api/openapi.json", describe_api, include_in_schema=False)
    app.mount("/static", Static(directory=STATIC), name="static")
    app.add_exception_handler(Sentence, answer_refusal)
    app.add_exception_handler(HTTPException, answer_http_refusal)
    app.add_exception_handler(ClientDisconnect, answer_nobody)
    app.add_exception_handler(Exception, answer_fault)
    for what_cannot_be_read in (RequestValidationError, ValueError, OverflowError):
        app.add_exception_handler(what_cannot_be_read, answer_illegible)
    app.add_middleware(PlainJson)
    app.add_middleware(BodyLimit, files=FILES, refused=answer_refusal)
    app.add_middleware(Legible, refused=answer_refusal)
    app.add_middleware(GoingOn)
    return app


@open_to(*STAFF)
def describe_api(request: Request, visitor: Admitted) -> JSONResponse:
    """OpenAPI, for those who may use it."""
    return JSONResponse(request.app.openapi())


app = create()
