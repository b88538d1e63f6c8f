"""One stream of events a page: it sends the regions that have changed, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response, StreamingResponse

from callcenter.api import board, desk, identity, links
from callcenter.api.board import Board, LastHour, Scope
from callcenter.api.identity import AGENT, ANYBODY, OVERSEER, SUPERVISOR, Admitted, open_to
from callcenter.api.looks import Looks
from callcenter.errors import NotSignedIn, StoreDown
from callcenter.rules import alerts
from callcenter.rules.alerts import Levels, Threshold
from callcenter.ui import render
from callcenter.ui.broadcast import SIGNED_OUT, STILL_HERE, STORES_DOWN, Channel, Following, Watcher, event
from callcenter.ui.render import Regions

LOOK_AGAIN = 2.0  # seconds after which a row is read though nobody said it changed
PHOTOGRAPH_EVERY = 1.0
LAST_HOUR_EVERY = 10.0  # the figures of the last hour are counted from its rows
CHECK_SESSION_EVERY = 10.0
THREADS = 8  # of streams, apart from the pool that answers clicks

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()


@dataclass(frozen=True)
class Seat:
    """Who sees the same bytes. `is_open`: a screen on a wall, opened by a link: no names of agents, no acts."""

    scope: Scope
    language: str
    may_act: bool = False
    is_open: bool = False


class Wall:
    """The photograph, taken once a second while somebody looks, and what each seat sees of it, rendered once."""

    def __init__(self, looks: Looks, limiter: CapacityLimiter) -> None:
        self._looks, self._limiter = looks, limiter
        self._channels: dict[Seat, Channel] = {}
        self._levels: dict[Scope, Levels] = {}
        self._hour: LastHour | None = None
        self._thresholds: Mapping[tuple[str, str], Threshold] = {}
        self._checked = time.monotonic()
        self._wanted = asyncio.Event()

    def follow(self, seat: Seat, watcher: Watcher) -> Following:
        """The answer to one more screen."""
        if seat not in self._channels:
            self._channels[seat] = Channel()
            self._wanted.set()
        if self._looks.stopping:
            self._channels[seat].end()
        return Following(self._channels[seat], watcher)

    async def run(self) -> None:
        """Until the process stops."""
        with self._looks.watching("") as self._wanted:
            while not self._looks.stopping:
                self._wanted.clear()
                begun = time.monotonic()
                for seat in [seat for seat, each in self._channels.items() if each.number and not each.watchers]:
                    del self._channels[seat]
                try:
                    await self._show()
                except StoreDown:
                    for channel in self._channels.values():
                        channel.tell(STORES_DOWN)
                except Exception:
                    log.exception("the wall could not be shown")
                left = PHOTOGRAPH_EVERY - (time.monotonic() - begun)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), max(left, 0.05))
        for channel in self._channels.values():
            channel.end()

    async def _show(self) -> None:
        if not self._channels:
            return
        seats = tuple(self._channels)
        for seat, regions in await to_thread.run_sync(self._rendered, seats, limiter=self._limiter):
            self._channels[seat].show(regions)
        if time.monotonic() - self._checked > CHECK_SESSION_EVERY:
            self._checked = time.monotonic()
            watchers = [each for channel in self._channels.values() for each in channel.watchers]
            allowed = await to_thread.run_sync(_still_allowed, [each.token for each in watchers], limiter=self._limiter)
            for each in watchers:
                each.ended = each.token not in allowed

    def _rendered(self, seats: Sequence[Seat]) -> list[tuple[Seat, Regions]]:
        taken = board.photograph()
        if self._hour is None or (taken.at - self._hour.at).total_seconds() >= LAST_HOUR_EVERY:
            self._hour, self._thresholds = board.last_hour(taken.at), board.thresholds()
        seen = {
            scope: board.cut(taken, self._hour, scope, self._thresholds) for scope in {seat.scope for seat in seats}
        }
        self._levels = {
            scope: alerts.judge(board.watched(each), self._levels.get(scope, {}), self._thresholds)
            for scope, each in seen.items()
        }
        return [(seat, self._regions(seat, seen[seat.scope])) for seat in seats]

    def _regions(self, seat: Seat, seen: Board) -> Regions:
        return render.wall_regions(
            seen, self._levels[seat.scope], seat.language, may_act=seat.may_act, is_open=seat.is_open
        )


def _still_allowed(tokens: Sequence[bytes]) -> set[bytes]:
    return identity.still_signed_in(tokens) | links.still_open(tokens)


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
async def wall_stream(request: Request, visitor: Admitted) -> Response:
    wall: Wall = request.app.state.wall
    seat = Seat(board.scope_of(visitor.staff), visitor.language, visitor.staff.role in SUPERVISOR)
    return wall.follow(seat, Watcher(visitor.session))


@router.get("/wall/{token}/stream")
@open_to(ANYBODY)
async def open_wall_stream(token: str, request: Request, visitor: Admitted, threads: Threads) -> Response:
    """For a screen that was given a link."""
    wall: Wall = request.app.state.wall
    link = await to_thread.run_sync(links.opened, token, limiter=threads)
    return wall.follow(Seat(link.scope, visitor.language, is_open=True), Watcher(link.token))


async def _events(
    photograph: Callable[[], Awaitable[Regions]],
    signed_in: Callable[[], bool],
    agent_id: str,
    every: float,
    looks: Looks,
    threads: CapacityLimiter,
) -> AsyncIterator[bytes]:
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
                        yield SIGNED_OUT
                        return
            except StoreDown:
                yield STORES_DOWN
            else:
                changed = {name: html for name, html in regions.items() if sent.get(name) != html}
                sent = regions
                yield event(render.partials(changed)) if changed else STILL_HERE
            try:
                await asyncio.wait_for(bell.wait(), every)
            except TimeoutError:
                continue


def _streamed(events: AsyncIterator[bytes]) -> StreamingResponse:
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
