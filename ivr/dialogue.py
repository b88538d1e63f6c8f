"""The telephone dialogue, as data. Reading order is hearing order.

Nothing here knows the carrier, the stores or the clock: the same keys always lead to the same step, so a whole
conversation is tested without a telephone.

At every question: `*` says it again, and so does `#` alone, which is only the end of what was typed before; silence and
nonsense ask again, and after PATIENCE tries comes a person, or where there is none a way back (UNANSWERED). No silence
agrees to a number that was typed.
"""

from dataclasses import replace

from callcenter.phone_number import LONGEST_TYPED
from callcenter.rules import speech
from callcenter.rules.menu import Menu
from ivr import spoken_answers
from ivr.callback_questions import CALLBACK_QUESTIONS, WORDS_WITH_NUMBER, say_closed, say_two_numbers
from ivr.caller_answers import Heard, Reached, read, written
from ivr.matter_questions import MATTER_QUESTIONS
from ivr.place_questions import PLACE_QUESTIONS
from ivr.prompts import say
from ivr.steps import (
    CLOSED,
    ENDS,
    PASSING,
    QUEUE,
    REPEATS,
    TOLD_AGAIN,
    TWO_NUMBERS,
    UNANSWERED,
    Question,
    settled,
)
from ivr.turns import Ask, Goodbye, Say, Speech

PATIENCE = 3  # tries per question
PATIENCE_OF_VOICE = 2  # what was said and not understood twice goes to a person
PATIENCE_OF_RELAYS = 6  # a relay operator reads, types and waits for an answer
PATIENCE_BEFORE_FAREWELL = 20  # where silence leads to no person: after a quarter of an hour nobody is there

NOT_UNDERSTOOD = "?"  # stands for what was said and means nothing here


def answer(step: str, heard: Heard, keys: str, menu: Menu) -> Reached:
    """The next step, and what we now know. A menu never hangs up on anybody."""
    question = QUESTIONS[step]
    pressed = keys.rstrip("#")
    understood = heard._replace(silent=False) if pressed else heard
    again = pressed.endswith("*") if pressed else bool(keys)
    if again and (question.repeats or not pressed) and heard.repeats < REPEATS:
        return step, understood._replace(repeats=heard.repeats + 1)
    if wants_person := bool(pressed) and not pressed.strip("0"):
        heard = understood
    if wants_person and question.person:
        return QUEUE, settled(heard)
    if move := question.understand(pressed, understood, menu):
        return _moved(*move, heard)
    following = question.default(heard)
    if heard.tries + 1 < _patience(heard, following, spoke=pressed == NOT_UNDERSTOOD and question.person):
        return step, heard._replace(page=0, tries=heard.tries + 1)
    return following, _left(following, heard)


def _moved(following: str, known: Heard, before: Heard) -> Reached:
    if known.page > before.page:  # the same question goes on
        return following, known._replace(repeats=0)
    if following in ENDS - PASSING:
        return following, settled(known)
    return following, known._replace(page=0, tries=0, repeats=0)


def _left(following: str, heard: Heard) -> Heard:
    """Nobody said more. The sites are those of the same postal code."""
    return settled(heard)._replace(place=heard.place) if following == TOLD_AGAIN else settled(heard)


def _patience(heard: Heard, following: str, *, spoke: bool) -> int:
    """How often a question is asked before it leads to `following` by itself."""
    if heard.relay:
        ends = (UNANSWERED, TOLD_AGAIN)
        return PATIENCE_BEFORE_FAREWELL if following in ends else PATIENCE_OF_RELAYS
    return PATIENCE_OF_VOICE if spoke else PATIENCE


def place_of(query: str) -> Reached:
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
    return "0" if speech.wants_person(said) else NOT_UNDERSTOOD


def ask(
    step: str, heard: Heard, menu: Menu, address: str, number: str = "", other: str = "", why: str = ""
) -> Ask:  # fmt: skip
    """The question as it is asked now; the keys are brought to `address`. `number` is the one to read back, `other`
    what the same figures may be too; `why` the line is closed, where it is."""
    question = QUESTIONS[step]
    sorry = (say(heard.language, "menu.not_understood"),) if heard.tries and not (heard.relay or heard.page) else ()
    words = _words(step, heard, menu, number, other, why)
    digits = LONGEST_TYPED if heard.plan and question.digits == 10 else question.digits
    patient = 25 if heard.relay else (12 if question.digits == 10 else 8) * (2 if heard.hard_of_hearing else 1)
    hints = spoken_answers.expected(menu.of(heard.department), heard.language) if step == "topic" else ()
    ears = Speech(heard.language, hints) if question.hears else None
    said = paced(sorry + words, heard)
    return Ask(said, f"{address}?{written(step, heard)}", digits, patient, ears)


def _words(step: str, heard: Heard, menu: Menu, number: str, other: str, why: str) -> tuple[Say, ...]:
    if step == CLOSED:
        return say_closed(heard, number, why)
    if step == TWO_NUMBERS:
        return say_two_numbers(heard, number, other)
    return WORDS_WITH_NUMBER[step](heard, number) if step in WORDS_WITH_NUMBER else QUESTIONS[step].words(heard, menu)


def paced(said: tuple[Say, ...], heard: Heard) -> tuple[Say, ...]:
    """Slowly for those who hear badly, or have it relayed."""
    return paced_for(said, heard.slow)


def paced_for(said: tuple[Say, ...], slow: bool) -> tuple[Say, ...]:
    """The same where nothing else was heard."""
    return tuple(replace(each, slow=True) for each in said) if slow else said


def goodbye(heard: Heard, *said: Say) -> Goodbye:
    return Goodbye(paced(said, heard))


QUESTIONS: dict[str, Question] = PLACE_QUESTIONS | MATTER_QUESTIONS | CALLBACK_QUESTIONS
