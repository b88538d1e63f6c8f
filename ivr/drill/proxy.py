"""The network before the stores: a small proxy on loopback that can be cut, half-open or slow.

`python -m ivr.drill.proxy NAME=PORT:TARGET …`, a target being a port of loopback or the path of a socket.
A line `NAME MODE` on standard input changes what a way does:

- open      bytes pass
- cut       every connection is reset, and every new one
- half-open connections stay, and no byte passes any more: the other side is gone and nobody says so
- slow      every chunk comes `DELAY` late
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import cast

DELAY = 0.15  # seconds
MODES = ("open", "cut", "half-open", "slow")


class StoreWay:
    """One store's way, and the connections on it."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.mode = "open"
        self.ends: set[asyncio.Transport] = set()

    def become(self, mode: str) -> None:
        """What half-open connections lost is lost: they end with it, as they would by their keepalive."""
        if mode == "cut" or self.mode == "half-open":
            for transport in tuple(self.ends):
                transport.abort()
        self.mode = mode

    async def open(self, port: int) -> None:
        await asyncio.get_running_loop().create_server(lambda: Inner(self), "127.0.0.1", port, backlog=512)

    async def reach(self, inner: "Inner") -> "Outer":
        loop = asyncio.get_running_loop()
        if self.target.isdigit():
            _, outer = await loop.create_connection(lambda: Outer(self, inner), "127.0.0.1", int(self.target))
        else:
            _, outer = await loop.create_unix_connection(lambda: Outer(self, inner), self.target)
        return outer


class End(asyncio.Protocol):
    """One end of a connection; what it hears goes to the other end."""

    transport: asyncio.Transport | None = None

    def __init__(self, way: StoreWay) -> None:
        self.way = way
        self.other: End | None = None
        self.early: list[bytes] = []
        self.late = 0  # chunks on their way: none may overtake another

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.way.ends.add(self.transport)

    def data_received(self, data: bytes) -> None:
        if self.way.mode == "half-open":
            return
        if self.way.mode == "slow" or self.late:
            self.late += 1
            asyncio.get_running_loop().call_later(DELAY, self.arrive, data)
        else:
            self.pass_on(data)

    def arrive(self, data: bytes) -> None:
        self.late -= 1
        self.pass_on(data)

    def pass_on(self, data: bytes) -> None:
        if self.other is None or self.other.transport is None:
            self.early.append(data)
        elif not self.other.transport.is_closing():
            self.other.transport.write(data)

    def connection_lost(self, _failure: Exception | None) -> None:
        if self.transport:
            self.way.ends.discard(self.transport)
        if self.other and self.other.transport:
            self.other.transport.close()


class Inner(End):
    """The service's end."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self.way.mode == "cut":
            cast(asyncio.Transport, transport).abort()
        else:
            self.reaching = asyncio.ensure_future(self._reach())

    async def _reach(self) -> None:
        try:
            self.other = await self.way.reach(self)
        except OSError:
            if self.transport:
                self.transport.abort()
            return
        for data in self.early:
            self.pass_on(data)
        self.early.clear()


class Outer(End):
    """The store's end."""

    def __init__(self, way: StoreWay, inner: Inner) -> None:
        super().__init__(way)
        self.other = inner


async def serve(ways: dict[str, tuple[int, str]], hears: Callable[[], Awaitable[bytes]]) -> None:
    """Until nobody speaks to it any more."""
    open_ = {name: StoreWay(target) for name, (_, target) in ways.items()}
    for name, (port, _) in ways.items():
        await open_[name].open(port)
    while line := (await hears()).decode().split():
        name, mode = line
        if mode not in MODES:
            raise SystemExit(f"a way is {', '.join(MODES)}, not {mode}")
        open_[name].become(mode)


async def main(arguments: list[str]) -> None:
    ways = {}
    for word in arguments:
        name, _, way = word.partition("=")
        port, _, target = way.partition(":")
        ways[name] = (int(port), target)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await serve(ways, reader.readline)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
