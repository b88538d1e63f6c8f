"""From which pool a promise is drawn, and that what is burnt by some is never everybody's."""

import random

import pytest

from callcenter.config import CALLING_CODES, Settings
from callcenter.rules.pools import Ceilings, Pool, Used, destination, draw, usage

SMALL = Ceilings(own=3, typed=4, second=2, silent=1)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+33612345698", "+33"), ("+262692123456", "+262"), ("+262639123456", "+262"), ("+590690123456", "+590"),
        ("+594694123456", "+594"), ("+596696123456", "+596"), ("+508411234", "+508"), ("+681721234", "+681"),
        ("+687751234", "+687"), ("+68987123456", "+689"),
    ],
)  # fmt: skip
def test_each_destination_has_its_own_pools(number: str, code: str) -> None:
    assert destination(number) == code
    assert code in CALLING_CODES


def test_who_withholds_their_number_has_half_of_the_typed_pool_then_the_second() -> None:
    drawn: dict[Pool, int] = {}
    for expected in (Pool.WITHHELD, Pool.WITHHELD, Pool.SECOND, Pool.SECOND, None):
        found = draw(drawn, {}, SMALL, typed=True, withheld=True, is_new_today=True)
        assert found == expected
        if found:
            drawn[found] = drawn.get(found, 0) + 1
    for _ in range(2):
        assert draw(drawn, {}, SMALL, typed=True, withheld=False, is_new_today=True) == Pool.TYPED
        drawn[Pool.TYPED] = drawn.get(Pool.TYPED, 0) + 1
    assert draw(drawn, {}, SMALL, typed=True, withheld=False, is_new_today=True) is None
    assert draw(drawn, {}, SMALL, typed=False, withheld=False, is_new_today=True) == Pool.OWN


def test_the_second_pool_is_for_numbers_not_promised_yet_that_day() -> None:
    drawn = {Pool.TYPED: 4}
    assert draw(drawn, {}, SMALL, typed=True, withheld=True, is_new_today=False) is None
    assert draw(drawn, {}, SMALL, typed=True, withheld=True, is_new_today=True) == Pool.SECOND


def test_what_withheld_numbers_may_draw_is_given_out_little_by_little() -> None:
    most = Ceilings(own=600, typed=600, second=200, silent=60)
    for lately, pool in [
        ({}, Pool.WITHHELD),
        ({Pool.WITHHELD: 49}, Pool.WITHHELD),
        ({Pool.WITHHELD: 50}, Pool.SECOND),
        ({Pool.WITHHELD: 50, Pool.SECOND: 33}, Pool.SECOND),
        ({Pool.WITHHELD: 50, Pool.SECOND: 34}, None),
    ]:
        assert draw(lately, lately, most, typed=True, withheld=True, is_new_today=True) == pool
    burnt = {Pool.WITHHELD: 50, Pool.SECOND: 34}
    assert draw(burnt, burnt, most, typed=True, withheld=False, is_new_today=True) == Pool.TYPED
    assert draw(burnt, {}, most, typed=True, withheld=True, is_new_today=True) == Pool.WITHHELD  # ten minutes later


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_asked_no_ceiling_is_passed_and_no_flood_takes_anothers(seed: int) -> None:
    dice, most, drawn = random.Random(seed), Ceilings(7, 9, 4, 2), dict.fromkeys(Pool, 0)
    flood_of_withheld = seed % 2
    for _ in range(100):
        typed = bool(flood_of_withheld) or dice.random() < 0.7
        withheld = bool(flood_of_withheld) or (typed and dice.random() < 0.5)
        if pool := draw(drawn, {}, most, typed=typed, withheld=withheld, is_new_today=dice.random() < 0.9):
            drawn[pool] += 1
    assert drawn[Pool.OWN] <= most.own
    assert drawn[Pool.TYPED] + drawn[Pool.WITHHELD] <= most.typed
    assert drawn[Pool.WITHHELD] <= 5
    assert drawn[Pool.SECOND] <= most.second
    if flood_of_withheld:
        assert draw(drawn, {}, most, typed=False, withheld=False, is_new_today=True) == Pool.OWN
        assert draw(drawn, {}, most, typed=True, withheld=False, is_new_today=True) == Pool.TYPED


def test_half_of_a_pool_is_reached_once() -> None:
    assert [Used("+33", "own", n, 5).has_just_reached_half for n in range(6)] == [False] * 3 + [True] + [False] * 2
    shares = {used.pool: used.share for used in usage("+33", {Pool.TYPED: 1, Pool.WITHHELD: 1}, SMALL)}
    assert shares == {"own": 0, "typed": 0.5, "withheld": 0.5, "second": 0, "silent": 0}
    assert Used("+33", "own", 0, 0).share == 0


def test_a_setting_changes_the_destinations_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBACKS_PER_HOUR", "+33:4000, +262:200")
    monkeypatch.setenv("TYPED_CALLBACKS_PER_HOUR", "50")
    read = Settings()
    assert (read.callbacks_per_hour["+33"], read.callbacks_per_hour["+262"], read.callbacks_per_hour["+508"]) == (
        4000, 200, 10,
    )  # fmt: skip
    assert (read.typed_callbacks_per_hour["+33"], read.typed_callbacks_per_hour["+262"]) == (50, 40)
    for wrong in ("+44:10", "+33:-1", "+33:many"):
        monkeypatch.setenv("CALLBACKS_PER_HOUR", wrong)
        with pytest.raises(ValueError, match="CALLBACKS_PER_HOUR|callbacks_per_hour"):
            Settings()
