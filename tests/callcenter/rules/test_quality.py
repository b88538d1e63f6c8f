"""Each measure by an example worked out by hand, and by what must hold of any tallies."""

from collections.abc import Callable
from dataclasses import fields
from math import ceil
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules import quality
from callcenter.rules.histogram import EDGES, GROWTH, Histogram, bucket, histogram, middle
from callcenter.rules.opening_commitment import OpeningWeek, opening_week
from callcenter.rules.published_measures import MEASURES, Measure, Value
from callcenter.rules.quality import Share
from callcenter.rules.tally import COUNTERS, LONGEST, Tally, whole

# A morning: 100 calls offered, 70 answered of which 60 in time, and so on; 80 contacts at the desk.
MORNING = Tally(
    answered=70, answered_in_time=60, abandoned=10, short_abandon=4, left_in_menu=5, served_by_menu=2,
    became_callback=3, called_back=2, closed=1, refused_full=1, technical=2, technical_known=1, in_progress=2,
    contacts=100, owing=70, recorded=63, answers=40, satisfied=38, very_satisfied=30, return_known=50, returned=5,
    said=36, said_settled=33,
    accompaniments=90, opened=80, settlement_known=75, settled=60, informations=20, assistances=55, orientations=15,
    wait_ms=4_200_000, wait_longest_ms=300_000, handled=60, talk_ms=24_000_000, hold_ms=600_000, wrap_up_ms=3_600_000,
    relay_handled=2, relay_ms=2_400_000, promised=3, reached=2, kept=1, attempts=4, late_ms=600_000,
    offers=80, missed=6, refused=4, busy_ms=30_000_000, available_ms=10_000_000, waits=histogram([60.0] * 70),
)  # fmt: skip
EXAMPLES: list[tuple[Callable[[Tally], object], object]] = [
    (quality.demands, 100),
    (quality.accompaniments, 90),
    (quality.settled_in_one_contact, Share(60, 75)),  # not ÷ 90: continuations open nothing; not ÷ 80: 5 unrecorded
    (quality.oriented, Share(15, 90)),
    (quality.no_return_within_7_days, Share(45, 50)),
    (quality.satisfied, Share(38, 40)),
    (quality.very_satisfied, Share(30, 40)),
    (quality.answered_the_question, Share(40, 100)),
    (quality.settled_as_said, Share(33, 36)),
    (quality.said_whether_settled, Share(36, 100)),
    (quality.recorded, Share(63, 70)),
    (quality.offered, 100),  # 70+10+4+5+2+3+1+1+2 ended, 2 in progress
    (quality.requiring_an_agent, 89),  # 70+10+4+3+1+1
    (quality.picked_up_live, Share(70, 89)),
    (quality.picked_up_or_called_back, Share(72, 89)),
    (quality.global_pick_up, Share(72, 100)),
    (quality.service_level, Share(60, 80)),
    (quality.abandonment, Share(10, 80)),
    (quality.mean_wait, 60.0),
    (quality.longest_wait, 300.0),
    (quality.handling_time, 470.0),  # (24,000 + 600 + 3,600) s ÷ 60
    (quality.relay_handling_time, 1200.0),
    (quality.occupancy, Share(30_000_000, 40_000_000)),
    (quality.offers_missed, Share(6, 80)),
    (quality.callbacks_kept, Share(1, 3)),
    (quality.callback_attempts, 4 / 3),
    (quality.callback_lateness, 300.0),
]


@pytest.mark.parametrize(("measure", "expected"), EXAMPLES, ids=lambda each: getattr(each, "__name__", ""))
def test_a_measure_is_what_was_worked_out_by_hand(measure: Callable[[Tally], object], expected: object) -> None:
    assert measure(MORNING) == expected


@pytest.mark.parametrize("measure", [quality.median_wait, quality.p90_wait])
def test_percentiles_are_within_two_and_a_half_percent(measure: Callable[[Tally], float | None]) -> None:
    assert measure(MORNING) == pytest.approx(60.0, rel=0.025)


@pytest.mark.parametrize("measure", [each for each, _ in EXAMPLES] + [quality.median_wait], ids=lambda m: m.__name__)
def test_of_nothing_nothing_is_known(measure: Callable[[Tally], object]) -> None:
    assert measure(Tally()) in (None, 0, Share(0, 0))
    assert Share(0, 0).value is None


def test_every_measure_names_its_unit_and_its_source() -> None:
    for measure in (*(each for each, _ in EXAMPLES), quality.ranking, quality.median_wait, quality.p90_wait):
        said = " ".join((measure.__doc__ or "").split())
        assert "Unit: " in said, measure
        assert any(f"[{source}" in said for source in ("FS", "SP+", "EN", "house")), measure


def test_a_ranking_gives_the_share_of_each() -> None:
    parts = {"caf": Tally(accompaniments=3), "cpam": Tally(accompaniments=5), "dgfip": Tally(accompaniments=2)}
    assert quality.ranking(parts) == [("cpam", Share(5, 10)), ("caf", Share(3, 10)), ("dgfip", Share(2, 10))]


waits = st.lists(st.floats(0, 200_000), max_size=30)


def _counted(counters: dict[str, int], waited: list[float]) -> Tally:
    """The longest of these waits is that of the histogram, or percentiles would be cut to what nobody waited."""
    longest = ceil(1000 * max(waited, default=0.0))
    return Tally(**counters | {LONGEST: longest}, waits=histogram(waited))


tallies = st.builds(_counted, st.fixed_dictionaries({name: st.integers(0, 1000) for name in COUNTERS}), waits)


@given(st.lists(tallies, max_size=6), st.randoms(use_true_random=False))
def test_the_merge_of_the_parts_is_the_whole_in_any_order(parts: list[Tally], chance: Random) -> None:
    shuffled = parts[:]
    chance.shuffle(shuffled)
    cut = chance.randint(0, len(parts))
    total = whole(parts)
    assert whole(shuffled) == total == whole(shuffled[:cut]) + whole(shuffled[cut:])
    for name in COUNTERS:
        values = [getattr(part, name) for part in parts]
        assert getattr(total, name) == (max(values, default=0) if name == LONGEST else sum(values))


MEANS: dict[object, tuple[Callable[[Tally], int], Callable[[Tally], int], int]] = {
    quality.mean_wait: (lambda t: t.wait_ms, lambda t: t.waits.total, 1000),
    quality.handling_time: (lambda t: t.talk_ms + t.hold_ms + t.wrap_up_ms, lambda t: t.handled, 1000),
    quality.relay_handling_time: (lambda t: t.relay_ms, lambda t: t.relay_handled, 1000),
    quality.hearing_handling_time: (lambda t: t.hearing_ms, lambda t: t.hearing_handled, 1000),
    quality.callback_attempts: (lambda t: t.attempts, lambda t: t.promised, 1),
    quality.callback_lateness: (lambda t: t.late_ms, lambda t: t.reached, 1000),
}
"""What is added up, what it is divided by, and the unit."""


@given(st.lists(tallies, min_size=1, max_size=4))
def test_each_measure_of_the_whole_follows_from_its_parts(parts: list[Tally]) -> None:
    for measure in MEASURES:
        _follows(measure, measure.of(whole(parts)), [measure.of(part) for part in parts], parts)


def _follows(measure: Measure, told: Value, values: list[Value], parts: list[Tally]) -> None:
    if measure.of in MEANS:
        added, divided, unit = MEANS[measure.of]
        by = sum(map(divided, parts))
        assert told == (pytest.approx(sum(map(added, parts)) / by / unit) if by else None), measure.code
    elif measure.of in (quality.median_wait, quality.p90_wait):
        known = [value for value in values if value is not None]
        if not known:
            assert told is None, measure.code
            return
        # a part's may be cut to its longest wait within a bucket whose middle stands for the whole's
        most = max(GROWTH * max(known), middle(0))  # type: ignore[type-var,operator]
        assert min(known) <= told <= most, measure.code  # type: ignore[type-var,operator]
    elif measure.of is quality.longest_wait:
        waited = any(part.waits.total for part in parts)
        assert told == (max(part.wait_longest_ms for part in parts) / 1000 if waited else None)
    else:
        nothing = Share(0, 0) if isinstance(told, Share) else 0
        assert told == sum(values, nothing), measure.code  # type: ignore[arg-type]


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 50)), max_size=4))
def test_a_ranking_of_the_whole_is_that_of_its_parts_added(parts: list[dict[str, int]]) -> None:
    tallied = [{name: Tally(accompaniments=count) for name, count in part.items()} for part in parts]
    names = {name for part in parts for name in part}
    together = {name: whole(part[name] for part in tallied if name in part) for name in names}
    counted = {name: sum(part.get(name, 0) for part in parts) for name in names}
    ranked = quality.ranking(together)
    assert {name: share.part for name, share in ranked} == counted
    assert {share.of for _, share in ranked} <= {sum(counted.values())}
    assert [share.part for _, share in ranked] == sorted(counted.values(), reverse=True)


@given(tallies)
def test_offered_is_always_the_endings_and_the_calls_in_progress(tally: Tally) -> None:
    named = (
        tally.answered, tally.abandoned, tally.short_abandon, tally.left_in_menu, tally.served_by_menu,
        tally.became_callback, tally.closed, tally.refused_full, tally.technical,
    )  # fmt: skip
    assert quality.offered(tally) == sum(named) + tally.in_progress


@given(waits, waits)
def test_histograms_merge(some: list[float], others: list[float]) -> None:
    assert histogram(some) + histogram(others) == histogram(some + others)
    assert histogram(some).total == len(some)


@given(st.lists(st.floats(1, EDGES[-1]), min_size=1, max_size=200), st.sampled_from([0.1, 0.5, 0.9, 0.99, 1.0]))
def test_a_percentile_is_within_two_and_a_half_percent_of_the_true_one(some: list[float], share: float) -> None:
    ordered = sorted(some)
    true = ordered[max(-(-int(share * 1000) * len(ordered) // 1000), 1) - 1]
    assert histogram(some).percentile(share) == pytest.approx(true, rel=0.025)


@given(st.lists(st.integers(0, 7200), min_size=1, max_size=50))
def test_nine_in_ten_never_waited_longer_than_the_longest(some: list[int]) -> None:
    """The middle of a bucket may lie beyond the one wait in it."""
    tally = Tally(wait_ms=1000 * sum(some), wait_longest_ms=1000 * max(some), waits=histogram(some))
    median, p90, longest = quality.median_wait(tally), quality.p90_wait(tally), quality.longest_wait(tally)
    assert median is not None
    assert p90 is not None
    assert longest is not None
    assert median <= p90 <= longest or longest == 0


def test_buckets_grow_by_a_twentieth_and_their_edges_belong_above() -> None:
    assert bucket(0.0) == bucket(0.999) == 0
    assert bucket(1.0) == 1
    for n, edge in enumerate(EDGES):
        assert bucket(edge) == n + 1
        assert EDGES[n] * GROWTH == pytest.approx(
            EDGES[min(n + 1, len(EDGES) - 1)] if n + 1 < len(EDGES) else edge * GROWTH
        )
    assert bucket(10**9) == len(EDGES)
    assert middle(5) ** 2 == pytest.approx(EDGES[4] * EDGES[5])
    assert Histogram().percentile(0.5) is None


def test_a_counter_is_never_forgotten() -> None:
    assert {each.name for each in fields(Tally)} == {*COUNTERS, "waits"}


DAY = (("09:00", "12:00"), ("13:30", "16:00"))


@pytest.mark.parametrize(
    ("week", "expected"),
    [
        ((DAY,) * 5 + ((), ()), OpeningWeek(5 * 330, 5)),
        ((DAY,) * 4 + ((), (), ()), OpeningWeek(4 * 330, 4)),
        (((("08:00", "24:00"),),) + ((),) * 6, OpeningWeek(960, 1)),
        (((),) * 7, None),
        ((), None),
    ],
)
def test_the_hours_a_site_is_open_in_a_week(week: tuple[tuple[tuple[str, str], ...], ...], expected: object) -> None:
    assert opening_week(week) == expected


@pytest.mark.parametrize(("minutes", "days", "kept"), [(1440, 5, True), (1439, 5, False), (3000, 4, False)])
def test_the_commitment_is_24_hours_over_5_days(minutes: int, days: int, kept: bool) -> None:
    assert OpeningWeek(minutes, days).kept is kept
