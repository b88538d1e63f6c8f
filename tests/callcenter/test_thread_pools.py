"""Lanes of threads: what is done behind another lane lets that one pass, between two units of work too."""

import asyncio
from collections.abc import Iterator
from threading import Event

import pytest

from callcenter import thread_pools
from callcenter.progress import goes_on
from callcenter.thread_pools import Lane


@pytest.fixture
def lanes(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Lane, Lane]]:
    monkeypatch.setattr(thread_pools, "GIVES_WAY", 5.0)
    ahead = Lane("ahead", 2)
    behind = Lane("behind", 1, behind=ahead)
    yield ahead, behind
    ahead.close()
    behind.close()


def test_what_is_done_behind_goes_on_when_the_lane_ahead_is_idle(lanes: tuple[Lane, Lane]) -> None:
    ahead, behind = lanes
    told: list[str] = []
    first_is_done, may_end = Event(), Event()

    def two_units() -> None:
        goes_on()
        told.append("first unit behind")
        first_is_done.set()
        may_end.wait(5)
        goes_on()
        told.append("second unit behind")

    def ahead_of_them() -> None:
        may_end.set()
        told.append("ahead")

    async def run() -> None:
        slow = asyncio.create_task(behind.within(9, two_units))
        await asyncio.to_thread(first_is_done.wait, 5)
        await ahead.within(9, ahead_of_them)
        await slow

    asyncio.run(run())
    assert told == ["first unit behind", "ahead", "second unit behind"]


def test_a_lane_that_is_never_idle_holds_nobody_up_for_long(
    lanes: tuple[Lane, Lane], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread_pools, "GIVES_WAY", 0.01)
    ahead, behind = lanes
    ends = Event()

    async def run() -> None:
        busy = asyncio.create_task(ahead.within(9, ends.wait, 9))
        await asyncio.sleep(0)
        await behind.within(5, goes_on)
        ends.set()
        await busy

    asyncio.run(run())
