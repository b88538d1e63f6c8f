"""One budget of dials, whoever asks, however many at once."""

from concurrent.futures import ThreadPoolExecutor

from callcenter.live import budget


def test_turns_come_one_after_the_other() -> None:
    assert budget.dial(1000.0, 1) == (0, True)
    assert budget.dial(1000.0, 1) == (1, True)
    assert budget.dial(1000.5, 1) == (1.5, True)
    assert budget.dial(1010.0, 1) == (0, True)


def test_whoever_will_not_wait_so_long_takes_no_turn_and_is_told_how_long_it_is() -> None:
    assert [budget.dial(1000.0, 2).wait for _ in range(4)] == [0, 0.5, 1, 1.5]
    assert budget.dial(1000.0, 2, patience=1) == (2, False)
    assert budget.dial(1000.0, 2, patience=1) == (2, False)
    assert budget.dial(1001.5, 2, patience=1) == (0.5, True)


def test_fifty_workers_at_once_take_fifty_different_turns() -> None:
    with ThreadPoolExecutor(16) as workers:
        waits = list(workers.map(lambda _: budget.dial(1000.0, 1), range(50)))
    assert sorted(each.wait for each in waits) == list(range(50))
