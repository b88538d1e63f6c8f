"""Turns of dials while Redis is away: so many a second of each process, not all at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.actions import dial_turn
from callcenter.demonstration import embedded
from callcenter.live import store
from tests.support.freezing import frozen


@pytest.fixture
def alone(live: embedded.Server) -> Iterator[None]:
    """Nobody counts everybody's dials."""
    dial_turn._alone = dial_turn.Alone()
    with frozen(live):
        yield
    store.forget()


def test_without_redis_a_process_rings_so_many_a_second_and_says_when_the_others_come(alone: None) -> None:
    at = clock.now()
    with ThreadPoolExecutor(6) as agents:
        waits = list(agents.map(lambda n: dial_turn.take_turn(at, agent=str(n)), range(6)))
    now, later = [each for each in waits if each is None], sorted(each for each in waits if each)
    assert len(now) <= 3  # of one a second: at once, and what is near enough to be waited for
    assert len(later) >= 3
    assert later[-1] - later[0] > (len(later) - 2) * timedelta(seconds=1)


def test_turns_of_one_process_come_one_after_the_other() -> None:
    alone = dial_turn.Alone()
    assert [round(alone.take(0.5), 1) for _ in range(4)] == [0, 0.5, 1, 1.5]
