"""Whether a secret was drawn or made up. What was drawn at random passes whatever its alphabet; what a hand typed until
it was long enough does not."""

from collections import Counter
from itertools import pairwise

LONG_ENOUGH = 32  # characters
FEWEST_CHARACTERS = 8  # 32 random hexadecimal figures show fewer than eight once in a million million
FEWEST_TRIPLES = 24  # of 32 random hexadecimal figures 30 triples are different, give or take one


def weakness(secret: str, long_enough: int = LONG_ENOUGH) -> str:
    """Why a secret is refused, without a word of it; empty for one that may be used."""
    if len(secret) < long_enough:
        return f"at least {long_enough} characters"
    if len(set(secret)) < FEWEST_CHARACTERS:
        return f"at least {FEWEST_CHARACTERS} different characters"
    if _triples(secret) < FEWEST_TRIPLES:
        return "the same pattern again and again"
    if _runs(secret):
        return "characters in their order"
    return ""


def _triples(secret: str) -> int:
    return len({secret[n : n + 3] for n in range(len(secret) - 2)})


def _runs(secret: str) -> bool:
    """Whether half of the steps from one character to the next are the same: `abcdef…`, `0123…`, `zyxw…`."""
    steps = Counter(ord(after) - ord(before) for before, after in pairwise(secret))
    return steps.most_common(1)[0][1] > len(secret) / 2
