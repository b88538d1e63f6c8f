"""The words of opening hours, in French and in English: each with its kind, days and times with what they are."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from callcenter.rules.hours_refused import HoursNotUnderstood
from callcenter.rules.plain_text import unmarked
from callcenter.rules.weekly_hours import DAY, DAYS, HOLIDAY

NOON = 12 * 60  # minutes
# Words: each begins a kind of token. Longer ones first where one begins another.
_DAY_WORDS = {
    "Mo": "lundis?|lun|lu|mondays?|mon|mo", "Tu": "mardis?|mar|ma|tuesdays?|tues?|tu",
    "We": "mercredis?|merc?|me|wednesdays?|weds?|we", "Th": "jeudis?|jeu|je|thursdays?|thurs?|thu|th",
    "Fr": "vendredis?|vend?|ve|fridays?|fri|fr", "Sa": "samedis?|sam|sa|saturdays?|sat",
    "Su": "dimanches?|dim|di|sundays?|sun|su",
}  # fmt: skip
_KINDS = [
    ("season", r"vacances(?: scolaires)?|ete|hiver|summer|winter|school holidays|(?:1er|\d{1,2}) (?:%(m)s)\b"
               r"|(?:%(m)s)\b|\d{1,2}/\d{1,2}/\d{2,4}|hors saison|saison"),
    ("some_weeks", r"semaines? (?:im)?paires?|(?:odd|even) weeks?|un \w+ sur \w+|une semaine sur \w+|every other \w+"
                   r"|(?:1er|premiers?|2e|2eme|deuxieme|second|3e|troisieme|4e|quatrieme|derniers?) (?:%(d)s)\b"
                   r"|(?:first|second|third|fourth|last) (?:%(d)s)\b|\b(?:du|par) mois|of the month"),
    ("appointment", r"(?:uniquement |seulement )?sur (?:rendez[ -]?vous|rdv)|(?:only )?by appointment"),
    ("working_days", r"jours? ouvrables?|working days"),
    ("always", r"24\s*/\s*7|7\s*j(?:ours)?\s*/\s*7,?\s*24\s*h?\s*/\s*24"
               r"|24\s*h?\s*/\s*24,?\s*(?:et )?7\s*j(?:ours)?\s*/\s*7|en permanence|nuit et jour|around the clock"),
    ("every", r"tous les jours|chaque jour|tlj|7\s*j(?:ours)?\s*/\s*7|every day|daily|toute la semaine"),
    ("week", r"(?:les )?jours? ouvres|en semaine|la semaine|weekdays"),
    ("weekend", r"(?:le |les |en )?week[ -]?ends?|(?:at |the )*weekends?"),
    ("all_day", r"24\s*h?\s*/\s*24|24 hours?|24 heures"),
    ("whole_day", r"toute la journee|all day"),
    ("holiday", r"(?:les )?(?:jours? )?feries?|(?:on )?(?:the )?(?:public |bank )holidays?|ph\b"),
    ("morning", r"(?:le |les )?matin(?:ee|s)?\b|(?:in the )?mornings?"),
    ("afternoon", r"(?:l')?apres[ -]?midis?|aprem\b|(?:in the )?afternoons?"),
    ("evening", r"(?:le |les )?soir(?:ee|s)?\b|(?:in the )?evenings?"),
    ("time", r"(?:midi|noon)(?: et demie?)?|minuit|midnight"
             r"|\d{1,2}\s*(?:heures?|hrs?|h|:)(?:\s*[0-5]\d(?!\d|\s*(?:h|:)))?(?:\s*(?:am|pm)\b)?"
             r"|\d{1,2}\.[0-5]\d(?!\d)|\d{1,2}\s*(?:am|pm)\b|[0-2]\d[0-5]\d(?!\d)|\d{1,2}(?!\d)"),
    ("except", r"(?:sauf|exceptee?s?|excluded?|excluant|hors|hormis|a part|except(?: for)?|but not|not|pas)\b"),
    ("closed", r"fermee?s?|fermetures?|closed?|off\b|ferme"),
    ("also", r"aussi|egalement|ainsi que|also"),
    ("day", r"|".join(f"(?P<{code}>(?:{words})\\b\\.?)" for code, words in _DAY_WORDS.items())),
    ("to", r"\s*(?:-+>?|–|—|→)\s*|jusqu(?:'a|e|'au)|a\b|au\b|aux\b|to\b|until\b|till\b|through\b"),
    ("filler", r"ouvert(?:e|s|es|ure)?\b|horaires?|open(?:ing)?\b|hours?\b|de\b|du\b|des\b|d'|le\b|la\b|les\b|l'|en\b"
               r"|from\b|the\b|on\b|at\b|chaque\b|tous\b|toutes\b|dans\b|est\b|sont\b|is\b|are\b|nous\b|sommes\b"
               r"|sans interruption|non[ -]stop|en continu|journee continue|continu"),
    ("between", r"entre\b|between\b"),
    ("and", r"et\b|puis\b|and\b|then\b|ou\b|or\b|&|\+"),
    ("comma", r"[,/|]"),
    ("stop", r"[;\n.:()]"),
]  # fmt: skip
_MONTHS = (
    "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
    "|january|february|march|april|may|june|july|august|september|october|november|december"
)
_DAY_NAMES = "|".join(_DAY_WORDS.values())
_TOKEN = re.compile(
    "|".join(
        f"(?P<{kind}>{pattern.replace('%(m)s', _MONTHS).replace('%(d)s', _DAY_NAMES)})" for kind, pattern in _KINDS
    )
)
OSM_WORDS = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b|24/7|^off$")
GROUPS = {"every": DAYS, "week": DAYS[:5], "weekend": DAYS[5:], "holiday": (HOLIDAY,)}
HALVES = {"morning": (0, NOON), "afternoon": (NOON, DAY), "evening": (18 * 60, DAY)}
DAY_KINDS = ("day", *GROUPS)
ALWAYS_TOLD = ("24h/24, 7j/7",)
TIME_KINDS = ("time", "all_day", "always")
_REFUSED = ("season", "some_weeks", "appointment", "working_days", "whole_day")


@dataclass(frozen=True, slots=True)
class Token:
    """A word and its kind; `minutes`: of a time; `code`: of a day."""

    kind: str
    text: str
    minutes: int = 0
    code: str = ""


def tokens(text: str) -> Iterator[Token]:
    plain = unmarked(text).replace("\u2019", "'")
    typed = unicodedata.normalize("NFC", text)
    typed = typed if len(typed) == len(plain) else plain
    at = 0
    while at < len(plain):
        if plain[at] in " \t\r\u00a0\u202f":
            at += 1
            continue
        found = _TOKEN.match(plain, at)
        ends_within = found and found[0][-1:].isalpha() and plain[found.end() : found.end() + 1].isalpha()
        if found is None or found.end() == at or ends_within:
            raise HoursNotUnderstood("word", re.split(r"\s", typed[at:], maxsplit=1)[0][:40])
        yield _token(found, typed[at : found.end()].strip())
        at = found.end()


def _token(found: re.Match[str], typed: str) -> Token:
    kind = str(found.lastgroup)
    if kind in _REFUSED:
        raise HoursNotUnderstood(kind, typed)
    if kind == "time":
        return Token(kind, typed, minutes=_minutes(found[0].strip()))
    code = next((code for code in DAYS if found[code]), "")
    return Token("day" if code else kind, typed, code=code)


def _minutes(text: str) -> int:
    """Of the day. Raises HoursNotUnderstood."""
    if text.startswith(("midi", "noon")):
        return NOON + (30 if "demi" in text else 0)
    if text in ("minuit", "midnight"):
        return DAY
    figures = [int(each) for each in re.findall(r"\d+", text)]
    if re.fullmatch(r"\d{4}", text):
        figures = [figures[0] // 100, figures[0] % 100]
    hours, minutes = figures[0], figures[1] if len(figures) > 1 else 0
    if text.endswith(("am", "pm")):
        hours = hours % 12 + (12 if text.endswith("pm") else 0) if 1 <= hours <= 12 else 99
    if minutes > 59 or hours * 60 + minutes > DAY:
        raise HoursNotUnderstood("no_time", text)
    return hours * 60 + minutes
