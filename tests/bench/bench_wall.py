"""CPU per delivery of the wall: a server that gives every client a queue, as sse-starlette does, ÷ our broadcast.

sse-starlette itself is not among our dependencies: `QueuePerClient` is its manner, written with starlette alone: one
`asyncio.Queue` a client, and each client's event encoded and sent by its own generator. Both servers render a frame
once, run under the same uvicorn in a process of their own, and are watched by the same clients in alternating rounds.
"""

import asyncio
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from statistics import median

import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from callcenter.web.broadcast import Channel, Following, Watcher
from callcenter.web.pages import partials

CLIENTS = 200
EVERY = 0.1  # seconds between two frames; ten times as often as the wall, to measure sooner
SECONDS = 3.0
ROUNDS = 5
MARK = b"wall_at"
ROW = '<tr id="queue-{n}"><th scope="row">Impôts</th><td>français</td><td class="num">{wait}</td></tr>'
LINE_END = re.compile(r"\r\n|\r|\n")


def frames() -> Iterator[Mapping[str, str]]:
    """What a busy second of the wall looks like: the hour, the tiles and a table of forty rows have changed."""
    tile = '<div class="tile"><p class="tile__name">En attente</p>\n<p class="tile__figure">{n}</p></div>\n'
    for n in count():
        rows = "\n".join(ROW.format(n=row, wait=(n + row) % 300) for row in range(40))
        tiles = "".join(tile.format(n=n + each) for each in range(11))
        yield {"wall_at": f"Données à {n}", "wall_tiles": tiles, "wall_queues": f"<table>\n{rows}\n</table>"}


def broadcast() -> Starlette:
    """Ours."""
    channel = Channel()

    async def stream(_request: Request) -> Response:
        return Following({"wall.fr": channel.frames(Watcher(b""))})

    async def produce() -> None:
        for regions in frames():
            channel.show(regions)
            await asyncio.sleep(EVERY)

    return _app(stream, produce)


class QueuePerClient:
    """The usual manner."""

    def __init__(self) -> None:
        self.queues: set[asyncio.Queue[str]] = set()

    async def stream(self, _request: Request) -> Response:
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def produce(self) -> None:
        for regions in frames():
            html = partials.partials(regions)
            for queue in self.queues:
                queue.put_nowait(html)
            await asyncio.sleep(EVERY)

    async def _events(self) -> AsyncIterator[bytes]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self.queues.add(queue)
        try:
            while True:
                yield self._encoded(await queue.get())
        finally:
            self.queues.discard(queue)

    def _encoded(self, data: str) -> bytes:
        """As sse-starlette's `ServerSentEvent.encode`."""
        lines = "".join(f"data: {line}\r\n" for line in LINE_END.split(data))
        return f"{lines}\r\n".encode()


def queue_per_client() -> Starlette:
    """The peer."""
    peer = QueuePerClient()
    return _app(peer.stream, peer.produce)


def _app(stream: object, produce: object) -> Starlette:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(produce())  # type: ignore[operator]
        yield
        task.cancel()

    return Starlette(routes=[Route("/", stream)], lifespan=lifespan)  # type: ignore[arg-type]


SERVERS = {"broadcast": broadcast, "queue_per_client": queue_per_client}


def measure() -> Iterator[tuple[str, float]]:
    """The ratio: the median over the rounds."""
    with _running("broadcast") as ours, _running("queue_per_client") as theirs:
        ratios = [_cost(*theirs) / _cost(*ours) for _ in range(ROUNDS)]
    yield "wall_cpu_per_delivery_queue_per_client_over_ours", median(ratios)


@contextmanager
def _running(name: str) -> Iterator[tuple[psutil.Process, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.bench_wall", name, str(port)])
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, f"{name} does not start"
                time.sleep(0.2)
        yield psutil.Process(process.pid), port
    finally:
        process.kill()
        process.wait()


def _cost(server: psutil.Process, port: int) -> float:
    """Seconds of the server's CPU per event that reached a client."""
    selector, clients = selectors.DefaultSelector(), []
    for _ in range(CLIENTS):
        client = socket.create_connection(("127.0.0.1", port), 30)
        client.sendall(b"GET / HTTP/1.1\r\nHost: wall\r\n\r\n")
        client.setblocking(False)
        selector.register(client, selectors.EVENT_READ, bytearray())
        clients.append(client)
    read(selector, 1.0)
    before = cpu(server)
    received = read(selector, SECONDS)
    spent = cpu(server) - before
    for client in clients:
        client.close()
    assert received > CLIENTS * SECONDS / EVERY / 4, "the clients were hardly told anything"
    return spent / received


def read(selector: selectors.BaseSelector, seconds: float) -> int:
    """How many events came in so many seconds."""
    events, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        for key, _ in selector.select(0.1):
            tail: bytearray = key.data
            tail += key.fileobj.recv(1 << 20)  # type: ignore[union-attr]
            events += tail.count(MARK)
            del tail[: -len(MARK) + 1]
    return events


def cpu(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        uvicorn.run(SERVERS[sys.argv[1]](), port=int(sys.argv[2]), log_level="error")
    else:
        for name, ratio in measure():
            print(f"{name} {ratio:.2f}")
