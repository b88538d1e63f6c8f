"""The carrier of these tests: the practice carrier on loopback. Whoever is on a line stays there: the tests call the
verbs that its webhooks would call, in any order, twice, or never."""

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from callcenter import clock, config
from callcenter.actions import (
    agent,
)
from callcenter.demonstration import embedded
from callcenter.live import store
from callcenter.telephone import telephone
from ivr import twilio
from ivr.practice.server import Running, create
from ivr.practice.telephones import PracticeLine
from tests.conftest import EMPTY
from tests.support.consulting import Scene
from tests.support.people import hires

RELAXED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
settings.register_profile(
    "ci", max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=RELAXED, derandomize=True
)
settings.register_profile(
    "long", max_examples=400, stateful_step_count=60, deadline=None, suppress_health_check=RELAXED, print_blob=True
)


@pytest.fixture
def campaign(pytestconfig: pytest.Config) -> settings:
    """How long the state machine runs: `ci`, or `--hypothesis-profile=long`."""
    return settings.get_profile(pytestconfig.getoption("--hypothesis-profile") or "ci")


PATIENT = '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Un instant.</Say><Pause length="3600"/></Response>'


async def _stays(_request: Request) -> Response:
    return Response(PATIENT, media_type="text/xml")


@pytest.fixture(scope="module")
def carrier() -> Iterator[PracticeLine]:
    """The telephones; our own side speaks to the same carrier."""
    waits = Starlette(routes=[Route("/{path:path}", _stays, methods=["POST"])])
    with Running(waits) as voice, Running(create(voice, calls_per_second=0)) as url:
        os.environ |= {"TWILIO_API_URL": url, "PUBLIC_VOICE_URL": voice}
        for remembered in (config.settings, telephone, twilio._client):
            remembered.cache_clear()
        yield PracticeLine(url)
        del os.environ["TWILIO_API_URL"], os.environ["PUBLIC_VOICE_URL"]
        for remembered in (config.settings, telephone, twilio._client):
            remembered.cache_clear()


@pytest.fixture
def afresh(stores: embedded.Stores, schema: list[str]) -> Callable[[], None]:
    """Empties both stores, as often as an example needs."""

    def empty() -> None:
        with psycopg.connect(stores.postgresql.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(EMPTY.format(tables=",".join(schema)).encode())
        store.forget()
        store.client().flushall()

    return empty


@pytest.fixture
def telephones(carrier: PracticeLine, database: object, live: object) -> Iterator[PracticeLine]:
    """Nobody answers by themselves, nothing goes wrong but what a test asks for."""
    carrier.registers("default", "manual").faults()
    yield carrier
    carrier.faults()
    for open_ in carrier.live():
        carrier.ask("POST", f"/calls/{open_['sid']}/hangup", {})


@pytest.fixture
def karim() -> str:
    karim = hires(1)
    agent.take_post(karim, "phone", clock.now())
    return karim


@pytest.fixture
def scene(carrier: PracticeLine, database: object, live: object) -> Iterator[Scene]:
    yield Scene(carrier)
    carrier.faults()
    for open_ in carrier.live():
        carrier.ask("POST", f"/calls/{open_['sid']}/hangup", {})
