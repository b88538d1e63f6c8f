"""What is published tells no small count, neither itself nor by the difference of two numbers beside each other."""

from collections import defaultdict
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules.histogram import histogram
from callcenter.rules.published_measures import (
    BY_CODE,
    LONGEST_DAY_MS,
    MEASURES,
    ROUNDED_TO,
    published,
    published_mean,
    published_share,
    published_time,
)
from callcenter.rules.quality import FEW, Share
from callcenter.rules.tally import Tally

counts = st.integers(0, 10**7)


@given(counts)
def test_a_count_of_one_to_ten_is_kept_back_and_any_other_is_rounded(count: int) -> None:
    told = published(count)
    if 0 < count < FEW:
        assert told is None
        return
    assert told is not None
    assert told % ROUNDED_TO == 0
    assert told == 0 or told >= FEW
    assert abs(told - count) <= (ROUNDED_TO // 2 if count > 12 else 4)
    assert published(0) == 0


@given(counts, counts)
def test_what_is_greater_is_never_told_as_less(one: int, other: int) -> None:
    small, great = published(min(one, other)), published(max(one, other))
    assert small is None or great is None or small <= great


@given(counts, counts)
def test_a_share_is_of_the_two_numbers_that_are_told(one: int, other: int) -> None:
    part, of = sorted((one, other))
    told = published_share(Share(part, of))
    if of == 0 or published(part) is None or published(of) is None:
        assert told is None
    else:
        assert told is not None
        assert told == published(part) / published(of)  # type: ignore[operator]
        assert 0 <= told <= 1


def test_no_difference_of_two_published_counts_tells_a_small_one() -> None:
    """Of all lines of three counts, each at most the next: whoever reads what is published of one cannot tell any
    difference from 1 to 10 to less than four values."""
    lines = defaultdict(list)
    for line in product(range(63), repeat=3):  # the last five are told alike
        if list(line) == sorted(line):
            lines[tuple(map(published, line))].append(line)
    for alike in lines.values():
        for smaller, greater in combinations(range(3), 2):
            possible = {line[greater] - line[smaller] for line in alike}
            assert len(possible) >= 4 or not possible & set(range(1, FEW)), alike


@given(st.lists(st.integers(0, 7200), min_size=1, max_size=150))
def test_what_is_told_of_waits_rests_on_eleven_people(waits: list[int]) -> None:
    """A percentile has eleven people beyond it; a longest wait is one person's, and is never told."""
    tally = Tally(
        contacts=len(waits), wait_ms=1000 * sum(waits), wait_longest_ms=1000 * max(waits), waits=histogram(waits)
    )
    beyond = {"mean_wait": 1, "median_wait": 2, "p90_wait": 10}
    for code in (*beyond, "longest_wait"):
        measure = BY_CODE[code]
        value = measure.of(tally)
        assert isinstance(value, float)
        told = published_mean(measure, value, measure.people(tally))
        assert (told is not None) == (code in beyond and len(waits) >= FEW * beyond[code])
        assert told is None or (told % ROUNDED_TO == 0 and abs(told - value) <= (7.5 if len(waits) < 50 else 2.5))


def test_every_figure_that_is_no_count_says_on_how_many_people_it_rests() -> None:
    everybody = Tally(handled=7, relay_handled=7, hearing_handled=7, promised=7, reached=7, waits=histogram([3] * 7))
    for measure in MEASURES:
        assert measure.people(everybody) == (7 if measure.unit in ("seconds", "dials") else 0), measure.code


def test_agents_time_is_told_of_eleven_agents_at_least() -> None:
    """Ten of them cannot have worked for so long, even if none of them rested."""
    ten, days = 10 * LONGEST_DAY_MS * 31, 31
    assert published_time(Share(ten // 3, ten), days) is None
    assert published_time(Share(3, 3 + ten + LONGEST_DAY_MS * days), days) == 0.0
    assert published_time(Share(0, 0), 1) is None


@pytest.mark.parametrize(("least", "most"), [(11, 22), (44, 54)])
def test_no_difference_of_two_published_means_tells_what_a_few_waited(least: int, most: int) -> None:
    """Of all groups of so many who waited whole minutes, one within the other: whoever reads what is published of both
    cannot tell what 10 people or fewer of the difference waited, on average, to less than half a minute; unless they
    waited for less than that."""
    measure, longest = BY_CODE["mean_wait"], 4  # minutes, on average
    alike: dict[tuple[int | None, float | None], list[tuple[int, int]]] = defaultdict(list)
    for people in range(least, most + 1):
        for minutes in range(people * longest + 1):
            told = published(people), published_mean(measure, 60 * minutes / people, people)
            alike[told].append((people, minutes))
    tried = 0
    for inner, outer in product(alike, repeat=2):
        means = [
            (more - some) / (every - few)
            for (few, some), (every, more) in product(alike[inner], alike[outer])
            if 0 < every - few < FEW and some <= more
        ]
        if means and max(means) > 0.5:
            assert max(means) - min(means) >= 0.5, (inner, outer)
            tried += 1
    assert tried > 20
