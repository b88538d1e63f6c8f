"""Who goes ahead of their arrival or behind it, by how much, and why: one score, the same for the order, the desk and
the wall."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FRONT = 86_400.0  # seconds: before anyone who arrived today
RESUME = timedelta(minutes=5)  # a conversation that broke off may be taken up again so long
FAILED_WITHIN = timedelta(hours=48)
FAILURES = 2
KNOWN_WITHIN = timedelta(days=7)  # so long the agent who helped them is asked first, for the same topic


class Reason(StrEnum):
    """Why a caller goes ahead, or behind."""

    DROPPED = "dropped"  # their conversation broke off
    PASSED = "passed"  # an agent passed them on: they have been heard already
    FAILED = "failed"  # failed twice: hung up unheard, or a callback that was missed
    RELAY = "relay"  # a relay service, whose operator waits with them
    SILENCE = "silence"  # a callback that nobody asked for: behind all who ask
    SHARED = "shared"  # others of the same number wait already: behind those of other numbers


# Seconds. Ten minutes make good about one ordinary wait; a relay's conversation takes twice as long as another, so
# that half of that is given for the wait.
BONUS = {
    Reason.DROPPED: FRONT, Reason.PASSED: 1800.0, Reason.FAILED: 600.0, Reason.RELAY: 300.0, Reason.SILENCE: -FRONT,
    Reason.SHARED: -FRONT,
}  # fmt: skip

BEHIND = (Reason.SILENCE, Reason.SHARED)  # reasons to stand behind others; a conversation has done away with them


@dataclass(frozen=True, slots=True)
class Past:
    """What we know of a number: when its last conversation broke off, and how often we have failed it since it was
    last answered, in FAILED_WITHIN."""

    broke_off: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Priority:
    """`seconds` are taken off the arrival."""

    seconds: float
    reasons: tuple[Reason, ...]


def priority(*, relay: bool, past: Past, at: datetime, shared: bool = False, asked: bool = True) -> Priority:
    """What a call that joins at `at` has before the others; several reasons add up. It is fixed then: whoever leaves
    the queue later moves nobody."""
    holds = {
        Reason.DROPPED: past.broke_off is not None and at - past.broke_off <= RESUME,
        Reason.FAILED: past.failures >= FAILURES,
        Reason.RELAY: relay,
        Reason.SILENCE: not asked,
        Reason.SHARED: shared,
    }
    return of(reason for reason, held in holds.items() if held)


def ahead_for(reason: Reason, before: Iterable[str]) -> Priority:
    """The score of whoever comes back to the queue for this reason: what put them behind counts no more."""
    return of(dict.fromkeys([reason, *(each for each in map(Reason, before) if each not in BEHIND)]))


def of(reasons: Iterable[Reason]) -> Priority:
    """The score of these reasons."""
    given = tuple(reasons)
    return Priority(sum(BONUS[reason] for reason in given), given)
