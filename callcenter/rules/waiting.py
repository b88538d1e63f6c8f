"""What a waiting caller is told: a place, and an honest range or nothing.

The estimate divides the calls ahead by what is known of the pace: the calls picked up lately, or the agents on duty
and a usual handling time while nothing has been picked up yet. It is said as a range of whole minutes; silence is
better than a wrong figure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

HANDLING = 480.0  # seconds a call usually takes until the recent pace says better: 8 minutes
PACE_WINDOW = 900.0  # seconds over which pick-ups are counted
ENOUGH = 3  # pick-ups in the window before they are believed
LONGEST_SAID = 60  # minutes: beyond that a figure helps nobody
UNKNOWN_WAIT = 15  # minutes before closing from which it is said to those whose wait is not known


@dataclass(frozen=True)
class Range:
    """Between two whole numbers of minutes, `low` at least 1."""

    low: int
    high: int


@dataclass(frozen=True)
class Announcement:
    """What this turn of the waiting music says. `worse`: longer than was said before, so no new figure."""

    position: int
    range: Range | None
    worse: bool
    told: int  # the highest minute promised so far, to carry to the next turn; 0 = nothing yet
    closes_at: datetime | None = None  # when their queue closes, local, if they may still be waiting then


def estimate(position: int, on_duty: int, picked: int) -> Range | None:
    """The range of minutes until the caller in `position` (1 = next) is picked up, or None when it is not known."""
    if on_duty <= 0:
        return None
    per_second = picked / PACE_WINDOW if picked >= ENOUGH else on_duty / HANDLING
    seconds = position / per_second
    low, high = int(seconds * 0.7 // 60) or 1, int(seconds * 1.4 // 60) + 1
    return Range(low, max(high, low + 1)) if high <= LONGEST_SAID else None


def announcement(
    position: int, on_duty: int, picked: int, waited: float, told: int, at: datetime, closes_at: datetime | None = None
) -> Announcement:
    """What to say after `waited` seconds to someone who was told at most `told` minutes in all. `closes_at`: when their
    queue does; nobody is left to think that an adviser will still answer then."""
    expected = estimate(position, on_duty, picked)
    worse = bool(told) and (waited / 60 > told or (expected is not None and waited / 60 + expected.low > told))
    spoken = None if worse else expected
    promised = int(waited // 60) + spoken.high if spoken and not told else told
    longest = timedelta(minutes=expected.high if expected else UNKNOWN_WAIT)
    closes = closes_at if closes_at and at + longest > closes_at else None
    return Announcement(position, spoken, worse, told=promised, closes_at=closes)
