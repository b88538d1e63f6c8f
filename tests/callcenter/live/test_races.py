"""Every verb against every other at the same instant: the index ends as if one had come after the other."""

import itertools
import threading
from collections.abc import Callable

import pytest

from callcenter.live import beacon, floor, offers, queue
from callcenter.live.offers import Reservation
from tests.support.live_stored import snapshot
from tests.support.live_whole import assert_whole

LOT = ("46:impots:fr", "R76:impots:fr", "N:impots:fr")
TIMES = 8

HELD = Reservation("t0", "held", "ines")
VERBS: dict[str, Callable[[], object]] = {
    "join": lambda: queue.join("durand", LOT, 90, 100, [120, 145], 121, ""),
    "join anew": lambda: queue.join("nouveau", LOT, 80, 100, [120, 145], 100, ""),
    "join the held": lambda: queue.join("held", LOT, 70, 100, [120, 145], 102, ""),
    "leave": lambda: queue.leave("durand"),
    "leave the held": lambda: queue.leave("held"),
    "widen": lambda: queue.widen(120),
    "comes": lambda: floor.enter("karim", LOT[1:], 100),
    "free": lambda: floor.free("karim", 104),
    "free the held": lambda: floor.free("ines", 104),
    "busy": lambda: floor.busy("karim"),
    "busy the held": lambda: floor.busy("ines"),
    "goes": lambda: floor.leave("karim"),
    "reserve for agent": lambda: offers.reserve_for_agent("karim", "t1", 105),
    "reserve for call": lambda: offers.reserve_for_call("durand", "t2", 105),
    "reserve any": lambda: offers.reserve_any("t3", 105),
    "confirm": lambda: offers.confirm(HELD, 103),
    "give back": lambda: offers.give_back(HELD, True, True),
    "clear": beacon.clear,
}


def a_morning() -> None:
    beacon.clear()
    floor.enter("karim", LOT, 100)
    floor.enter("ines", LOT[1:], 100)
    floor.free("ines", 95)
    queue.join("held", LOT[1:], 70, 100, [145], 100, "")
    assert offers.reserve_for_call("held", HELD.token, 105) == HELD
    floor.free("karim", 96)
    queue.join("durand", LOT, 90, 100, [120, 145], 100, "")
    queue.join("petit", LOT, 91, 101, [121, 146], 101, "")


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations_with_replacement(VERBS, 2)))
def test_two_at_once_are_one_after_the_other(one: str, other: str) -> None:
    possible = set()
    for first, second in ((one, other), (other, one)):
        a_morning()
        VERBS[first]()
        VERBS[second]()
        assert_whole()
        possible.add(snapshot())
    for _ in range(TIMES):
        a_morning()
        at_once(VERBS[one], VERBS[other])
        assert snapshot() in possible


def at_once(*verbs: Callable[[], object]) -> None:
    gate = threading.Barrier(len(verbs))
    failures: list[BaseException] = []

    def run(verb: Callable[[], object]) -> None:
        gate.wait()
        try:
            verb()
        except Exception as failure:  # noqa: BLE001 # whatever it is, the test tells it
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
