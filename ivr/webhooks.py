"""What the carrier asks while the menu is spoken. What every webhook passes is `ivr.door`; a few lines each here.

The menu needs no store: step and answers ride in the signed address and the dialogue is pure, so the same address and
keys give the same text, remembered whole. Only arriving and leaving the menu touch a store, within a deadline.
"""

from functools import lru_cache
from urllib.parse import urlsplit
from zlib import crc32

import structlog
from starlette.routing import Route

from callcenter.actions import callback, citizen
from callcenter.clock import now
from callcenter.config import settings
from callcenter.errors import BadNumber, Refusal, StoreDown
from callcenter.records.calls import Wish
from callcenter.rules.territory import hints
from ivr import dialogue
from ivr.dialogue import Heard, Menu
from ivr.door import Asked, Webhook
from ivr.prompts import say, spoken_day, spoken_time
from ivr.turns import Ask, Goodbye, Hold, Spelled, Turn
from ivr.twiml import twiml

HEARD = "/voice/heard"
ARRIVAL_PATIENCE = 1.5  # seconds the welcome may wait for the call's row
QUEUE_PATIENCE = 2.5  # seconds the last answer may wait for the queue
WAITING_ROOMS = 4  # carrier queues hold 5,000 each
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

log = structlog.get_logger()


async def incoming(asked: Asked) -> Turn:
    """A call comes in: the welcome, whatever the stores do."""
    heard = Heard(hint=hints(asked.from_)[: dialogue.CHOICES - 2], relay=asked.from_ in settings().relay_numbers)
    try:
        await asked.voice.records.within(ARRIVAL_PATIENCE, citizen.arrives, asked.carrier_id, asked.from_, now())
    except StoreDown:
        log.warning("arrival not recorded: a later webhook will", carrier_id=asked.carrier_id)
    except Exception:
        log.exception("arrival not recorded", carrier_id=asked.carrier_id)  # a fault of ours must not cost the menu
    asked.voice.footsteps.noted.append((asked.carrier_id, "welcome"))
    return dialogue.ask("welcome", heard, asked.voice.menu, HEARD)


async def heard(asked: Asked) -> Turn | bytes:
    """Keys, or silence, at any question of the dialogue."""
    keys = asked.keys
    # A typed telephone number is the only answer not to be remembered.
    reach = _reached.__wrapped__ if len(keys) > 5 else _reached
    step, known, document = reach(asked.query, keys, asked.voice.menu)
    asked.voice.footsteps.noted.append((asked.carrier_id, step))
    return document or await _ended(step, known, keys, asked)


async def fallback(asked: Asked) -> Turn:
    """An answer of ours failed or was not understood: apologies, and on to a person with what was heard so far."""
    _, known = dialogue.read(asked.query or urlsplit(asked.form.get("ErrorUrl", "")).query)
    log.error("fallback", carrier_id=asked.carrier_id, error=asked.form.get("ErrorCode"))
    return hold(asked, known, "apology.technical")


async def status(asked: Asked) -> None:
    """The carrier tells how the call goes; what is lost here the comparison with the carrier finds."""
    if asked.form.get("CallStatus") not in OVER:
        return
    try:
        await asked.voice.records.within(QUEUE_PATIENCE, citizen.hangs_up, asked.carrier_id, now())
    except StoreDown:
        log.warning("hang-up not recorded", carrier_id=asked.carrier_id)


def hold(asked: Asked, known: Heard, key: str, call_id: str = "", *, patient: bool = False) -> Hold:
    """Into the carrier's waiting room. Without `call_id` the waiting webhook joins our queue later. `patient`: they
    know that the wait is long."""
    wait = dialogue.written(dialogue.QUEUE, known)
    wait += f"&c={call_id}" if call_id else ""
    wait += "&k=1" if patient else ""
    room = f"attente-{crc32(asked.carrier_id.encode()) % WAITING_ROOMS}"
    return Hold((say(known.language, key),), room, f"/voice/waiting?{wait}", f"/voice/left?{wait}")


def offer_callback(asked: Asked, away: citizen.TurnedAway, known: Heard) -> Ask:
    """Why nobody can answer now, and the offer to call back."""
    reopens = away.reopens.strftime("%Y-%m-%dT%H:%M") if away.reopens else ""
    offered = dialogue.offered(known, anonymous=not citizen.may_be_called_back(asked.from_), reopens=reopens)
    return dialogue.ask(away.why, offered, asked.voice.menu, HEARD)


@lru_cache(maxsize=16_384)
def _reached(query: str, keys: str, menu: Menu) -> tuple[str, Heard, bytes | None]:
    """The step these keys lead to and, unless it is an end, its document."""
    step, known = dialogue.answer(*dialogue.read(query), keys, menu)
    asks = step in dialogue.QUESTIONS
    return step, known, twiml(dialogue.ask(step, known, menu, HEARD)).encode() if asks else None


async def _ended(step: str, known: Heard, keys: str, asked: Asked) -> Turn | bytes:
    try:
        match step:
            case dialogue.QUEUE:
                return await _joins(known, asked)
            case dialogue.DRAFT:
                return await _drafts(known, keys, asked)
            case dialogue.PROMISE | dialogue.PROMISE_TYPED:
                return await _promises(known, asked, typed=step == dialogue.PROMISE_TYPED)
            case _:
                return Goodbye((say(known.language, "goodbye.farewell"),))
    except StoreDown:
        log.warning("end of the dialogue not recorded", carrier_id=asked.carrier_id, step=step)
        return hold(asked, known, "apology.technical")


async def _joins(known: Heard, asked: Asked) -> Turn:
    joined = await asked.voice.records.within(
        QUEUE_PATIENCE, citizen.joins_queue, asked.carrier_id, asked.from_, wish_of(known), now()
    )
    if isinstance(joined, citizen.Waits):
        # Read off the address, not off the call: told twice, the last answer leads to the same place.
        patient = dialogue.read(asked.query)[0] in (dialogue.TOO_LONG, dialogue.WISH)
        return hold(asked, known, "queue.joined", joined.call_id, patient=patient)
    return offer_callback(asked, joined, known)


async def _drafts(known: Heard, keys: str, asked: Asked) -> Turn | bytes:
    """The typed number goes to its sealed draft, is read back once, and never rides in an address."""
    try:
        await asked.voice.records.within(QUEUE_PATIENCE, callback.drafts_number, asked.carrier_id, keys, now())
    except BadNumber:
        step, known = dialogue.refused(known)
        if step in dialogue.ENDS:
            return await _ended(step, known, "", asked)
        return dialogue.ask(step, known, asked.voice.menu, HEARD)
    read_back = dialogue.ask("read_back", known, asked.voice.menu, HEARD, number=keys)
    return twiml.__wrapped__(read_back).encode()  # a text with a number in it is not to be remembered


async def _promises(known: Heard, asked: Asked, *, typed: bool) -> Turn:
    language = known.language
    try:
        promise = await asked.voice.records.within(
            QUEUE_PATIENCE, callback.asks, asked.carrier_id, asked.from_, wish_of(known), now(), typed=typed
        )
    except StoreDown:
        raise
    except Refusal:  # a number that may not be called, or was promised too much already
        return Goodbye((say(language, "callback.refused"),))
    when = {
        "day": spoken_day(language, promise.starts.date()),
        "from_time": spoken_time(language, promise.starts),
        "until_time": spoken_time(language, promise.ends),
    }
    already = (say(language, "callback.already"),) if promise.already else ()
    promised = say(language, "callback.promised", **when)
    reference = say(language, "callback.reference", reference=Spelled(promise.reference))
    return Goodbye((*already, promised, reference, say(language, "goodbye.promised")))


def _call_again(_asked: Asked) -> Turn:
    return Goodbye((say("fr", "apology.call_again"),))


def wish_of(known: Heard) -> Wish:
    return Wish(known.department, known.topic, known.language, known.relay)


routes = [
    Route(HEARD, Webhook(heard), methods=["POST"]),
    Route("/voice/incoming", Webhook(incoming), methods=["POST"]),
    Route("/voice/fallback", Webhook(fallback, otherwise=_call_again), methods=["POST"]),
    Route("/voice/status", Webhook(status), methods=["POST"]),
]
