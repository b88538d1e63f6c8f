"""Text as people type and paste it: such as every screen, sentence and store can hold it, and folded to be found."""

import re
import unicodedata

MOST_WORDS = 6  # of a search
NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
OTHER_BREAKS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
"""A word processor's own ends of a line, a mainframe's, Unicode's."""
BREAKS = re.compile(f"\r\n?|{OTHER_BREAKS.pattern}")
MARKS = re.compile("[\u0300-\u036f]+")
LETTERS = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"})
BETWEEN = re.compile(r"[\s'’‘ʼ`´′‐‑‒–—―_.,;:/()\"«»-]+")


def cleaned(text: str) -> str:
    """The same text without control characters, halves of characters and what is no character at all; every other end
    of a line is `\\n`."""
    return NO_TEXT.sub("", BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """The same, cleaned, on one line, with single spaces."""
    return " ".join(cleaned(text).split())


def folded(text: str) -> str:
    """What a search compares: lower case without accents, œ as oe, apostrophes, hyphens and stops as spaces. The
    database has the same function under the same name."""
    return BETWEEN.sub(" ", unmarked(text)).strip()


def place_words(text: str) -> str:
    """The same for the name of a place: St is Saint and Ste is Sainte. The database has the same function."""
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in folded(text).split())


def unmarked(text: str) -> str:
    """In small letters without accents, œ as oe."""
    return MARKS.sub("", unicodedata.normalize("NFKD", text)).translate(LETTERS).lower()
