"""What a caller says, understood without guessing: a postal code in any usual way of saying figures, a yes, a no, a
number of the menu. Only what is plain is understood; anything else is asked again. Topics: `rules.keywords`."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import dropwhile

from callcenter.rules.plain_text import unmarked

UNITS = {
    "zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "o": 0, "oh": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70,
    "huitante": 80, "octante": 80, "nonante": 90,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
HUNDRED, THOUSAND = {"cent", "cents", "hundred"}, {"mille", "thousand"}
JOINING = {"et", "and"}
MOST_WORDS = 12  # of a postal code
# What is said within a postal code and says nothing of it; any other word ends the figures.
WITHIN = frozenset((
    "c", "est", "alors", "euh", "heu", "ben", "bah", "le", "la", "l", "de", "du", "d", "puis", "ensuite", "apres",
    "espace", "virgule", "point", "tiret", "suivi", "cedex", "it", "is", "then", "the",
))  # fmt: skip
TIMES = {"double": 2, "triple": 3, "deux": 2, "trois": 3, "quatre": 4, "two": 2, "three": 3}
ZEROS = re.compile(
    r"\b(?:et |and )?(?:(double|triple) zeros?|(deux|trois|quatre|two|three) (?:zeros|fois zeros?|times zero))\b"
)

YES = frozenset(["oui", "ouais", "exact", "exactement", "correct", "voila", "accord", "yes", "yeah", "right"])
NO = frozenset(["non", "nan", "pas", "no", "not", "wrong", "incorrect", "faux"])
PERSON = (
    "conseiller", "conseillere", "conseillers", "quelqu un", "une personne", "vraie personne", "un humain",
    "etre humain", "une dame", "un monsieur", "un agent", "un employe", "une employee", "un collegue",
    "operateur", "operatrice", "standard", "standardiste", "au bout du fil", "pas de machine", "pas une machine",
    "aux machines", "un robot", "adviser", "advisor", "a person", "real person", "somebody", "someone", "human",
)  # fmt: skip
UNSURE = (
    "sais pas", "sais plus", "sais rien", "sais trop", "aucune idee", "autre chose", "autre sujet", "pas sur",
    "pas sure", "rien de tout", "rien de ce", "rien de ca", "rien dans tout", "aucun des", "aucun de", "aucune des",
    "aucune de", "ni l un ni", "pas dans la liste", "don t know", "not sure", "something else", "no idea",
    "none of", "which one",
)  # fmt: skip
# What the network helps with and the menu has no key for: its callers wait with those who do not know.
NO_KEY = (
    "la poste", "colis", "courrier", "courriers", "lettre recommandee", "recommande", "facteur", "ma lettre", "timbres",
    "un paquet", "mon paquet", "avis de passage",
    "mot de passe", "mots de passe", "franceconnect", "france connect", "compte en ligne", "adresse mail", "boite mail",
    "ordinateur", "tablette", "internet", "imprimer", "imprimante", "photocopie", "photocopies", "photocopier",
    "scanner un", "scanner des", "the post", "parcel", "password", "computer", "print",
)  # fmt: skip
AGAIN = ("repete", "repeter", "repetez", "reecouter", "pas entendu", "pas compris", "repeat", "say again")
FILLING = frozenset((
    "le", "la", "l", "choix", "numero", "touche", "tapez", "taper", "je", "the", "number", "press", "option",
    "euh",
))  # fmt: skip


def plain(said: str) -> tuple[str, ...]:
    """Words in small letters, without accents or punctuation; figures stay."""
    return tuple(re.findall(r"[a-z]+|\d+", unmarked(said)))


def postal_code(said: str) -> str | None:
    """Five figures, said one by one, in pairs, as a number, or as it was written down; None for anything else.

    « quarante-six mille », « quatre six zéro zéro zéro », « Paris soixante-quinze zéro treize », « 97 4 00 », « 46 et
    trois zéros ». What is written with hyphens is one number, if it is a number at all.
    """
    whole = set(re.findall(r"\b\d{5}\b", said))
    if whole:
        return whole.pop() if len(whole) == 1 else None
    found = {code for run in _runs(said) for code in _codes(run)}
    return found.pop() if len(found) == 1 else None


def choice(said: str) -> str | None:
    """A key of the menu, said as a figure; None for anything else."""
    words = [word for word in plain(said) if word not in FILLING]
    if len(words) != 1:
        return None
    word = words[0]
    if word.isdigit():
        figure = word.lstrip("0") or "0"
        return figure if len(figure) == 1 and figure.isascii() else None
    number = UNITS.get(word, 10)
    return str(number) if number < 10 else None


def is_yes(said: str) -> bool:
    words = plain(said)
    return bool(YES & set(words) or _says_any(words, ("c est ca",))) and not is_no(said)


def is_no(said: str) -> bool:
    """« non », « c'est pas ça »; a yes in it leaves it open."""
    words = set(plain(said))
    return bool(words & NO) and not words & YES


def wants_person(said: str) -> bool:
    """« un conseiller », « parler à quelqu'un »."""
    return _says_any(plain(said), PERSON)


def is_unsure(said: str) -> bool:
    """« je ne sais pas », or a matter that the menu does not name."""
    return _says_any(plain(said), (*UNSURE, *NO_KEY))


def wants_again(said: str) -> bool:
    return _says_any(plain(said), AGAIN)


Words = tuple[str, ...]


def _runs(said: str) -> Iterable[tuple[Words, ...]]:
    """Figures that are said one after the other, each with those that hyphens join to it."""
    run: list[Words] = []
    for together in ZEROS.sub(_zeros, unmarked(said)).split():
        words = tuple(word for word in plain(together) if word not in WITHIN)
        if all(_is_figure(word) for word in words):
            run += [words] if words and _written(words) else [(word,) for word in words]
        else:
            yield tuple(run)
            run = []
    yield tuple(run)


def _codes(run: tuple[Words, ...]) -> Iterable[str]:
    """Every postal code that this run of figures may be; one that is said twice is itself."""
    run = tuple(dropwhile(lambda words: set(words) <= JOINING, run))
    if sum(map(len, run)) > MOST_WORDS:
        return
    for figures in _figures(run):
        written = "".join(figures)
        if len(written) == 5 or (len(written) == 10 and written[:5] == written[5:]):
            yield written[:5]


def _is_figure(word: str) -> bool:
    return word.isdigit() or any(word in known for known in (UNITS, TENS, HUNDRED, THOUSAND, JOINING))


def _zeros(times: re.Match[str]) -> str:
    return " ".join(["zero"] * TIMES[times[1] or times[2]])


def _figures(run: Sequence[Words]) -> Iterable[tuple[str, ...]]:
    """Every way to write down words that are all figures: « quatre vingt » is 80, or 4 and 20."""
    if not run:
        yield ()
        return
    for length in range(len(run), 0, -1):
        for written in _written(tuple(word for words in run[:length] for word in words)):
            for rest in _figures(run[length:]):
                yield (written, *rest)


@lru_cache(maxsize=4096)
def _written(words: tuple[str, ...]) -> tuple[str, ...]:
    """These words as one group of figures, if they are one."""
    if len(words) == 1 and words[0].isdigit():
        return (words[0],)
    if any(word.isdigit() for word in words) and len(words) != 2:
        return ()
    value = _value(words)
    return () if value is None else (str(value),)


def _value(words: tuple[str, ...]) -> int | None:
    """The number that all of these words are together, below 100,000."""
    thousands = [n for n, word in enumerate(words) if word in THOUSAND]
    if len(thousands) > 1:
        return None
    if thousands:
        before, after = words[: thousands[0]], words[thousands[0] + 1 :]
        high = 1 if not before else int(before[0]) if _is_short_figure(before) else _below(before, 100)
        low = 0 if not after else _below(after, 1000)
        return None if high is None or low is None or not 0 < high < 100 else high * 1000 + low
    return _below(words, 1000)


def _is_short_figure(words: tuple[str, ...]) -> bool:
    return len(words) == 1 and len(words[0]) < 3 and words[0].isdigit()


def _below(words: tuple[str, ...], limit: int) -> int | None:
    hundreds = [n for n, word in enumerate(words) if word in HUNDRED]
    if not hundreds:
        return _below_hundred(words)
    if len(hundreds) > 1 or limit <= 100:
        return None
    before, after = words[: hundreds[0]], words[hundreds[0] + 1 :]
    high = 1 if not before else UNITS.get(before[0], 10) if len(before) == 1 else 10
    low = 0 if not after else _below_hundred(after)
    return None if low is None or not 1 <= high < 10 or (after and low == 0) else high * 100 + low


def _below_hundred(words: tuple[str, ...]) -> int | None:
    known = [word for word in words if word not in JOINING]
    joined = len(known) < len(words)
    if joined and (len(words) - len(known) > 1 or words[0] in JOINING or words[-1] in JOINING):
        return None
    if len(known) == 1:
        return None if joined else UNITS.get(known[0], TENS.get(known[0]))
    if known[:2] in (["quatre", "vingt"], ["quatre", "vingts"]):
        unit = UNITS.get(known[2]) if len(known) == 3 else 0 if len(known) == 2 else None
        if len(known) == 4 and known[2] == "dix":
            unit = _teen(known[3])
        return None if unit is None or (len(known) == 3 and unit == 0) else 80 + unit
    if known[0] in TENS:
        unit = UNITS.get(known[1]) if len(known) == 2 else None
        if len(known) == 3 and known[1] == "dix":
            unit = _teen(known[2])
        most = 19 if known[0] == "soixante" else 9
        return None if unit is None or not 1 <= unit <= most else TENS[known[0]] + unit
    return _teen(known[1]) if len(known) == 2 and known[0] == "dix" else None


def _teen(word: str) -> int | None:
    unit = UNITS.get(word, 0)
    return 10 + unit if 7 <= unit <= 9 else None


def _says_any(words: tuple[str, ...], phrases: Iterable[str]) -> bool:
    said = f" {' '.join(words)} "
    return any(f" {phrase} " in said for phrase in phrases)
