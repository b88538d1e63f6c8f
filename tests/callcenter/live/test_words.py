"""The small words: the beacon, the steps callers reached, «look»."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress

from callcenter.demonstration import embedded
from callcenter.errors import LiveStoreDown
from callcenter.live import beacon, floor, menu_steps, queue, signals, store
from tests.support.live_whole import assert_whole


def test_the_beacon_is_the_last_number_written_or_nothing() -> None:
    assert beacon.read() is None
    beacon.write(41, 100.5)
    beacon.write(42, 101.5)
    assert beacon.read() == 42
    store.client().flushall()
    assert beacon.read() is None


def test_clearing_leaves_what_is_not_ours() -> None:
    store.client().set("celery", "theirs")
    beacon.write(1, 100)
    menu_steps.note([("CA1", "topic")])
    floor.enter("karim", ["N:impots:fr"], 100)
    floor.free("karim", 100)
    queue.join("durand", ["N:impots:fr"], 100, 100, [], 100, "")
    beacon.clear()
    assert store.client().keys() == ["celery"]
    beacon.clear()
    assert_whole(empty=True)


def test_the_last_step_noted_is_the_one_reached() -> None:
    menu_steps.note([("CA1", "postal"), ("CA2", "postal"), ("CA1", "topic")])
    menu_steps.note([])
    assert menu_steps.reached("CA1") == "topic"
    assert menu_steps.reached("CA2") == "postal"
    assert menu_steps.reached("CA3") is None
    assert 0 < store.client().ttl("{cc}step:CA1") <= menu_steps.KEPT


async def hear(expected: int, say: Callable[[], None], meanwhile: Callable[[], None] = lambda: None) -> list[str]:
    """What a listener hears. It is said again and again, since they may not listen yet; `meanwhile` after the first."""
    heard: list[str] = []
    async with aclosing(signals.listen()) as words:
        listening = asyncio.create_task(anext(words))
        while len(heard) < expected:
            await asyncio.to_thread(say)
            done, _ = await asyncio.wait([listening], timeout=0.05)
            if done:
                heard.append(listening.result())
                listening = asyncio.create_task(anext(words))
                if len(heard) == 1:
                    await asyncio.to_thread(meanwhile)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    return heard


def test_a_listener_hears_whose_row_to_read() -> None:
    assert set(asyncio.run(hear(3, lambda: signals.look("karim")))) == {"karim"}


def test_a_listener_outlives_the_store(fragile: embedded.Server) -> None:
    def die_and_come_back() -> None:
        fragile.process.kill()
        fragile.process.wait()
        fragile.revive()

    def say() -> None:
        with suppress(LiveStoreDown):  # not back yet
            signals.look("karim")

    assert asyncio.run(hear(3, say, meanwhile=die_and_come_back)) == ["karim"] * 3
