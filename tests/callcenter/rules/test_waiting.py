"""What a waiting caller is told: honest, or nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules.waiting import Range, announcement, estimate

NOW = datetime(2026, 11, 23, 16, 50, tzinfo=UTC)


def test_the_next_of_one_agent_waits_about_a_usual_call() -> None:
    assert estimate(position=1, on_duty=1, picked=0) == Range(5, 12)


def test_a_recent_pace_is_believed_over_the_number_of_agents() -> None:
    assert estimate(position=3, on_duty=50, picked=15) == Range(2, 5)


def test_nothing_is_said_where_nobody_is_on_duty_or_the_figure_would_be_hopeless() -> None:
    assert estimate(position=1, on_duty=0, picked=0) is None
    assert estimate(position=100, on_duty=1, picked=0) is None


def test_a_wait_that_worsens_is_owned_up_to_without_a_new_figure() -> None:
    first = announcement(position=2, on_duty=4, picked=0, waited=0, told=0, at=NOW)
    assert (first.range, first.worse, first.told) == (Range(2, 6), False, 6)
    later = announcement(position=2, on_duty=1, picked=0, waited=240, told=first.told, at=NOW)
    assert (later.range, later.worse, later.told) == (None, True, 6)


@pytest.mark.parametrize(
    ("on_duty", "minutes", "is_said"),
    [(1, 11, True), (1, 12, False), (1, 60, False), (0, 14, True), (0, 15, False)],  # one agent: 5 to 12 minutes
)
def test_who_may_still_wait_at_closing_time_is_told_until_when_we_answer(
    on_duty: int, minutes: int, *, is_said: bool
) -> None:
    closes_at = NOW + timedelta(minutes=minutes)
    said = announcement(1, on_duty, picked=0, waited=0, told=0, at=NOW, closes_at=closes_at)
    assert said.closes_at == (closes_at if is_said else None)


@given(st.integers(1, 5000), st.integers(0, 500), st.integers(0, 2000), st.floats(0, 7200), st.integers(0, 90))
def test_a_range_is_always_two_rising_minutes_and_is_never_said_once_it_was_broken(
    position: int, on_duty: int, picked: int, waited: float, told: int
) -> None:
    said = announcement(position, on_duty, picked, waited, told, NOW)
    if said.range:
        assert 1 <= said.range.low < said.range.high <= 61
        assert not said.worse
    if told and waited / 60 > told:
        assert said.worse
    assert said.told >= told
