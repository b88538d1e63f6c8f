"""When a promised callback is due, and how often it is tried."""

from datetime import datetime, timedelta
from enum import StrEnum

from callcenter.rules.opening_hours import LineHours, opening

ATTEMPTS = 3
APART = timedelta(minutes=30)
SOON = timedelta(hours=1)  # the width of a promise made from the queue
SLOT = timedelta(hours=3, minutes=30)  # a morning; the width of a promise made outside hours


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


def window(hours: LineHours, department: str, at: datetime, wait: timedelta) -> tuple[datetime, datetime] | None:
    """From when to when a callback asked at `at` is promised: soon while the line is open (after the expected `wait`),
    the next opening's first hours otherwise. None where no opening is known: nothing can be promised."""
    now = opening(hours, department, at)
    if now.is_open:
        return at, at + max(SOON, wait * 2)
    return (now.next_opening, now.next_opening + SLOT) if now.next_opening else None


def next_try(hours: LineHours, department: str, attempts: int, at: datetime) -> tuple[datetime, datetime] | None:
    """The window of the next attempt after `attempts` that did not reach anybody; None after the last."""
    if attempts >= ATTEMPTS:
        return None
    return window(hours, department, at + APART, timedelta(0))
