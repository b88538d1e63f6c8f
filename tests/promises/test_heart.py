"""After the index did not answer, what others could not write there is put right at the next beats, not half a minute
later."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.actions import agent, live_index
from callcenter.demonstration import embedded
from callcenter.errors import LiveStoreDown
from callcenter.live import beacon as live_beacon
from callcenter.live import queue, store
from callcenter.rules.states import PauseReason
from callcenter.sweep import Heart
from ivr.practice.telephones import PracticeLine
from tests.support.freezing import frozen
from tests.support.people import hires, joins


def test_a_call_that_joined_while_the_index_was_away_stands_at_the_next_beat(
    carrier: PracticeLine, afresh: Callable[[], None], stores: embedded.Stores
) -> None:
    afresh()
    karim = hires(1)
    agent.take_post(karim, "phone", clock.now())
    agent.pause(karim, PauseReason.BREAK, clock.now())  # somebody is on duty, nobody is offered anything
    heart = Heart()
    heart.beats(clock.now())
    call_id = joins("CA" + "5" * 32, 5)
    live_index.forget_call(call_id)
    calm = Heart()
    calm.beats(clock.now())
    assert call_id not in queue.waiting()
    with frozen(stores.valkey), pytest.raises(LiveStoreDown):
        calm.beats(clock.now())
    deadline = time.monotonic() + 30
    while True:
        try:
            calm.beats(clock.now())
            break
        except LiveStoreDown:  # it rests for a moment after a failure
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert call_id in queue.waiting()


@pytest.mark.parametrize("beats", [1, 2, 3, 6])
def test_a_call_that_a_rollback_forgot_stands_at_the_next_beat(
    carrier: PracticeLine, afresh: Callable[[], None], beats: int
) -> None:
    afresh()
    karim = hires(1)
    agent.take_post(karim, "phone", clock.now())
    agent.pause(karim, PauseReason.BREAK, clock.now())
    at = clock.now()
    Heart().beats(at)
    call_id = joins("CA" + "6" * 32, 6)
    live_index.forget_call(call_id)  # as the index was before the call came
    saved = store.client().get("{cc}beacon")
    for n in range(1, beats + 1):
        Heart().beats(at + timedelta(seconds=n))
    live_index.recheck_call(call_id)
    assert call_id in queue.waiting()
    live_index.forget_call(call_id)
    store.client().set("{cc}beacon", str(saved))
    Heart().beats(at + timedelta(seconds=beats + 1))
    assert call_id in queue.waiting()


def test_a_beacon_that_was_rolled_back_is_not_written_over(live: object) -> None:
    live_beacon.write(3, 100.0)
    assert live_beacon.raise_(before=9, may_lag=2, number=10, at=109.0) is None
    assert live_beacon.read() == 3
    assert live_beacon.raise_(before=5, may_lag=2, number=6, at=105.0) == 2
    assert live_beacon.raise_(before=6, may_lag=2, number=6, at=106.0) == 0
    assert live_beacon.read() == 6
    live_beacon.clear()
    assert live_beacon.raise_(before=6, may_lag=2, number=7, at=107.0) is None
    assert live_beacon.raise_(before=0, may_lag=2, number=1, at=107.0) == 0
