"""What the carrier asks of a citizen whom we call back: who is calling, a key or a yes, then the room."""

import structlog
from starlette.routing import Route

from callcenter.actions import dial, pickup
from callcenter.clock import now
from callcenter.config import settings
from callcenter.errors import StoreDown
from callcenter.rules.hearing import Hearing
from callcenter.rules.pickup import Then, then
from ivr import addresses
from ivr.dialogue import paced_for
from ivr.prompts import say
from ivr.rooms import bring_in
from ivr.satisfaction_webhooks import farewell
from ivr.turns import Ask, Goodbye, Speech, Turn
from ivr.webhook import CarrierRequest, Webhook, take_no_notice

ANSWERS = 6  # seconds for a key or a yes
ANSWERS_AGAIN = 4  # the same for who may be a machine, whose message we would be speaking into
RELAY_PICKS_UP = 25  # the same through a relay service: three times, while its agent waits
YES = {"fr": ("oui", "d'accord", "non"), "en": ("yes", "no")}  # words to listen for

log = structlog.get_logger()


async def attempt(request: CarrierRequest) -> Turn:
    """A citizen we call back has picked up: who calls, and the key or the yes that an answering machine never gives."""
    attempt_id, at = request.own(addresses.ATTEMPT_ID), now()
    greeted = await request.decided(dial.mark_ringing, attempt_id, request.carrier_id, at, answered=True)
    return _asks(greeted, attempt_id, 1, hello=True) if greeted else Goodbye(())


async def heard(request: CarrierRequest) -> Turn:
    """Their answer; where the store sleeps it is not known what the carrier takes them for, and a person may be."""
    attempt_id, tries = request.own(addresses.ATTEMPT_ID), request.tries
    greeted = dial.Greeted(request.language, request.hearing, asked=request.own(addresses.ASKED) != "0")
    if lone := request.lone_hash:
        return _asks(greeted, attempt_id, tries, lone=lone)
    relay, machine = greeted.hearing == Hearing.RELAY, await _judged(request)
    match then(request.keys.strip("#"), request.said, tries, machine=machine, relay=relay):
        case Then.JOINS:
            call_id = await request.decided(pickup.join, attempt_id, now())
            return await bring_in(request, call_id) if call_id else _agent_is_gone(greeted.language)
        case Then.AGAIN:
            return _asks(greeted, attempt_id, tries + 1, seconds=ANSWERS_AGAIN if machine else ANSWERS)
        case Then.ENDS:
            leaves_word = settings().voicemail_message and greeted.asked
            return Goodbye((say(greeted.language, "callback.voicemail"),) if leaves_word else ())


async def judged(request: CarrierRequest) -> None:
    """What the carrier takes whoever picked up for; where it does not know, nothing is."""
    machine = request.is_machine
    if machine is not None:
        await request.decided(pickup.note_machine, request.own(addresses.ATTEMPT_ID), machine, now())


async def status(request: CarrierRequest) -> None:
    if end := request.line.end:
        await request.decided(dial.end_attempt, request.own(addresses.ATTEMPT_ID), end, now())
    else:
        await request.decided(dial.mark_ringing, request.own(addresses.ATTEMPT_ID), request.carrier_id, now())


async def _judged(request: CarrierRequest) -> bool | None:
    if request.keys:
        return None  # no machine presses one
    try:
        return await request.decided(pickup.judge, request.own(addresses.ATTEMPT_ID))
    except StoreDown:
        log.warning("what picked up is not known", carrier_id=request.carrier_id)
        return None


def _asks(
    greeted: dial.Greeted, attempt_id: str, tries: int, *, hello: bool = False, lone: int = 0, seconds: int = ANSWERS
) -> Ask:
    """What is said before they press 1 tells nobody whom we seek, or about what."""
    language, hearing = greeted.language, greeted.hearing
    hellos = (say(language, "callback.hello" if greeted.asked else "callback.hello_unasked"),) if hello else ()
    where = addresses.attempt_heard(attempt_id, language, tries, hearing=hearing, asked=greeted.asked, lone=lone)
    if hearing == Hearing.RELAY:
        return Ask(paced_for((*hellos, say(language, "callback.press")), slow=True), where, timeout=RELAY_PICKS_UP)
    said = paced_for((*hellos, say(language, "callback.press_or_say")), slow=hearing.slow)
    timeout = 2 * seconds if hearing.slow else seconds
    return Ask(said, where, timeout=timeout, speech=Speech(language, YES[language]), whole=True)


def _agent_is_gone(language: str) -> Turn:
    return Goodbye((say(language, "callback.agent_gone"),))


routes = [
    Route(addresses.ATTEMPT, Webhook(attempt, otherwise=farewell), methods=["POST"]),
    Route(addresses.ATTEMPT_HEARD, Webhook(heard, otherwise=farewell), methods=["POST"]),
    Route(addresses.ATTEMPT_JUDGED, Webhook(judged, otherwise=take_no_notice), methods=["POST"]),
    Route(addresses.ATTEMPT_STATUS, Webhook(status, otherwise=take_no_notice), methods=["POST"]),
]
