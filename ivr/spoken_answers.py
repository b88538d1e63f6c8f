"""What is said at a question, as the keys it stands for; nothing where it means nothing there."""

from collections.abc import Callable
from functools import lru_cache
from itertools import islice, zip_longest

from callcenter.rules import speech
from callcenter.rules.keywords import bare, spoken_topic
from callcenter.rules.menu import Menu
from callcenter.rules.territory import TERRITORIES
from ivr.caller_answers import Heard

NAMED = "/"  # before the keys of a topic that was named rather than chosen from what was read out
HEARS_BADLY = {"sourd", "sourde", "malentendant", "malentendante", "deaf"}
HINTS = 500  # words a carrier may be told to expect


def place(said: str, heard: Heard, _menu: Menu) -> str | None:
    """A postal code, a yes to the one hint, a language, or a need."""
    words = speech.plain(said)
    if code := speech.postal_code(said):
        return code
    if len(heard.hint) == 1 and speech.is_yes(said):
        return "1"
    if heard.hint and (key := speech.choice(said)):
        return key
    if {"english", "anglais"} & set(words) if heard.language == "fr" else {"french", "francais"} & set(words):
        return "9"
    if "relais" in words or "relay" in words:
        return "8" if heard.hard_of_hearing else "88"
    return "8" if not heard.slow and HEARS_BADLY & set(words) else None


def which(said: str, heard: Heard, _menu: Menu) -> str | None:
    """One of the departments of a postal code, by its name or its figure."""
    named = [n for n, code in enumerate(heard.among, 1) if _names(said, code)]
    return str(named[0]) if len(named) == 1 else speech.choice(said)


def _names(said: str, code: str) -> bool:
    return set(speech.plain(TERRITORIES[code].name)) <= set(speech.plain(said))


def yes_or_no(no: str) -> Callable[[str, Heard, Menu], str | None]:
    """1 for a yes, `no` for a no, or the figure itself."""

    def hears(said: str, _heard: Heard, _menu: Menu) -> str | None:
        return "1" if speech.is_yes(said) else no if speech.is_no(said) else speech.choice(said)

    return hears


def figure(said: str, _heard: Heard, _menu: Menu) -> str | None:
    """The figure of a choice."""
    return speech.choice(said)


def matter(said: str, heard: Heard, menu: Menu) -> str | None:
    """The topic by its everyday words, wherever it is in the menu; « je ne sais pas » is an answer too."""
    menu = menu.of(heard.department)
    if code := spoken_topic(said, keywords(menu, heard.language)):
        return next(NAMED + topic.keys for topic in menu.coded() if topic.code == code)
    if speech.is_unsure(said):
        return str(len(menu.level(heard.group)) + 1)
    return speech.choice(said)


@lru_cache(maxsize=512)
def keywords(menu: Menu, language: str) -> dict[str, tuple[str, ...]]:
    """What is said for each topic of a menu."""
    return {topic.code: topic.keywords[language] for topic in menu.coded() if topic.keywords.get(language)}


@lru_cache(maxsize=512)
def expected(menu: Menu, language: str) -> tuple[str, ...]:
    """Words that a caller is likely to say, for the carrier to listen for: of each topic as many, the surest first."""
    surest = (sorted(words, key=lambda word: "!" not in word) for words in keywords(menu, language).values())
    every = dict.fromkeys(bare(word) for row in zip_longest(*surest, fillvalue="") for word in row if word)
    return tuple(word.replace(",", " ") for word in islice(every, HINTS))
