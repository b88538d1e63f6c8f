"""Why somebody else than the agent changed what they do: a code for each, and words beside it."""

from dataclasses import dataclass

ACCOUNT = "account"  # an administrator changed their account: never chosen by hand
CALL_WAITS = "call_waits"
WHYS = ("forgot", CALL_WAITS, "meeting", "technical", "shift_over", "absence", "other")
MOST_WORDS = 200  # characters


@dataclass(frozen=True, slots=True)
class MovedBy:
    """Who did it, a member of staff's id, why, one of WHYS or ACCOUNT, and what they wrote to the agent."""

    who: str
    why: str
    words: str = ""


def is_reason(why: str, words: str) -> bool:
    """Whether it tells an agent why: another reason than those listed needs its words."""
    return why in WHYS and len(words) <= MOST_WORDS and (why != "other" or bool(words.strip()))
