"""A carrier that is silent holds up nobody else: the round ends, and goes on with others."""

from collections.abc import Callable

from callcenter.actions import healing
from callcenter.errors import CarrierDown


def silent_for(some: set[int], asked: list[int]) -> Callable[[int], None]:
    def heal(row: int) -> None:
        asked.append(row)
        if row in some:
            raise CarrierDown

    return heal


def test_two_silences_end_a_round() -> None:
    asked: list[int] = []
    assert healing._each("asking", range(200), silent_for(set(range(200)), asked)) == 0
    assert len(asked) == healing.SILENCES


def test_no_row_waits_for_ever_behind_one_whose_carrier_is_silent() -> None:
    asked: list[int] = []
    for _ in range(200):
        healing._each("asking", range(10), silent_for({0, 1, 2}, asked))
    assert set(asked) == set(range(10))
