"""The two questions after a contact, the same as at a desk: how satisfied, from 1 to 4, and whether it is settled."""

import re
import unicodedata
from dataclasses import dataclass

SCALE = 4
SCORES = ("1", "2", "3", "4")
YES, NO = "1", "2"
NO_MORE = "0"
"""The key of somebody who does not want to be asked, now or ever."""

_YES = frozenset(["oui", "ouais", "yes", "yeah", "yep"])
_NO = frozenset(["non", "nan", "no", "nope"])
_LETTERS = {"o": True, "y": True, "n": False}  # where nothing but a score and thanks is beside them
_THANKS = frozenset(["bonjour", "merci", "svp", "thanks", "please", "stop"])
_POLITE = frozenset((
    "bonjour", "bonsoir", "merci", "beaucoup", "svp", "stp", "s", "il", "vous", "te", "plait", "cordialement",
    "madame", "monsieur", "hello", "hi", "thanks", "thank", "you", "please", "bye", "au", "revoir", "a", "bientot",
    "bonne", "journee",
))  # fmt: skip
_BEFORE = frozenset((
    "note", "score", "reponse", "ma", "la", "je", "j", "mets", "donne", "reponds", "c", "est", "ce", "my", "is",
    "it", "i", "give", "answer", "d", "ok", "alors", "et", "and",
))  # fmt: skip
# What else may stand beside a score that does not open its part: « une note de 4 et oui c'est réglé ».
_BESIDE = _BEFORE | _YES | _NO | _POLITE | frozenset((
    "de", "of", "un", "une", "tres", "bien", "satisfait", "satisfaite", "tout", "regle", "reglee", "resolu", "resolue",
    "settled", "solved", "stop",
))  # fmt: skip
_STOPPED = frozenset((
    "stop", "stopper", "stoppez", "arret", "arreter", "arretez", "stopall", "unsubscribe", "desabonner", "desabonnez",
    "desabonnement", "desinscrire", "desinscrivez", "desinscription", "end", "quit", "cancel",
))  # fmt: skip
_STOPPED_BESIDE = frozenset(
    ["sms", "texto", "textos", "message", "messages", "des", "les", "vos", "de", "ca", "moi", "me"]
)
# What may follow a score that opens a text; after any other word it counts something else: « 2 enfants », « 3 mois ».
_AFTER_SCORE = _YES | _NO | _POLITE | frozenset((
    "je", "j", "c", "ce", "ca", "cela", "on", "nous", "il", "elle", "ils", "tout", "tous", "tres", "plutot", "bien",
    "ok", "parfait", "super", "top", "satisfait", "satisfaite", "genial", "excellent", "mais", "car", "et", "pas",
    "rien", "toujours", "encore", "mon", "ma", "mes", "le", "la", "les", "l", "pour", "votre", "vos", "stop", "o",
    "y", "n", "i", "it", "all", "very", "good", "great", "my", "the", "your", "but", "everything", "satisfied",
    "not", "perfect", "impeccable", "regle", "reglee", "resolu", "resolue", "settled", "solved",
))  # fmt: skip
# What may follow a no for it to be one: « non, merci » and "no problem" are none.
_AFTER_NO = _NO | frozenset((
    "pas", "toujours", "rien", "encore", "regle", "reglee", "resolu", "resolue", "stop", "c", "ca", "cela", "ce",
    "je", "j", "il", "elle", "on", "nous", "mon", "ma", "la", "le", "l", "mes", "not", "it", "still", "nothing",
    "settled", "solved", "my", "i", "the",
))  # fmt: skip
# What a yes may not stand before, nor a no: both are then about something else, or not whole.
_HEDGES = frozenset((
    "mais", "pas", "presque", "partie", "partiellement", "bientot", "encore", "toujours", "rien", "sauf", "sinon",
    "jamais", "aucun", "aucune", "manque", "attends", "attente", "attendre", "probleme", "problemes", "souci", "soucis",
    "pb", "but", "not", "almost", "partly", "still", "except", "nothing", "yet", "never", "problem", "waiting", *_NO,
))  # fmt: skip
_FINE = frozenset((
    "parfait", "parfaite", "super", "top", "nickel", "impeccable", "genial", "excellent", "ok", "content", "contente",
    "satisfait", "satisfaite", "bien", "perfect", "fine", "great", "good", "happy", *_YES,
))  # fmt: skip
_DONE = frozenset(["regle", "reglee", "regles", "resolu", "resolue", "termine", "settled", "solved", "sorted", "done"])
_UNDOING = frozenset(["pas", "rien", "jamais", "not", "nothing", "never", "isn", "t"])
# What is said of no trouble at all, whatever its words: out of the text before it is judged.
_NO_TROUBLE = re.compile(
    r"\b(?:pas|plus|aucune?|sans|no|any|more) (?:de |d |more )?"
    r"(?:soucis?|problemes?|pb|questions?|difficultes?|problems?|worries|issues?)\b"
)
_KIND_WORDS = re.compile(r"\b(?:encore merci|merci encore|rien a (?:dire|redire|ajouter|signaler))\b")
_UNWANTED = re.compile(
    r"\bne (?:veux|souhaite|desire|voudrais) plus (?:recevoir |avoir |etre )?(?:de |d'|vos |ces |ce )?"
    r"(?:sms|textos?|messages?|questions?|contactee?|sollicitee?|interrogee?)\b"
    r"|\bne plus (?:me |m')(?:ecrire|contacter|envoyer|solliciter|interroger)\b"
    r"|\bne (?:me |m')(?:ecrivez|contactez|envoyez|sollicitez|interrogez) plus\b"
    r"|\b(?:arretez|arreter|stoppez|cessez) (?:de m'|de me |vos |ces |les )(?:sms|textos?|messages?|envoyer|ecrire)\b"
    r"|^\W*(?:merci de |svp |s'il vous plait )?plus (?:de|aucun|d'autres?) (?:sms|textos?|messages?)\b"
    r"|\b(?:no more|stop) (?:texts|messages|texting|messaging|writing)\b"
    r"|\b(?:don't|do not) (?:text|message|contact|write to) me\b"
)
_NO_STOP = re.compile(r"\bnon-stop\b|\b(?:don't|do not|never) stop\b")
_CLAUSES = re.compile(r"[;:!?()\n\r…]+|[.,](?!\d)|\s[-–—]\s")
_WORDS = re.compile(r"\d+(?:[.,/]\d+)*|[a-z]+")
_OUT_OF = re.compile(r"\b([1-4])\s*(?:/|sur|out of)\s*4\b")
_BETWEEN = re.compile(r"^\W*[1-4]\s*(?:ou|or|et|and|a|to|-|–|/)\s*(?:[1-4]|demi)\b")


@dataclass(frozen=True)
class Reply:
    """What a text said; None: nothing about it."""

    score: int | None = None
    settled: bool | None = None
    asks_no_more: bool = False


def read(text: str) -> Reply:
    """A citizen's text: « 4 oui », « 3, non », « STOP ». Whatever is not clear is no answer."""
    said = _OUT_OF.sub(r"\1", _plain(text))
    clauses = [words for clause in _CLAUSES.split(said) if (words := _WORDS.findall(clause))]
    words = [word for clause in clauses for word in clause]
    return Reply(_score(said, clauses), _settled(clauses, words), _stops(said, words))


def _plain(text: str) -> str:
    """In small letters, without accents; figures of any width are figures."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return "".join(c for c in letters if not unicodedata.combining(c)).replace("’", "'")


def _stops(said: str, words: list[str]) -> bool:
    """« STOP », first or last, whatever is said beside it; any other word for it that stands alone; or a sentence that
    says it."""
    if _UNWANTED.search(said):
        return True
    told = [word for word in words if word not in _POLITE]
    wanted = [word for word in told if word not in _STOPPED_BESIDE]
    if len(wanted) == 1 and wanted[0] in _STOPPED:
        return True
    return bool(told) and "stop" in (told[0], told[-1]) and not _NO_STOP.search(said)


def _score(said: str, clauses: list[list[str]]) -> int | None:
    """A figure that opens the text, or stands by itself in a part of it; not one of two, nor one that counts things."""
    if not clauses or _BETWEEN.search(said):
        return None
    opening = clauses[0]
    if opening[0] in SCORES and (len(opening) == 1 or opening[1] in _AFTER_SCORE):
        rivals = {each for each, then in _pairs(opening) if then in _YES | _NO | {""}}
        rivals |= {clause[0] for clause in clauses[1:] if _opens(clause)}
        return None if rivals & set(SCORES) - {opening[0]} else int(opening[0])
    alone = {word for clause in clauses for word in clause if word.isdigit() and set(clause) - {word} <= _BESIDE}
    figures = {word for clause in clauses for word in clause if word[0].isdigit()}
    return int(alone.pop()) if len(alone) == len(figures) == 1 and alone <= set(SCORES) else None


def _opens(clause: list[str]) -> bool:
    """Whether this part of a text may give a score with its first word: « 1) 4 » and « 1: 3 » give another after it."""
    word, then = _pairs(clause)[0]
    return word in SCORES and (then in _YES | _NO | {""} or then.isdigit())


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    """Each word and the one that follows it, or nothing."""
    return list(zip(words, [*words[1:], ""], strict=True))


def _settled(clauses: list[list[str]], words: list[str]) -> bool | None:
    """A yes or a no that opens a part of the text, without a but."""
    told = [word for word in words if word not in _THANKS and not word.isdigit()]
    if len(told) == 1 and told[0] in _LETTERS:
        return _LETTERS[told[0]]
    answers = {_answer(clause, clauses[n + 1 :]) for n, clause in enumerate(clauses)} - {None}
    return answers.pop() if len(answers) == 1 else None


def _answer(clause: list[str], following: list[list[str]]) -> bool | None:
    """What this part of the text answers; a but may open the next one."""
    opening = next((n for n, word in enumerate(clause) if word not in _BEFORE | _POLITE and word not in SCORES), None)
    if opening is None:
        return None
    if set(SCORES) & set(clause[:opening]) and clause[-1] in SCORES:
        return None  # « 4 et non 3 » is about the score
    word, rest = clause[opening], [each for each in clause[opening + 1 :] if each not in SCORES]
    tail = rest + [word for each in following for word in each]
    if word in _YES:
        return None if _hedges(tail) else True
    if word in _NO:
        then = tail[0] if tail else ""
        declines = then in ("merci", "thanks", "thank", "mais", "but", "problem", "worries")
        return False if not declines and not _is_fine(tail) and (not rest or rest[0] in _AFTER_NO) else None
    return None


def _hedges(tail: list[str]) -> bool:
    """Whether what follows a yes takes some of it back."""
    told = _KIND_WORDS.sub(" ", _NO_TROUBLE.sub(" ", " ".join(tail)))
    return bool(_HEDGES & set(told.split()))


def _is_fine(tail: list[str]) -> bool:
    """Whether what follows a no says that all is well: « non, c'est réglé » answers another question."""
    told = " ".join(tail)
    if _NO_TROUBLE.search(told):
        return True
    undone = False
    for word in tail:
        undone = undone or word in _UNDOING
        if word in _FINE | _DONE and not undone:
            return True
    return False
