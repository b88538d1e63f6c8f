"""A number that calls in a rush is served behind the others, and is served all the same."""

import threading
from collections.abc import Iterator

import pytest
import time_machine

from callcenter.config import settings
from callcenter.db import reading
from callcenter.records.calls import Call
from ivr.rush import CALLS, SECONDS, Rush
from tests.support.voice_line import DURAND, Carrier

RELAY = "+33800112233"


def rings(often: int, from_: str = DURAND) -> Rush:
    heard = Rush()
    for _ in range(often):
        heard.note(from_)
    return heard


def test_a_number_is_in_a_rush_from_one_call_more_than_people_make() -> None:
    assert not rings(CALLS).holds(DURAND)
    assert rings(CALLS + 1).holds(DURAND)
    assert not rings(CALLS + 1).holds("+33565051235")


@pytest.mark.parametrize("nobody", ["anonymous", "+86282452253", "", "client:karim"])
def test_who_withholds_their_number_is_not_one_number(nobody: str) -> None:
    assert not rings(500, nobody).holds(nobody)


def test_a_relay_service_is_many_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_NUMBERS", RELAY)
    settings.cache_clear()
    assert RELAY in settings().relay_numbers
    assert not rings(500, RELAY).holds(RELAY)
    settings.cache_clear()


def test_a_rush_is_over_when_they_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = [1000.0]
    monkeypatch.setattr("ivr.rush.time.monotonic", lambda: passed[0])
    heard = rings(CALLS + 1)
    passed[0] += SECONDS * 1.5
    assert heard.holds(DURAND)
    passed[0] += SECONDS * 2
    assert not heard.holds(DURAND)


@pytest.fixture
def monday(database: object, live: object) -> Iterator[None]:
    with time_machine.travel("2026-11-23T09:00:00+00:00", tick=True):
        yield


def rushed() -> bool:
    """Whether anything was ever done on the thread of numbers in a rush."""
    return any(thread.name.startswith("rushed") for thread in threading.enumerate())


def test_a_flood_from_one_number_has_one_thread_of_its_own_and_loses_none_of_its_calls(
    monday: None, carrier: Carrier, agent: str
) -> None:
    for n in range(CALLS):
        rings_and_hangs_up(carrier, n)
    assert not rushed()
    for n in range(CALLS, CALLS + 4):
        rings_and_hangs_up(carrier, n)
    assert rushed()
    with reading() as session:
        assert session.query(Call).filter_by(state="ended").count() == CALLS + 4
    line = {"CallSid": f"CA{99:032}", "From": DURAND}
    assert "Enqueue" in carrier.asks("/voice/heard?s=topic&d=46", "3", **line).verbs


def rings_and_hangs_up(carrier: Carrier, n: int) -> None:
    line = {"CallSid": f"CA{n:032}", "From": DURAND}
    assert "Gather" in carrier.asks("/voice/incoming", **line).verbs
    carrier.asks("/voice/status", **line | {"CallStatus": "completed"})


def test_who_hung_up_is_noted_behind_those_who_still_wait_for_an_answer(
    monday: None, carrier: Carrier, agent: str
) -> None:
    rings_and_hangs_up(carrier, 0)
    assert any(thread.name.startswith("news") for thread in threading.enumerate())
    with reading() as session:
        assert session.query(Call).filter_by(state="ended").count() == 1
