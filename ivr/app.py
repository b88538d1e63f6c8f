"""The telephone web app: its own process, its own exposure. `uvicorn ivr.app:app`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute

from callcenter import logs
from callcenter.actions import config_snapshot, readiness
from callcenter.actions.process_pulse import LOOP, ProcessPulse
from callcenter.actions.readiness import VOICE
from callcenter.config import Settings, settings
from callcenter.errors import StoreDown
from callcenter.rules.packaged_menu import packaged_menu
from callcenter.telephone import telephone
from callcenter.thread_pools import Lane
from ivr import (
    addresses,
    attempt_webhooks,
    conversation_webhooks,
    desk_phone_webhooks,
    helper_webhooks,
    menu_webhooks,
    monitoring_webhooks,
    satisfaction_webhooks,
    text_webhooks,
    waiting_webhooks,
)  # fmt: skip
from ivr.menu_progress import Footsteps
from ivr.music import ringing, waiting_music
from ivr.signature import Signatures
from ivr.webhook import Voice

RECORDS_THREADS = 16
RUSHED_WAITING = 40  # webhooks of numbers in a rush that may wait for their one thread
NEWS_THREADS = 2
NEWS_WAITING = 100  # hang-ups of a flood, each, that may wait: nobody hears when they are noted
LIVE_THREADS = 8
READY_THREADS = 2  # of its own: a rush of webhooks does not make the service look dead
TURNS = 0.5  # seconds between two signs of the loop
READY_PATIENCE = 4.0  # seconds for the two stores to answer


def create() -> FastAPI:
    """The app, with the settings of this process."""
    routes: list[BaseRoute] = [
        *menu_webhooks.routes,
        *waiting_webhooks.routes,
        *conversation_webhooks.routes,
        *satisfaction_webhooks.routes,
        *text_webhooks.routes,
        *desk_phone_webhooks.routes,
        *attempt_webhooks.routes,
        *monitoring_webhooks.routes,
        *helper_webhooks.routes,
    ]
    # Plain routes: an included router and its dependencies would cost a menu step a third of its time.
    app = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=_lifespan, routes=routes)
    app.state.voice = voice_of(settings())
    app.add_route(addresses.MUSIC, _music, methods=["GET", "HEAD"])
    app.add_route(addresses.RING, _ring, methods=["GET", "HEAD"])
    app.add_route("/health/live", _live, methods=["GET"])
    app.add_route("/health/ready", _ready, methods=["GET"])
    return app


def voice_of(chosen: Settings) -> Voice:
    """What the webhooks share."""
    following = chosen.twilio_auth_token_next
    tokens = [chosen.twilio_auth_token.get_secret_value(), following.get_secret_value() if following else ""]
    records = Lane("records", RECORDS_THREADS)
    return Voice(
        signatures=Signatures(chosen.public_voice_url, tokens, chosen.shared_keys),
        menu=packaged_menu(),
        footsteps=Footsteps(),
        records=records,
        rushed=Lane("rushed", 1, RUSHED_WAITING, behind=records),
        news=Lane("news", NEWS_THREADS, NEWS_WAITING, behind=records),
        live=Lane("live", LIVE_THREADS),
        readiness=Lane("readiness", READY_THREADS),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    logs.configure()
    voice: Voice = app.state.voice
    telephone()
    waiting_music()
    await asyncio.to_thread(config_snapshot.follow, voice.stand)
    pulse = ProcessPulse(VOICE)
    pulse.goes_round(LOOP)
    pulse.start()
    turns = asyncio.create_task(_turns(pulse))
    voice.footsteps.start()
    voice.languages.start()
    yield
    voice.footsteps.stop()
    voice.languages.stop()
    voice.records.close()
    voice.rushed.close()
    voice.news.close()
    voice.live.close()
    voice.readiness.close()
    turns.cancel()
    await asyncio.to_thread(pulse.stop)


async def _turns(pulse: ProcessPulse) -> None:
    """A loop that hangs answers nobody, however well its threads are."""
    while True:
        pulse.goes_round(LOOP)
        await asyncio.sleep(TURNS)


async def _music(_request: Request) -> Response:
    return _sound(waiting_music())


async def _ring(_request: Request) -> Response:
    return _sound(ringing())


def _sound(recording: bytes) -> Response:
    return Response(recording, media_type="audio/wav", headers={"Cache-Control": "public, max-age=86400"})


async def _live(_request: Request) -> Response:
    return PlainTextResponse("live")


async def _ready(request: Request) -> Response:
    """The line answers even when every store is down; whether anybody will be brought to the callers is told here."""
    voice: Voice = request.app.state.voice
    try:
        found = await voice.readiness.within(READY_PATIENCE, readiness.look)
    except StoreDown:
        found = readiness.unheard()
    return JSONResponse(found.told(), status_code=200 if found.is_ready else 503)


app = create()
