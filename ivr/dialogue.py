"""The telephone dialogue, as data. Reading order is hearing order.

Nothing here knows the carrier, the stores or the clock: the same keys always lead to the same step, so a whole
conversation is tested without a telephone.

At every question: `*` says it again, and so does `#` alone, which is only the end of what was typed before; silence and
nonsense ask again, and after PATIENCE tries comes a person. No silence agrees to a number that was typed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from callcenter.phone_number import LONGEST_TYPED
from callcenter.records.directory import packaged_topics
from callcenter.rules import speech
from callcenter.rules.callbacks import day_of
from callcenter.rules.menu import NATION, Menu
from callcenter.rules.opening_hours import scopes
from callcenter.rules.territory import MONACO, TERRITORIES, UNKNOWN, departments
from ivr import spoken_answers
from ivr.caller_answers import Heard, Move, read, written
from ivr.prompts import say, spoken_day, spoken_time
from ivr.turns import Ask, Say, Speech, Spelled

PATIENCE = 3  # tries per question
PATIENCE_OF_VOICE = 2  # what was said and not understood twice goes to a person
PATIENCE_OF_RELAYS = 6  # a relay operator reads, types and waits for an answer
PATIENCE_BEFORE_FAREWELL = 20  # where silence leads to no person: after a quarter of an hour nobody is there
REPEATS = 5  # `*`, and `#` alone, per question
ROUNDS = 5  # times a caller may go back: another postal code, the other language

NOT_UNDERSTOOD = "?"  # stands for what was said and means nothing here

# Questions put to those who have waited, and may choose to go on.
TOO_LONG = "too_long"
WISH = "wish"
WHICH = "which"  # of the departments that the postal code lies in

# Questions that read the calling number back: like it, they are never remembered.
OFFERS = frozenset({"closed", "suspended", "nobody", "full", "shared", TOO_LONG, WISH})
READ_BACK, TWO_NUMBERS = "read_back", "two_numbers"
TYPED = frozenset({READ_BACK, TWO_NUMBERS})  # questions that read back the number that was typed, out of its draft
NUMBERS = TYPED | {"number", "number_refused"}  # questions about a number that is typed
SOONEST = "s"  # the slot of those who take whatever comes first

# Where the dialogue ends. What happens there is done by the webhooks.
QUEUE = "queue"
PROMISE = "promise"  # a callback to the calling number
DRAFT = "draft"  # a number for a callback was typed, to be judged and read back
DRAFT_OTHER = "draft_other"  # of the two numbers that were read back it is the second
PROMISE_TYPED = "promise_typed"  # a callback to the number typed before
KEEP = "keep"  # a callback that was promised before stands
CANCEL = "cancel"  # it does not
NOT_OPEN = "not_open"  # the department is not served yet: its sites are told
BY_TEXT = "by_text"  # the same sites are wanted in writing
FAREWELL = "farewell"
ENDS = frozenset({QUEUE, PROMISE, DRAFT, DRAFT_OTHER, PROMISE_TYPED, KEEP, CANCEL, NOT_OPEN, BY_TEXT, FAREWELL})
PASSING = frozenset({DRAFT, DRAFT_OTHER, NOT_OPEN, BY_TEXT})  # the dialogue goes on: they count rounds


@cache
def packaged_menu() -> Menu:
    """The topics that come with the service."""
    return Menu(packaged_topics())


@dataclass(frozen=True, slots=True)
class Question:
    """We say `words`; `understand` turns keys into the next step, or None if they mean nothing here.

    `default` is where silence leads in the end; `person`: 0 leads to an adviser; `repeats`: `*` says it again.
    `hears` turns what is said into the keys it stands for, or nothing; without it there are only keys.
    """

    words: Callable[[Heard, Menu], tuple[Say, ...]]
    understand: Callable[[str, Heard, Menu], Move | None]
    default: Callable[[Heard], str]
    digits: int = 1
    person: bool = True
    repeats: bool = True
    hears: Callable[[str, Heard, Menu], str | None] | None = None


def answer(step: str, heard: Heard, keys: str, menu: Menu) -> Move:
    """The next step, and what we now know. A menu never hangs up on anybody."""
    question = QUESTIONS[step]
    pressed = keys.rstrip("#")
    again = pressed.endswith("*") if pressed else bool(keys)
    if again and (question.repeats or not pressed) and heard.repeats < REPEATS:
        return step, replace(heard, repeats=heard.repeats + 1)
    if question.person and pressed and not pressed.strip("0"):
        return QUEUE, _settled(heard)
    if move := question.understand(pressed, heard, menu):
        following, known = move
        final = following in ENDS - PASSING
        return following, _settled(known) if final else replace(known, tries=0, repeats=0)
    following = question.default(heard)
    if heard.tries + 1 < _patience(heard, following, spoke=pressed == NOT_UNDERSTOOD and question.person):
        return step, replace(heard, tries=heard.tries + 1)
    return following, _settled(heard)


def _patience(heard: Heard, following: str, *, spoke: bool) -> int:
    """How often a question is asked before it leads to `following` by itself."""
    if heard.relay:
        return PATIENCE_BEFORE_FAREWELL if following == FAREWELL else PATIENCE_OF_RELAYS
    return PATIENCE_OF_VOICE if spoke else PATIENCE


def place_of(query: str) -> Move:
    """Where an address leads, and what was heard before; an unknown step asks for the postal code again."""
    step, heard = read(query)
    return (step if step in QUESTIONS or step in ENDS else "postal"), heard


def spoken(step: str, heard: Heard, said: str, menu: Menu) -> str:
    """The keys that these words stand for at this question; NOT_UNDERSTOOD when they mean nothing there."""
    question = QUESTIONS[step]
    if question.hears and (keys := question.hears(said, heard, menu)):
        return keys
    if question.repeats and speech.wants_again(said):
        return "*"
    return "0" if question.person and speech.wants_person(said) else NOT_UNDERSTOOD


def ask(step: str, heard: Heard, menu: Menu, address: str, number: str = "", other: str = "") -> Ask:
    """The question as it is asked now; the keys are brought to `address`. `number` is the one to read back, `other`
    what the same figures may be too."""
    question = QUESTIONS[step]
    sorry = (say(heard.language, "menu.not_understood"),) if heard.tries and not heard.relay else ()
    words = _words(step, heard, menu, number, other)
    digits = LONGEST_TYPED if heard.plan and question.digits == 10 else question.digits
    patient = 25 if heard.relay else 12 if question.digits == 10 else 8
    hints = spoken_answers.expected(menu.of(heard.department), heard.language) if step == "topic" else ()
    ears = Speech(heard.language, hints) if question.hears else None
    said = paced(sorry + words, heard)
    return Ask(said, f"{address}?{written(step, heard)}", digits, patient, ears)


def _words(step: str, heard: Heard, menu: Menu, number: str, other: str) -> tuple[Say, ...]:
    if step == TWO_NUMBERS:
        return _two_numbers(heard, number, other)
    return _READ[step](heard, number) if step in _READ else QUESTIONS[step].words(heard, menu)


def paced(said: tuple[Say, ...], heard: Heard) -> tuple[Say, ...]:
    """Slowly for those who have it relayed, or read it off somebody's lips."""
    return tuple(replace(each, slow=True) for each in said) if heard.relay else said


def offered(
    heard: Heard, *, anonymous: bool, plan: str = "", reopens: str = "", slots: tuple[str, ...] = (), today: str = ""
) -> Heard:
    """What is carried into the offer of a callback: whether the calling number will do, whose plan one that is typed
    may follow, when the line reopens, the half-days to choose from (none: soon), and the local day on which that is
    told."""
    offer = replace(_settled(heard), anonymous=anonymous, reopens=reopens, until="", slots=slots, slot="", typed=False)
    return replace(offer, plan=plan, today=today)


def refused(heard: Heard) -> Move:
    """The number typed may not be called: another, or in the end what is left without one."""
    return _back("number_refused", heard)


def typed_is_agreed(heard: Heard) -> Move:
    """The number that was read back is the right one."""
    step, known = _agreed(replace(heard, typed=True))
    return step, _settled(known) if step in ENDS else replace(known, tries=0, repeats=0)


def _settled(heard: Heard) -> Heard:
    return replace(heard, hint=(), among=(), place="", texts=False, group="", slots=(), tries=0, repeats=0, rounds=0)


# We promised to call you back: shall we still?


def _open(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    keys = ("callback.open_keep", "callback.open_cancel", "callback.open_go_on")
    return (_when(heard, "callback.open"), *(say(heard.language, key) for key in keys))


def _stands(keys: str, heard: Heard, _menu: Menu) -> Move | None:
    if keys in ("", "3"):
        return "welcome", replace(heard, reopens="", until="", today="")
    return {"1": (KEEP, heard), "2": (CANCEL, heard)}.get(keys)


def kept(heard: Heard) -> Say:
    """The callback that stands, said once more."""
    return _when(heard, "callback.kept")


def _when(heard: Heard, key: str) -> Say:
    starts, ends = datetime.fromisoformat(heard.reopens), datetime.fromisoformat(heard.until)
    return say(
        heard.language,
        key,
        day=_day(heard, starts.date()),
        from_time=spoken_time(heard.language, starts),
        until_time=spoken_time(heard.language, ends),
    )


def _day(heard: Heard, day: date) -> str:
    return spoken_day(heard.language, day, date.fromisoformat(heard.today) if heard.today else None)


# Where do you live?


def _welcome(heard: Heard, menu: Menu) -> tuple[Say, ...]:
    if heard.tries:
        return _postal(heard, menu)
    notices = _notices(heard, menu, NATION)
    other = "menu.called_back_in_this_language" if heard.alone else "menu.in_this_language"
    other = "menu.menu_in_this_language" if heard.unspoken else other
    greeting = *notices, say(heard.language, "menu.welcome"), say(_other_language(heard), other)
    return (*greeting, *_postal_words(heard), say(heard.language, "menu.other_ways"))


def _postal(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    if heard.tries or heard.rounds:
        return (say(heard.language, "menu.postal_again"),)
    noted = (say(heard.language, "menu.relay_noted"),) if heard.relay else ()
    return (*noted, *_postal_words(heard))


def _postal_words(heard: Heard) -> tuple[Say, ...]:
    if not heard.hint:
        return (say(heard.language, "menu.postal"),)
    hints = (
        say(heard.language, "menu.hint", territory=_territory(code, heard.language), key=key)
        for key, code in enumerate(heard.hint, 1)
    )
    return (*hints, say(heard.language, "menu.otherwise_postal"))


def _notices(heard: Heard, menu: Menu, *of: str) -> tuple[Say, ...]:
    """What a supervisor has said to the callers of these scopes; in French where nobody wrote it in their language."""
    words = [menu.notices[scope] for scope in of if scope in menu.notices]
    spoken = [heard.language if heard.language in each else "fr" for each in words]
    return tuple(Say(language, (each[language],)) for language, each in zip(spoken, words, strict=True))


def _lives(keys: str, heard: Heard, menu: Menu) -> Move | None:
    if keys == "9":
        return _back("welcome", replace(heard, language=_other_language(heard), alone=False, unspoken=False))
    if keys == "8" and not heard.relay:
        return "postal", replace(heard, relay=True)
    if hinted := _choice(keys, heard.hint):
        return _served(replace(heard, department=hinted, hint=()), menu)
    found = departments(keys)
    if not found:
        return None
    if len(found) > 1:
        return WHICH, replace(heard, among=found)
    if found == (MONACO,) or not TERRITORIES[found[0]].inhabited:
        return _back("elsewhere", replace(heard, among=found))
    if found[0] in menu.not_open:  # told at once: the postal code, whose sites come first, is not kept
        return NOT_OPEN, replace(heard, department=found[0], among=())
    return "confirm", replace(heard, department=found[0], among=())


def _served(heard: Heard, menu: Menu) -> Move:
    if heard.department in menu.not_open:
        return NOT_OPEN, heard
    return "topic", replace(heard, place="")


def _elsewhere(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    if heard.among == (MONACO,):
        return (say(heard.language, "menu.monaco"),)
    return (say(heard.language, "menu.uninhabited", territory=_territory(heard.among[0], heard.language)),)


def _which(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    choices = (
        say(heard.language, "menu.which_choice", territory=_territory(code, heard.language), key=key)
        for key, code in enumerate(heard.among, 1)
    )
    other = say(heard.language, "menu.which_other", key=len(heard.among) + 1)
    return (say(heard.language, "menu.which"), *choices, other)


def _which_it_is(keys: str, heard: Heard, menu: Menu) -> Move | None:
    if chosen := _choice(keys, heard.among):
        return _served(replace(heard, department=chosen, among=()), menu)
    return _back("postal", replace(heard, among=(), place="")) if keys == str(len(heard.among) + 1) else None


def _confirm(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    return (say(heard.language, "menu.confirm", territory=_territory(heard.department, heard.language)),)


def _confirmed(keys: str, heard: Heard, _menu: Menu) -> Move | None:
    if keys == "1":
        return "topic", replace(heard, hint=())
    return _back("postal", replace(heard, department=UNKNOWN)) if keys == "2" else None


def _more_sites(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    by_text = (say(heard.language, "sites.by_text"),) if heard.texts else ()
    return (*by_text, say(heard.language, "sites.again"))


def _after_sites(keys: str, heard: Heard, _menu: Menu) -> Move | None:
    if keys in ("1", "*"):
        return (NOT_OPEN, replace(heard, rounds=heard.rounds + 1)) if heard.rounds + 1 < ROUNDS else (FAREWELL, heard)
    if keys == "3" and heard.texts:
        return BY_TEXT, replace(heard, texts=False)
    return _back("postal", replace(heard, department=UNKNOWN, place="", texts=False)) if keys == "2" else None


# What is the matter?


def _topics(heard: Heard, menu: Menu) -> tuple[Say, ...]:
    level = menu.of(heard.department).level(heard.group)
    first = not (heard.group or heard.tries or heard.repeats)
    notices = _notices(heard, menu, *scopes(heard.department)[:-1]) if first else ()
    choices = (say(heard.language, "menu.topic_choice", topic=t.labels[heard.language], key=t.keys[-1]) for t in level)
    unknown = say(heard.language, "menu.topic_unknown", key=len(level) + 1)
    opening = say(heard.language, "menu.subtopic" if heard.group else "menu.topic")
    return (*notices, opening, *choices, unknown, say(heard.language, "menu.repeat"))


def _matter(keys: str, heard: Heard, menu: Menu) -> Move | None:
    menu = menu.of(heard.department)
    if keys.startswith(spoken_answers.NAMED):
        named = menu.topics.get(keys.removeprefix(spoken_answers.NAMED))
        return (QUEUE, replace(heard, topic=named.code)) if named and named.code else None
    if len(keys) == 1 and (chosen := menu.topics.get(heard.group + keys)):
        return (QUEUE, replace(heard, topic=chosen.code)) if chosen.code else ("topic", replace(heard, group=keys))
    return (QUEUE, heard) if keys == str(len(menu.level(heard.group)) + 1) else None


# No adviser now: shall we call you back?


def _closed(heard: Heard, number: str) -> tuple[Say, ...]:
    if not heard.reopens:
        return (say(heard.language, "closed.unknown"), *_offer(heard, number))
    at = datetime.fromisoformat(heard.reopens)
    day, time = _day(heard, at.date()), spoken_time(heard.language, at)
    return (say(heard.language, "closed.reopens", day=day, time=time), *_offer(heard, number))


def _explained(key: str) -> Callable[[Heard, str], tuple[Say, ...]]:
    return lambda heard, number: (say(heard.language, key), *_offer(heard, number))


def _late(heard: Heard, number: str) -> tuple[Say, ...]:
    return (say(heard.language, "late.now"), *_offer(heard, number, "callback.stay"))


def _asked_while_waiting(heard: Heard, number: str) -> tuple[Say, ...]:
    return _offer(heard, number, "callback.stay")


def _offer(heard: Heard, number: str, otherwise: str = "callback.no_thanks") -> tuple[Say, ...]:
    """`number`: the calling one, to be read back."""
    if heard.anonymous or not number:
        key = "callback.some_number" if heard.anonymous else "callback.this_number"
        offers = (say(heard.language, key),)
    else:
        offers = (say(heard.language, "callback.at_number", number=Spelled(number)),)
    other = () if heard.anonymous else (say(heard.language, "callback.other_number"),)
    return (*offers, *other, say(heard.language, otherwise))


def _wishes(declined: str) -> Callable[[str, Heard, Menu], Move | None]:
    def understand(keys: str, heard: Heard, _menu: Menu) -> Move | None:
        if keys == "1":
            return ("number", heard) if heard.anonymous else _agreed(heard)
        if keys == "2" and not heard.anonymous:
            return "number", heard
        return (declined, heard) if keys == "3" else None

    return understand


def _type_number(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    return (say(heard.language, "callback.type_local_number" if heard.plan else "callback.type_number"),)


def _number_refused(heard: Heard, menu: Menu) -> tuple[Say, ...]:
    return say(heard.language, "callback.number_refused"), *_type_number(heard, menu)


def _typed(keys: str, heard: Heard, _menu: Menu) -> Move | None:
    if not (keys.isascii() and keys.isdigit()):
        return None
    complete = 6 <= len(keys) <= LONGEST_TYPED if heard.plan else len(keys) == 10 and keys[0] == "0"
    return (DRAFT, heard) if complete else None


def _read_back(heard: Heard, number: str) -> tuple[Say, ...]:
    return (say(heard.language, "callback.read_back", number=Spelled(number)),)


def _number_confirmed(keys: str, heard: Heard, _menu: Menu) -> Move | None:
    if keys == "1":
        return typed_is_agreed(heard)
    return _back("number", heard) if keys == "2" else None


def _two_numbers(heard: Heard, number: str, other: str) -> tuple[Say, ...]:
    own = say(heard.language, "callback.two_own", number=Spelled(number))
    mainland = say(heard.language, "callback.two_mainland", number=Spelled(other))
    return say(heard.language, "callback.two_numbers"), own, mainland, say(heard.language, "callback.two_neither")


def _which_number(keys: str, heard: Heard, _menu: Menu) -> Move | None:
    if keys == "1":
        return typed_is_agreed(heard)
    if keys == "2":
        return DRAFT_OTHER, heard
    return _back("number", heard) if keys == "3" else None


def _without_number(heard: Heard) -> str:
    return FAREWELL if heard.anonymous else PROMISE


def _agreed(heard: Heard) -> Move:
    """The number is known: when, if there is a choice, or the promise itself."""
    return ("slot", heard) if heard.slots else (_promise(heard), heard)


def _slots(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    return tuple(_slot(heard, slot, key) for key, slot in enumerate(heard.slots, 1))


def _slot(heard: Heard, slot: str, key: int) -> Say:
    day = day_of(slot)
    if day is None:
        return say(heard.language, "callback.slot_soonest", key=key)
    half = "callback.slot_morning" if slot.endswith("m") else "callback.slot_afternoon"
    return say(heard.language, half, day=_day(heard, day), key=key)


def _slot_chosen(keys: str, heard: Heard, _menu: Menu) -> Move | None:
    chosen = heard.slots[int(keys) - 1] if keys in "123456789"[: len(heard.slots)] and len(keys) == 1 else None
    return (_promise(heard), replace(heard, slot=chosen)) if chosen else None


def _promise(heard: Heard) -> str:
    return PROMISE_TYPED if heard.typed else PROMISE


def _nothing(_heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    raise AssertionError("a question that reads a number is asked with it")


def _to(end: str) -> Callable[[Heard], str]:
    return lambda _heard: end


# What is said where a number is read back.
_READ: dict[str, Callable[[Heard, str], tuple[Say, ...]]] = {
    "closed": _closed,
    "suspended": _explained("suspended.now"),
    "nobody": _explained("nobody.on_duty"),
    "full": _explained("full.now"),
    "shared": _explained("shared.now"),
    TOO_LONG: _late,
    WISH: _asked_while_waiting,
    READ_BACK: _read_back,
}

QUESTIONS: dict[str, Question] = {
    "open": Question(_open, _stands, _to("welcome"), hears=spoken_answers.figure),
    "welcome": Question(_welcome, _lives, _to(QUEUE), digits=5, hears=spoken_answers.place),
    "postal": Question(_postal, _lives, _to(QUEUE), digits=5, hears=spoken_answers.place),
    "elsewhere": Question(_elsewhere, _lives, _to(QUEUE), digits=5, hears=spoken_answers.place),
    WHICH: Question(_which, _which_it_is, _to(QUEUE), hears=spoken_answers.which),
    "confirm": Question(_confirm, _confirmed, _to(QUEUE), hears=spoken_answers.yes_or_no("2")),
    "sites": Question(
        _more_sites, _after_sites, _to(FAREWELL), person=False, repeats=False, hears=spoken_answers.figure
    ),
    "topic": Question(_topics, _matter, _to(QUEUE), hears=spoken_answers.matter),
    "closed": Question(_nothing, _wishes(FAREWELL), _to(FAREWELL), person=False, hears=spoken_answers.yes_or_no("3")),
    "suspended": Question(
        _nothing, _wishes(FAREWELL), _to(FAREWELL), person=False, hears=spoken_answers.yes_or_no("3")
    ),
    "nobody": Question(_nothing, _wishes(FAREWELL), _to(FAREWELL), person=False, hears=spoken_answers.yes_or_no("3")),
    "full": Question(_nothing, _wishes(FAREWELL), _to(FAREWELL), person=False, hears=spoken_answers.yes_or_no("3")),
    "shared": Question(_nothing, _wishes(FAREWELL), _to(FAREWELL), person=False, hears=spoken_answers.yes_or_no("3")),
    TOO_LONG: Question(_nothing, _wishes(QUEUE), _to(QUEUE), hears=spoken_answers.yes_or_no("3")),
    WISH: Question(_nothing, _wishes(QUEUE), _to(QUEUE), hears=spoken_answers.yes_or_no("3")),
    "slot": Question(_slots, _slot_chosen, _promise, person=False, hears=spoken_answers.figure),
    "number": Question(_type_number, _typed, _without_number, digits=10, person=False),
    "number_refused": Question(_number_refused, _typed, _without_number, digits=10, person=False),
    READ_BACK: Question(_nothing, _number_confirmed, _without_number, person=False),
    TWO_NUMBERS: Question(_nothing, _which_number, _without_number, person=False),
}


def _back(step: str, heard: Heard) -> Move:
    """To an earlier question, so many times and no more: then a person, or whatever that question defaults to."""
    if heard.rounds + 1 < ROUNDS:
        return step, replace(heard, rounds=heard.rounds + 1)
    return QUESTIONS[step].default(heard), heard


def _choice(keys: str, among: tuple[str, ...]) -> str | None:
    return among[int(keys) - 1] if len(keys) == 1 and keys in "123456789"[: len(among)] else None


def _other_language(heard: Heard) -> str:
    return "fr" if heard.language == "en" else "en"


def _territory(code: str, language: str) -> str:
    known = TERRITORIES[code]
    return known.spoken if language == "fr" else known.name
