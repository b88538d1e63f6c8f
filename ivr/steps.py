"""The steps of the dialogue: what a question is, which are alike, and the ends that it leads to.

What happens at an end is done by the webhooks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from callcenter.rules.menu import Menu
from ivr.caller_answers import Heard, Reached
from ivr.prompts import say
from ivr.turns import Say

REPEATS = 5  # `*`, and `#` alone, per question
ROUNDS = 5  # times a caller may go back: another postal code, the other language

CLOSED = "closed"
# Questions put to those who have waited, and may choose to go on.
TOO_LONG = "too_long"
WISH = "wish"
WHICH = "which"  # of the departments that the postal code lies in

# Questions that read the calling number back: like it, they are never remembered.
OFFERS = frozenset({CLOSED, "suspended", "nobody", "full", "shared", TOO_LONG, WISH})
READ_BACK, TWO_NUMBERS = "read_back", "two_numbers"
TYPED = frozenset({READ_BACK, TWO_NUMBERS})  # questions that read back the number that was typed, out of its draft
WHOLE_NUMBER = "number_whole"  # it is typed with its calling code
NUMBERS = TYPED | {"number", "number_refused", WHOLE_NUMBER}  # questions about a number that is typed
FEW = 3  # choices that whoever hears badly is told at a time
MORE = "9"  # the key to the next of them
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
TOLD_AGAIN = "told_again"  # nothing was said after the sites: they are told once more, slowly
UNANSWERED = "unanswered"  # the offer of a callback met silence: the way back is not lost by it
FAREWELL = "farewell"
ENDS = frozenset(
    {
        QUEUE,
        PROMISE,
        DRAFT,
        DRAFT_OTHER,
        PROMISE_TYPED,
        KEEP,
        CANCEL,
        NOT_OPEN,
        BY_TEXT,
        TOLD_AGAIN,
        UNANSWERED,
        FAREWELL,
    }
)
PASSING = frozenset({DRAFT, DRAFT_OTHER, NOT_OPEN, BY_TEXT})  # the dialogue goes on: they count rounds


@dataclass(frozen=True, slots=True)
class Question:
    """We say `words`; `understand` turns keys into the next step, or None if they mean nothing here.

    `default` is where silence leads in the end; `person`: 0 leads to an adviser; `repeats`: `*` says it again.
    `hears` turns what is said into the keys it stands for, or nothing; without it there are only keys.
    """

    words: Callable[[Heard, Menu], tuple[Say, ...]]
    understand: Callable[[str, Heard, Menu], Reached | None]
    default: Callable[[Heard], str]
    digits: int = 1
    person: bool = True
    repeats: bool = True
    hears: Callable[[str, Heard, Menu], str | None] | None = None


def settled(heard: Heard) -> Heard:
    return heard._replace(
        hint=(), among=(), place="", takes_texts=False, group="", slots=(), page=0, tries=0, repeats=0, rounds=0
    )


def a_few(heard: Heard, choices: Sequence[Say]) -> tuple[Say, ...]:
    """Of these choices those that are read out now: all of them, or to whoever hears badly FEW at a time, and the way
    to the next."""
    if not pages(heard, len(choices)):
        return tuple(choices)
    first = heard.page * FEW
    more = () if is_last_page(heard, len(choices)) else (say(heard.language, "menu.more"),)
    return (*choices[first : first + FEW], *more)


def turn_page(keys: str, heard: Heard, step: str, count: int) -> Reached | None:
    """The next few of `count` choices, on MORE or on silence; None where there are no more, or something else was
    pressed."""
    if keys not in ("", MORE) or not pages(heard, count) or is_last_page(heard, count):
        return None
    return step, heard._replace(page=heard.page + 1)


def pages(heard: Heard, count: int) -> bool:
    """Whether so many choices are read out a few at a time."""
    return heard.hard_of_hearing and count > FEW


def is_last_page(heard: Heard, count: int) -> bool:
    return (heard.page + 1) * FEW >= count


def say_notices(heard: Heard, menu: Menu, *of: str) -> tuple[Say, ...]:
    """What a supervisor has said to the callers of these scopes; in French where nobody wrote it in their language."""
    words = [menu.notices[scope] for scope in of if scope in menu.notices]
    spoken = [heard.language if heard.language in each else "fr" for each in words]
    return tuple(Say(language, (each[language],)) for language, each in zip(spoken, words, strict=True))


def leads_to(end: str) -> Callable[[Heard], str]:
    return lambda _heard: end


def back(step: str, heard: Heard, otherwise: str = QUEUE) -> Reached:
    """To an earlier question, so many times and no more: then a person, or whatever that question defaults to."""
    if heard.rounds + 1 < ROUNDS:
        return step, heard._replace(rounds=heard.rounds + 1)
    return otherwise, heard
