"""Mme Durand waits: which queue, which place, which ring."""

from textwrap import dedent

import pytest

from callcenter.live import floor, offers, queue, store
from callcenter.live.queue import PlaceInQueue, QueueView
from tests.support.live_stored import snapshot

LOT = ("46:impots:fr", "R76:impots:fr", "N:impots:fr")
LOZERE = ("48:impots:fr", "R76:impots:fr", "N:impots:fr")


def joins(
    call_id: str, arrival: float, queues: tuple[str, ...] = LOT, bonus: float = 0, at: float | None = None
) -> str:
    ages = [arrival + 20, arrival + 45][: len(queues) - 1]
    return queue.join(call_id, queues, arrival - bonus, arrival, ages, arrival if at is None else at, "")


def stands(picture: str) -> None:
    assert snapshot() == dedent(picture).strip()


def test_the_nearest_ring_that_has_somebody_on_duty() -> None:
    assert joins("durand", 100) == "N:impots:fr"
    floor.enter("ines", LOT[1:], 100)
    assert joins("petit", 101) == "R76:impots:fr"
    floor.enter("karim", LOT, 100)
    assert joins("martin", 102) == "46:impots:fr"
    stands("""
        46:impots:fr: martin 102
        N:impots:fr: durand 100
        R76:impots:fr: petit 101
        ines busy
        karim busy
    """)


def test_a_refused_call_of_a_certain_age_joins_the_ring_of_its_age() -> None:
    floor.enter("karim", LOT, 100)
    assert joins("durand", 100, at=119.9) == "46:impots:fr"
    assert joins("petit", 100, at=120) == "R76:impots:fr"
    assert joins("martin", 100, at=200) == "N:impots:fr"


def test_the_order_is_the_score_whatever_the_arrival() -> None:
    floor.enter("karim", LOT, 100)
    joins("durand", 100)
    joins("petit", 101, bonus=60)
    stands("""
        46:impots:fr: petit 41, durand 100
        karim busy
    """)
    assert queue.waiting() == {"durand": 100, "petit": 41}


def test_joining_twice_is_joining_once() -> None:
    floor.enter("karim", LOT, 100)
    joins("durand", 100)
    before = snapshot()
    joins("durand", 100, at=101)
    assert snapshot() == before
    assert queue.leave("durand")
    assert not queue.leave("durand")
    stands("karim busy")


def test_joining_with_other_answers_moves_the_call() -> None:
    floor.enter("karim", [*LOT, "46:sante:fr"], 100)
    joins("durand", 100)
    joins("durand", 100, queues=("46:sante:fr",), bonus=10)
    stands("""
        46:sante:fr: durand 90
        karim busy
    """)


def test_the_place_counts_everybody_before_her_in_all_her_rings() -> None:
    floor.enter("karim", LOT, 100)
    floor.enter("ines", LOZERE, 100)
    joins("before-in-the-nation", 100, at=146)
    joins("before-in-the-region", 101, at=125)
    joins("elsewhere", 102, queues=LOZERE)
    joins("durand", 103)
    joins("after", 104)
    assert queue.place("durand", 110) == PlaceInQueue(position=3, queue="46:impots:fr", on_duty=1, picked=0, waited=7)
    assert queue.place("nobody", 110) is None


def test_the_place_tells_how_many_were_picked_in_the_last_quarter_of_an_hour() -> None:
    floor.enter("karim", LOT, 1000)
    for at in (1000.0, 1500.0, 1901.0):
        joins("petit", at)
        floor.free("karim", at)
        held = offers.reserve_for_agent("karim", f"t{at}", at + 5)
        assert held
        assert offers.confirm(held, at)
    joins("durand", 1902)
    place = queue.place("durand", 1950)
    assert place
    assert place.picked == 2
    assert store.client().zcard("{cc}picks:46:impots:fr") == 2, "older ones are forgotten"
    assert 0 < store.client().ttl("{cc}picks:46:impots:fr") <= 900


def test_her_ring_widens_with_her_age() -> None:
    floor.enter("karim", LOT, 100)
    joins("durand", 100)
    joins("petit", 110)
    assert queue.widen(119) == []
    assert queue.widen(120) == ["durand"]
    assert queue.widen(120) == []
    stands("""
        46:impots:fr: petit 110
        R76:impots:fr: durand 100
        karim busy
    """)
    assert sorted(queue.widen(1000)) == ["durand", "petit"]
    stands("""
        N:impots:fr: durand 100, petit 110
        karim busy
    """)


def test_a_ring_that_empties_of_agents_is_left_at_once() -> None:
    floor.enter("karim", LOT, 100)
    floor.enter("ines", LOZERE, 100)
    joins("durand", 100)
    floor.leave("karim")
    assert queue.widen(101) == ["durand"]
    stands("""
        R76:impots:fr: durand 100
        ines busy
    """)
    assert queue.stranded() == []
    floor.leave("ines")
    assert queue.widen(101) == ["durand"]
    assert queue.widen(102) == []
    assert queue.stranded() == ["durand"]


def test_many_widen_in_one_go() -> None:
    floor.enter("karim", LOT, 100)
    many = {f"c{n}" for n in range(2 * queue.WIDENED_AT_ONCE + 1)}
    for call_id in many:
        joins(call_id, 100)
    assert set(queue.widen(120)) == many
    assert queue.waiting().keys() == many


def test_what_is_her_own_waits_for_her_agent() -> None:
    floor.enter("karim", LOT, 100)
    floor.enter("ines", LOT, 100)
    floor.free("ines", 100)
    assert joins("durand", 100, queues=("A:karim",)) == "A:karim"
    assert offers.reserve_for_call("durand", "t1", 105) is None
    assert offers.reserve_any("t1", 105) is None
    floor.free("karim", 101)
    joins("petit", 99)
    assert queue.lines(["A:karim", "A:ines"]) == [
        QueueView("A:karim", 1, 100, 1, 100),
        QueueView("A:ines", 0, None, 1, None),
    ]
    held = offers.reserve_for_call("durand", "t1", 105)
    assert held
    assert held.agent_id == "karim"


@pytest.mark.parametrize(("karim_since", "chosen"), [(90, "karim"), (110, "ines")])
def test_a_colleague_who_stands_in_is_chosen_when_free_longer(karim_since: float, chosen: str) -> None:
    floor.enter("karim", LOT, 100)
    floor.free("karim", karim_since)
    floor.enter("ines", [*LOT, "A:karim"], 100)
    floor.free("ines", 100)
    joins("durand", 100, queues=("A:karim",))
    held = offers.reserve_any("t1", 105)
    assert held
    assert held.agent_id == chosen


def test_the_lines_that_staff_see() -> None:
    floor.enter("karim", LOT, 100)
    floor.enter("ines", LOT[1:], 100)
    floor.free("ines", 100)
    joins("durand", 100)
    joins("petit", 101)
    assert queue.lines(LOT) == [
        QueueView("46:impots:fr", waiting=2, oldest_score=100, on_duty=1, arrival=100),
        QueueView("R76:impots:fr", waiting=0, oldest_score=None, on_duty=2, arrival=None),
        QueueView("N:impots:fr", waiting=0, oldest_score=None, on_duty=2, arrival=None),
    ]
