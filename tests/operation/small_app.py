"""What is served behind the guard in its tests: an answer, a body counted, the names of headers, a stream."""

import asyncio
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route


async def _live(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("live")


async def _body(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def _headers(request: Request) -> PlainTextResponse:
    await request.body()
    return PlainTextResponse(" ".join(request.headers))


async def _stream(_request: Request) -> StreamingResponse:
    async def ticks() -> AsyncIterator[str]:
        while True:
            yield "tick\n"
            await asyncio.sleep(0.5)

    return StreamingResponse(ticks())


app = Starlette(
    routes=[
        Route("/live", _live),
        Route("/body", _body, methods=["POST"]),
        Route("/headers", _headers, methods=["POST"]),
        Route("/stream", _stream),
    ]
)
