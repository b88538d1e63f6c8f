"""What a waiting caller is told: one true sentence, about once a minute, and never the same twice in a row.

The estimate divides the calls ahead by what is known of the pace: the calls picked up lately, or the agents at work
and a usual handling time while nothing has been picked up yet. It is said as a range of whole minutes; silence is
better than a wrong figure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

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


class Telling(StrEnum):
    """The one sentence of an announcement, as it rides in an address."""

    PLACE = "p"
    UNTIL = "u"  # until when we answer, where they may still be waiting then
    AWAY = "a"  # everybody who may answer them is paused
    LONGER = "l"  # longer than was said before, so no new figure
    RANGE = "r"
    STILL = "s"  # we are still here: where nothing else is known
    KEPT = "k"  # the same, where the last words were those


@dataclass(frozen=True)
class Announcement:
    """What this announcement says. `range` and `closes_at` (local) are what it says them of."""

    telling: Telling
    position: int
    range: Range | None
    told: int  # the highest minute promised so far, to carry to the next turn; 0 = nothing yet
    closes_at: datetime | None = None


def estimate(position: int, at_work: int, picked: int) -> Range | None:
    """The range of minutes until the caller in `position` (1 = next) is picked up, or None when it is not known."""
    if at_work <= 0:
        return None
    per_second = picked / PACE_WINDOW if picked >= ENOUGH else at_work / HANDLING
    seconds = position / per_second
    low, high = int(seconds * 0.7 // 60) or 1, int(seconds * 1.4 // 60) + 1
    return Range(low, max(high, low + 1)) if high <= LONGEST_SAID else None


def announcement(
    position: int, at_work: int, picked: int, waited: float, told: int, at: datetime,
    closes_at: datetime | None = None, last: str = "",
) -> Announcement:  # fmt: skip
    """What to say after `waited` seconds to someone who was told at most `told` minutes in all, and `last` that.
    `at_work`: agents who are not paused; `closes_at`: when their queue does, so that nobody is left to think that an
    adviser will still answer then."""
    expected = estimate(position, at_work, picked)
    longest = timedelta(minutes=expected.high if expected else UNKNOWN_WAIT)
    closes = closes_at if closes_at and at + longest > closes_at else None
    worse = bool(told) and (waited / 60 > told or (expected is not None and waited / 60 + expected.low > told))
    telling = _next_of(_truths(at_work, expected, worse=worse, closes=closes is not None), last)
    spoken = expected if telling == Telling.RANGE else None
    promised = int(waited // 60) + spoken.high if spoken and not told else told
    return Announcement(telling, position, spoken, promised, closes if telling == Telling.UNTIL else None)


def soothing(last: str) -> Telling:
    """What to say to somebody of whose place nothing is known."""
    return Telling.KEPT if last == Telling.STILL else Telling.STILL


def _truths(at_work: int, expected: Range | None, *, worse: bool, closes: bool) -> list[Telling]:
    """All that may be said now, two at least, in the order in which it is."""
    truths = [Telling.PLACE] + [Telling.UNTIL] * closes
    if at_work <= 0:
        return [*truths, Telling.AWAY]
    if worse:
        return [*truths, Telling.LONGER]
    return [*truths, Telling.RANGE if expected else Telling.STILL]


def _next_of(truths: list[Telling], last: str) -> Telling:
    said = next((n for n, telling in enumerate(truths) if telling == last), -1)
    return truths[(said + 1) % len(truths)]
