"""What runs beside the requests of one process, and how it ends."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from types import FrameType

from anyio import CapacityLimiter
from fastapi import FastAPI

from callcenter import logs
from callcenter.actions.process_pulse import Complaint
from callcenter.web import streams
from callcenter.web.looks import Looks


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    logs.configure()
    looks = app.state.looks = Looks()
    limiter = app.state.limiter = CapacityLimiter(streams.THREADS)
    wall = app.state.wall = streams.Wall(looks, limiter)
    _before_the_server_waits(looks.stop)
    complaint = Complaint("web")
    complaint.start()
    ear, eye = asyncio.create_task(looks.listen()), asyncio.create_task(wall.run())
    yield
    complaint.stop()
    looks.stop()
    ear.cancel()
    with suppress(asyncio.CancelledError):
        await ear
    await eye


def _before_the_server_waits(stop: Callable[[], None]) -> None:
    """The server waits for open streams before it shuts down, so they must hear of it with the signal itself."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()

    def chain(number: int) -> None:
        before = signal.getsignal(number)

        def handle(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(stop)
            if callable(before):
                before(number, frame)

        signal.signal(number, handle)

    for number in (signal.SIGINT, signal.SIGTERM):
        chain(number)
