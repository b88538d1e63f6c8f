"""What the carrier asks of a citizen whom we call back: who is calling, a key or a yes, then the room."""

import structlog
from starlette.routing import Route

from callcenter.actions import dial, pickup
from callcenter.clock import now
from callcenter.config import settings
from callcenter.errors import StoreDown
from callcenter.rules.pickup import Then, then
from ivr.conversation_webhooks import (
    LONE,
    brings_in,
    decided,
    farewell,
    language_of,
    lone_hash,
    nothing,
    own,
    paced,
    tries_of,
)
from ivr.menu_webhooks import OVER
from ivr.prompts import say
from ivr.turns import Ask, Goodbye, Speech, Turn
from ivr.webhook import Asked, Webhook

ANSWERS = 6  # seconds for a key or a yes
RELAY_PICKS_UP = 25  # the same through a relay service: three times, while its agent waits
MACHINES = ("machine", "fax")  # how the carrier's words for one begin
PERSON = "human"
YES = {"fr": ("oui", "d'accord", "non"), "en": ("yes", "no")}  # words to listen for

log = structlog.get_logger()


async def attempt(asked: Asked) -> Turn:
    """A citizen we call back has picked up: who calls, and the key or the yes that an answering machine never gives."""
    attempt_id, at = own(asked, "p"), now()
    greeted = await decided(asked, dial.mark_ringing, attempt_id, asked.carrier_id, at, answered=True)
    return _asks(greeted, attempt_id, 1, hello=True) if greeted else Goodbye(())


async def heard(asked: Asked) -> Turn:
    """Their answer; where the store sleeps it is not known what the carrier takes them for, and a person may be."""
    attempt_id, tries = own(asked, "p"), tries_of(asked)
    greeted = dial.Greeted(language_of(asked), relay=own(asked, "r") == "1")
    if lone := lone_hash(asked):
        return _asks(greeted, attempt_id, tries, lone=lone)
    match then(asked.keys.strip("#"), asked.said, tries, machine=await _judged(asked), relay=greeted.relay):
        case Then.JOINS:
            call_id = await decided(asked, pickup.join, attempt_id, now())
            return await brings_in(asked, call_id) if call_id else _agent_is_gone(greeted.language)
        case Then.AGAIN:
            return _asks(greeted, attempt_id, tries + 1)
        case Then.ENDS:
            return Goodbye((say(greeted.language, "callback.voicemail"),) if settings().voicemail_message else ())


async def judged(asked: Asked) -> None:
    """What the carrier takes whoever picked up for; where it does not know, nothing is."""
    word = asked.form.get("AnsweredBy", "")
    if word == PERSON or word.startswith(MACHINES):
        await decided(asked, pickup.note_machine, own(asked, "p"), word != PERSON, now())


async def status(asked: Asked) -> None:
    word = asked.form.get("CallStatus", "")
    if word in OVER:
        await decided(asked, dial.end_attempt, own(asked, "p"), word, now())
    else:
        await decided(asked, dial.mark_ringing, own(asked, "p"), asked.carrier_id, now())


async def _judged(asked: Asked) -> bool | None:
    if asked.keys:
        return None  # no machine presses one
    try:
        return await decided(asked, pickup.judge, own(asked, "p"))
    except StoreDown:
        log.warning("what picked up is not known", carrier_id=asked.carrier_id)
        return None


def _asks(greeted: dial.Greeted, attempt_id: str, tries: int, *, hello: bool = False, lone: int = 0) -> Ask:
    language, relay = greeted.language, greeted.relay
    hellos = (say(language, "callback.hello"),) if hello else ()
    where = f"/voice/attempt/heard?p={attempt_id}&l={language}&n={tries}&r={int(relay)}"
    where += f"&{LONE}={lone}" if lone else ""
    if relay:
        return Ask(paced((*hellos, say(language, "callback.press")), relay), where, timeout=RELAY_PICKS_UP)
    said = (*hellos, say(language, "callback.press_or_say"))
    return Ask(said, where, timeout=ANSWERS, speech=Speech(language, YES[language]), whole=True)


def _agent_is_gone(language: str) -> Turn:
    return Goodbye((say(language, "callback.agent_gone"),))


routes = [
    Route("/voice/attempt", Webhook(attempt, otherwise=farewell), methods=["POST"]),
    Route("/voice/attempt/heard", Webhook(heard, otherwise=farewell), methods=["POST"]),
    Route("/voice/attempt/judged", Webhook(judged, otherwise=nothing), methods=["POST"]),
    Route("/voice/attempt/status", Webhook(status, otherwise=nothing), methods=["POST"]),
]
