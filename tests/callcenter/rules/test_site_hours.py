"""What a site is on one day: a dated exception, else a holiday of its territory, else its ordinary week."""

from datetime import date

import pytest

from callcenter.rules.opening_hours import OFF, DatedException, holding
from callcenter.rules.site_hours import SiteDay, on_day

TUESDAY = date(2026, 11, 24)
WEEK = ((), (("09:00", "12:00"), ("14:00", "17:00")))
NO_HOURS = ((),) * 7
FLOOD = DatedException("S7", TUESDAY, TUESDAY, OFF, "flood")
LATE = DatedException("S7", TUESDAY, TUESDAY, "Mo-Su 10:00-11:30,18:00-24:00", "other")


@pytest.mark.parametrize(
    ("week", "is_holiday", "exception", "found"),
    [
        (WEEK, False, None, SiteDay((("09:00", "12:00"), ("14:00", "17:00")), True)),
        (WEEK, True, None, SiteDay((), True)),
        (NO_HOURS, False, None, SiteDay((), False)),
        (WEEK, False, FLOOD, SiteDay((), True, "flood")),
        (NO_HOURS, False, FLOOD, SiteDay((), True, "flood")),
        (WEEK, True, LATE, SiteDay((("10:00", "11:30"), ("18:00", "24:00")), True, "other")),
    ],
)
def test_a_day_of_a_site(
    week: tuple[tuple[tuple[str, str], ...], ...],
    is_holiday: bool,
    exception: DatedException | None,
    found: SiteDay,
) -> None:
    assert on_day(week, TUESDAY, is_holiday, exception) == found


def test_of_two_exceptions_the_one_that_closes_holds_and_none_beyond_its_days() -> None:
    assert holding([LATE, FLOOD], TUESDAY) == FLOOD
    assert holding([LATE, FLOOD], date(2026, 11, 25)) is None
