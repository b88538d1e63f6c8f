"""Which topic a caller speaks of, by the keywords that the directory gives each topic, without guessing.

A keyword of several words says more than one of one word, and hides those inside it: « maison de retraite » says
nothing of « retraite ». Words of little meaning count on neither side, nor do accents, endings, nor an article written
into its word, as a recogniser does. Marks at a keyword's end: `*` any word that begins so, `!` as good as certain, `?`
only if nothing better is said. Capitals are an acronym: exactly that, said or spelt.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from callcenter.rules.speech import plain

BEGINNING = 3  # letters by which the beginnings of words are found
ENDING = re.compile(r"(?<=\w\w[^\Waeiou])(?:ees?|es?|er|ez|s|x)$|(?<=\w{3})[sx]$")
ACRONYM = re.compile(r"[A-Z][A-Z0-9]+")
ELIDED = re.compile(r"(?:[cdjlmnst]|qu)([aeiouh]\w{2,})")
EXACTLY, REFUSED = "=", "-"  # no word that is said holds either
WEAK = 0.5  # what a keyword of any length weighs that only helps another
# What says nothing of a topic, in either language.
LITTLE = frozenset((
    "le", "la", "les", "l", "un", "une", "des", "de", "du", "d", "au", "aux", "a", "en", "dans", "sur", "pour", "par",
    "mon", "ma", "mes", "ton", "ta", "tes", "son", "sa", "ses", "notre", "nos", "votre", "vos", "leur", "leurs",
    "je", "j", "tu", "t", "il", "elle", "on", "nous", "vous", "ils", "elles", "y", "me", "m", "se", "s", "moi", "lui",
    "c", "ce", "cet", "cette", "ces", "ca", "cela", "que", "qu", "qui", "ne", "n", "et", "ou", "si",
    "ai", "as", "ont", "avons", "avez", "es", "est", "cest", "jai", "sommes", "etes", "sont", "ete", "etait",
    "voudrais", "aimerais", "souhaite", "souhaiterais", "appelle", "plait", "svp", "merci", "allo", "oui",
    "euh", "heu", "ben", "bah", "hein", "alors", "donc", "voila", "bonjour", "madame", "monsieur",
    "the", "an", "my", "of", "for", "to", "i", "is", "it", "in", "on", "our",
))  # fmt: skip

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyword:
    """Its telling words, and what it weighs when they are said one after the other."""

    phrase: Phrase
    weight: float
    code: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A keyword that was said, from one telling word to before another."""

    start: int
    end: int
    keyword: Keyword


@dataclass(frozen=True, slots=True)
class Index:
    """Keywords by their first word, or by the BEGINNING of a word that it begins; all their words; their acronyms as
    they are spelt, « r s a »."""

    by_first: Mapping[str, tuple[Keyword, ...]]
    words: frozenset[str]
    spelt: re.Pattern[str]


def spoken_topic(said: str, keywords: Mapping[str, tuple[str, ...]]) -> str | None:
    """The topic whose keywords are said: the one of the weightiest, then the one of the most.

    None where none is said, or where two topics are said as plainly. What follows « pas pour » is not wanted.
    """
    index = _index(tuple(keywords.items()))
    words = _telling(said, index)
    hits = _hits(words, index)
    shown = _shown(hits)
    heard: dict[str, dict[Phrase, float]] = {}
    for hit in shown:
        heard.setdefault(hit.keyword.code, {})[hit.keyword.phrase] = hit.keyword.weight
    ranked = sorted(((max(by.values()), sum(by.values()), code) for code, by in heard.items()), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]):
        return None
    weight, _, code = ranked[0]
    told = {n for hit in shown if hit.keyword.code == code for n in range(hit.start, hit.end)}
    return code if weight > WEAK or len(told) == len(words) else None


def bare(keyword: str) -> str:
    """A keyword without its marks."""
    return keyword.rstrip("*!?")


@lru_cache(maxsize=512)
def _index(keywords: tuple[tuple[str, tuple[str, ...]], ...]) -> Index:
    by_first: dict[str, tuple[Keyword, ...]] = {}
    for each in (_keyword(written, code) for code, known in keywords for written in known):
        if each.phrase:
            first = each.phrase[0]
            first = first[:BEGINNING] + "*" if first.endswith("*") else first
            by_first[first] = (*by_first.get(first, ()), each)
    acronyms = {word for _, known in keywords for written in known for word in ACRONYM.findall(written)}
    spelt = "|".join(" ".join(word.lower()) for word in sorted(acronyms, key=len, reverse=True))
    words = frozenset(part for known in by_first.values() for each in known for part in each.phrase)
    return Index(by_first, words, re.compile(rf"\b(?:{spelt})\b" if spelt else r"(?!)"))


def _keyword(written: str, code: str) -> Keyword:
    """A keyword as it is listened for: each acronym exactly, each other word by its stem."""
    parts: list[str] = []
    for word in bare(written).split():
        if ACRONYM.fullmatch(word):
            parts.append(word.lower() + EXACTLY)
        else:
            parts += (part for part in plain(word) if part not in LITTLE)
    marks = written[len(bare(written)) :]
    if "*" in marks and parts:
        parts[-1] += "*"  # what begins a word has no ending to be taken off
    phrase = tuple(part if part[-1] in (EXACTLY, "*") else _stem(part) for part in parts)
    return Keyword(phrase, WEAK if "?" in marks else len(phrase) + ("!" in marks), code)


def _telling(said: str, index: Index) -> Phrase:
    """What is said, without words of little meaning; « pas pour » is one word, REFUSED."""
    joined = index.spelt.sub(lambda letters: letters[0].replace(" ", ""), " ".join(plain(said)))
    found: list[str] = []
    before = ""
    for word in joined.split():
        if (before, word) == ("pas", "pour"):
            found[-1] = REFUSED
        elif word not in LITTLE:
            found.append(_apart(word, index.words))
        before = word
    return tuple(found)


def _apart(word: str, known: frozenset[str]) -> str:
    """A word without the article that was written into it: « lapl », « dimpots »; as it is if it is known so."""
    elided = ELIDED.fullmatch(word)
    return elided[1] if elided and not _known(word, known) and _known(elided[1], known) else word


def _known(word: str, known: frozenset[str]) -> bool:
    return _stem(word) in known or word + EXACTLY in known


def _hits(words: Phrase, index: Index) -> Iterable[Hit]:
    stems = [_stem(word) for word in words]
    said = list(zip(words, stems, strict=True))
    for n, (word, stem) in enumerate(said):
        if n and words[n - 1] == REFUSED:
            continue
        for first in (word + EXACTLY, stem, word[:BEGINNING] + "*"):
            for each in index.by_first.get(first, ()):
                if _is_said(said[n : n + len(each.phrase)], each.phrase):
                    yield Hit(n, n + len(each.phrase), each)


def _is_said(words: Sequence[tuple[str, str]], phrase: Phrase) -> bool:
    return len(words) == len(phrase) and all(
        _is(word, stem, part) for (word, stem), part in zip(words, phrase, strict=True)
    )


def _shown(hits: Iterable[Hit]) -> list[Hit]:
    """Those that no longer one holds, in one pass: from the left, the longest first."""
    shown: list[Hit] = []
    reach, widest = 0, (-1, -1)
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        own = hit.start, hit.end
        if hit.end > reach or own == widest:
            reach, widest = hit.end, own
            shown.append(hit)
    return shown


def _is(word: str, stem: str, part: str) -> bool:
    if part.endswith("*"):
        return word.startswith(part[:-1])
    return part in (word + EXACTLY, stem)


def _stem(word: str) -> str:
    """A word without the ending of a plural, a feminine or a verb."""
    return ENDING.sub("", word)
