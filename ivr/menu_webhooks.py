"""What the carrier asks while the menu is spoken. What every webhook passes is `ivr.webhook`; a few lines each here.

The menu needs no store: step and answers ride in the signed address and the dialogue is pure, so the same address and
keys give the same text, remembered whole. Only arriving and leaving the menu touch a store, within a deadline.
"""

from asyncio import to_thread
from functools import lru_cache

import structlog
from starlette.routing import Route

from callcenter.actions import callback, citizen, promising
from callcenter.clock import now
from callcenter.errors import StoreDown
from callcenter.rules.menu import Menu
from ivr import addresses, dialogue, spoken_sites, steps
from ivr.addresses import HEARD
from ivr.callback_offers import ask_offer
from ivr.caller_answers import Heard, written_instant
from ivr.calling_numbers import territories_to_offer, unheard
from ivr.menu_ends import end_menu, read_back_again
from ivr.prompts import say
from ivr.turns import Goodbye, Turn
from ivr.twiml import twiml
from ivr.unanswered import local_day_of
from ivr.waiting_room import QUEUE_PATIENCE, hold
from ivr.webhook import CarrierRequest, Webhook

ARRIVAL_PATIENCE = 1.5  # seconds the welcome may wait for the call's row
A_SPEECH = 100  # characters; what is shorter is understood in well under a millisecond

log = structlog.get_logger()


async def incoming(request: CarrierRequest) -> Turn:
    """A call comes in: the welcome, whatever the stores do; before it, the callback we promised to this number."""
    heard, promised = unheard(request), None
    request.voice.rush.note(request.from_)
    try:
        promised, remembered = await request.records.within(ARRIVAL_PATIENCE, _arrives, request)
        heard = heard._replace(hint=territories_to_offer(remembered, heard.hint))
    except StoreDown:
        log.warning("arrival not recorded: a later webhook will", carrier_id=request.carrier_id)
    except Exception:
        log.exception("arrival not recorded", carrier_id=request.carrier_id)  # a fault of ours must not cost the menu
    step = "open" if promised else "welcome"
    if promised:
        today = str(local_day_of(promised.starts))
        heard = heard._replace(
            reopens=written_instant(promised.starts), until=written_instant(promised.ends), today=today
        )
    request.voice.footsteps.noted.append((request.carrier_id, step))
    return dialogue.ask(step, heard, request.voice.menu, HEARD)


async def heard(request: CarrierRequest) -> Turn | bytes:
    """Keys, words or silence at any question. Words are worth the keys they stand for, and are forgotten."""
    keys = request.keys
    if not keys and request.said:
        step, known = dialogue.place_of(request.query)
        what = step, known, request.said, request.voice.menu
        if step in dialogue.QUESTIONS:
            # A whole speech takes milliseconds to understand: others are not kept waiting by it.
            keys = dialogue.spoken(*what) if len(request.said) < A_SPEECH else await to_thread(dialogue.spoken, *what)
    # A typed telephone number is the only answer not to be remembered.
    reach = _reached.__wrapped__ if len(keys) > 5 else _reached
    step, known, document = reach(request.query, keys, request.voice.menu)
    request.voice.footsteps.noted.append((request.carrier_id, step))
    if step in (steps.WHICH, steps.NOT_OPEN) and len(code := keys.rstrip("#")) == 5:
        known = known._replace(place=spoken_sites.sealed(code))
        document = twiml(dialogue.ask(step, known, request.voice.menu, HEARD)).encode() if document else None
    if step in steps.OFFERS:
        return ask_offer(step, known, request)
    if step in steps.TYPED:
        return await read_back_again(step, known, request)
    return document or await end_menu(step, known, keys, request)


async def fallback(request: CarrierRequest) -> Turn:
    """An answer of ours failed or was not understood: apologies, and on to a person with what was heard so far."""
    failure = request.failure
    query = request.query or failure.query
    known = dialogue.place_of(query)[1] if query else unheard(request)
    log.error("fallback", carrier_id=request.carrier_id, error=failure.code)
    return hold(request, known, "apology.technical")


async def status(request: CarrierRequest) -> None:
    """The carrier tells how the call goes; what is lost here the comparison with the carrier finds."""
    if request.line.end is None:
        return
    try:
        await request.voice.news.within(QUEUE_PATIENCE, citizen.hang_up, request.carrier_id, now())
    except StoreDown:
        log.warning("hang-up not recorded", carrier_id=request.carrier_id)


@lru_cache(maxsize=16_384)
def _reached(query: str, keys: str, menu: Menu) -> tuple[str, Heard, bytes | None]:
    """The step these keys lead to and, unless it is an end, its document."""
    step, known = dialogue.answer(*dialogue.place_of(query), keys, menu)
    asks = step in dialogue.QUESTIONS and step not in steps.OFFERS | steps.TYPED
    return step, known, twiml(dialogue.ask(step, known, menu, HEARD)).encode() if asks else None


def _arrives(request: CarrierRequest) -> tuple[promising.Promise | None, str | None]:
    """The call's row; what we promised to its number, and the territory it last called for."""
    at = now()
    promised = callback.recall_promise(request.carrier_id, request.from_, at)
    return promised, citizen.department_last_called_for(request.from_, at)


def _call_again(_request: CarrierRequest) -> Turn:
    return Goodbye((say("fr", "apology.call_again"),))


routes = [
    Route(HEARD, Webhook(heard), methods=["POST"]),
    Route(addresses.INCOMING, Webhook(incoming), methods=["POST"]),
    Route(addresses.FALLBACK, Webhook(fallback, otherwise=_call_again), methods=["POST"]),
    Route(addresses.STATUS, Webhook(status), methods=["POST"]),
]
