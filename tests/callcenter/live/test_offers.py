"""Who is proposed to whom, and what becomes of a proposal when something happens meanwhile."""

import random
from collections.abc import Callable

import pytest

from callcenter.live import beacon, floor, offers, queue
from callcenter.live.offers import Reservation
from tests.support.live_oracle import Oracle
from tests.support.live_stored import snapshot
from tests.support.live_whole import assert_whole

LOT = ("46:impots:fr", "R76:impots:fr", "N:impots:fr")
BACK = "46:impots:fr: durand 90\nkarim free since 95"


@pytest.fixture(autouse=True)
def karim_is_free() -> None:
    floor.enter("karim", LOT, 90)
    floor.free("karim", 95)


def joins(call_id: str = "durand", arrival: float = 100, at: float = 100) -> str:
    return queue.join(call_id, LOT, arrival - 10, arrival, [arrival + 20, arrival + 45], at, "")


def reserved() -> Reservation:
    joins()
    held = offers.reserve_for_agent("karim", "t1", 105)
    assert held == Reservation("t1", "durand", "karim")
    return held


def test_the_longest_free_gets_the_best_call() -> None:
    floor.enter("ines", LOT, 90)
    floor.free("ines", 80)
    joins("petit", 101)
    joins("durand", 100)
    assert offers.reserve_any("t1", 105) == Reservation("t1", "durand", "ines")
    assert offers.reserve_any("t2", 105) == Reservation("t2", "petit", "karim")
    assert offers.reserve_any("t3", 105) is None


def test_who_is_reserved_is_not_proposed_again_but_still_waits_and_is_still_free() -> None:
    reserved()
    joins("petit", 101)
    assert offers.reserve_for_agent("karim", "t2", 105) is None
    assert offers.reserve_for_call("durand", "t2", 105) is None
    assert offers.reserve_any("t2", 105) is None
    assert queue.waiting() == {"durand": 90, "petit": 91}
    assert floor.present() == {"karim": 95}
    place = queue.place("durand", 101)
    assert place
    assert place.position == 1
    assert snapshot() == "46:impots:fr: petit 91\nkarim reserved\nt1 durand karim until 105"


def test_given_back_each_has_its_own_place_again() -> None:
    held = reserved()
    assert offers.give_back(held, call=True, agent=True)
    assert snapshot() == BACK
    assert not offers.give_back(held, call=True, agent=True)
    assert snapshot() == BACK


@pytest.mark.parametrize(
    ("call", "agent", "left"),
    [
        (True, False, "46:impots:fr: durand 90\nkarim busy"),
        (False, True, "karim free since 95"),
        (False, False, "karim busy"),
    ],
)
def test_one_side_may_stay_out(call: bool, agent: bool, left: str) -> None:
    offers.give_back(reserved(), call=call, agent=agent)
    assert snapshot() == left
    assert_whole()


def test_confirmed_both_are_out_for_good() -> None:
    held = reserved()
    assert offers.confirm(held, 101)
    assert snapshot() == "karim busy"
    assert not offers.confirm(held, 101)
    assert not offers.give_back(held, call=True, agent=True), "the sweep comes too late"
    assert snapshot() == "karim busy"
    joins(at=102)
    place = queue.place("durand", 103)
    assert place
    assert place.picked == 1, "counted once"


def test_a_dispatcher_who_wakes_up_late_changes_nothing() -> None:
    held = reserved()
    assert offers.overdue(104.9) == []
    assert offers.overdue(105) == [held]
    assert offers.overdue(105) == [held], "two sweeps see it"
    offers.give_back(held, call=True, agent=True)
    assert offers.overdue(105) == []
    again = offers.reserve_any("t2", 110)
    assert again
    assert not offers.give_back(held, call=True, agent=True), "the other sweep"
    assert not offers.confirm(held, 106)
    assert snapshot() == "karim reserved\nt2 durand karim until 110"


def goes_and_comes_back() -> None:
    floor.leave("karim")
    floor.enter("karim", LOT, 102)
    floor.free("karim", 103)


Meanwhile = Callable[[], object]


@pytest.mark.parametrize(
    ("meanwhile", "given_back", "confirmed"),
    [
        (lambda: queue.leave("durand"), "karim free since 95", "karim busy"),
        (lambda: floor.busy("karim"), "46:impots:fr: durand 90\nkarim busy", "karim busy"),
        # Nobody of the Lot is on duty then: the next sweep widens.
        (lambda: floor.leave("karim"), "46:impots:fr: durand 90", ""),
        (lambda: queue.widen(121), "R76:impots:fr: durand 90\nkarim free since 95", "karim busy"),
        (lambda: joins(at=100.5), BACK, "karim busy"),
        (lambda: joins(at=102), BACK, "46:impots:fr: durand 90\nkarim busy"),
        (lambda: floor.free("karim", 95), BACK, "karim busy"),
        (lambda: floor.free("karim", 102), "46:impots:fr: durand 90\nkarim free since 102", "karim free since 102"),
        (
            goes_and_comes_back,
            "46:impots:fr: durand 90\nkarim free since 103",
            "karim free since 103",
        ),
        (
            lambda: [queue.leave("durand"), joins(at=102)],
            BACK,
            "46:impots:fr: durand 90\nkarim busy",
        ),
    ],
    ids=[
        "the citizen hangs up",
        "the agent takes a break",
        "the agent goes",
        "the ring widens",
        "the webhook that joined comes twice",
        "the offer is refused before it is confirmed",
        "the agent's row is compared",
        "the agent is freed before the offer is confirmed",
        "the agent goes and comes back",
        "the citizen hangs up and calls again",
    ],
)
def test_what_happens_during_a_reservation_outlives_it(meanwhile: Meanwhile, given_back: str, confirmed: str) -> None:
    held = reserved()
    meanwhile()
    assert offers.give_back(held, call=True, agent=True)
    assert snapshot() == given_back
    assert_whole()

    beacon.clear()
    floor.enter("karim", LOT, 90)
    floor.free("karim", 95)
    held = reserved()
    meanwhile()
    assert offers.confirm(held, 101)
    assert snapshot() == confirmed
    assert_whole()


def test_in_a_crowd_too_the_longest_free_gets_the_best_call() -> None:
    """More queues and more sets of queues than are ever walked whole."""
    dice, oracle = random.Random(5), Oracle()
    floor.leave("karim")
    for n in range(200):
        queues = [f"q{q}" for q in dice.sample(range(150), dice.choice((1, 3, 40, 120)))]
        floor.enter(f"a{n}", queues, 100)
        oracle.comes(f"a{n}", queues, 100)
        since = dice.uniform(0, 100)
        floor.free(f"a{n}", since)
        oracle.free(f"a{n}", since)
    for n in range(300):
        asked = f"c{n}", [f"q{dice.randrange(160)}"], dice.uniform(0, 100), 100.0, list[float](), 100.0, ""
        queue.join(*asked)
        oracle.join(*asked)
    for n in range(250):
        agent_id, call_id = f"a{dice.randrange(200)}", f"c{dice.randrange(300)}"
        match n % 3:
            case 0:
                held, right = offers.reserve_for_agent(agent_id, f"t{n}", 105), oracle.best_for_agent(agent_id)
            case 1:
                held, right = offers.reserve_for_call(call_id, f"t{n}", 105), oracle.best_for_call(call_id)
            case _:
                held, right = offers.reserve_any(f"t{n}", 105), oracle.best_of_all()
        assert ({(held.call_id, held.agent_id)} if held else set()) == right
        if held:
            oracle.reserved(held, 105)
    assert len(oracle.reservations) > 100
    assert_whole()
