"""What the third caller of one number hears: they wait after others, and may be called back at another number."""

from collections.abc import Iterator

import pytest
import time_machine

from callcenter.actions import callback, callback_ceilings
from callcenter.clock import now
from callcenter.config import settings
from callcenter.db import reading
from callcenter.errors import LineHadEnough
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Wish
from tests.support.town import line_hours
from tests.support.voice_line import DURAND, Carrier, Document

WISH = Wish("46", "impots")
MONDAY = "2026-11-23T09:00:00+00:00"


@pytest.fixture
def monday(database: object, live: object) -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=True), line_hours():
        yield
    settings.cache_clear()


def joins(carrier: Carrier, n: int, from_: str = DURAND) -> Document:
    return carrier.asks("/voice/heard?s=topic&d=46", "3", CallSid=f"CA{n:032}", From=from_)


def test_the_third_call_of_a_number_hears_why_and_may_be_called_back_elsewhere(
    monday: None, carrier: Carrier, agent: str
) -> None:
    for n in range(2):
        assert "Plusieurs appels de votre numéro" not in joins(carrier, n)
    third = joins(carrier, 2)
    assert "Plusieurs appels de votre numéro attendent déjà" in third
    line = {"CallSid": f"CA{2:032}"}
    announced = carrier.asks(third.address("Enqueue", "waitUrl"), **line)
    assert "tapez 1" in announced
    assert carrier.asks(announced.action, "1", **line).verbs == ["Leave"]
    offered = carrier.asks(third.address("Enqueue", "action"), QueueResult="leave", **line)
    assert "nous vous demanderons un numéro" in offered
    assert "0565051234" not in offered  # one callback to that number would be for all of them
    typing = carrier.asks(offered.action, "1", **line)
    read_back = carrier.asks(typing.action, "0612345698", **line)
    assert "Nous vous rappellerons" in carrier.asks(read_back.action, "1", **line)
    with reading() as session:
        promise = session.query(Callback).one()
    assert (promise.phone, promise.pool) == (PhoneNumber("+33612345698"), "typed")


def test_who_goes_on_waiting_keeps_their_place_behind(monday: None, carrier: Carrier, agent: str) -> None:
    for n in range(3):
        held = joins(carrier, n)
    offered = carrier.asks(held.address("Enqueue", "action"), QueueResult="leave", CallSid=f"CA{2:032}")
    stays = carrier.asks(offered.action, "3", CallSid=f"CA{2:032}")
    assert "&b=1" in stays.address("Enqueue", "waitUrl")
    with reading() as session:
        call = calls.by_carrier_id(session, f"CA{2:032}")
    assert call is not None
    assert (call.state, call.reasons) == ("waiting", ["shared"])


def test_beyond_its_part_only_a_callback_to_another_number_is_offered(
    monday: None, carrier: Carrier, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUEUE_LIMIT", "150")
    settings.cache_clear()
    for n in range(3):
        joins(carrier, n)
    away = joins(carrier, 3)
    assert "nous ne pouvons pas en faire patienter un de plus" in away
    assert "nous vous demanderons un numéro" in away
    assert "Enqueue" in joins(carrier, 4, "+33565051299").verbs


def _asks(carrier: Carrier, n: int, number: str) -> Document:
    """Of the n-th caller of the line, what they hear once their number is agreed to and a time chosen."""
    line = {"CallSid": f"CA{n:032}"}
    typing = carrier.asks(joins(carrier, n).action, "1", **line)
    slots = carrier.asks(carrier.asks(typing.action, number, **line).action, "1", **line)
    return carrier.asks(slots.action, "1", **line)


def test_what_is_offered_to_a_line_that_fills_its_part_is_kept_for_each_of_its_people(
    monday: None, carrier: Carrier, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUEUE_LIMIT", "150")
    settings.cache_clear()
    for n in range(3):
        joins(carrier, n)
    for n in range(3, 3 + callback_ceilings.FROM_A_CROWD):
        assert "Nous vous rappellerons" in _asks(carrier, n, f"06123456{n:02}"), n
    said = _asks(carrier, 3 + callback_ceilings.FROM_A_CROWD, "0612345698")
    assert "depuis cette ligne" in said
    assert "à ce numéro" not in said


def test_a_line_of_which_nobody_waits_is_one_persons_and_the_number_is_not_blamed(monday: None) -> None:
    for n in range(callback_ceilings.PER_DAY + 1):
        callback.draft_number(f"CB{n:032}", f"06130000{n:02}", now())
        if n < callback_ceilings.PER_DAY:
            callback.promise_to_caller(f"CB{n:032}", DURAND, WISH, now(), typed=True)
    with pytest.raises(LineHadEnough):
        callback.promise_to_caller(f"CB{n:032}", DURAND, WISH, now(), typed=True)
