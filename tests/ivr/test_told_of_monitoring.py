"""Whoever may be listened to is told so in the first words of the conversation, in their language, or by nobody."""

from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from callcenter.actions import citizen
from callcenter.clock import now
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.demonstration import embedded
from callcenter.records import calls
from callcenter.records.calls import Wish
from callcenter.rules.states import CallState
from tests.support.freezing import frozen
from tests.support.voice_line import CALL, DURAND, Carrier, Document

TOLD = {"fr": "Un responsable peut écouter", "en": "A supervisor may listen"}


@pytest.fixture(autouse=True)
def _monitoring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MONITORING", "1")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def _waits(language: str = "fr", *, relay: bool = False) -> str:
    waits = citizen.join_queue(CALL, DURAND, Wish("46", "impots", language, relay), now())
    assert isinstance(waits, citizen.Waits)
    return waits.call_id


def _is_warned(call_id: str) -> bool:
    with reading() as session:
        call = calls.get(session, call_id)
        return call is not None and call.warned


def _languages(document: Document) -> list[str]:
    return [language for language, words in TOLD.items() if words in document]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_is_said_in_the_language_they_chose_whoever_answers(carrier: Carrier, agent: str, language: str) -> None:
    call_id = _waits(language)  # nobody on duty speaks English
    document = carrier.asks(f"/voice/room?c={call_id}")
    assert document.verbs == ["Say", "Dial"]
    assert _languages(document) == [language]
    assert _is_warned(call_id)


def test_it_is_said_slowly_through_a_relay(carrier: Carrier, agent: str) -> None:
    document = carrier.asks(f"/voice/room?c={_waits(relay=True)}")
    assert ElementTree.fromstring(document.text).find("Say/prosody") is not None


def test_where_nobody_may_listen_nothing_is_said(carrier: Carrier, agent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITORING", "0")
    settings.cache_clear()
    call_id = _waits()
    assert carrier.asks(f"/voice/room?c={call_id}").verbs == ["Dial"]
    assert not _is_warned(call_id)


def test_a_store_that_sleeps_costs_neither_the_notice_nor_the_conversation(
    stores: embedded.Stores, carrier: Carrier, agent: str
) -> None:
    call_id = _waits()
    with frozen(stores.postgresql):
        document = carrier.asks(f"/voice/room?c={call_id}")
    assert document.verbs == ["Say", "Say", "Dial"]
    assert _languages(document) == ["fr", "en"]


def test_the_notice_is_not_taken_off_the_time_to_come_in(carrier: Carrier, agent: str) -> None:
    call_id, at = _waits(), now()
    with transaction() as session:
        call = calls.get(session, call_id)
        assert call is not None
        call.state, call.agent_id, call.lease_until = CallState.CONNECTING, agent, at + timedelta(seconds=2)
    carrier.asks(f"/voice/room?c={call_id}")
    with reading() as session:
        call = calls.get(session, call_id)
        assert call is not None
        assert call.lease_until is not None
        assert call.lease_until >= at + timedelta(seconds=20)


def test_it_is_not_said_to_those_who_only_wait(carrier: Carrier, agent: str) -> None:
    welcome = carrier.asks("/voice/incoming")
    held = carrier.asks(welcome.action, "0")
    assert _languages(held) == []
