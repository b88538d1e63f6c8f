"""What a waiting caller is told: honest, or nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules.waiting import Range, Telling, announcement, estimate, soothing

NOW = datetime(2026, 11, 23, 16, 50, tzinfo=UTC)


def test_the_next_of_one_agent_waits_about_a_usual_call() -> None:
    assert estimate(position=1, at_work=1, picked=0) == Range(5, 12)


def test_a_recent_pace_is_believed_over_the_number_of_agents() -> None:
    assert estimate(position=3, at_work=50, picked=15) == Range(2, 5)


def test_nothing_is_said_where_nobody_is_at_work_or_the_figure_would_be_hopeless() -> None:
    assert estimate(position=1, at_work=0, picked=0) is None
    assert estimate(position=100, at_work=1, picked=0) is None


def test_a_wait_that_worsens_is_owned_up_to_without_a_new_figure() -> None:
    first = announcement(position=2, at_work=4, picked=0, waited=0, told=0, at=NOW, last=Telling.PLACE)
    assert (first.telling, first.range, first.told) == (Telling.RANGE, Range(2, 6), 6)
    later = announcement(position=2, at_work=1, picked=0, waited=240, told=first.told, at=NOW, last=Telling.PLACE)
    assert (later.telling, later.range, later.told) == (Telling.LONGER, None, 6)


def test_while_everybody_is_paused_no_minutes_are_told() -> None:
    lasts = ("", "p", "a")
    told = [announcement(1, 0, picked, 60.0, 12, NOW, last=last).telling for picked in (0, 9) for last in lasts]
    assert told == [Telling.PLACE, Telling.AWAY, Telling.PLACE] * 2


def test_what_only_the_index_knew_is_soothed_in_two_ways() -> None:
    assert [soothing(last) for last in ("", "p", Telling.STILL, Telling.KEPT)] == ["s", "s", "k", "s"]


@pytest.mark.parametrize(
    ("at_work", "minutes", "is_said"),
    [(1, 11, True), (1, 12, False), (1, 60, False), (0, 14, True), (0, 15, False)],  # one agent: 5 to 12 minutes
)
def test_who_may_still_wait_at_closing_time_is_told_until_when_we_answer(
    at_work: int, minutes: int, *, is_said: bool
) -> None:
    closes_at = NOW + timedelta(minutes=minutes)
    said = announcement(1, at_work, picked=0, waited=0, told=0, at=NOW, closes_at=closes_at, last=Telling.PLACE)
    assert said.closes_at == (closes_at if is_said else None)
    assert (said.telling == Telling.UNTIL) == is_said


@given(
    st.integers(1, 5000), st.integers(0, 500), st.integers(0, 2000), st.floats(0, 7200), st.integers(0, 90),
    st.sampled_from(["", *Telling]), st.none() | st.integers(-5, 90),
)  # fmt: skip
def test_an_announcement_is_one_true_sentence_and_never_the_last_one_again(
    position: int, at_work: int, picked: int, waited: float, told: int, last: str, closes: int | None
) -> None:
    closes_at = NOW + timedelta(minutes=closes) if closes is not None else None
    said = announcement(position, at_work, picked, waited, told, NOW, closes_at, last)
    assert said.telling != last
    assert (said.range is not None) == (said.telling == Telling.RANGE)
    assert (said.closes_at is not None) == (said.telling == Telling.UNTIL)
    assert (said.telling == Telling.AWAY) <= (at_work == 0)
    if said.range:
        assert 1 <= said.range.low < said.range.high <= 61
        assert at_work
        assert not told or waited / 60 <= told
    assert said.told >= told
