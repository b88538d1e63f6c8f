"""How many callbacks may be promised within an hour, so that whoever floods one way of asking takes nobody else's.

A promise is drawn from a pool of its destination: that of the numbers that called us, that of typed numbers, the small
second one, or that of those who fell silent, which takes nothing from anybody who asks. Whoever withholds their number
draws at most half of the typed pool, then from the second, for a number that nobody was promised that day: what one of
them burns is never the pool of those who call from their own. What they may draw of an hour's pools is given out little
by little: nobody tells one of them from another, so a flood burns minutes, not the hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from callcenter.config import CALLING_CODES

ALARM_AT = 0.5  # of a pool
SPELLS = 6  # equal parts of the hour: in each, withheld numbers draw no more than that part of a pool


class Pool(StrEnum):
    """From where a promise was drawn; the second and third share a ceiling."""

    OWN = "own"  # the number called us, or a member of staff agreed on it
    TYPED = "typed"  # it was typed, on a line that tells its own number
    WITHHELD = "withheld"  # it was typed, by somebody who withholds theirs
    SECOND = "second"
    SILENT = "silent"  # nobody asked: the number called us, was understood, and said no more


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Promises an hour to one destination."""

    own: int
    typed: int
    second: int
    silent: int


@dataclass(frozen=True, slots=True)
class Used:
    """How much of a pool of one destination has been promised in the last hour; or of the texts, how many were sent."""

    destination: str
    pool: str
    promised: int
    ceiling: int

    @property
    def share(self) -> float:
        """1 is all of it, and so is any part of a pool that holds nothing."""
        return self.promised / self.ceiling if self.ceiling else float(self.promised > 0)

    @property
    def has_just_reached_half(self) -> bool:
        """Whether the latest promise is the one that the alarm is for."""
        return self.promised == -(-self.ceiling // 2)

    def is_drawn_from(self, pool: Pool) -> bool:
        """Whether a promise drawn from `pool` counts here."""
        return self.pool == pool or (self.pool, pool) == (Pool.TYPED, Pool.WITHHELD)


def destination(e164: str) -> str:
    """The calling code whose pools a number is promised from; none of them begins another."""
    return next((code for code in CALLING_CODES if e164.startswith(code)), CALLING_CODES[0])


def draw(
    promised: Mapping[Pool, int], lately: Mapping[Pool, int], of: Ceilings, *,
    typed: bool, withheld: bool, is_new_today: bool, silent: bool = False,
) -> Pool | None:  # fmt: skip
    """The pool that the next promise is drawn from; None when none is left. `promised`: within the hour, to this
    destination; `lately`: of these, within one of its SPELLS; `withheld`: who asks hides their own number;
    `is_new_today`: nobody was promised a call to it today; `silent`: nobody asks."""
    if silent:
        return Pool.SILENT if promised.get(Pool.SILENT, 0) < of.silent else None
    if not typed:
        return Pool.OWN if promised.get(Pool.OWN, 0) < of.own else None
    by_withheld = promised.get(Pool.WITHHELD, 0)
    has_room = promised.get(Pool.TYPED, 0) + by_withheld < of.typed
    if not withheld:
        return Pool.TYPED if has_room else None
    half = (of.typed + 1) // 2
    if has_room and by_withheld < half and lately.get(Pool.WITHHELD, 0) < _in_a_spell(half):
        return Pool.WITHHELD
    has_second = promised.get(Pool.SECOND, 0) < of.second and lately.get(Pool.SECOND, 0) < _in_a_spell(of.second)
    return Pool.SECOND if is_new_today and has_second else None


def _in_a_spell(ceiling: int) -> int:
    return -(-ceiling // SPELLS)


def usage(code: str, promised: Mapping[Pool, int], of: Ceilings) -> tuple[Used, ...]:
    """How each pool of a destination stands."""
    typed = promised.get(Pool.TYPED, 0) + promised.get(Pool.WITHHELD, 0)
    return (
        Used(code, Pool.OWN, promised.get(Pool.OWN, 0), of.own),
        Used(code, Pool.TYPED, typed, of.typed),
        Used(code, Pool.WITHHELD, promised.get(Pool.WITHHELD, 0), (of.typed + 1) // 2),
        Used(code, Pool.SECOND, promised.get(Pool.SECOND, 0), of.second),
        Used(code, Pool.SILENT, promised.get(Pool.SILENT, 0), of.silent),
    )
