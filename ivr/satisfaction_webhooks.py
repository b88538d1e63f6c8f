"""What the carrier asks when a conversation is over: the last words, how satisfied they are, whether it is settled."""

from starlette.routing import Route

from callcenter.actions import citizen, satisfaction
from callcenter.actions.satisfaction import LastWords
from callcenter.clock import now
from callcenter.rules.hearing import Hearing
from callcenter.rules.satisfaction import NO, NO_MORE, SCORES, YES, Reply
from ivr import addresses
from ivr.dialogue import paced_for
from ivr.prompts import say
from ivr.steps import FEW, MORE
from ivr.turns import Ask, Goodbye, Say, Spelled, Turn
from ivr.waiting_room import heard_of, hold
from ivr.webhook import CarrierRequest, Webhook

TIMEOUTS = {Hearing.RELAY: 60, Hearing.HARD: 16, Hearing.ORDINARY: 8}  # seconds for a key; a relay types and reads


async def goodbye(request: CarrierRequest) -> Turn:
    """Thanks, the reference that a second call goes on from, and the question that a desk asks too."""
    told = await request.decided(satisfaction.last_words, request.own(addresses.CALL))
    if told is None:
        return farewell(request)
    spoken = say(told.language, "goodbye.reference", reference=Spelled(told.reference))
    if told.cut:
        said = paced_for((spoken, say(told.language, "goodbye.cut")), told.hearing.slow)
        return Ask(said, addresses.cut(request.own(addresses.CALL)), timeout=TIMEOUTS[told.hearing])
    return _asks_or_ends(request, told, (spoken,))


async def cut(request: CarrierRequest) -> Turn:
    """1: we were cut off, and they go on. Anything else, and silence: it was meant, and the questions follow."""
    call_id = request.own(addresses.CALL)
    told = await request.decided(satisfaction.last_words, call_id)
    if told is None:
        return farewell(request)
    if lone := request.lone_hash:
        said = paced_for((say(told.language, "goodbye.cut"),), told.hearing.slow)
        return Ask(said, addresses.cut(call_id, lone), timeout=TIMEOUTS[told.hearing])
    if request.keys != "1":
        return _asks_or_ends(request, told, ())
    waiting = await request.decided(citizen.go_on_after_cut, call_id, now())
    if waiting is None:  # the same key, told twice
        waiting = await request.decided(citizen.waiting_call_of, request.carrier_id)
    if waiting:
        wish = await request.decided(citizen.wish_of, waiting)
        return hold(request, heard_of(wish), "goodbye.back", waiting)
    return Goodbye(paced_for((say(told.language, "goodbye.call_again"),), told.hearing.slow))


def _asks_or_ends(request: CarrierRequest, told: LastWords, spoken: tuple[Say, ...]) -> Turn:
    if not told.asks:
        return Goodbye(paced_for((*spoken, say(told.language, "goodbye.after_conversation")), told.hearing.slow))
    return _ask(request, addresses.SATISFIED, told.language, spoken, hearing=told.hearing)


async def satisfied(request: CarrierRequest) -> Turn:
    """How satisfied they are. Silence is an answer too: a good day."""
    language, keys = request.language, request.keys
    if lone := request.lone_hash:
        return _ask(
            request, addresses.SATISFIED, language, tries=request.tries, lone=lone, last_choices=_is_last(request)
        )
    if keys == NO_MORE:
        await request.decided(satisfaction.record_answer, request.own(addresses.CALL), Reply(asks_no_more=True))
        return _end(request, "satisfaction.refused", "goodbye.after_conversation")
    if keys in SCORES:
        await request.decided(satisfaction.record_answer, request.own(addresses.CALL), Reply(score=int(keys)))
        return _ask(request, addresses.SETTLED, language)
    if keys in ("", MORE) and request.hearing == Hearing.HARD and not _is_last(request):
        return _ask(request, addresses.SATISFIED, language, last_choices=True)
    return _ask_again(request, addresses.SATISFIED)


async def settled(request: CarrierRequest) -> Turn:
    """Whether what they called about is settled."""
    keys = request.keys
    if lone := request.lone_hash:
        return _ask(request, addresses.SETTLED, request.language, tries=request.tries, lone=lone)
    if keys in (YES, NO):
        await request.decided(satisfaction.record_answer, request.own(addresses.CALL), Reply(settled=keys == YES))
        return _end(request, "satisfaction.thanks", "goodbye.after_conversation")
    return _ask_again(request, addresses.SETTLED)


CHOICES = (
    "satisfaction.very", "satisfaction.rather", "satisfaction.rather_not", "satisfaction.not_at_all",
    "satisfaction.no_more",
)  # fmt: skip


def _words(question: str, hearing: Hearing, *, last_choices: bool) -> tuple[str, ...]:
    """What is said of a question. Whoever hears badly is told FEW choices at a time, as in the menu; every key answers
    from the first."""
    if question == addresses.SETTLED:
        return ("satisfaction.settled",)
    if hearing != Hearing.HARD:
        return ("satisfaction.satisfied", *CHOICES)
    return CHOICES[FEW:] if last_choices else ("satisfaction.satisfied", *CHOICES[:FEW], "menu.more")


def _is_last(request: CarrierRequest) -> bool:
    return bool(request.own(addresses.PAGE))


def _ask(
    request: CarrierRequest, question: str, language: str, before: tuple[Say, ...] = (), tries: int = 1, *,
    hearing: Hearing | None = None, lone: int = 0, last_choices: bool = False,
) -> Ask:  # fmt: skip
    hearing = request.hearing if hearing is None else hearing
    call_id = request.own(addresses.CALL)
    where = addresses.question(
        question, call_id, language, tries, hearing=hearing, lone=lone, last_choices=last_choices
    )  # fmt: skip
    words = (say(language, key) for key in _words(question, hearing, last_choices=last_choices))
    said = paced_for((*before, *words), hearing.slow)
    return Ask(said, where, timeout=TIMEOUTS[hearing])


def _ask_again(request: CarrierRequest, question: str) -> Turn:
    """Once more after a wrong key or `*`; after silence, or twice, nobody is pressed."""
    language, tries = request.language, request.tries
    if request.keys.strip("#") and tries == 1:
        return _ask(request, question, language, tries=2, last_choices=_is_last(request))
    return _end(request, "goodbye.after_conversation")


def _end(request: CarrierRequest, *keys: str) -> Goodbye:
    """The last words after a question, slowly to those who need it."""
    language = request.language
    return Goodbye(paced_for(tuple(say(language, key) for key in keys), request.hearing.slow))


def farewell(request: CarrierRequest) -> Turn:
    return Goodbye((say(request.language, "goodbye.after_conversation"),))


routes = [
    Route(path, Webhook(answer, otherwise=otherwise), methods=["POST"])
    for path, answer, otherwise in (
        (addresses.GOODBYE, goodbye, farewell),
        (addresses.CUT, cut, farewell),
        (addresses.SATISFIED, satisfied, farewell),
        (addresses.SETTLED, settled, farewell),
    )
]
