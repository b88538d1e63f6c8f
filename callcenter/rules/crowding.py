"""How much of the queue one number, and all who withhold theirs, may hold.

A care home, a prison or a town hall is one number too: none of its calls is refused for the first few, and none is put
before those of other people from the third on.
"""

from dataclasses import dataclass

WITH_OTHERS = 2  # calls of one number that wait among those of other people; the following stand behind them
OF_ONE_NUMBER = 50  # the part of the queue that one number's calls may fill: the limit over this
AT_LEAST = 3  # and so many, however short the queue


@dataclass(frozen=True, slots=True)
class Crowd:
    """Calls that wait now, callbacks that are due left out. `withheld`: those whose number is not known; `of_number`:
    those of the number that calls, none for a number that is exempt or not known."""

    waiting: int
    withheld: int
    of_number: int


def stands_behind(crowd: Crowd) -> bool:
    """Whether the next call of this number waits behind those of other numbers."""
    return crowd.of_number >= WITH_OTHERS


def turned_away(crowd: Crowd, limit: int, *, withheld: bool) -> str | None:
    """Why there is no place for one more: `full`, or `shared` where its own number fills its part; None where there is
    one. Who withholds their number are not one number, and fill half of the queue at most."""
    if crowd.waiting >= limit or (withheld and crowd.withheld >= -(-limit // 2)):
        return "full"
    return "shared" if crowd.of_number >= max(limit // OF_ONE_NUMBER, AT_LEAST) else None
