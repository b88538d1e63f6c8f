"""One stream of events a page: it sends the regions that have changed, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request
from starlette.responses import StreamingResponse

from callcenter.api import board, desk, identity
from callcenter.api.board import Scope
from callcenter.api.identity import AGENT, OVERSEER, SUPERVISOR, Admitted, open_to
from callcenter.api.looks import Looks
from callcenter.errors import NotSignedIn, StoreDown
from callcenter.records.board import Photograph
from callcenter.ui import render
from callcenter.ui.render import Regions

LOOK_AGAIN = 2.0  # seconds after which a row is read though nobody said it changed
PHOTOGRAPH_EVERY = 1.0
CHECK_SESSION_EVERY = 10.0
THREADS = 8  # of streams, apart from the pool that answers clicks

router = APIRouter(include_in_schema=False)


class Wall:
    """The last photograph, taken once a second while somebody looks, and what each scope sees of it, rendered once."""

    def __init__(self) -> None:
        self._taken: Photograph | None = None
        self._age = 0.0
        self._rendered: dict[tuple[Scope, str, bool], Regions] = {}
        self._turn = asyncio.Lock()

    async def regions(self, scope: Scope, language: str, may_act: bool, limiter: CapacityLimiter) -> Regions:
        """What this scope sees now, at most a second old. Raises DatabaseDown."""
        async with self._turn:
            if self._taken is None or time.monotonic() - self._age >= PHOTOGRAPH_EVERY * 0.9:
                taken_at = time.monotonic()
                self._taken = await to_thread.run_sync(board.photograph, limiter=limiter)
                self._age, self._rendered = taken_at, {}
            key = (scope, language, may_act)
            if key not in self._rendered:
                self._rendered[key] = render.wall_regions(board.cut(self._taken, scope), language, may_act)
            return self._rendered[key]


def looks_of(request: Request) -> Looks:
    looks: Looks = request.app.state.looks
    return looks


def limiter_of(request: Request) -> CapacityLimiter:
    limiter: CapacityLimiter = request.app.state.limiter
    return limiter


Ears = Annotated[Looks, Depends(looks_of)]
Threads = Annotated[CapacityLimiter, Depends(limiter_of)]


@router.get("/desk/stream")
@open_to(*AGENT)
async def desk_stream(request: Request, visitor: Admitted, looks: Ears, threads: Threads) -> StreamingResponse:
    agent_id = visitor.staff.id

    def read() -> Regions:
        return render.desk_regions(desk.of(agent_id), visitor)

    async def photograph() -> Regions:
        return await to_thread.run_sync(read, limiter=threads)

    return _streamed(_events(photograph, _signed_in(request), agent_id, LOOK_AGAIN, looks, threads))


@router.get("/supervision/stream")
@open_to(*OVERSEER)
async def wall_stream(request: Request, visitor: Admitted, looks: Ears, threads: Threads) -> StreamingResponse:
    wall: Wall = request.app.state.wall
    scope, may_act = board.scope_of(visitor.staff), visitor.staff.role in SUPERVISOR

    async def photograph() -> Regions:
        return await wall.regions(scope, visitor.language, may_act, threads)

    return _streamed(_events(photograph, _signed_in(request), "", PHOTOGRAPH_EVERY, looks, threads))


async def _events(
    photograph: Callable[[], Awaitable[Regions]],
    signed_in: Callable[[], bool],
    agent_id: str,
    every: float,
    looks: Looks,
    threads: CapacityLimiter,
) -> AsyncIterator[str]:
    sent: Regions = {}
    checked = time.monotonic()
    with looks.watching(agent_id) as bell:
        while not looks.stopping:
            bell.clear()
            try:
                regions = await photograph()
                if time.monotonic() - checked > CHECK_SESSION_EVERY:
                    checked = time.monotonic()
                    if not await to_thread.run_sync(signed_in, limiter=threads):
                        yield "event: signed-out\ndata: now\n\n"
                        return
            except StoreDown:
                yield "event: stores-down\ndata: now\n\n"
            else:
                changed = {name: html for name, html in regions.items() if sent.get(name) != html}
                sent = regions
                yield _event(render.partials(changed)) if changed else ": still here\n\n"
            try:
                await asyncio.wait_for(bell.wait(), every)
            except TimeoutError:
                continue


def _event(html: str) -> str:
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return f"{lines}\n"


def _streamed(events: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _signed_in(request: Request) -> Callable[[], bool]:
    cookie = request.cookies.get(identity.cookie_name("session"), "")

    def check() -> bool:
        try:
            identity.visitor_of(cookie)
        except NotSignedIn:
            return False
        return True

    return check
