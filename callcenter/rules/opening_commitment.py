"""The charter's opening commitment: a principal site opens at least 24 hours over at least 5 days a week.

Judged by a site's regular week: neither holidays nor dated exceptions (training, strike, flood) count in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from callcenter.rules.site_hours import Span

HOURS = 24
DAYS = 5


@dataclass(frozen=True)
class OpeningWeek:
    """How long a site is open in a week."""

    minutes: int
    days: int

    @property
    def kept(self) -> bool:
        """At least 24 h over at least 5 days. Unit: yes or no, of principal sites; antennas and buses apart. [FS]"""
        return self.minutes >= HOURS * 60 and self.days >= DAYS


def opening_week(week: Sequence[Sequence[Span]]) -> OpeningWeek | None:
    """The week of one site from its days' merged spans; None when no day has any: unknown, not closed."""
    days = [sum(_minutes(ends) - _minutes(begins) for begins, ends in spans) for spans in week]
    return OpeningWeek(sum(days), sum(day > 0 for day in days)) if any(days) else None


def _minutes(written: str) -> int:
    hours, minutes = written.split(":")
    return int(hours) * 60 + int(minutes)
