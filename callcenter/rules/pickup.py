"""What an answer means at the telephone of somebody we call back: a person, a machine, or nobody.

A carrier's ear errs: of a person who says who they are it may say that they are a machine. What it thinks is only ever
used once the question was said whole, and a key or a plain yes counts for more.
"""

from enum import StrEnum

from callcenter.rules import speech

KEY = "1"
MOST = 3  # times that the question is asked of a person
MUTE = 2  # times that it is asked of a silence: as long as it takes to find the key
MOST_WORDS = 6  # of a yes
AGREEING = frozenset((
    *speech.YES, "allo", "hello", "bonjour", "bonsoir", "d", "c", "est", "ca", "moi", "je", "vous", "ecoute", "veux",
    "bien", "s", "il", "plait", "merci", "ok", "tout", "a", "fait", "please", "speaking", "it", "is", "me",
))  # fmt: skip
MACHINES = frozenset((
    "messagerie", "repondeur", "message", "bip", "signal", "laissez", "absent", "absente", "absents", "joindre",
    "indisponible", "rappellerai", "rappellerons", "voicemail", "mailbox", "beep", "leave", "unavailable",
))  # fmt: skip


class Then(StrEnum):
    """What comes after an answer."""

    JOINS = "joins"
    AGAIN = "again"
    ENDS = "ends"


def then(keys: str, said: str, tries: int, *, machine: bool | None, relay: bool = False) -> Then:
    """After the `tries`-th time that the question was said whole. `machine`: what the carrier takes them for, None
    where it does not know; a relay service, which types and reads, is never taken for one."""
    if keys == KEY or agrees(said, alone=machine is True):
        return Then.JOINS
    if keys or relay or speech.is_yes(said):
        return Then.AGAIN if tries < MOST else Then.ENDS  # a machine presses no key
    if machine:  # who answers « C'est qui ? », or looks for the key, may be a person
        return Then.AGAIN if not MACHINES & set(speech.plain(said)) and tries < (MOST if said else MUTE) else Then.ENDS
    return Then.AGAIN if tries < (MOST if said or machine is False else MUTE) else Then.ENDS


def agrees(said: str, *, alone: bool = False) -> bool:
    """Whether a yes is all that was said; with `alone` not even an unknown word beside it."""
    words = speech.plain(said)
    if not speech.is_yes(said) or len(words) > MOST_WORDS or MACHINES & set(words):
        return False
    return not alone or set(words) <= AGREEING
