"""What the carrier asks when a conversation is over: the last words, how satisfied they are, whether it is settled."""

from starlette.routing import Route

from callcenter.actions import satisfaction
from callcenter.rules.satisfaction import NO, NO_MORE, SCORES, YES, Reply
from ivr import addresses
from ivr.dialogue import paced_for
from ivr.prompts import say
from ivr.turns import Ask, Goodbye, Say, Spelled, Turn
from ivr.webhook import CarrierRequest, Webhook

RELAY_TIMEOUT = 60  # seconds for a key through a relay service, which types and reads


async def goodbye(request: CarrierRequest) -> Turn:
    """Thanks, the reference that a second call goes on from, and the question that a desk asks too."""
    told = await request.decided(satisfaction.last_words, request.own(addresses.CALL))
    if told is None:
        return farewell(request)
    spoken = say(told.language, "goodbye.reference", reference=Spelled(told.reference))
    if not told.asks:
        return Goodbye(paced_for((spoken, say(told.language, "goodbye.after_conversation")), told.relay))
    return _ask(request, addresses.SATISFIED, told.language, (spoken,), relay=told.relay)


async def satisfied(request: CarrierRequest) -> Turn:
    """How satisfied they are. Silence is an answer too: a good day."""
    language, keys = request.language, request.keys
    if lone := request.lone_hash:
        return _ask(request, addresses.SATISFIED, language, tries=request.tries, lone=lone)
    if keys == NO_MORE:
        await request.decided(satisfaction.record_answer, request.own(addresses.CALL), Reply(asks_no_more=True))
        return _end(request, "satisfaction.refused", "goodbye.after_conversation")
    if keys in SCORES:
        await request.decided(satisfaction.record_answer, request.own(addresses.CALL), Reply(score=int(keys)))
        return _ask(request, addresses.SETTLED, language)
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


QUESTIONS = {addresses.SATISFIED: "satisfaction.satisfied", addresses.SETTLED: "satisfaction.settled"}


def _ask(
    request: CarrierRequest, question: str, language: str, before: tuple[Say, ...] = (), tries: int = 1, *,
    relay: bool = False, lone: int = 0,
) -> Ask:  # fmt: skip
    relay = relay or request.own(addresses.RELAY) == "1"
    where = addresses.question(question, request.own(addresses.CALL), language, tries, relay=relay, lone=lone)
    said = paced_for((*before, say(language, QUESTIONS[question])), relay)
    return Ask(said, where, timeout=RELAY_TIMEOUT) if relay else Ask(said, where)


def _ask_again(request: CarrierRequest, question: str) -> Turn:
    """Once more after a wrong key or `*`; after silence, or twice, nobody is pressed."""
    language, tries = request.language, request.tries
    if request.keys.strip("#") and tries == 1:
        return _ask(request, question, language, tries=2)
    return _end(request, "goodbye.after_conversation")


def _end(request: CarrierRequest, *keys: str) -> Goodbye:
    """The last words after a question, slowly to a relay."""
    language = request.language
    return Goodbye(paced_for(tuple(say(language, key) for key in keys), request.own(addresses.RELAY) == "1"))


def farewell(request: CarrierRequest) -> Turn:
    return Goodbye((say(request.language, "goodbye.after_conversation"),))


routes = [
    Route(path, Webhook(answer, otherwise=otherwise), methods=["POST"])
    for path, answer, otherwise in (
        (addresses.GOODBYE, goodbye, farewell),
        (addresses.SATISFIED, satisfied, farewell),
        (addresses.SETTLED, settled, farewell),
    )
]
