"""A level rises at once, falls only when the figure is well back, and so never flickers."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules.alerts import (
    ABANDONMENT,
    DEFAULTS,
    LONGEST_WAIT,
    PER_FREE_AGENT,
    SERVICE_LEVEL,
    Level,
    Raised,
    Threshold,
    Watched,
    judge,
    most_urgent,
)
from callcenter.rules.quality import Share

CALM, WATCH, ALARM = Level.CALM, Level.WATCH, Level.ALARM


@pytest.mark.parametrize(
    ("measure", "value", "level"),
    [
        (LONGEST_WAIT, 59.9, CALM), (LONGEST_WAIT, 60, WATCH), (LONGEST_WAIT, 180, ALARM), (LONGEST_WAIT, None, CALM),
        (PER_FREE_AGENT, 0, CALM), (PER_FREE_AGENT, 1, WATCH), (PER_FREE_AGENT, inf, ALARM),
        (SERVICE_LEVEL, 0.81, CALM), (SERVICE_LEVEL, 0.80, WATCH), (SERVICE_LEVEL, 0.60, ALARM),
        (ABANDONMENT, 0.049, CALM), (ABANDONMENT, 0.05, WATCH), (ABANDONMENT, 0.10, ALARM),
    ],
)  # fmt: skip
def test_the_default_bounds_belong_to_the_higher_level(measure: str, value: float | None, level: Level) -> None:
    assert DEFAULTS[measure].level(value) == level


def test_a_level_is_left_a_tenth_behind_its_bound() -> None:
    wait = DEFAULTS[LONGEST_WAIT]
    levels, level = [], CALM
    for value in (50, 61, 59, 55, 53, 61, 200, 170, 161, 60, 55, 10, 0):
        level = wait.level(value, level)
        levels.append(level)
    assert levels == [CALM, WATCH, WATCH, WATCH, CALM, WATCH, ALARM, ALARM, WATCH, WATCH, WATCH, CALM, CALM]
    service = DEFAULTS[SERVICE_LEVEL]
    assert service.level(0.85, WATCH) == WATCH
    assert service.level(0.89, WATCH) == CALM
    assert service.level(0.65, ALARM) == ALARM
    assert service.level(0.67, ALARM) == WATCH


def test_a_queue_about_the_calls_that_are_enough_does_not_flicker() -> None:
    """Its share is judged above twenty calls and, once raised, down to nineteen; what one sees as a whole always is."""
    queue, everything, levels = Watched(ABANDONMENT, "impots", "fr"), Watched(ABANDONMENT), dict[Watched, Level]()
    told = []
    for of in (20, 21, 20, 19, 20, 18, 19, 20, 21):
        levels = judge({queue: Share(of // 5, of), everything: Share(of // 5, of)}, levels)
        told.append(levels[queue])
        assert levels[everything] == ALARM
    assert told == [CALM, ALARM, ALARM, ALARM, ALARM, CALM, CALM, CALM, ALARM]
    assert judge({queue: Share(1, 21)}, {})[queue] == CALM  # one who hangs up is not worth a look


def test_the_most_urgent_is_told_first_and_each_queue_once() -> None:
    """What a queue's own alert says is not said again of everything, unless everything is worse."""
    taxes, health = ("impots", "fr"), ("sante", "fr")
    levels = {
        Watched(LONGEST_WAIT, "retraite", "fr"): CALM,
        Watched(LONGEST_WAIT): ALARM,
        Watched(LONGEST_WAIT, *taxes): ALARM,
        Watched(PER_FREE_AGENT, *taxes): WATCH,
        Watched(ABANDONMENT): ALARM,
        Watched(ABANDONMENT, *health): WATCH,
        Watched(SERVICE_LEVEL): WATCH,
    }
    assert most_urgent(levels) == [
        Raised("", "", ALARM, (SERVICE_LEVEL, ABANDONMENT)),
        Raised(*taxes, ALARM, (LONGEST_WAIT, PER_FREE_AGENT)),
        Raised(*health, WATCH, (ABANDONMENT,)),
    ]


@given(st.floats(1, 1e4), st.lists(st.floats(-0.09, 0.09), min_size=2, max_size=40))
def test_a_figure_that_trembles_about_a_bound_changes_its_level_once_at_most(bound: float, steps: list[float]) -> None:
    threshold, level, levels = Threshold(bound, bound * 100), CALM, []
    for step in steps:
        level = threshold.level(bound * (1 + step), level)
        levels.append(level)
    assert sum(a != b for a, b in pairwise(levels)) <= 1


def test_a_topics_own_threshold_goes_before_that_of_every_queue() -> None:
    taxes, health = Watched(LONGEST_WAIT, "impots", "fr"), Watched(LONGEST_WAIT, "sante", "fr")
    values = {taxes: 100.0, health: 100.0}
    assert judge(values, {}) == {taxes: WATCH, health: WATCH}
    own = {("impots", LONGEST_WAIT): Threshold(30, 90), ("", LONGEST_WAIT): Threshold(300, 600)}
    assert judge(values, {}, own) == {taxes: ALARM, health: CALM}
    assert judge({taxes: 85.0}, {taxes: ALARM}, own) == {taxes: ALARM}
