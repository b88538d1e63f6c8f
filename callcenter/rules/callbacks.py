"""When a promised callback is due, in whose hours, and how often it is tried.

A promise made from the queue is for soon; any other is for a half-day, chosen by key: `20261123m` is the morning of 23
November, `a` its afternoon, on the citizen's own clock and within the hours of their territory; where a `topic` is
given, of its queue too.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from callcenter.rules.opening_hours import HORIZON, LineHours, hours_of, on_their_clock, opening

SOON = timedelta(hours=1)  # the width of a promise made from the queue
LEAST = timedelta(minutes=30)  # a narrower promise is not worth making: the next half-day is
NOON = time(13)  # where a morning ends and an afternoon begins
SLOTS = 4  # the most that are read out
FARTHEST = 60  # days ahead that a member of staff may promise
Window = tuple[datetime, datetime]


class CallbackState(StrEnum):
    """A promise is open until it ends in one of the last four; none vanishes."""

    PROMISED = "promised"
    QUEUED = "queued"
    DIALLING = "dialling"
    TALKING = "talking"
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"
    REFUSED = "refused"


OPEN_STATES = (CallbackState.PROMISED, CallbackState.QUEUED, CallbackState.DIALLING, CallbackState.TALKING)


class Source(StrEnum):
    """Who asked for it."""

    CITIZEN = "citizen"
    SILENCE = "silence"  # nobody: who called had answered us, then fell silent where nobody could serve them
    AGENT = "agent"
    CUT_OFF = "cut_off"  # nobody: their conversation broke off, and its agent calls back at once
    SUPERVISOR = "supervisor"
    API = "api"


WISH_TO_SPEAK = (Source.CITIZEN, Source.SILENCE, Source.CUT_OFF)
"""Whose promises are kept, too, by a conversation that the person began."""


class DialResult(StrEnum):
    """What came of one dial. The citizen's telephone rang for the first four only: these are attempts that count."""

    SPOKEN = "spoken"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    UNANSWERED = "unanswered"  # picked up, and nobody pressed 1: a machine, or somebody who did not want to
    FAILED = "failed"
    NOT_DIALLED = "not_dialled"  # the carrier never made the call
    AGENT_LEFT = "agent_left"
    CALLED_US = "called_us"  # the citizen telephoned meanwhile


COUNTED = frozenset(
    {DialResult.SPOKEN, DialResult.BUSY, DialResult.NO_ANSWER, DialResult.UNANSWERED, DialResult.FAILED}
)


@dataclass(frozen=True)
class RetryPolicy:
    """How often, and how far apart, an unreached citizen is dialled."""

    attempts: int
    apart: timedelta

    def of(self, source: str) -> "RetryPolicy":
        """For a promise of this source: what nobody asked for is dialled once."""
        return RetryPolicy(1, self.apart) if source == Source.SILENCE else self


def window(hours: LineHours, department: str, at: datetime, topic: str = "") -> Window | None:
    """From when to when a callback is promised that may begin at `at`: soon, within the day's hours, or else the next
    half-day. None where no opening is known: nothing can be promised. Both ends are local to the territory."""
    now = on_their_clock(department, at)
    if now is None:
        return None
    found = opening(hours, department, at, topic)
    until = min(now + SOON, found.closes_at or now + SOON)
    if found.is_open and until >= now + LEAST:
        return now, until
    following = next(iter(slots(hours, department, at, topic)), None)
    return half_day(hours, department, following, topic) if following else None


def slots(hours: LineHours, department: str, at: datetime, topic: str = "") -> tuple[str, ...]:
    """The next half-days that a citizen may choose from, soonest first; none where no opening is known."""
    now = on_their_clock(department, at)
    if now is None:
        return ()
    days = (now.date() + timedelta(days=n) for n in range(HORIZON))
    codes = (f"{day:%Y%m%d}{half}" for day in days for half in "ma")
    ahead = (code for code in codes if (part := half_day(hours, department, code, topic)) and part[1] >= now + LEAST)
    return tuple(code for code, _ in zip(ahead, range(SLOTS), strict=False))


def half_day(hours: LineHours, department: str, code: str, topic: str = "") -> Window | None:
    """The hours of a half-day in a territory; None when the line is shut then, or `code` is none."""
    day, half = day_of(code), code[-1:]
    open_ = hours_of(hours, department, day, topic) if day else None
    if day is None or open_ is None:
        return None
    noon = datetime.combine(day, NOON, open_[0].tzinfo)
    first, last = (open_[0], min(noon, open_[1])) if half == "m" else (max(noon, open_[0]), open_[1])
    return (first, last) if first < last else None


def chosen(hours: LineHours, department: str, code: str, at: datetime, topic: str = "") -> Window | None:
    """The window of a half-day somebody chose: what is left of it. None when it is past, shut, or too far away."""
    now, part = on_their_clock(department, at), half_day(hours, department, code, topic)
    if now is None or part is None or part[1] < now + LEAST or part[0] > now + timedelta(days=FARTHEST):
        return None
    return max(part[0], now), part[1]


def next_try(
    hours: LineHours, department: str, attempts: int, at: datetime, policy: RetryPolicy, topic: str = ""
) -> Window | None:
    """The window of the next attempt after `attempts` that did not reach anybody; None after the last, or where no
    opening is known."""
    if attempts >= policy.attempts:
        return None
    return window(hours, department, at + policy.apart, topic)


def slot_of(day: date, half: str) -> str:
    """The code of a half-day."""
    return f"{day:%Y%m%d}{half}"


def day_of(code: str) -> date | None:
    """The day of a half-day; None for what is no code of one."""
    try:
        return date.fromisoformat(code[:-1]) if len(code) == 9 and code[-1] in ("m", "a") else None
    except ValueError:
        return None
