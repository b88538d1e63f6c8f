"""How a text is written and what it costs: in the alphabet of GSM 03.38 where it has a letter, else without its accent.
One letter outside it would more than halve what a segment holds: 70 letters instead of 160."""

import unicodedata
from collections.abc import Sequence

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€")  # two places each
ALONE, JOINED = 160, 153  # places of a segment that stands alone, and of one of several
WRITTEN = str.maketrans(
    {
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‐": "-",
        "‑": "-", "…": "...", "œ": "oe", "Œ": "OE", "•": "-", "·": "-", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
        "\t": " ",
    }
)  # fmt: skip


def plain(text: str) -> str:
    """The text as it is sent: every letter in the alphabet; what has no likeness there is left out."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(_letter(letter) for letter in composed.translate(WRITTEN))


def segments(text: str) -> int:
    """How many texts a carrier sends and bills for this one, which is `plain`. ValueError where it is not."""
    if strange := set(text) - BASIC - EXTENDED:
        raise ValueError(f"outside the alphabet of texts: {sorted(strange)}")
    places = len(text) + sum(letter in EXTENDED for letter in text)
    if places <= ALONE:
        return 1
    room, count = JOINED, 1
    for letter in text:
        width = 2 if letter in EXTENDED else 1  # which no segment's end cuts in two
        if width > room:
            room, count = JOINED, count + 1
        room -= width
    return count


def within(lines: Sequence[str], most: int) -> str:
    """As many of these lines, from the first, as `most` segments hold; the first is cut where it alone does not fit."""
    kept = plain(lines[0])
    while segments(kept) > most:
        kept = kept[:-1]
    for line in lines[1:]:
        longer = f"{kept}\n{plain(line)}"
        if segments(longer) > most:
            break
        kept = longer
    return kept


def _letter(letter: str) -> str:
    if letter in BASIC or letter in EXTENDED:
        return letter
    likeness = unicodedata.normalize("NFKD", letter)
    return "".join(each for each in likeness if each in BASIC or each in EXTENDED)
