"""When the line is open, in the citizen's own clock, against a slow and obvious model."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.rules.opening_hours import BadHours, DatedException, LineHours, Opening, checked, opening
from callcenter.rules.territory import TERRITORIES

HOURS = LineHours(time(8, 30), time(18, 0))
ZONES = {territory.timezone for territory in TERRITORIES.values() if territory.inhabited}
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


def test_a_holiday_override_wins_and_the_territorys_before_the_nations() -> None:
    bridge, working = date(2026, 11, 24), date(2026, 11, 11)
    hours = replace(HOURS, overrides={("N", bridge): True, ("46", bridge): False, ("46", working): False})
    assert not opening(hours, "12", at("2026-11-24T10:00")).is_open
    assert opening(hours, "46", at("2026-11-24T10:00")).is_open
    assert opening(hours, "46", at("2026-11-11T10:00")).is_open


def test_a_dated_exception_wins_over_everything_in_its_scope() -> None:
    flood = DatedException("46", date(2026, 11, 23), date(2026, 11, 24), reason="flood")
    late = DatedException("R76", date(2026, 11, 24), date(2026, 11, 24), "14:00-16:00", "training")
    hours = replace(HOURS, exceptions=(late, flood))
    closed = opening(hours, "46", at("2026-11-23T10:00"))
    assert (closed.is_open, closed.why, closed.next_opening) == (False, "flood", at("2026-11-25T08:30"))
    assert opening(hours, "31", at("2026-11-24T10:00")).next_opening == at("2026-11-24T14:00")
    assert opening(hours, "75", at("2026-11-24T10:00")).is_open


def test_a_queue_has_narrower_hours_than_its_line_never_wider() -> None:
    hours = replace(HOURS, own={("N", "impots"): "Mo-Su 07:00-12:00"})
    assert opening(hours, "46", at("2026-11-24T11:00"), "impots").closes_at == at("2026-11-24T12:00")
    assert opening(hours, "46", at("2026-11-24T07:30"), "impots").next_opening == at("2026-11-24T08:30")
    assert opening(hours, "46", at("2026-11-24T13:00")).is_open
    assert opening(hours, "46", at("2026-11-24T13:00"), "impots").next_opening == at("2026-11-25T08:30")


def test_a_holiday_is_worked_where_its_own_rule_says_so() -> None:
    hours = replace(HOURS, own={("46", ""): "Mo-Fr 08:30-18:00; PH 10:00-12:00"})
    assert opening(hours, "46", at("2026-11-11T09:00")).next_opening == at("2026-11-11T10:00")
    assert opening(hours, "46", at("2026-11-11T13:00")).why == "holiday"


@pytest.mark.parametrize(
    ("written", "sunday", "holiday", "tuesday"),
    [
        ("Mo-Fr 08:30-18:00; Su,PH off", 0, 0, 1),
        ("Mo-Fr 08:30-18:00; PH,Su off", 0, 0, 1),
        ("Mo-Su 08:30-18:00; Su, PH off", 0, 0, 1),
        ("Mo-Su 08:30-18:00; Sa-Su,PH off", 0, 0, 1),
        ("Mo-Fr 08:30-18:00, PH off", 0, 0, 1),
        ("Mo-Fr,PH 08:30-18:00", 0, 1, 1),
        ("PH,Su 09:00-12:00; Mo-Sa 08:30-18:00", 1, 1, 1),
        ("Mo-Fr 08:30-18:00; Su,PH 10:00-11:30", 1, 1, 1),
        ("week 1-53 Su,PH 10:00-11:30", 1, 1, 0),
        ("Mo-Su,PH 08:30-18:00", 1, 1, 1),
        ("Mo-Fr 08:30-12:00,13:00-18:00; PH off", 0, 0, 1),
    ],
)
def test_holidays_stand_among_the_days_as_everybody_writes_them(
    written: str, sunday: int, holiday: int, tuesday: int
) -> None:
    """2026-11-11 is a Wednesday and a holiday."""
    hours = replace(HOURS, own={("46", ""): checked(written)})
    open_at = [opening(hours, "46", at(f"2026-11-{day}T11:00")).is_open for day in (22, 11, 24)]
    assert open_at == [bool(sunday), bool(holiday), bool(tuesday)]


@pytest.mark.parametrize("written", ["", "Mo-Xy 8", "Mo-Fr sunrise-18:00", "SH off", "PH+1 day off", "x" * 501])
def test_hours_that_cannot_be_judged_are_refused_and_closed(written: str) -> None:
    with pytest.raises(BadHours):
        checked(written)
    answer = opening(replace(HOURS, own={("46", ""): written or ";"}), "46", at("2026-11-24T10:00"))
    assert (answer.is_open, answer.next_opening, answer.why) == (False, None, "unknown")


def test_an_unknown_calendar_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = replace(TERRITORIES["46"], holidays="no such subdivision")
    monkeypatch.setitem(TERRITORIES, "46", strange)
    assert opening(HOURS, "46", at("2026-11-24T10:00")) == Opening(False, None, why="unknown")


WEEK = "Mo-Fr 08:30-18:00"
NIGHTS = "Mo-Su 00:30-02:15,03:30-05:00,22:00-24:00"


@pytest.mark.parametrize("code", INHABITED)
def test_every_territory_opens_and_closes_when_an_obvious_clock_says_so_across_a_year(code: str) -> None:
    """The model asks the wall clock every quarter of an hour; all hours are on quarters."""
    dice = random.Random(code)
    hours = replace(
        HOURS,
        own={(code, ""): dice.choice([NIGHTS, "Mo-Fr 08:30-12:00,13:30-18:00; Sa 09:00-12:00", "We-Su 10:15-19:45"])},
        exceptions=tuple(
            DatedException(code, day, day + timedelta(days=dice.randrange(9)), dice.choice(["off", "11:00-11:30"]))
            for day in (date(2026, 1, 1) + timedelta(days=dice.randrange(365)) for _ in range(3))
        ),
        overrides={(code, date(2026, 1, 1) + timedelta(days=dice.randrange(365))): bool(n % 2) for n in range(6)},
    )
    zone = ZoneInfo(TERRITORIES[code].timezone)
    is_open = obvious(hours, code)
    begins = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * dice.randrange(35_040)) for _ in range(12)]
    nights = [datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, 15, tzinfo=UTC)]
    for instant in [*begins, *nights, *(night + timedelta(hours=n / 2) for night in nights for n in range(1, 10))]:
        answer = opening(hours, code, instant)
        assert answer.is_open == is_open(*wall(instant.astimezone(zone))), (code, instant)
        change = instant
        while is_open(*wall(change.astimezone(zone))) == answer.is_open:
            change += timedelta(minutes=15)
        told = answer.closes_at if answer.is_open else answer.next_opening
        assert told is not None
        assert told.astimezone(UTC) == change, (code, instant)


def obvious(hours: LineHours, code: str) -> Callable[[date, str], bool]:
    """The same hours, spelled out as a table of weekdays."""
    table = {
        NIGHTS: {day: [("00:30", "02:15"), ("03:30", "05:00"), ("22:00", "24:00")] for day in range(7)},
        WEEK: {day: [("08:30", "18:00")] for day in range(5)},
        "We-Su 10:15-19:45": {day: [("10:15", "19:45")] for day in (2, 3, 4, 5, 6)},
    }.get(
        hours.own[code, ""],
        {day: [("08:30", "12:00"), ("13:30", "18:00")] for day in range(5)} | {5: [("09:00", "12:00")]},
    )
    free = frozenset(
        holidays.country_holidays("FR", subdiv=TERRITORIES[code].holidays or None, years=range(2025, 2029))
    )

    def is_open(day: date, clock: str) -> bool:
        holding = [e for e in hours.exceptions if e.first <= day <= e.last]
        if holding:
            return all(e.hours != "off" for e in holding) and "11:00" <= clock < "11:30"
        if hours.overrides.get((code, day), day in free):
            return False
        return any(a <= clock < b for a, b in table.get(day.weekday(), []))

    return is_open


def test_on_every_day_of_a_year_every_territory_is_told_the_right_next_change() -> None:
    """107 territories, with the line's ordinary hours and, every second one, hours that cut through the night; one
    minute of every day. The model looks at every quarter of an hour of the year on each territory's wall clock."""
    assert len(INHABITED) == 107
    quarters = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * n) for n in range(375 * 96)]
    clocks = {zone: [wall(quarter.astimezone(ZoneInfo(zone))) for quarter in quarters] for zone in ZONES}
    for zone in ("Europe/Paris", "America/Miquelon"):
        assert {_hours_of_day(clocks[zone], day) for day in ("2026-03-29", "2026-03-08")} >= {23}
        assert {_hours_of_day(clocks[zone], day) for day in ("2026-10-25", "2026-11-01")} >= {25}
    for nth, code in enumerate(INHABITED):
        dice = random.Random(code)
        hours = replace(HOURS, own={(code, ""): (NIGHTS, WEEK)[nth % 2]})
        is_open = obvious(hours, code)
        states = [is_open(day, clock) for day, clock in clocks[TERRITORIES[code].timezone]]
        following = [0] * len(states)  # where each quarter's state changes next
        for n in range(len(states) - 2, -1, -1):
            following[n] = following[n + 1] if states[n + 1] == states[n] else n + 1
        for n in range(365):
            quarter = n * 96 + dice.randrange(96)
            answer = opening(hours, code, quarters[quarter] + timedelta(minutes=dice.randrange(15)))
            told = answer.closes_at if answer.is_open else answer.next_opening
            assert answer.is_open == states[quarter], (code, quarters[quarter])
            assert told is not None
            assert told.astimezone(UTC) == quarters[following[quarter]], (code, quarters[quarter])


def _hours_of_day(clock: list[tuple[date, str]], day: str) -> float:
    return sum(each == date.fromisoformat(day) for each, _ in clock) / 4


def wall(local: datetime) -> tuple[date, str]:
    """What a calendar and a clock on the wall show."""
    return local.date(), f"{local:%H:%M}"


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
