"""Somebody floods the line with callbacks from withheld numbers: theirs alone are refused, and nobody is silenced."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from callcenter.actions import callback
from callcenter.clock import now
from callcenter.config import settings
from callcenter.db import reading
from callcenter.errors import Refusal
from callcenter.records import callbacks, calls
from callcenter.records.calls import Wish
from callcenter.rules import alerts
from callcenter.rules.alerts import Level, Watched, judge
from callcenter.rules.pools import Pool
from callcenter.screens import wall_screen
from tests.support.town import line_hours
from tests.support.voice_line import Carrier, Document

MONDAY = "2026-11-23T09:00:00+00:00"  # 10:00 in Cahors
WISH = Wish("46", "impots", "fr", relay=False)
RATE = timedelta(seconds=39) / 600


@pytest.fixture
def monday(database: object, live: object) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=True) as clock, line_hours():
        yield clock


def flood(count: int, first: int = 0) -> list[str]:
    """So many withheld calls ask, one after the other, for a callback to a number each; what was said to each."""
    heard = []
    for n in range(first, first + count):
        line, at = f"CF{n:032}", now() + n * RATE
        callback.draft_number(line, f"0612{n:06}", at)
        try:
            callback.promise_to_caller(line, "anonymous", WISH, at, typed=True)
            heard.append("promised")
        except Refusal as refusal:
            heard.append(type(refusal).__name__)
    return heard


def asks_while_waiting(carrier: Carrier, line: str, from_: str, keys: str, typed: str = "") -> Document:
    """Through the menu into the queue, then out again to be called back."""
    said = {"CallSid": line, "From": from_}
    held = carrier.asks("/voice/heard?s=topic&d=46", "3", **said)
    offered = carrier.asks(held.address("Enqueue", "action"), QueueResult="leave", **said)
    answer = carrier.asks(offered.action, keys, **said)
    if typed:
        read_back = carrier.asks(answer.action, typed, **said)
        answer = carrier.asks(read_back.action, "1", **said)
    return answer


def test_a_flood_of_six_hundred_burns_its_own_pools_and_nobody_elses(
    monday: None, carrier: Carrier, agent: str
) -> None:
    heard = flood(600)
    assert heard == ["promised"] * 84 + ["TooManyCallbacks"] * 516
    with reading() as session:
        pools = {pool: session.query(callbacks.Callback).filter_by(pool=pool).count() for pool in Pool}
    assert {pool: count for pool, count in pools.items() if count} == {Pool.WITHHELD: 50, Pool.SECOND: 34}
    own = asks_while_waiting(carrier, "CA" + "1" * 32, "+33565051234", "1")
    assert "Nous vous rappellerons" in own
    other = asks_while_waiting(carrier, "CA" + "2" * 32, "+33565051235", "2", "0688776655")
    assert "Nous vous rappellerons" in other
    from_reunion = asks_while_waiting(carrier, "CA" + "3" * 32, "anonymous", "1", "0262123456")
    assert "Nous vous rappellerons" in from_reunion
    silenced = asks_while_waiting(carrier, "CA" + "4" * 32, "anonymous", "1", "0688776656")
    assert "Trop de rappels" in silenced
    assert "Nous gardons votre place" in silenced
    assert "Enqueue" in silenced.verbs
    with reading() as session:
        waits = calls.by_carrier_id(session, "CA" + "4" * 32)
    assert waits is not None
    assert waits.state == "waiting"
    assert "code postal" in carrier.asks("/voice/incoming", CallSid="CA" + "5" * 32, From="anonymous")


def test_a_flood_of_withheld_callers_burns_ten_minutes_of_theirs_and_not_the_hour(
    monday: time_machine.Traveller,
) -> None:
    """Nobody tells them apart; but whoever waited finds a callback again and again within the hour."""
    promised = 0
    for n in range(6):
        heard = flood(150, first=1_000 * n)
        assert heard[0] == "promised", f"the first after {10 * n} minutes"
        assert heard[-1] == "TooManyCallbacks"
        promised += heard.count("promised")
        monday.shift(timedelta(minutes=10, seconds=10))
    assert promised <= 500


def test_an_hour_later_the_pools_are_full_again(
    monday: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TYPED_CALLBACKS_PER_HOUR", "2")
    monkeypatch.setenv("SECOND_CALLBACKS_PER_HOUR", "1")
    settings.cache_clear()
    assert flood(3) == ["promised"] * 2 + ["TooManyCallbacks"]
    monday.shift(timedelta(minutes=61))
    assert flood(2, first=10) == ["promised"] * 2
    settings.cache_clear()


@pytest.mark.usefixtures("database", "live")
def test_the_wall_raises_an_alarm_at_half_of_a_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYPED_CALLBACKS_PER_HOUR", "4")
    settings.cache_clear()
    for count, level in ((0, Level.CALM), (1, Level.ALARM)):  # one of the two that are theirs
        flood(count)
        assert judge(wall_screen.watched(wall_screen.look(None)), {})[Watched(alerts.CALLBACK_POOLS)] == level
    settings.cache_clear()
