"""In whose letters a file is written that names none: UTF-8, Windows', the Macintosh's or MS-DOS's.

Judged by its words: of these letters only one set makes most of them French. Nothing is garbled in silence: a file in
two sets at once, or one that reads as well in two of them, is refused with a line and a word of it.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK = 1 << 16
LONGEST_WORD = 200  # bytes that are looked at together
OTHERS = {"cp1252": 0.0, "mac_roman": 0.5, "cp850": 0.5}
"""Each with the faults that it has before one reads: nearly every file that is not UTF-8 is Windows'."""
BETWEEN = (b" ", b"\n", b"\r", b";", b",", b"\t")
CERTAIN = 1.0  # faults by which the second set must read worse than the first
MOST_FAULTS = 1.0  # a word, on average, in the set that reads best
NOT_SO_READ = 3.0  # faults of a word that was not written in this set
_WORD = re.compile(rb'[^\s;,|"]+')
_FRENCH = frozenset("éèêëàâîïôùûüçœæÉÈÊËÀÂÎÏÔÙÛÜÇŒÆ")
_OF_NAMES = frozenset("áíóúñãõäöåÿšžÁÍÓÚÑÃÕÄÖÅŸŠŽ")
_ALONE = frozenset("àôÀÔ")
_ENDS_WORDS = frozenset("àùÀÙ")
_BETWEEN_WORDS = frozenset("’‘«»“”–—\xa0\u202f")
_BESIDE_WORDS = frozenset("…€°²³·•º½®™©§")
_AFTER_OE = frozenset("uUdDsSnNcCiIlLtT")


class TwoWays(ValueError):
    """A file of which two readings are as good, or none is: the line and the word, as two may read it."""

    def __init__(self, line: int, one: str, other: str) -> None:
        super().__init__(line)
        self.line, self.one, self.other = line, one, other


class StrayBytes(ValueError):
    """A file in UTF-8 with a line that is not."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class _Reading:
    encoding: str
    faults: float


def encoding(file: BinaryIO) -> str:
    """What a file is written in: as its first bytes say, else UTF-8 if all of it is, else the letters that make its
    words French. Raises TwoWays, StrayBytes."""
    begins = file.read(BLOCK)
    file.seek(0)
    if begins.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    marked = begins.startswith(codecs.BOM_UTF8)
    even, odd = begins[:4096:2].count(0), begins[1:4096:2].count(0)
    if max(even, odd) > len(begins[:4096]) // 4 and min(even, odd) < len(begins[:4096]) // 40 + 1:
        return "utf-16-be" if even > odd else "utf-16-le"
    if _all_is_utf8(file):
        return "utf-8-sig" if marked else "utf-8"
    words = _words(file)
    strays = {word for word in words if not _is_utf8(word)}
    if not strays:
        raise StrayBytes(1)  # no word can tell: a run without an end
    if marked or sum(words[word] for word in words.keys() - strays) >= sum(words[word] for word in strays):
        raise StrayBytes(_first(file, strays)[0])
    return _by_words(file, words, strays)


def _all_is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _words(file: BinaryIO) -> Counter[bytes]:
    """Every word with a letter that is not one of ASCII's, and how often it stands there."""
    words, left = Counter[bytes](), b""
    while block := file.read(BLOCK):
        block = left + block
        cut = max(block.rfind(mark) for mark in BETWEEN) + 1
        cut = len(block) if cut < len(block) - LONGEST_WORD else cut
        left = block[cut:]
        words.update(_odd(block[:cut]))
    words.update(_odd(left))
    file.seek(0)
    return words


def _odd(block: bytes) -> Iterator[bytes]:
    return (word for word in _WORD.findall(block) if not word.isascii())


def _by_words(file: BinaryIO, words: Counter[bytes], strays: set[bytes]) -> str:
    read = sorted(
        (_Reading(each, rare + _faults_of_all(words, each)) for each, rare in OTHERS.items()),
        key=lambda each: each.faults,
    )
    first, second = read[0], read[1]
    also = {word for word in words.keys() - strays if _faults(word, first.encoding) >= NOT_SO_READ}
    if also:
        raise _two_ways(file, also, first.encoding, "utf-8")
    if second.faults - first.faults < CERTAIN or first.faults > MOST_FAULTS * words.total():
        differs = {word for word in strays if _read(word, first.encoding) != _read(word, second.encoding)} or strays
        raise _two_ways(file, differs, first.encoding, second.encoding)
    return first.encoding


def _two_ways(file: BinaryIO, words: set[bytes], one: str, other: str) -> TwoWays:
    line, word = _first(file, words)
    return TwoWays(line, _read(word, one), _read(word, other))


def _read(word: bytes, encoding: str) -> str:
    return "".join(c for c in word.decode(encoding, "replace") if c.isprintable())[:40]


def _is_utf8(word: bytes) -> bool:
    try:
        word.decode()
    except UnicodeDecodeError:
        return False
    return True


def _faults_of_all(words: Counter[bytes], encoding: str) -> float:
    return sum(_faults(word, encoding) * often for word, often in words.items())


def _faults(word: bytes, encoding: str) -> float:
    """How badly a word reads: 0 for a French one, 10 for one that cannot be written so."""
    try:
        text = word.decode(encoding)
    except UnicodeDecodeError:
        return 10.0
    near = f" {text} "
    return sum(_fault(*near[at : at + 3]) for at, letter in enumerate(text) if letter > "\x7f")


def _fault(before: str, letter: str, after: str) -> float:
    if letter.isalpha() and letter not in "ªº":
        return _of_letter(before, letter, after)
    if letter in _BETWEEN_WORDS and letter != "’":
        return 3.0 if before.isalpha() and after.isalpha() else 0.0
    if letter == "’":
        return 0.0 if before.isalpha() and after.isalpha() else 1.0
    if letter in _BESIDE_WORDS:
        return 3.0 if after.isalpha() else 0.0
    return 4.0 if before.isalpha() or after.isalpha() else 2.0


def _of_letter(before: str, letter: str, after: str) -> float:
    alone = not before.isalpha() and not after.isalpha()
    if letter.isupper() and ((before.isalpha() and after.islower()) or before.islower()):
        return 4.0  # LÈa
    if letter.islower() and after.isupper():
        return 4.0 if before.isupper() else 2.0  # CåUR, âPINAY
    if letter in "œŒ" and after.isalpha() and after not in _AFTER_OE:
        return 2.0  # NŒMES
    if alone and letter not in _ALONE:
        return 2.0  # 5 Ä
    if letter in _ENDS_WORDS and before.isalpha() and after.isalpha():
        return 1.0  # foràt
    if letter in _FRENCH:
        return 0.0
    return 0.5 if letter in _OF_NAMES else 2.0


def _first(file: BinaryIO, words: set[bytes]) -> tuple[int, bytes]:
    """The first of these words in a file, and its line."""
    content = file.read()
    file.seek(0)
    at, word = min((content.find(word), word) for word in words)
    before = content[: max(at, 0)].replace(b"\r\n", b"\n")
    return before.count(b"\n") + before.count(b"\r") + 1, word
