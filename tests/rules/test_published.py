"""What is published tells no small count, neither itself nor by the difference of two numbers beside each other."""

from collections import defaultdict
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules.measures import ROUNDED_TO, published, published_share
from callcenter.rules.quality import FEW, Share

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
