"""Twilio's REST API, the part a call centre uses: authentication, faults, and the routes."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ivr.practice import rest_calls, rest_rooms, rest_texts
from ivr.practice.carrier import Carrier
from ivr.practice.faults import RestFault
from ivr.practice.rest_form import RestForm
from ivr.practice.rest_requests import Body, Path, RestRefusal, Verb, missing
from ivr.practice.sids import API_VERSION


def routes(carrier: Carrier) -> list[Route]:
    """One route a resource; each method a pure look or a few lines on the carrier."""
    root = f"/{API_VERSION}/Accounts/{{account}}"
    table = rest_calls.RESOURCES | rest_rooms.RESOURCES | rest_texts.RESOURCES | {"/{nowhere:path}": NOWHERE}
    return [Route(root + path, _endpoint(carrier, verbs), methods=[*verbs]) for path, verbs in table.items()]


def _endpoint(carrier: Carrier, verbs: Mapping[str, Verb]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        query = RestForm.parse(request.url.query)
        form = RestForm.parse((await request.body()).decode("utf-8", "replace"))
        entry = carrier.journal.note(
            "rest", method=request.method, path=request.url.path, query=query.pairs, form=form.pairs,
            content_type=request.headers.get("content-type", ""), authorized=_authorized(carrier, request),
            status=None, code=0,
        )  # fmt: skip
        fault = carrier.webhooks.faults.of_rest(method, request.url.path)
        try:
            await _admit(entry["authorized"], fault)
            given = form if method == "POST" else query
            status, body = verbs[method](carrier, request.path_params, given)
            if fault:
                await _fail_after(fault)
        except RestRefusal as refusal:
            status, body = refusal.status, refusal.body()
            entry["code"] = refusal.code
        entry["status"] = status
        if body is None:
            return Response(status_code=status)
        return JSONResponse(body, status_code=status)

    return endpoint


def _nowhere(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, Body]:
    # in the journal too: the referee must see what was asked in vain
    raise missing(carrier, path["nowhere"].removesuffix(".json"))


NOWHERE: dict[str, Verb] = dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE"), _nowhere)


def _authorized(carrier: Carrier, request: Request) -> bool:
    kind, _, word = request.headers.get("authorization", "").partition(" ")
    keys = {carrier.account: carrier.token} | carrier.api_keys
    wanted = {base64.b64encode(f"{name}:{secret}".encode()).decode() for name, secret in keys.items()}
    return kind.lower() == "basic" and word in wanted and request.path_params["account"] == carrier.account


async def _admit(authorized: bool, fault: RestFault | None) -> None:
    if not authorized:
        raise RestRefusal(401, 20003, "Authenticate")
    if fault is None:
        return
    if fault.mode == "404":
        raise RestRefusal(404, 20404, "The requested resource was not found")
    if fault.mode == "500":
        raise RestRefusal(500, 20500, "An internal server error has occurred")
    if fault.mode == "503":
        raise RestRefusal(503, 20503, "Service Unavailable")
    if fault.mode == "timeout":
        await asyncio.sleep(fault.seconds)
        raise RestRefusal(503, 20503, "Service Unavailable")
    if fault.mode == "429":
        raise RestRefusal(429, 20429, "Too Many Requests")
    if fault.mode == "slow":
        await asyncio.sleep(fault.seconds)


async def _fail_after(fault: RestFault) -> None:
    if fault.mode == "500-with-effect":
        raise RestRefusal(500, 20500, "An internal server error has occurred")
    if fault.mode == "timeout-with-effect":
        await asyncio.sleep(fault.seconds)
