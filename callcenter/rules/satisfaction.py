"""The two questions after a contact, the same as at a desk: how satisfied, from 1 to 4, and whether it is settled."""

import re
from dataclasses import dataclass

SCALE = 4
SCORES = ("1", "2", "3", "4")
YES, NO = "1", "2"
NO_MORE = "0"
"""The key of somebody who does not want to be asked, now or ever."""
_STOP = re.compile(r"\b(stop|arret|arrêt)\b", re.IGNORECASE)
_SCORE = re.compile(r"(?<!\d)([1-4])(?!\d)")
_SETTLED = re.compile(r"\b(oui|yes|o|y)\b", re.IGNORECASE)
_UNSETTLED = re.compile(r"\b(non|no|n)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reply:
    """What a text said; None: nothing about it."""

    score: int | None = None
    settled: bool | None = None
    asks_no_more: bool = False


def read(text: str) -> Reply:
    """A citizen's text: « 4 oui », « 3, non », « STOP ». Whatever is not clear is no answer."""
    if _STOP.search(text):
        return Reply(asks_no_more=True)
    scores = set(_SCORE.findall(text))
    yes, no = bool(_SETTLED.search(text)), bool(_UNSETTLED.search(text))
    return Reply(int(scores.pop()) if len(scores) == 1 else None, yes if yes != no else None)
