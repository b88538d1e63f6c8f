"""The menu's webhooks on the real stores: signed, doubled, and with the stores gone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from callcenter.config import settings
from callcenter.db import reading
from callcenter.demonstration import embedded
from callcenter.errors import DatabaseDown
from callcenter.live import menu_steps, store
from callcenter.records import calls
from callcenter.rules.states import CallState, Ending
from ivr.app import create, voice_of
from ivr.caller_answers import Heard, written
from ivr.turns import Turn
from ivr.webhook import CarrierRequest, Webhook
from tests.support.freezing import frozen
from tests.support.voice_line import CALL, DURAND, Carrier, in_front_of_the_app


def _call() -> calls.Call | None:
    with reading() as session:
        return calls.by_carrier_id(session, CALL)


@contextmanager
def _frozen(server: embedded.Server) -> Iterator[None]:
    """The store is frozen; afterwards the next test begins as on any day."""
    try:
        with frozen(server):
            yield
    finally:
        store.forget()
        _wait_for_database()


def _wait_for_database() -> None:
    """Until the breaker has been closed for a second, for what was under way may still fail: the next test begins as
    on any day."""
    deadline = time.monotonic() + 20
    well_since = time.monotonic()
    while time.monotonic() < well_since + 1:
        try:
            _call()
        except DatabaseDown:
            if time.monotonic() > deadline:
                raise
            well_since = time.monotonic()
        time.sleep(0.1)


def _routes() -> list[str]:
    return [route.path for route in create().routes if isinstance(route, Route) and "POST" in (route.methods or set())]


def test_a_caller_reaches_the_queue_of_their_department_and_matter(carrier: Carrier, agent: str) -> None:
    welcome = carrier.asks("/voice/incoming")
    confirm = carrier.asks(welcome.action, "46000")
    assert "le Lot" in confirm
    topics = carrier.asks(confirm.action, "1")
    assert "les impôts" in topics
    held = carrier.asks(topics.action, "3")
    assert held.verbs == ["Say", "Enqueue", "Redirect"]
    assert "conseiller" in held
    call = _call()
    assert call is not None
    assert (call.state, call.department, call.topic) == (CallState.WAITING, "46", "impots")


def test_every_webhook_may_come_twice(carrier: Carrier, agent: str) -> None:
    address, keys = "/voice/incoming", None
    for following in ("46000", "1", "3", None):
        first, again = carrier.asks(address, keys), carrier.asks(address, keys)
        assert first.text == again.text
        if following is not None:
            address, keys = first.action, following
    with reading() as session:
        assert [call.carrier_id for call in calls.waiting(session)] == [CALL]


@pytest.mark.parametrize("path", _routes())
def test_what_is_not_signed_is_refused_and_changes_nothing(carrier: Carrier, path: str) -> None:
    form = {"CallSid": CALL, "From": DURAND, "CallStatus": "completed"}
    theirs = carrier.validator.compute_signature(settings().public_voice_url + path, form | {"From": "+33565050000"})
    for headers in ({}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "été"}, {"X-Twilio-Signature": theirs}):
        given = {name.encode(): value.encode() for name, value in headers.items()}
        assert carrier.client.post(path, data=form, headers=given).status_code == 403
    assert _call() is None


def test_a_signature_made_for_a_proxys_address_is_refused(carrier: Carrier) -> None:
    form = {"CallSid": CALL}
    signature = carrier.validator.compute_signature("http://10.0.0.1/voice/incoming", form)
    headers = {"X-Twilio-Signature": signature, "Host": "10.0.0.1", "X-Forwarded-Host": "10.0.0.1"}
    assert carrier.client.post("/voice/incoming", data=form, headers=headers).status_code == 403


def test_no_address_is_redirected(carrier: Carrier) -> None:
    assert carrier.client.post("/voice/incoming/").status_code == 404
    assert carrier.client.get("/voice/incoming").status_code == 405
    assert carrier.client.get("/docs").status_code == 404


@pytest.mark.parametrize("number", ["anonymous", "client:bob", "sip:alice@example.org", "", "+266696687", "12"])
def test_whoever_calls_is_welcome(carrier: Carrier, agent: str, number: str) -> None:
    topics = carrier.asks("/voice/heard?s=topic&d=46", "3", From=number)
    assert "Enqueue" in topics.verbs
    assert carrier.asks("/voice/incoming", From=number).verbs == ["Gather"]


def test_an_overseas_caller_is_offered_their_island(carrier: Carrier) -> None:
    welcome = carrier.asks("/voice/incoming", From="+262262123456")
    assert "La Réunion" in welcome
    assert "sujet" in carrier.asks(welcome.action, "1", From="+262262123456")


def test_with_nobody_on_duty_a_callback_is_offered_and_kept(carrier: Carrier) -> None:
    away = carrier.asks("/voice/heard?s=topic&d=46", "3")
    assert "Aucun conseiller" in away
    slots = carrier.asks(away.action, "1")
    assert "dès que possible" in slots
    promise = carrier.asks(slots.action, "1")
    assert "Nous vous rappellerons" in promise
    assert promise.verbs[-1] == "Hangup"
    assert "déjà enregistrée" in carrier.asks(slots.action, "1", CallSid="CA" + "8" * 32)


def test_a_number_typed_is_read_back_and_never_rides_in_an_address(carrier: Carrier) -> None:
    away = carrier.asks("/voice/heard?s=topic&d=46", "3")
    typing = carrier.asks(away.action, "2")
    assert "ne convient pas" in carrier.asks(typing.action, "0899123456")
    read_back = carrier.asks(typing.action, "0612345678")
    assert "0612345678" in read_back
    assert "0612345678" not in read_back.action
    slots = carrier.asks(read_back.action, "1")
    for _ in range(2):
        assert "Nous vous rappellerons" in carrier.asks(slots.action, "1")


def test_a_caller_without_a_number_is_asked_for_one(carrier: Carrier) -> None:
    away = carrier.asks("/voice/heard?s=topic&d=46", "3", From="anonymous")
    assert "un numéro" in away
    typing = carrier.asks(away.action, "1", From="anonymous")
    assert "dix chiffres" in typing
    assert carrier.asks(typing.action, "0612345678", From="anonymous").verbs == ["Gather"]


def test_a_hang_up_in_the_menu_ends_the_call(carrier: Carrier) -> None:
    carrier.asks("/voice/incoming")
    assert carrier.asks("/voice/status", CallStatus="in-progress").text == ""
    call = _call()
    assert call is not None
    assert call.state == CallState.MENU
    for _ in range(2):
        assert carrier.asks("/voice/status", CallStatus="completed").text == ""
    call = _call()
    assert call is not None
    assert (call.state, call.ending) == (CallState.ENDED, Ending.LEFT_IN_MENU)


def test_the_step_reached_is_noted(live: embedded.Server) -> None:
    with in_front_of_the_app() as carrier:
        carrier.asks("/voice/heard?s=confirm&d=46", "1")
    assert menu_steps.reached(CALL) == "topic"  # the last batch leaves when the line closes


def test_the_fallback_keeps_the_answers_and_the_caller(carrier: Carrier) -> None:
    failed = f"https://voix.exemple.fr/voice/heard?{written('topic', Heard(department='46', language='en'))}"
    held = carrier.asks("/voice/fallback", ErrorCode="11200", ErrorUrl=failed)
    assert held.verbs == ["Say", "Enqueue", "Redirect"]
    assert "d=46" in held.text
    assert "Sorry" in held


def test_whatever_a_webhook_raises_the_caller_goes_on() -> None:
    async def fails(_request: CarrierRequest) -> Turn:
        raise ZeroDivisionError

    routes: list[BaseRoute] = [Route("/voice/fails", Webhook(fails), methods=["POST"])]
    app = Starlette(routes=routes)
    app.state.voice = voice_of(settings())
    answer = Carrier(app).asks("/voice/fails?s=topic&d=46", "3")
    assert answer.verbs == ["Redirect"]
    assert "/voice/fallback?s=topic&d=46" in answer


@pytest.mark.parametrize("frozen", ["postgresql", "valkey"])
def test_with_a_store_frozen_every_step_is_answered(
    stores: embedded.Stores, carrier: Carrier, agent: str, frozen: str
) -> None:
    carrier.asks("/voice/incoming", CallSid="CA" + "1" * 32)  # a connection is open
    with _frozen(getattr(stores, frozen)):
        welcome = carrier.asks("/voice/incoming")
        confirm = carrier.asks(welcome.action, "46000")
        topics = carrier.asks(confirm.action, "1")
        held = carrier.asks(topics.action, "3")
        assert held.verbs == ["Say", "Enqueue", "Redirect"]


def test_the_waiting_music_is_a_recording_of_our_own(carrier: Carrier) -> None:
    music = carrier.client.get("/voice/music.wav")
    assert music.headers["content-type"] == "audio/wav"
    assert music.content.startswith(b"RIFF")
    assert len(music.content) == 12 * 8000 * 2 + 44


def test_the_line_says_that_it_is_alive_whoever_else_is_not(carrier: Carrier) -> None:
    assert carrier.client.get("/health/live").status_code == 200
    assert carrier.client.get("/health/ready").status_code == 503
