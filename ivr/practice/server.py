"""The carrier as a web application, and as a server for tests."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette

from callcenter.config import PRACTICE_ACCOUNT, PRACTICE_TOKEN
from ivr import addresses
from ivr.practice import citizens, control, rest
from ivr.practice.carrier import Carrier
from ivr.practice.interpreter import Conversation
from ivr.practice.numbers import Number
from ivr.practice.rung_people import act

# what a deployer is told to put on the number's URLs: one more try, and an answer within Twilio's 15 s
PATIENT = "#rc=2&rp=ct,5xx&rt=4000&tt=14000"
EVERY = 90.0  # telephone seconds between two calls of one practice citizen


def create(
    voice_url: str,
    number: str = "+33800000000",
    *,
    account: str = PRACTICE_ACCOUNT,
    token: str = PRACTICE_TOKEN,
    speed: float = 1.0,
    calls_per_second: float = 1.0,
    people: int = 0,
    every: float = EVERY,
    others: Collection[str] = (),
    api_keys: Mapping[str, str] | None = None,
) -> Starlette:
    """The ASGI application; `app.state.carrier` is the carrier. `voice_url` without a path stands for the
    product's three addresses (INCOMING, FALLBACK and STATUS of `ivr.addresses`). `others` are numbers of the account
    beside the one that citizens dial, answered alike."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        dice = random.Random()  # noqa: S311 - dice, not secrets
        carrier = Carrier(account, token, Conversation, act, speed, calls_per_second)
        carrier.numbers |= {held: _held(account, held, voice_url) for held in (number, *others)}
        carrier.api_keys |= api_keys or {}
        app.state.carrier = carrier
        app.router.routes += [*rest.routes(carrier), *control.routes(carrier)]
        town = asyncio.create_task(citizens.live(carrier, number, people, every, dice))
        yield
        town.cancel()
        await carrier.close()

    return Starlette(lifespan=lifespan)


def _held(account: str, number: str, voice_url: str) -> Number:
    if urlsplit(voice_url).path.strip("/"):
        return Number(account, number, voice_url)
    base = voice_url.rstrip("/")
    return Number(
        account,
        number,
        base + addresses.INCOMING + PATIENT,
        base + addresses.FALLBACK + PATIENT,
        base + addresses.STATUS + PATIENT,
    )


def serve(app: Starlette, port: int) -> uvicorn.Server:
    """A server on loopback, ready to run. Port 0 takes any free one."""
    return uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=2
        )
    )


class Running:
    """`with Running(create(...)) as url:` runs a carrier, or any ASGI application, in a thread of its own."""

    def __init__(self, app: Starlette, port: int = 0) -> None:
        self._server = serve(app, port)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the practice carrier did not start")
            self._thread.join(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(10)
