"""When somebody is called back: always within their own hours, never on their holidays, apart and not for ever."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.rules.callbacks import (
    COUNTED,
    LEAST,
    SLOTS,
    SOON,
    DialResult,
    RetryPolicy,
    Source,
    chosen,
    day_of,
    half_day,
    next_try,
    slots,
    window,
)
from callcenter.rules.opening_hours import LineHours, opening
from callcenter.rules.territory import TERRITORIES

HOURS = LineHours(time(8, 30), time(18, 0))
ALWAYS = LineHours(time(8, 30), time(18, 0), always=True)
INHABITED = sorted(code for code, territory in TERRITORIES.items() if territory.timezone)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
ENOUGH = settings(max_examples=300, deadline=None)
THRICE = RetryPolicy(3, timedelta(minutes=30))


def at(local: str, zone: str = "Europe/Paris") -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def is_within_hours(department: str, first: datetime, last: datetime) -> bool:
    """Open from the first instant to the last, on one local day."""
    moments = (first, first + (last - first) / 2, last - timedelta(seconds=1))
    return first.date() == last.date() and all(opening(HOURS, department, moment).is_open for moment in moments)


@given(st.sampled_from(INHABITED), INSTANTS)
@ENOUGH
def test_a_promise_is_within_the_citizens_hours_and_wide_enough(department: str, asked: datetime) -> None:
    promised = window(HOURS, department, asked)
    assert promised is not None
    first, last = promised
    assert first >= asked
    assert last - first >= LEAST
    assert is_within_hours(department, first, last)


@given(st.sampled_from(INHABITED), INSTANTS, st.integers(0, 4), st.integers(1, 5), st.integers(30, 300))
@ENOUGH
def test_a_retry_is_apart_within_hours_and_not_for_ever(
    department: str, failed: datetime, attempts: int, most: int, apart: int
) -> None:
    policy = RetryPolicy(most, timedelta(minutes=apart))
    again = next_try(HOURS, department, attempts, failed, policy)
    if attempts >= most:
        assert again is None
    else:
        assert again is not None
        assert again[0] - failed >= policy.apart
        assert is_within_hours(department, *again)


@given(st.sampled_from(INHABITED), INSTANTS)
@ENOUGH
def test_the_half_days_read_out_are_the_next_ones_that_can_be_kept(department: str, asked: datetime) -> None:
    codes = slots(HOURS, department, asked)
    assert len(codes) == len(set(codes)) == SLOTS
    assert list(codes) == sorted(codes, key=lambda code: (code[:8], code[8] == "a"))
    for code in codes:
        when = chosen(HOURS, department, code, asked)
        assert when is not None
        assert when[0] >= asked
        assert when[1] - when[0] >= LEAST
        assert is_within_hours(department, *when)


@given(st.sampled_from(INHABITED), INSTANTS, st.from_regex(r"\d{8}[am]|\w{0,10}", fullmatch=True))
@ENOUGH
def test_whatever_is_chosen_is_kept_within_hours_or_refused(department: str, asked: datetime, code: str) -> None:
    when = chosen(HOURS, department, code, asked)
    assert when is None or is_within_hours(department, *when)


def test_an_hour_from_now_while_the_line_is_open_and_never_past_closing() -> None:
    morning, evening = at("2026-11-24T10:00"), at("2026-11-24T17:15")
    assert window(HOURS, "46", morning) == (morning, morning + SOON)
    assert window(HOURS, "46", evening) == (evening, at("2026-11-24T18:00"))
    assert window(HOURS, "46", at("2026-11-24T17:31")) == (at("2026-11-25T08:30"), at("2026-11-25T13:00"))
    assert window(ALWAYS, "46", at("2026-11-22T23:50")) == (at("2026-11-22T23:50"), at("2026-11-23T00:50"))


def test_a_further_try_is_within_the_hours_of_its_queue() -> None:
    hours = replace(HOURS, own={("N", "impots"): "Mo-Fr 08:30-12:00; PH off"})
    failed = at("2026-11-24T11:50")
    assert next_try(hours, "46", 1, failed, THRICE, "impots") == (at("2026-11-25T08:30"), at("2026-11-25T12:00"))
    assert next_try(hours, "46", 1, failed, THRICE) == (failed + THRICE.apart, failed + THRICE.apart + SOON)


def test_a_friday_evening_in_alsace_before_a_holiday() -> None:
    asked = at("2026-12-24T19:00")  # Christmas on Friday, Saint Stephen's on Saturday
    assert slots(HOURS, "67", asked) == ("20261228m", "20261228a", "20261229m", "20261229a")
    good_friday = at("2026-04-03T10:00")
    assert slots(HOURS, "67", good_friday)[0] == "20260407m"
    assert slots(HOURS, "54", good_friday)[0] == "20260403m"


def test_reunion_is_called_in_its_own_morning() -> None:
    first, last = half_day(HOURS, "974", "20261124m") or (None, None)
    assert (first, last) == (at("2026-11-24T08:30", "Indian/Reunion"), at("2026-11-24T13:00", "Indian/Reunion"))
    assert slots(HOURS, "974", at("2026-11-24T14:45"))[0] == "20261125m"


def test_nothing_is_promised_where_nobody_lives() -> None:
    nowhere = next(code for code, territory in TERRITORIES.items() if not territory.timezone)
    asked = at("2026-11-24T10:00")
    assert window(HOURS, nowhere, asked) is None
    assert slots(HOURS, nowhere, asked) == ()
    assert chosen(HOURS, nowhere, "20261125m", asked) is None
    assert next_try(HOURS, nowhere, 0, asked, THRICE) is None


@pytest.mark.parametrize("code", ["", "m", "20261124", "20261124x", "20261324m", "2026-11-24m", "20261122m"])
def test_what_is_no_half_day_of_the_line_is_refused(code: str) -> None:
    assert chosen(HOURS, "46", code, at("2026-11-20T10:00")) is None
    assert code == "20261122m" or day_of(code) is None


def test_a_half_day_that_is_over_or_far_away_is_refused() -> None:
    asked = at("2026-11-24T12:45")
    assert chosen(HOURS, "46", "20261124m", asked) is None
    assert chosen(HOURS, "46", "20261124a", asked) == (at("2026-11-24T13:00"), at("2026-11-24T18:00"))
    assert chosen(HOURS, "46", "20270601m", asked) is None


def test_only_a_telephone_that_rang_counts_as_an_attempt() -> None:
    assert {DialResult.NOT_DIALLED, DialResult.AGENT_LEFT, DialResult.CALLED_US}.isdisjoint(COUNTED)


def test_what_nobody_asked_for_is_dialled_once() -> None:
    policy = RetryPolicy(3, timedelta(minutes=30))
    assert [policy.of(source).attempts for source in Source] == [3, 1, 3, 3, 3, 3]
