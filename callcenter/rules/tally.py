"""What is counted: one value for any territory, period, partner and channel, that merges by addition.

The live wall, the history and the rollups all hand tallies to `rules.quality`, so a measure has one definition. The
columns of the rollup tables are these fields: durations in whole milliseconds, so that any order of addition gives the
same sum.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import reduce
from operator import add
from typing import TypeVar

from callcenter.rules.histogram import Histogram
from callcenter.rules.states import Ending

Part = TypeVar("Part")
Group = TypeVar("Group", bound=Hashable)

LONGEST = "wait_longest_ms"  # the one counter that merges by the greater


@dataclass(frozen=True)
class Tally:
    """Contacts, accompaniments, calls, offers, callbacks and agents' time. Absent facts are counted nowhere."""

    contacts: int = 0
    owing: int = 0
    """Contacts that owe an outcome: recorded, still owed, or released."""
    recorded: int = 0
    answers: int = 0
    """Contacts whose citizen answered how satisfied they were, on a declared scale."""
    satisfied: int = 0
    very_satisfied: int = 0
    said: int = 0
    """Contacts whose citizen said whether their request was settled."""
    said_settled: int = 0
    return_known: int = 0
    """Answered calls of known number whose seven days are over."""
    returned: int = 0

    accompaniments: int = 0
    opened: int = 0
    """Accompaniments that continue no earlier one."""
    settlement_known: int = 0
    """Opened accompaniments of which it was recorded whether they were settled."""
    settled: int = 0
    """Opened accompaniments settled in that first contact."""
    informations: int = 0
    assistances: int = 0
    orientations: int = 0

    wait_ms: int = 0
    wait_longest_ms: int = 0
    handled: int = 0
    """Contacts handled by an agent whose times are known; relay calls are in `relay_handled` instead."""
    talk_ms: int = 0
    """Conversation; at a front desk, the whole visit."""
    hold_ms: int = 0
    wrap_up_ms: int = 0
    relay_handled: int = 0
    relay_ms: int = 0
    hearing_handled: int = 0
    """Of `handled`, those who hear badly and were spoken to slowly."""
    hearing_ms: int = 0

    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    short_abandon: int = 0
    left_in_menu: int = 0
    served_by_menu: int = 0
    became_callback: int = 0
    closed: int = 0
    refused_full: int = 0
    technical: int = 0
    technical_known: int = 0
    """Of `technical`, those whose matter was known: they had reached the queue."""
    in_progress: int = 0

    called_back: int = 0
    """Of `became_callback`, those whose caller was reached."""

    promised: int = 0
    """Callbacks, promised to the callers of these calls or by an agent on that day."""
    reached: int = 0
    kept: int = 0
    """Reached between the promised from and until."""
    attempts: int = 0
    late_ms: int = 0
    """How long after the promised until those reached were reached."""
    silent_promised: int = 0
    """Callbacks that nobody asked for, promised to callers who fell silent; none of them is in `promised`."""
    silent_reached: int = 0

    offers: int = 0
    missed: int = 0
    """Offers that rang until their lease ended."""
    refused: int = 0
    busy_ms: int = 0
    """Agents' time in conversation and wrap-up."""
    available_ms: int = 0

    waits: Histogram = field(default_factory=Histogram)

    def __add__(self, other: "Tally") -> "Tally":
        sums = {name: getattr(self, name) + getattr(other, name) for name in COUNTERS if name != LONGEST}
        return Tally(
            **sums,
            wait_longest_ms=max(self.wait_longest_ms, other.wait_longest_ms),
            waits=self.waits + other.waits,
        )

    @property
    def endings(self) -> int:
        """Calls that have ended, each in exactly one of the closed list."""
        return sum(getattr(self, ending) for ending in ENDINGS)


COUNTERS = tuple(each.name for each in fields(Tally) if each.name != "waits")
ENDINGS = {
    "refused_full" if ending == Ending.FULL else ending.value: ending
    for ending in Ending
    if ending != Ending.NOT_REACHED  # of a callback's own dial, which nobody offered us
}
"""The counter of each ending."""


def whole(parts: Iterable[Tally]) -> Tally:
    """The tally of all the parts together."""
    return reduce(add, parts, Tally())


def grouped(parts: Mapping[Part, Tally], group: Callable[[Part], Group]) -> dict[Group, Tally]:
    """The tally of each group of the parts together."""
    found: dict[Group, list[Tally]] = {}
    for key, tally in parts.items():
        found.setdefault(group(key), []).append(tally)
    return {key: whole(tallies) for key, tallies in found.items()}
