"""When the line is open, in the citizen's own clock, against a slow and obvious model."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.rules.opening_hours import LineHours, opening
from callcenter.rules.territory import TERRITORIES

HOURS = LineHours(time(8, 30), time(18, 0))
INHABITED = sorted(code for code, territory in TERRITORIES.items() if territory.inhabited and territory.timezone)


def at(local: str, zone: str = "Europe/Paris") -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_reunions_day_is_over_while_paris_works_on() -> None:
    afternoon_in_paris = at("2026-11-24T15:30")
    assert opening(HOURS, "46", afternoon_in_paris).is_open
    assert opening(HOURS, "974", afternoon_in_paris).next_opening == at("2026-11-25T08:30", "Indian/Reunion")


@pytest.mark.parametrize("code", ["57", "67", "68"])
def test_good_friday_is_a_holiday_in_alsace_moselle_only(code: str) -> None:
    good_friday = at("2026-04-03T10:00")
    assert opening(HOURS, "54", good_friday).is_open
    assert not opening(HOURS, code, good_friday).is_open


def test_abolition_day_closes_martinique_on_the_22nd_of_may_only() -> None:
    assert not opening(HOURS, "972", at("2026-05-22T10:00", "America/Martinique")).is_open
    assert opening(HOURS, "972", at("2026-05-27T10:00", "America/Martinique")).is_open
    assert not opening(HOURS, "971", at("2026-05-27T10:00", "America/Guadeloupe")).is_open


def test_a_territory_without_a_clock_is_closed_and_promises_no_opening() -> None:
    answer = opening(HOURS, "989", at("2026-11-24T10:00"))
    assert (answer.is_open, answer.next_opening) == (False, None)


def test_a_caller_of_unknown_department_keeps_the_clock_of_paris() -> None:
    assert opening(HOURS, "inconnu", at("2026-11-24T08:30")).is_open
    assert not opening(HOURS, "inconnu", at("2026-11-24T08:29")).is_open


@given(
    code=st.sampled_from(INHABITED),
    instant=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 1), timezones=st.just(UTC)),
)
@settings(max_examples=300, deadline=None)
def test_the_next_opening_is_the_first_open_minute_that_an_obvious_clock_finds(code: str, instant: datetime) -> None:
    territory = TERRITORIES[code]
    zone = ZoneInfo(territory.timezone)
    days = holidays.country_holidays("FR", subdiv=territory.holidays or None, years=range(2025, 2030))

    def works(day: date) -> bool:
        return day.weekday() < 5 and day not in days

    def is_open(local: datetime) -> bool:
        return works(local.date()) and time(8, 30) <= local.time() < time(18)

    local = instant.astimezone(zone)
    answer = opening(HOURS, code, instant)
    assert answer.is_open == is_open(local)
    if answer.is_open:
        return
    day = local.date() if local.time() < time(8, 30) else local.date() + timedelta(days=1)
    while not works(day):
        day += timedelta(days=1)
    assert answer.next_opening == datetime.combine(day, time(8, 30), zone)
