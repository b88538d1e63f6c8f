"""What a citizen has told us so far, and the address in which it rides to their next keys, as short codes.

A postal code (but sealed) or a telephone number never does.
"""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from callcenter.phone_number import OWN_PLANS
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.menu import OTHER
from callcenter.rules.territory import MONACO, TERRITORIES, UNKNOWN
from ivr.addresses import count


class Heard(NamedTuple):
    """What the citizen has told us so far, and where we are in asking."""

    language: str = "fr"
    department: str = UNKNOWN
    topic: str = OTHER
    silent: bool = False
    """Nothing was pressed or said in this call that we understood."""
    hard_of_hearing: bool = False
    """They asked us to speak slowly."""
    relay: bool = False
    """A relay service speaks for them."""
    other_language_off_duty: bool = False
    """Nobody on duty speaks the other language: it gets a callback."""
    other_language_unstaffed: bool = False
    """Nobody of ours at all speaks it: the menu does, and advisers answer in French."""
    anonymous: bool = False
    """The calling number cannot be called back."""
    hint: tuple[str, ...] = ()
    """Territories to offer for a confirmation."""
    among: tuple[str, ...] = ()
    """Territories the last postal code may lie in."""
    place: str = ""
    """The last postal code, sealed, while its sites are being told."""
    takes_texts: bool = False
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
    number_is_typed: bool = False
    """The callback is for a number that was typed."""
    plan: str = ""
    """The territory whose plan of numbers the typed one may follow, where it has its own."""
    page: int = 0
    """Of choices that are read out a few at a time, those before are over."""
    tries: int = 0
    repeats: int = 0
    rounds: int = 0

    @property
    def slow(self) -> bool:
        """Whether we speak slowly, and wait longer for an answer."""
        return self.relay or self.hard_of_hearing


Reached = tuple[str, Heard]
"""A step of the dialogue, and what is known there."""

_FLAGS = {
    "r": "relay", "a": "anonymous", "y": "number_is_typed", "x": "other_language_off_duty",
    "v": "other_language_unstaffed", "i": "takes_texts", "S": "silent", "H": "hard_of_hearing",
}  # fmt: skip
_WORDS = {
    "l": "language", "d": "department", "t": "topic", "g": "group", "o": "reopens", "u": "until", "e": "slot",
    "z": "today", "j": "place", "q": "plan",
}  # fmt: skip
_LISTS = {"h": "hint", "w": "among", "f": "slots"}
_COUNTS = {"P": "page", "n": "tries", "p": "repeats", "b": "rounds"}
_NOTHING = Heard()


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


def read(query: str) -> Reached:
    """Step, which may be none, and answers out of an address; what is missing or unknown has its default."""
    pairs = dict(parse_qsl(query))
    heard = Heard(
        language=pairs["l"] if pairs.get("l") in LANGUAGES else "fr",
        department=pairs["d"] if pairs.get("d") in TERRITORIES else UNKNOWN,
        topic=pairs.get("t", OTHER),
        silent="S" in pairs,
        hard_of_hearing="H" in pairs,
        relay="r" in pairs,
        anonymous="a" in pairs,
        hint=_codes(pairs.get("h", "")),
        among=_codes(pairs.get("w", "")),
        place=pairs.get("j", ""),
        takes_texts="i" in pairs,
        group=pairs.get("g", ""),
        reopens=pairs.get("o", ""),
        until=pairs.get("u", ""),
        today=pairs.get("z", ""),
        slots=tuple(slot for slot in pairs.get("f", "").split("-") if slot),
        slot=pairs.get("e", ""),
        number_is_typed="y" in pairs,
        plan=pairs["q"] if pairs.get("q") in OWN_PLANS else "",
        other_language_off_duty="x" in pairs,
        other_language_unstaffed="v" in pairs,
        page=count(pairs.get("P", "")),
        tries=count(pairs.get("n", "")),
        repeats=count(pairs.get("p", "")),
        rounds=count(pairs.get("b", "")),
    )
    return pairs.get("s", ""), heard


def written_instant(at: datetime) -> str:
    """A local time as it rides in an address."""
    return at.strftime("%Y-%m-%dT%H:%M")


def _codes(joined: str) -> tuple[str, ...]:
    return tuple(code for code in joined.split("-") if code in TERRITORIES or code == MONACO)
