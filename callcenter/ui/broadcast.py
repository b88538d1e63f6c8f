"""One picture for many screens: rendered once, encoded once, and the same bytes sent to whoever watches."""

import asyncio
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from callcenter.ui import render

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),
    (b"cache-control", b"no-store"),
]
STILL_HERE = b": still here\n\n"
SIGNED_OUT = b"event: signed-out\ndata: now\n\n"
STORES_DOWN = b"event: stores-down\ndata: now\n\n"


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
            self._whole = event(render.partials(self._regions))
        return self._whole

    def show(self, regions: Mapping[str, str]) -> None:
        """The next frame."""
        changed = {name: html for name, html in regions.items() if self._regions.get(name) != html}
        self._regions, self._whole = regions, None
        self._send(event(render.partials(changed)) if changed else STILL_HERE)

    def tell(self, said: bytes) -> None:
        """An event instead of a picture; the next picture is sent whole."""
        self._regions, self._whole = {}, said
        self._send(said)

    def end(self) -> None:
        """Nothing more will come."""
        self.ended = True
        self._wake()

    async def after(self, number: int) -> None:
        """Waits for a frame with another number, or the end."""
        while self.number == number and not self.ended:
            await self._shown.wait()

    def _send(self, change: bytes) -> None:
        self.number += 1
        self.change = change
        self._wake()

    def _wake(self) -> None:
        shown, self._shown = self._shown, asyncio.Event()
        shown.set()


class Following(Response):
    """The answer to one screen, for as long as it watches."""

    def __init__(self, channel: Channel, watcher: Watcher) -> None:
        self.status_code, self.background = 200, None
        self.channel, self.watcher = channel, watcher

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        channel, watcher = self.channel, self.watcher
        channel.watchers.add(watcher)
        gone = asyncio.create_task(_until_gone(receive))
        seen = 0
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            while True:
                await channel.after(seen)
                if gone.done() or channel.ended or watcher.ended:
                    break
                body = channel.change if seen == channel.number - 1 and seen else channel.whole
                seen = channel.number
                await send({"type": "http.response.body", "body": body, "more_body": True})
            body = SIGNED_OUT if watcher.ended else b""
            await send({"type": "http.response.body", "body": body, "more_body": False})
        finally:
            gone.cancel()
            channel.watchers.discard(watcher)


def event(html: str) -> bytes:
    """Server-sent data."""
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return f"{lines}\n".encode()


async def _until_gone(receive: Receive) -> None:
    while not (await receive())["type"].endswith("disconnect"):
        pass
