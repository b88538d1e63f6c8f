"""A carrier that is silent holds up nobody else: the round ends, and goes on with others."""

import time
from collections.abc import Callable

import pytest

from callcenter.actions import healing
from callcenter.errors import CarrierDown

SILENCE = 0.05  # seconds, where a carrier takes five


def silent_for(some: set[int], asked: list[int]) -> Callable[[int], None]:
    def heal(row: int) -> None:
        asked.append(row)
        if row in some:
            time.sleep(SILENCE)
            raise CarrierDown

    return heal


def test_a_round_begins_no_row_after_a_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healing, "ENOUGH", SILENCE / 2)
    asked: list[int] = []
    assert healing.each("asking", range(200), silent_for(set(range(200)), asked)) == 0
    assert len(asked) <= healing.HANDS


def test_no_row_waits_for_ever_behind_one_whose_carrier_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healing, "ENOUGH", SILENCE / 2)
    asked: list[int] = []
    for _ in range(60):
        healing.each("asking", range(10), silent_for(set(range(healing.HANDS)), asked))
    assert set(asked) == set(range(10))
