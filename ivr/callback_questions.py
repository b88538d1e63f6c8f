"""Shall we call you back? Why nobody answers now, at which number, when; and the callback that was promised before."""

from collections.abc import Callable
from datetime import date, datetime

from callcenter.phone_number import LONGEST_TYPED, SHORTEST_WITH_CODE
from callcenter.rules.callbacks import day_of
from callcenter.rules.menu import Menu
from ivr import spoken_answers
from ivr.caller_answers import Heard, Reached
from ivr.prompts import closed_until, say, spoken_day, spoken_time
from ivr.steps import (
    CANCEL,
    CLOSED,
    DRAFT,
    DRAFT_OTHER,
    ENDS,
    FAREWELL,
    KEEP,
    PROMISE,
    PROMISE_TYPED,
    QUEUE,
    READ_BACK,
    SOONEST,
    TOO_LONG,
    TWO_NUMBERS,
    UNANSWERED,
    WHOLE_NUMBER,
    WISH,
    Question,
    a_few,
    back,
    leads_to,
    settled,
    turn_page,
)
from ivr.turns import Say, Spelled


def offered(
    heard: Heard, *, anonymous: bool, plan: str = "", reopens: str = "", slots: tuple[str, ...] = (), today: str = ""
) -> Heard:
    """What is carried into the offer of a callback: whether the calling number will do, whose plan one that is typed
    may follow, when the line reopens, the half-days to choose from (none: soon), and the local day on which that is
    told. The first of them holds until another is chosen: whoever says no more is promised no other."""
    first = slots[0] if slots and slots[0] != SOONEST else ""
    return settled(heard)._replace(
        anonymous=anonymous, plan=plan, reopens=reopens, until="", today=today, slots=slots, slot=first,
        number_is_typed=False,
    )  # fmt: skip


def refused(heard: Heard) -> Reached:
    """The number typed may not be called: another, or in the end what is left without one."""
    return back("number_refused", heard, _without_number(heard))


def typed_is_agreed(heard: Heard) -> Reached:
    """The number that was read back is the right one."""
    step, known = _agreed(heard._replace(number_is_typed=True))
    return step, settled(known) if step in ENDS else known._replace(tries=0, repeats=0)


# We promised to call you back: shall we still?


def _say_open(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    keys = ("callback.open_keep", "callback.open_cancel", "callback.open_go_on")
    return (_when(heard, "callback.open"), *(say(heard.language, key) for key in keys))


def _answer_open(keys: str, heard: Heard, _menu: Menu) -> Reached | None:
    if keys in ("", "3"):
        return "welcome", heard._replace(reopens="", until="", today="")
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


# No adviser now: shall we call you back?


def say_closed(heard: Heard, number: str, why: str) -> tuple[Say, ...]:
    """`why`: as `rules.opening_hours` tells it."""
    if not heard.reopens:
        return (say(heard.language, "closed.unknown"), *_say_offer(heard, number))
    at = datetime.fromisoformat(heard.reopens)
    when = {"day": _day(heard, at.date()), "time": spoken_time(heard.language, at)}
    return (*closed_until(heard.language, why, when), *_say_offer(heard, number))


def _say_why(key: str) -> Callable[[Heard, str], tuple[Say, ...]]:
    return lambda heard, number: (say(heard.language, key), *_say_offer(heard, number))


def _say_late(heard: Heard, number: str) -> tuple[Say, ...]:
    return (say(heard.language, "late.now"), *_say_offer(heard, number, "callback.stay"))


def _say_asked_while_waiting(heard: Heard, number: str) -> tuple[Say, ...]:
    return _say_offer(heard, number, "callback.stay")


def _say_offer(heard: Heard, number: str, otherwise: str = "callback.no_thanks") -> tuple[Say, ...]:
    """`number`: the calling one, to be read back."""
    if heard.anonymous or not number:
        key = "callback.some_number" if heard.anonymous else "callback.this_number"
        offers = (say(heard.language, key),)
    else:
        offers = (say(heard.language, "callback.at_number", number=Spelled(number)),)
    other = () if heard.anonymous else (say(heard.language, "callback.other_number"),)
    return (*offers, *other, say(heard.language, otherwise))


def _answer_offer(declined: str) -> Callable[[str, Heard, Menu], Reached | None]:
    def understand(keys: str, heard: Heard, _menu: Menu) -> Reached | None:
        if keys == "1":
            return ("number", heard) if heard.anonymous else _agreed(heard)
        if keys == "2" and not heard.anonymous:
            return "number", heard
        return (declined, heard) if keys == "3" else None

    return understand


def _say_type_number(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    return (say(heard.language, "callback.type_local_number" if heard.plan else "callback.type_number"),)


def _say_number_refused(heard: Heard, menu: Menu) -> tuple[Say, ...]:
    return say(heard.language, "callback.number_refused"), *_say_type_number(heard, menu)


def _answer_number(keys: str, heard: Heard, _menu: Menu) -> Reached | None:
    if not (keys.isascii() and keys.isdigit()):
        return None
    if heard.plan:
        return (DRAFT, heard) if 6 <= len(keys) <= LONGEST_TYPED else None
    if keys.startswith("00"):  # with its calling code, and so longer than what is listened for here
        return WHOLE_NUMBER, heard
    return (DRAFT, heard) if len(keys) == 10 and keys[0] == "0" else None


def _say_whole_number(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    return (say(heard.language, "callback.type_whole_number"),)


def _answer_whole_number(keys: str, heard: Heard, _menu: Menu) -> Reached | None:
    if not (keys.isascii() and keys.isdigit() and keys.startswith("0")):
        return None
    complete = SHORTEST_WITH_CODE <= len(keys) <= LONGEST_TYPED if keys.startswith("00") else len(keys) == 10
    return (DRAFT, heard) if complete else None


def _say_read_back(heard: Heard, number: str) -> tuple[Say, ...]:
    return (say(heard.language, "callback.read_back", number=Spelled(number)),)


def _answer_read_back(keys: str, heard: Heard, _menu: Menu) -> Reached | None:
    if keys == "1":
        return typed_is_agreed(heard)
    return back("number", heard, _without_number(heard)) if keys == "2" else None


def say_two_numbers(heard: Heard, number: str, other: str) -> tuple[Say, ...]:
    own = say(heard.language, "callback.two_own", number=Spelled(number))
    mainland = say(heard.language, "callback.two_mainland", number=Spelled(other))
    return say(heard.language, "callback.two_numbers"), own, mainland, say(heard.language, "callback.two_neither")


def _answer_two_numbers(keys: str, heard: Heard, _menu: Menu) -> Reached | None:
    if keys == "1":
        return typed_is_agreed(heard)
    if keys == "2":
        return DRAFT_OTHER, heard
    return back("number", heard, _without_number(heard)) if keys == "3" else None


def _without_number(heard: Heard) -> str:
    return UNANSWERED if heard.anonymous else PROMISE


def _agreed(heard: Heard) -> Reached:
    """The number is known: when, if there is a choice, or the promise itself."""
    return ("slot", heard) if heard.slots else (_promise(heard), heard)


def _say_slots(heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    return a_few(heard, [_slot(heard, slot, key) for key, slot in enumerate(heard.slots, 1)])


def _slot(heard: Heard, slot: str, key: int) -> Say:
    day = day_of(slot)
    if day is None:
        return say(heard.language, "callback.slot_soonest", key=key)
    half = "callback.slot_morning" if slot.endswith("m") else "callback.slot_afternoon"
    return say(heard.language, half, day=_day(heard, day), key=key)


def _answer_slot(keys: str, heard: Heard, _menu: Menu) -> Reached | None:
    if turned := turn_page(keys, heard, "slot", len(heard.slots)):
        return turned
    chosen = heard.slots[int(keys) - 1] if keys in "123456789"[: len(heard.slots)] and len(keys) == 1 else None
    return (_promise(heard), heard._replace(slot=chosen)) if chosen else None


def _promise(heard: Heard) -> str:
    return PROMISE_TYPED if heard.number_is_typed else PROMISE


def _say_nothing(_heard: Heard, _menu: Menu) -> tuple[Say, ...]:
    raise AssertionError("a question that reads a number is asked with it")


# What is said where a number is read back.
WORDS_WITH_NUMBER: dict[str, Callable[[Heard, str], tuple[Say, ...]]] = {
    "suspended": _say_why("suspended.now"),
    "nobody": _say_why("nobody.on_duty"),
    "full": _say_why("full.now"),
    "shared": _say_why("shared.now"),
    TOO_LONG: _say_late,
    WISH: _say_asked_while_waiting,
    READ_BACK: _say_read_back,
}

_HEARS_YES_OR_NO = spoken_answers.yes_or_no("3")
_REFUSED_OFFER = Question(
    _say_nothing, _answer_offer(FAREWELL), leads_to(UNANSWERED), person=False, hears=_HEARS_YES_OR_NO
)
_LATE_OFFER = Question(_say_nothing, _answer_offer(QUEUE), leads_to(UNANSWERED), hears=_HEARS_YES_OR_NO)
_WAITING_OFFER = Question(_say_nothing, _answer_offer(QUEUE), leads_to(QUEUE), hears=_HEARS_YES_OR_NO)

CALLBACK_QUESTIONS = {
    "open": Question(_say_open, _answer_open, leads_to("welcome"), hears=spoken_answers.figure),
    CLOSED: _REFUSED_OFFER,
    "suspended": _REFUSED_OFFER,
    "nobody": _REFUSED_OFFER,
    "full": _REFUSED_OFFER,
    "shared": _REFUSED_OFFER,
    TOO_LONG: _LATE_OFFER,
    WISH: _WAITING_OFFER,
    "slot": Question(_say_slots, _answer_slot, _promise, person=False, hears=spoken_answers.figure),
    "number": Question(_say_type_number, _answer_number, _without_number, digits=10, person=False),
    "number_refused": Question(_say_number_refused, _answer_number, _without_number, digits=10, person=False),
    WHOLE_NUMBER: Question(
        _say_whole_number, _answer_whole_number, _without_number, digits=LONGEST_TYPED, person=False
    ),
    READ_BACK: Question(_say_nothing, _answer_read_back, _without_number, person=False),
    TWO_NUMBERS: Question(_say_nothing, _answer_two_numbers, _without_number, person=False),
}
