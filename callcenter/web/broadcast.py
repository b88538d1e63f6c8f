"""One picture for many screens: rendered once, encoded once, and the same bytes sent to whoever watches.

A browser has one stream, however many of its pages are open: it follows several things at once (decision W13). Each
frame begins with the name of what it belongs to, and is JSON: `{"regions": {name: html}}`, those that have changed, or
`{"said": …}`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),
    (b"cache-control", b"no-store"),
]
STILL_HERE = b'data: {"said":"still-here"}\n\n'
SIGNED_OUT = b'data: {"said":"signed-out"}\n\n'
STORES_DOWN = b'data: {"said":"stores-down"}\n\n'


class Watcher:
    """One screen; `ended`: it may look no longer."""

    def __init__(self, token: bytes) -> None:
        self.token = token
        self.ended = False


class Channel:
    """What the screens of one scope are shown: numbered frames. A screen that saw the frame before needs only what has
    changed since; a new or a slow one is sent the whole picture."""

    def __init__(self) -> None:
        self.number = 0
        self.change = b""
        self.ended = False
        self.watchers: set[Watcher] = set()
        self._regions: Mapping[str, str] = {}
        self._whole: bytes | None = None
        self._shown = asyncio.Event()

    @property
    def whole(self) -> bytes:
        if self._whole is None:
            self._whole = picture(self._regions)
        return self._whole

    def show(self, regions: Mapping[str, str]) -> None:
        """The next frame."""
        changed = {name: html for name, html in regions.items() if self._regions.get(name) != html}
        self._regions, self._whole = regions, None
        self._send(picture(changed) if changed else STILL_HERE)

    def tell(self, said: bytes) -> None:
        """An event instead of a picture; the next picture is sent whole."""
        self._regions, self._whole = {}, said
        self._send(said)

    def end(self) -> None:
        """Nothing more will come."""
        self.ended = True
        self._wake()

    async def frames(self, watcher: Watcher) -> AsyncIterator[bytes]:
        """What one screen is sent, until the end."""
        self.watchers.add(watcher)
        seen = 0
        try:
            while True:
                while self.number == seen and not self.ended:
                    await self._shown.wait()
                if self.ended or watcher.ended:
                    break
                frame = self.change if seen == self.number - 1 and seen else self.whole
                seen = self.number
                yield frame
            if watcher.ended:
                yield SIGNED_OUT
        finally:
            self.watchers.discard(watcher)

    def _send(self, change: bytes) -> None:
        self.number += 1
        self.change = change
        self._wake()

    def _wake(self) -> None:
        shown, self._shown = self._shown, asyncio.Event()
        shown.set()


class Following(Response):
    """The answer to one browser, for as long as it follows: frames by the name of what they belong to, each taken from
    its source only once the one before has been sent."""

    def __init__(self, sources: Mapping[str, AsyncIterator[bytes]]) -> None:
        self.status_code, self.background = 200, None
        self.sources = sources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        turn = asyncio.Lock()

        async def pass_on(name: str, frames: AsyncIterator[bytes]) -> None:
            async with aclosing(frames):  # type: ignore[type-var]
                async for frame in frames:
                    async with turn:
                        body = b"event: %s\n%s" % (name.encode(), frame)
                        await send({"type": "http.response.body", "body": body, "more_body": True})

        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        passing = [asyncio.create_task(pass_on(*source)) for source in self.sources.items()]
        gone = asyncio.create_task(_until_gone(receive))
        ended: asyncio.Future[list[None]] = asyncio.gather(*passing)
        waited: list[asyncio.Future[Any]] = [gone, ended]
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                ended.result()
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            ended.cancel()
            await asyncio.gather(*passing, return_exceptions=True)


def picture(regions: Mapping[str, str]) -> bytes:
    """The frame of these regions."""
    return b"data: %s\n\n" % json.dumps({"regions": regions}, ensure_ascii=False, separators=(",", ":")).encode()


async def refused() -> AsyncIterator[bytes]:
    """What a browser is told of a thing it may not follow."""
    yield SIGNED_OUT


async def _until_gone(receive: Receive) -> None:
    while not (await receive())["type"].endswith("disconnect"):
        pass
