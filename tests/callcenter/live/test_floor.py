"""Karim comes, is free, is busy, falls silent, goes."""

from callcenter.live import floor, offers, queue
from tests.support.live_stored import snapshot
from tests.support.live_whole import assert_whole

TAXES = ("46:impots:fr", "N:impots:fr")
HEALTH = ("46:sante:fr", "N:sante:fr")


def test_nobody_is_free_who_is_not_on_duty() -> None:
    assert not floor.free("karim", 100)
    assert not floor.busy("karim")
    assert not floor.beat("karim", 100)
    assert not floor.leave("karim")
    assert_whole(empty=True)


def test_a_day_of_karims() -> None:
    floor.enter("karim", TAXES, 100)
    assert floor.present() == {"karim": None}
    assert floor.free("karim", 101.5)
    assert floor.present() == {"karim": 101.5}
    assert floor.busy("karim")
    assert floor.present() == {"karim": None}
    assert floor.on_duty([*TAXES, *HEALTH, "A:karim"]) == [1, 1, 0, 0, 1]
    assert floor.leave("karim")
    assert floor.on_duty([*TAXES, "A:karim"]) == [0, 0, 0]
    assert floor.on_duty([]) == []
    assert_whole(empty=True)


def test_coming_twice_is_coming_once() -> None:
    floor.enter("karim", TAXES, 100)
    floor.enter("karim", [*reversed(TAXES), "A:karim"], 101)
    assert floor.on_duty(TAXES) == [1, 1]
    floor.leave("karim")
    assert_whole(empty=True)


def test_a_free_agent_is_found_by_the_queues_they_have_now() -> None:
    floor.enter("karim", TAXES, 100)
    floor.free("karim", 100)
    floor.enter("karim", HEALTH, 101)
    queue.join("durand", TAXES, 100, 100, [120], 100, "")
    queue.join("petit", HEALTH, 101, 101, [121], 101, "")
    held = offers.reserve_any("t1", 110)
    assert held
    assert held.call_id == "petit"
    assert offers.give_back(held, True, True)
    assert floor.present() == {"karim": 100}


def test_new_queues_while_reserved_are_those_the_agent_comes_back_to() -> None:
    floor.enter("karim", TAXES, 100)
    floor.free("karim", 100)
    queue.join("durand", TAXES, 100, 100, [120], 100, "")
    held = offers.reserve_for_agent("karim", "t1", 110)
    assert held
    floor.enter("karim", HEALTH, 101)
    offers.give_back(held, True, True)
    assert offers.reserve_for_call("durand", "t2", 110) is None
    queue.join("petit", HEALTH, 102, 102, [122], 102, "")
    assert offers.reserve_for_call("petit", "t2", 110)


def test_the_silent_are_those_who_beat_too_long_ago() -> None:
    floor.enter("karim", TAXES, 100)
    floor.enter("ines", TAXES, 100)
    assert floor.beat("ines", 105)
    assert floor.silent(100) == []
    assert floor.silent(100.5) == ["karim"]
    assert floor.beat("karim", 106)
    assert floor.beat("karim", 104), "a late message does not turn the clock back"
    assert floor.silent(105.5) == ["ines"]
    floor.leave("ines")
    assert floor.silent(1e9) == ["karim"]


def test_very_many_queues_may_be_asked_about() -> None:
    many = [f"q{n}" for n in range(9000)]
    assert floor.on_duty(many) == [0] * 9000
    assert len(queue.lines(many)) == 9000


def test_an_agent_may_serve_very_many_queues() -> None:
    many = [f"q{n}" for n in range(9000)]
    floor.enter("karim", many, 100)
    floor.free("karim", 100)
    queue.join("durand", ["q8999"], 100, 100, [], 100, "")
    assert snapshot() == "q8999: durand 100\nkarim free since 100"
    assert offers.reserve_for_agent("karim", "t1", 105)
    floor.leave("karim")
