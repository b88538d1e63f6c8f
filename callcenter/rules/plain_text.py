"""Text as people type and paste it, made such as every screen, sentence and store can hold it."""

import re

NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
"""Other ends of a line: a word processor's own, a mainframe's, Unicode's."""


def cleaned(text: str) -> str:
    """The same text without control characters, halves of characters and what is no character at all; every other end
    of a line is `\\n`."""
    return NO_TEXT.sub("", BREAKS.sub("\n", text))
