"""How much of the queue one number, and those who withhold theirs, may hold."""

import pytest

from callcenter.rules.crowding import Crowd, stands_behind, turned_away


@pytest.mark.parametrize(("waiting", "behind"), [(0, False), (1, False), (2, True), (40, True)])
def test_the_third_call_of_a_number_stands_behind(waiting: int, behind: bool) -> None:
    assert stands_behind(Crowd(waiting, 0, waiting)) == behind


@pytest.mark.parametrize(
    ("limit", "of_number", "why"),
    [(5000, 99, None), (5000, 100, "shared"), (50, 2, None), (50, 3, "shared"), (3, 2, None)],
)
def test_one_number_fills_a_fiftieth_of_the_queue_and_three_places_at_least(
    limit: int, of_number: int, why: str | None
) -> None:
    assert turned_away(Crowd(of_number, 0, of_number), limit, withheld=False) == why


@pytest.mark.parametrize(
    ("waiting", "withheld", "caller_withholds", "why"),
    [
        (9, 5, True, "full"), (9, 4, True, None), (9, 5, False, None), (10, 0, False, "full"), (10, 0, True, "full"),
    ],
)  # fmt: skip
def test_who_withholds_their_number_fills_half_of_the_queue(
    waiting: int, withheld: int, caller_withholds: bool, why: str | None
) -> None:
    assert turned_away(Crowd(waiting, withheld, 0), 10, withheld=caller_withholds) == why
