"""One stream a browser, whatever its pages follow: it sends the regions that have changed, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Annotated

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from callcenter.errors import NotAllowed, NotFound, NotSignedIn, Refusal, StoreDown
from callcenter.rules import alerts
from callcenter.rules.alerts import Levels, Threshold
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.roles import AGENT, ANYBODY, OVERSEER, SUPERVISOR
from callcenter.screens import desk_screen, wall_links_screen, wall_screen
from callcenter.screens.scope import Scope
from callcenter.screens.wall_screen import Board, LastHour
from callcenter.web import identity
from callcenter.web.broadcast import SIGNED_OUT, STILL_HERE, STORES_DOWN, Channel, Following, Watcher, picture, refused
from callcenter.web.identity import open_to
from callcenter.web.looks import Looks
from callcenter.web.pages import desk_regions, live_regions
from callcenter.web.pages.desk_regions import Regions

LOOK_AGAIN = 2.0  # seconds after which a row is read though nobody said it changed
PHOTOGRAPH_EVERY = 1.0
LAST_HOUR_EVERY = 10.0  # the figures of the last hour are counted from its rows
CHECK_SESSION_EVERY = 10.0
MOST = 12  # things that one browser may follow
FOLLOWERS = {"desk": AGENT, "wall": OVERSEER}
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

    async def follow(self, seat: Seat, watcher: Watcher) -> AsyncIterator[bytes]:
        """The frames of one more screen. Its channel is looked for when the first is asked for, not before: one that
        nobody watches meanwhile is let go."""
        if seat not in self._channels:
            self._channels[seat] = Channel()
            self._wanted.set()
        if self._looks.stopping:
            self._channels[seat].end()
        async with aclosing(self._channels[seat].frames(watcher)) as frames:  # type: ignore[type-var]
            async for frame in frames:
                yield frame

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
        taken = wall_screen.photograph()
        if self._hour is None or (taken.at - self._hour.at).total_seconds() >= LAST_HOUR_EVERY:
            self._hour, self._thresholds = wall_screen.last_hour(taken.at), wall_screen.thresholds()
        seen = {
            scope: wall_screen.cut(taken, self._hour, scope, self._thresholds)
            for scope in {seat.scope for seat in seats}
        }
        self._levels = {
            scope: alerts.judge(wall_screen.watched(each), self._levels.get(scope, {}), self._thresholds)
            for scope, each in seen.items()
        }
        return [(seat, self._regions(seat, seen[seat.scope])) for seat in seats]

    def _regions(self, seat: Seat, seen: Board) -> Regions:
        return live_regions.wall_regions(
            seen, self._levels[seat.scope], seat.language, may_act=seat.may_act, is_open=seat.is_open
        )


def _still_allowed(tokens: Sequence[bytes]) -> set[bytes]:
    return identity.still_signed_in(tokens) | wall_links_screen.still_open(tokens)


def looks_of(request: Request) -> Looks:
    looks: Looks = request.app.state.looks
    return looks


def limiter_of(request: Request) -> CapacityLimiter:
    limiter: CapacityLimiter = request.app.state.limiter
    return limiter


Ears = Annotated[Looks, Depends(looks_of)]
Threads = Annotated[CapacityLimiter, Depends(limiter_of)]


@router.get("/stream")
@open_to(ANYBODY)
async def stream(
    request: Request, looks: Ears, threads: Threads, of: Annotated[list[str], Query(min_length=1, max_length=MOST)]
) -> Response:
    """Everything that the pages of one browser follow. `of`: names of such things, `what.language`: an agent's own
    `desk`, a supervisor's `wall`, or `link:token`, the wall on a screen that was given a link. What this browser may
    not follow it is told so. Raises NotSignedIn, NotAllowed, NotFound when that is all it asked."""
    sources: dict[str, AsyncIterator[bytes]] = {}
    refusals: list[Refusal] = []
    for name in dict.fromkeys(of):
        try:
            sources[name] = await _source(name, request, looks, threads)
        except (NotSignedIn, NotAllowed, NotFound) as refusal:
            refusals.append(refusal)
            sources[name] = refused()
    if len(refusals) == len(sources):
        raise refusals[0]
    return Following(sources)


async def _source(name: str, request: Request, looks: Looks, threads: CapacityLimiter) -> AsyncIterator[bytes]:
    what, _, language = name.rpartition(".")
    if language not in LANGUAGES:
        raise NotFound
    wall: Wall = request.app.state.wall
    if what.startswith("link:"):
        link = await to_thread.run_sync(wall_links_screen.opened, what.removeprefix("link:"), limiter=threads)
        return wall.follow(Seat(link.scope, language, is_open=True), Watcher(link.token))
    if what not in FOLLOWERS:
        raise NotFound
    cookie = request.cookies.get(identity.cookie_name("session"), "")
    visitor = replace(await to_thread.run_sync(identity.visitor_of, cookie, limiter=threads), language=language)
    if visitor.staff.role not in FOLLOWERS[what]:
        raise NotAllowed
    if what == "wall":
        seat = Seat(visitor.staff.scope, language, visitor.staff.role in SUPERVISOR)
        return wall.follow(seat, Watcher(visitor.session))
    return _desk(visitor, cookie, looks, threads)


async def _desk(visitor: identity.Visitor, cookie: str, looks: Looks, threads: CapacityLimiter) -> AsyncIterator[bytes]:
    agent_id = visitor.staff.id

    def photograph() -> Regions:
        return desk_regions.desk_regions(desk_screen.of(agent_id), visitor)

    sent: Regions = {}
    checked = time.monotonic()
    with looks.watching(agent_id) as bell:
        while not looks.stopping:
            bell.clear()
            try:
                regions = await to_thread.run_sync(photograph, limiter=threads)
                if time.monotonic() - checked > CHECK_SESSION_EVERY:
                    checked = time.monotonic()
                    if not await to_thread.run_sync(_is_signed_in, cookie, limiter=threads):
                        yield SIGNED_OUT
                        return
            except StoreDown:
                sent = {}
                yield STORES_DOWN
            else:
                changed = {name: html for name, html in regions.items() if sent.get(name) != html}
                sent = regions
                yield picture(changed) if changed else STILL_HERE
            try:
                await asyncio.wait_for(bell.wait(), LOOK_AGAIN)
            except TimeoutError:
                continue


def _is_signed_in(cookie: str) -> bool:
    try:
        identity.visitor_of(cookie)
    except NotSignedIn:
        return False
    return True
