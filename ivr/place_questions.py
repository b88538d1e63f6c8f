"""Where do you live? The welcome, the postal code, and what is told where the department is not served yet."""

from callcenter.rules.menu import Menu
from callcenter.rules.territory import MONACO, NATION, TERRITORIES, UNKNOWN, departments
from ivr import spoken_answers
from ivr.caller_answers import Heard, Reached
from ivr.prompts import say
from ivr.steps import (
    BY_TEXT,
    FAREWELL,
    NOT_OPEN,
    QUEUE,
    ROUNDS,
    TOLD_AGAIN,
    WHICH,
    Question,
    back,
    leads_to,
    say_notices,
)
from ivr.turns import Say

# Where do you live?


def _say_welcome(heard: Heard, menu: Menu) -> tuple[Say, ...]:
    if heard.tries:
        return _say_postal(heard, menu)
    notices = say_notices(heard, menu, NATION)
    other = "menu.called_back_in_this_language" if heard.other_language_off_duty else "menu.in_this_language"
    other = "menu.menu_in_this_language" if heard.other_language_unstaffed else other
    greeting = *notices, say(heard.language, "menu.welcome"), say(_other_language(heard), other)
    return (*greeting, *_postal_words(heard), say(heard.language, "menu.other_ways"))


def _say_postal(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    if heard.tries or heard.rounds:
        return (say(heard.language, "menu.postal_again"),)
    return (*_noted(heard), *_postal_words(heard))


def _noted(heard: Heard) -> tuple[Say, ...]:
    """How we shall speak to them from now on."""
    if heard.relay:
        return (say(heard.language, "menu.relay_noted"),)
    if heard.hard_of_hearing:
        return say(heard.language, "menu.slowly"), say(heard.language, "menu.relay")
    return ()


def _postal_words(heard: Heard) -> tuple[Say, ...]:
    if not heard.hint:
        return (say(heard.language, "menu.postal"),)
    hints = (
        say(heard.language, "menu.hint", territory=_territory(code, heard.language), key=key)
        for key, code in enumerate(heard.hint, 1)
    )
    return (*hints, say(heard.language, "menu.otherwise_postal"))


def _answer_postal_code(keys: str, heard: Heard, menu: Menu) -> Reached | None:
    if keys == "9":
        return back(
            "welcome",
            heard._replace(
                language=_other_language(heard), other_language_off_duty=False, other_language_unstaffed=False
            ),
        )
    if keys == "8" and not heard.slow:
        return "postal", heard._replace(hard_of_hearing=True)
    if keys in ("8", "88") and not heard.relay:
        return "postal", heard._replace(hard_of_hearing=False, relay=True)
    if hinted := _choice(keys, heard.hint):
        return _served(heard._replace(department=hinted, hint=()), menu)
    found = departments(keys)
    if not found:
        return None
    if len(found) > 1:
        return WHICH, heard._replace(among=found)
    if found == (MONACO,) or not TERRITORIES[found[0]].inhabited:
        return back("elsewhere", heard._replace(among=found))
    if found[0] in menu.not_open:  # told at once: the postal code, whose sites come first, is not kept
        return NOT_OPEN, heard._replace(department=found[0], among=())
    return "confirm", heard._replace(department=found[0], among=())


def _served(heard: Heard, menu: Menu) -> Reached:
    if heard.department in menu.not_open:
        return NOT_OPEN, heard
    return "topic", heard._replace(place="")


def _say_elsewhere(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    if heard.among == (MONACO,):
        return (say(heard.language, "menu.monaco"),)
    return (say(heard.language, "menu.uninhabited", territory=_territory(heard.among[0], heard.language)),)


def _say_which(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    choices = (
        say(heard.language, "menu.which_choice", territory=_territory(code, heard.language), key=key)
        for key, code in enumerate(heard.among, 1)
    )
    other = say(heard.language, "menu.which_other", key=len(heard.among) + 1)
    return (say(heard.language, "menu.which"), *choices, other)


def _answer_which_department(keys: str, heard: Heard, menu: Menu) -> Reached | None:
    if chosen := _choice(keys, heard.among):
        return _served(heard._replace(department=chosen, among=()), menu)
    return back("postal", heard._replace(among=(), place="")) if keys == str(len(heard.among) + 1) else None


def _say_confirm(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    return (say(heard.language, "menu.confirm", territory=_territory(heard.department, heard.language)),)


def _answer_confirm(keys: str, heard: Heard, _menu: Menu) -> Reached | None:
    if keys == "1":
        return "topic", heard._replace(hint=())
    return back("postal", heard._replace(department=UNKNOWN)) if keys == "2" else None


def _say_more_sites(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    by_text = (say(heard.language, "sites.by_text"),) if heard.takes_texts else ()
    return (*by_text, say(heard.language, "sites.again"))


def _answer_sites(keys: str, heard: Heard, _menu: Menu) -> Reached | None:
    if keys in ("1", "*"):
        return (NOT_OPEN, heard._replace(rounds=heard.rounds + 1)) if heard.rounds + 1 < ROUNDS else (FAREWELL, heard)
    if keys == "3" and heard.takes_texts:
        return BY_TEXT, heard._replace(takes_texts=False)
    return back("postal", heard._replace(department=UNKNOWN, place="", takes_texts=False)) if keys == "2" else None


PLACE_QUESTIONS = {
    "welcome": Question(_say_welcome, _answer_postal_code, leads_to(QUEUE), digits=5, hears=spoken_answers.place),
    "postal": Question(_say_postal, _answer_postal_code, leads_to(QUEUE), digits=5, hears=spoken_answers.place),
    "elsewhere": Question(_say_elsewhere, _answer_postal_code, leads_to(QUEUE), digits=5, hears=spoken_answers.place),
    WHICH: Question(_say_which, _answer_which_department, leads_to(QUEUE), hears=spoken_answers.which),
    "confirm": Question(_say_confirm, _answer_confirm, leads_to(QUEUE), hears=spoken_answers.yes_or_no("2")),
    "sites": Question(
        _say_more_sites, _answer_sites, leads_to(TOLD_AGAIN), person=False, repeats=False, hears=spoken_answers.figure
    ),
}


def _choice(keys: str, among: tuple[str, ...]) -> str | None:
    return among[int(keys) - 1] if len(keys) == 1 and keys in "123456789"[: len(among)] else None


def _other_language(heard: Heard) -> str:
    return "fr" if heard.language == "en" else "en"


def _territory(code: str, language: str) -> str:
    known = TERRITORIES[code]
    return known.spoken if language == "fr" else known.name
