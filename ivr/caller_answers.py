"""What a citizen has told us so far, and the address in which it rides to their next keys, as short codes.

A postal code (but sealed) or a telephone number never does.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from callcenter.phone_number import OWN_PLANS
from callcenter.rules.territory import MONACO, TERRITORIES, UNKNOWN
from ivr.prompts import LANGUAGES

OTHER = "autre"  # the topic of those who do not know
DIGITS = 9  # of the longest number that an address or a form of the carrier's holds


@dataclass(frozen=True, slots=True)
class Heard:
    """What the citizen has told us so far, and where we are in asking."""

    language: str = "fr"
    department: str = UNKNOWN
    topic: str = OTHER
    relay: bool = False
    alone: bool = False
    """Nobody on duty speaks the other language: it gets a callback."""
    unspoken: bool = False
    """Nobody of ours at all speaks it: the menu does, and advisers answer in French."""
    anonymous: bool = False
    """The calling number cannot be called back."""
    hint: tuple[str, ...] = ()
    """Territories to offer for a confirmation."""
    among: tuple[str, ...] = ()
    """Territories the last postal code may lie in."""
    place: str = ""
    """The last postal code, sealed, while its sites are being told."""
    texts: bool = False
    """The calling number can be written to."""
    group: str = ""
    """Key of the first level of the topic menu."""
    reopens: str = ""
    """Local opening, or the beginning of a callback that is promised: `2026-11-23T08:30`."""
    until: str = ""
    """Its end."""
    today: str = ""
    """The local day on which these are told: `2026-11-23`."""
    slots: tuple[str, ...] = ()
    """Half-days to choose from (`rules.callbacks`), and SOONEST."""
    slot: str = ""
    """The one chosen."""
    typed: bool = False
    """The callback is for a number that was typed."""
    plan: str = ""
    """The territory whose plan of numbers the typed one may follow, where it has its own."""
    tries: int = 0
    repeats: int = 0
    rounds: int = 0


Move = tuple[str, Heard]
"""A step of the dialogue, and what is known there."""

_FLAGS = {"r": "relay", "a": "anonymous", "y": "typed", "x": "alone", "v": "unspoken", "i": "texts"}
_WORDS = {
    "l": "language", "d": "department", "t": "topic", "g": "group", "o": "reopens", "u": "until", "e": "slot",
    "z": "today", "j": "place", "q": "plan",
}  # fmt: skip
_LISTS = {"h": "hint", "w": "among", "f": "slots"}
_COUNTS = {"n": "tries", "p": "repeats", "b": "rounds"}
_NOTHING = Heard()
OURS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z0-9]{1,6}")


def written(step: str, heard: Heard) -> str:
    """The query of the address that brings the next keys; defaults are left out."""
    pairs = {"s": step}
    for key, name in _WORDS.items():
        if (word := getattr(heard, name)) != getattr(_NOTHING, name):
            pairs[key] = word
    pairs |= {key: "-".join(getattr(heard, name)) for key, name in _LISTS.items() if getattr(heard, name)}
    pairs |= {key: "1" for key, name in _FLAGS.items() if getattr(heard, name)}
    pairs |= {key: str(getattr(heard, name)) for key, name in _COUNTS.items() if getattr(heard, name)}
    return urlencode(pairs, safe=":")


def read(query: str) -> Move:
    """Step, which may be none, and answers out of an address; what is missing or unknown has its default."""
    pairs = dict(parse_qsl(query))
    heard = Heard(
        language=pairs["l"] if pairs.get("l") in LANGUAGES else "fr",
        department=pairs["d"] if pairs.get("d") in TERRITORIES else UNKNOWN,
        topic=pairs.get("t", OTHER),
        relay="r" in pairs,
        anonymous="a" in pairs,
        hint=_codes(pairs.get("h", "")),
        among=_codes(pairs.get("w", "")),
        place=pairs.get("j", ""),
        texts="i" in pairs,
        group=pairs.get("g", ""),
        reopens=pairs.get("o", ""),
        until=pairs.get("u", ""),
        today=pairs.get("z", ""),
        slots=tuple(slot for slot in pairs.get("f", "").split("-") if slot),
        slot=pairs.get("e", ""),
        typed="y" in pairs,
        plan=pairs["q"] if pairs.get("q") in OWN_PLANS else "",
        alone="x" in pairs,
        unspoken="v" in pairs,
        tries=count(pairs.get("n", "")),
        repeats=count(pairs.get("p", "")),
        rounds=count(pairs.get("b", "")),
    )
    return pairs.get("s", ""), heard


def own(query: str) -> dict[str, str]:
    """Ids and marks out of an address of ours that carries no dialogue. What we never write there is not there, for it
    would be said again in the next document, whatever it is."""
    return {name: value for name, value in parse_qsl(query) if OURS.fullmatch(value)}


def _codes(joined: str) -> tuple[str, ...]:
    return tuple(code for code in joined.split("-") if code in TERRITORIES or code == MONACO)


def count(digits: str) -> int:
    """A small number as we write it; anything else in its place is none."""
    return int(digits) if len(digits) <= DIGITS and digits.isascii() and digits.isdigit() else 0
