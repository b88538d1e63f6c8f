"""After the index did not answer, what others could not write there is put right at the next beats, not half a minute
later."""

import time
from collections.abc import Callable

import pytest

from callcenter import clock, embedded
from callcenter.actions import agent, index
from callcenter.errors import LiveStoreDown
from callcenter.live import queue
from callcenter.rules.states import PauseReason
from callcenter.sweep import Heart
from ivr.rehearsal.far_end import Line
from tests.freezing import frozen
from tests.promises.people import hires, joins


def test_a_call_that_joined_while_the_index_was_away_stands_at_the_next_beat(
    carrier: Line, afresh: Callable[[], None], stores: embedded.Stores
) -> None:
    afresh()
    karim = hires(1)
    agent.takes_post(karim, "phone", clock.now())
    agent.pauses(karim, PauseReason.BREAK, clock.now())  # somebody is on duty, nobody is offered anything
    heart = Heart()
    heart.beats(clock.now())
    call_id = joins("CA" + "5" * 32, 5)
    index.forget_call(call_id)
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
