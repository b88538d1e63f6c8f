"""The desk's keys: Alt + Maj + a letter. Each act has a letter of its own, which an agent may change."""

from collections.abc import Mapping

DEFAULT = {
    "accept": "D",
    "refuse": "X",
    "hang_up": "R",
    "mute": "M",
    "hold": "A",
    "pause": "P",
    "notes": "N",
    "continue": "C",
    "next_field": "S",
    "save": "E",
    "callbacks": "B",
    "sites": "L",
    "help": "T",
    "both": "G",
    "other": "O",
    "end_help": "U",
    "distress": "H",
    "visit": "V",
    "day": "J",
    "keys": "K",
}
"""Letters whose place is the same on AZERTY and QWERTY, or whose letter the browser still tells."""
OFF = "off"


def keys_of(kept: Mapping[str, str] | None) -> dict[str, str]:
    """The letter of each act, for an agent who has kept these; empty where they use none."""
    return dict.fromkeys(DEFAULT, "") if is_off(kept) else letters_of(kept)


def letters_of(kept: Mapping[str, str] | None) -> dict[str, str]:
    """The letter of each act, whether they use them or not."""
    return {act: (kept or {}).get(act, letter) for act, letter in DEFAULT.items()}


def is_off(kept: Mapping[str, str] | None) -> bool:
    return OFF in (kept or {})


def read(written: Mapping[str, str]) -> dict[str, str]:
    """What is to be kept of what somebody wrote: the letters that are not the default. Raises ValueError, with the acts
    whose letter is none, or is another's too."""
    letters = {act: written.get(act, letter).strip().upper() for act, letter in DEFAULT.items()}
    wrong = [act for act, letter in letters.items() if not is_letter(letter) or _times(letters, letter) > 1]
    if wrong:
        raise ValueError(*wrong)
    return {act: letter for act, letter in letters.items() if letter != DEFAULT[act]}


def is_letter(written: str) -> bool:
    return len(written) == 1 and "A" <= written <= "Z"


def _times(letters: Mapping[str, str], letter: str) -> int:
    return sum(each == letter for each in letters.values())
