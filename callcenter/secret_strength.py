"""Whether a secret was drawn or made up. What was drawn at random passes whatever its alphabet; what a hand typed until
it was long enough does not."""

import re
from collections import Counter
from itertools import pairwise

LONG_ENOUGH = 32  # characters
FEWEST_CHARACTERS = 8  # 32 random hexadecimal figures show fewer than eight once in a million million
KEYBOARD = ("azertyuiop", "qwertyuiop", "qsdfghjklm", "asdfghjkl", "wxcvbn", "zxcvbnm", "1234567890")
WORDS = re.compile(
    r"[-_ .]|secret|passw(?:or)?d|mot.?de.?passe|passe|production|changeme|change|exemple|example|services?|france|"
    r"callcenter|telephone|twilio|token|admin|clef?s?(?![a-z])|keys?(?![a-z])|(?<![a-z])(?:this|that|here|very|long|"
    r"strong|test|demo|prod|code|real|really|super|is|my|our|the|for|it|a|of|ma|mon|la|le|une?|est|pour|tres|longue?)(?![a-z])"
)
"""What a hand writes that was asked for a secret, and what stands between the words."""
FEWEST_TRIPLES = 24  # of 32 random hexadecimal figures 30 triples are different, give or take one


def weakness(secret: str, long_enough: int = LONG_ENOUGH) -> str:
    """Why a secret is refused, without a word of it; empty for one that may be used."""
    if len(secret) < long_enough:
        return f"at least {long_enough} characters"
    if len(set(secret)) < FEWEST_CHARACTERS:
        return f"at least {FEWEST_CHARACTERS} different characters"
    if _triples(secret) < FEWEST_TRIPLES:
        return "the same pattern again and again"
    if _runs(secret) or _runs(secret[::2]) or _runs(secret[1::2]) or _walks(secret):
        return "characters in their order"
    if len(WORDS.sub("", secret.lower())) < long_enough / 2:
        return "words, where it must be drawn at random"
    return ""


def _triples(secret: str) -> int:
    return len({secret[n : n + 3] for n in range(len(secret) - 2)})


def _walks(secret: str) -> bool:
    """Whether half of it is walked along the rows of a keyboard."""
    steps = {row[n : n + 2] for row in KEYBOARD for n in range(len(row) - 1)}
    steps |= {step[::-1] for step in steps}
    small = secret.lower()
    return sum(small[n : n + 2] in steps for n in range(len(small) - 1)) > len(secret) / 2


def _runs(secret: str) -> bool:
    """Whether half of the steps from one character to the next are the same: `abcdef…`, `0123…`, `zyxw…`."""
    steps = Counter(ord(after) - ord(before) for before, after in pairwise(secret))
    return steps.most_common(1)[0][1] > len(secret) / 2
