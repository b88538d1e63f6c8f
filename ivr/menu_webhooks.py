"""What the carrier asks while the menu is spoken. What every webhook passes is `ivr.webhook`; a few lines each here.

The menu needs no store: step and answers ride in the signed address and the dialogue is pure, so the same address and
keys give the same text, remembered whole. Only arriving and leaving the menu touch a store, within a deadline.
"""

from asyncio import to_thread
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from zlib import crc32

import structlog
from starlette.routing import Route

from callcenter.actions import callback, citizen, config_snapshot, site_texts
from callcenter.actions import promising as promising_actions
from callcenter.clock import now
from callcenter.config import settings
from callcenter.errors import BadNumber, Refusal, StoreDown, TooManyCallbacks
from callcenter.phone_number import OWN_PLANS, PhoneNumber
from callcenter.records.calls import Wish
from callcenter.rules.menu import CHOICES, Menu
from callcenter.rules.territory import TERRITORIES, hints, local_day
from ivr import dialogue, spoken_sites
from ivr.caller_answers import Heard, written
from ivr.prompts import say, spoken_day, spoken_time
from ivr.turns import Ask, Goodbye, Hold, Say, Spelled, Turn
from ivr.twiml import twiml
from ivr.webhook import FALLBACK, Asked, Webhook

HEARD = "/voice/heard"
ARRIVAL_PATIENCE = 1.5  # seconds the welcome may wait for the call's row
QUEUE_PATIENCE = 2.5  # seconds the last answer may wait for the queue
WAITING_ROOMS = 4  # carrier queues hold 5,000 each
A_SPEECH = 100  # characters; what is shorter is understood in well under a millisecond
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

log = structlog.get_logger()


async def incoming(asked: Asked) -> Turn:
    """A call comes in: the welcome, whatever the stores do; before it, the callback we promised to this number."""
    heard, promised = _unheard(asked), None
    try:
        promised, remembered = await asked.voice.records.within(ARRIVAL_PATIENCE, _arrives, asked)
        heard = replace(heard, hint=_hints(remembered, heard.hint))
    except StoreDown:
        log.warning("arrival not recorded: a later webhook will", carrier_id=asked.carrier_id)
    except Exception:
        log.exception("arrival not recorded", carrier_id=asked.carrier_id)  # a fault of ours must not cost the menu
    step = "open" if promised else "welcome"
    if promised:
        today = str(_local_day(promised.starts))
        heard = replace(heard, reopens=_written(promised.starts), until=_written(promised.ends), today=today)
    asked.voice.footsteps.noted.append((asked.carrier_id, step))
    return dialogue.ask(step, heard, asked.voice.menu, HEARD)


async def heard(asked: Asked) -> Turn | bytes:
    """Keys, words or silence at any question. Words are worth the keys they stand for, and are forgotten."""
    keys = asked.keys
    if not keys and asked.said:
        step, known = dialogue.place_of(asked.query)
        what = step, known, asked.said, asked.voice.menu
        if step in dialogue.QUESTIONS:
            # A whole speech takes milliseconds to understand: others are not kept waiting by it.
            keys = dialogue.spoken(*what) if len(asked.said) < A_SPEECH else await to_thread(dialogue.spoken, *what)
    # A typed telephone number is the only answer not to be remembered.
    reach = _reached.__wrapped__ if len(keys) > 5 else _reached
    step, known, document = reach(asked.query, keys, asked.voice.menu)
    asked.voice.footsteps.noted.append((asked.carrier_id, step))
    if step in (dialogue.WHICH, dialogue.NOT_OPEN) and len(code := keys.rstrip("#")) == 5:
        known = replace(known, place=spoken_sites.sealed(code))
        document = twiml(dialogue.ask(step, known, asked.voice.menu, HEARD)).encode() if document else None
    if step in dialogue.OFFERS:
        return _offered(step, known, asked)
    if step in dialogue.TYPED:
        return await _reads_back(step, known, asked)
    return document or await _ended(step, known, keys, asked)


async def fallback(asked: Asked) -> Turn:
    """An answer of ours failed or was not understood: apologies, and on to a person with what was heard so far."""
    _, known = dialogue.place_of(asked.query or asked.form.get("ErrorUrl", "").partition("?")[2].partition("#")[0])
    log.error("fallback", carrier_id=asked.carrier_id, error=asked.form.get("ErrorCode"))
    return hold(asked, known, "apology.technical")


async def status(asked: Asked) -> None:
    """The carrier tells how the call goes; what is lost here the comparison with the carrier finds."""
    if asked.form.get("CallStatus") not in OVER:
        return
    try:
        await asked.voice.records.within(QUEUE_PATIENCE, citizen.hang_up, asked.carrier_id, now())
    except StoreDown:
        log.warning("hang-up not recorded", carrier_id=asked.carrier_id)


def hold(
    asked: Asked, known: Heard, key: str, call_id: str = "", *, patient: bool = False, behind: bool = False
) -> Hold:
    """Into the carrier's waiting room. Without `call_id` the waiting webhook joins our queue later. `patient`: they
    know that the wait is long; `behind`: others of their number wait, and to that number one callback would be for all
    of them."""
    wait = written(dialogue.QUEUE, known)
    wait += f"&c={call_id}" if call_id else ""
    wait += "&k=1" if patient else ""
    wait += "&b=1" if behind else ""
    room = f"attente-{crc32(asked.carrier_id.encode()) % WAITING_ROOMS}"
    said = dialogue.paced((say(known.language, key),), known)
    return Hold(said, room, f"/voice/waiting?{wait}", f"/voice/left?{wait}")


def offer_callback(asked: Asked, away: citizen.TurnedAway, known: Heard, *, behind: bool = False) -> Turn | bytes:
    """Why nobody can answer now, and the offer to call back: soon if the line is open, or in one of the next
    half-days; to a number that is typed, where the calling one is that of many (`behind`)."""
    slots = callback.offered_slots(known.department, known.topic, now())
    if away.why == "closed" and not slots:
        return _goodbye(known, say(known.language, "closed.unknown"), say(known.language, "callback.none_possible"))
    # Nobody knows when a supervisor will take calls for it again: nothing is promised for soon.
    choices = slots if away.why in ("closed", "suspended") else (dialogue.SOONEST, *slots[:-1])
    reopens = _written(away.reopens) if away.reopens else ""
    types = behind or away.why == "shared" or not citizen.number_to_read_back(asked.from_)
    today = str(local_day(known.department, now()))
    plan = _plan(known, asked)
    offered = dialogue.offered(known, anonymous=types, plan=plan, reopens=reopens, slots=choices, today=today)
    return _offered(away.why, offered, asked, *_in_french(known, away))


def offer_now(asked: Asked, known: Heard, *, behind: bool = False) -> Turn | bytes:
    """Who waits has asked to be called back: at which number?"""
    types = behind or not citizen.number_to_read_back(asked.from_)
    offered = dialogue.offered(known, anonymous=types, plan=_plan(known, asked))
    return _offered(dialogue.WISH, offered, asked)


def _plan(known: Heard, asked: Asked) -> str:
    """The territory with a plan of numbers of its own for which they call, or from which."""
    where = known.department if known.department in TERRITORIES else next(iter(_of_number(asked.from_)), "")
    return where if where in OWN_PLANS else ""


@lru_cache(maxsize=16_384)
def _reached(query: str, keys: str, menu: Menu) -> tuple[str, Heard, bytes | None]:
    """The step these keys lead to and, unless it is an end, its document."""
    step, known = dialogue.answer(*dialogue.place_of(query), keys, menu)
    asks = step in dialogue.QUESTIONS and step not in dialogue.OFFERS | dialogue.TYPED
    return step, known, twiml(dialogue.ask(step, known, menu, HEARD)).encode() if asks else None


async def _ended(step: str, known: Heard, keys: str, asked: Asked) -> Turn | bytes:
    try:
        match step:
            case dialogue.QUEUE:
                return await _joins(known, asked)
            case dialogue.DRAFT:
                return await _drafts(known, keys, asked)
            case dialogue.DRAFT_OTHER:
                return await _drafts_other(known, asked)
            case dialogue.PROMISE | dialogue.PROMISE_TYPED:
                return await _promises(known, asked, typed=step == dialogue.PROMISE_TYPED)
            case dialogue.KEEP:
                await _settles(asked)
                return _goodbye(known, dialogue.kept(known), say(known.language, "goodbye.promised"))
            case dialogue.CANCEL:
                return await _cancels(known, asked)
            case dialogue.NOT_OPEN:
                await _hears_sites(known, asked)
                known = replace(known, texts=site_texts.may_be_sent(asked.from_))
                code = spoken_sites.unsealed(known.place)
                return _sites(
                    known,
                    asked,
                    *spoken_sites.told(config_snapshot.current(), known.department, code, known.language, now()),
                )
            case dialogue.BY_TEXT:
                return await _texts_sites(known, asked)
            case dialogue.FAREWELL if dialogue.place_of(asked.query)[0] in dialogue.NUMBERS and not known.reopens:
                return await _without_promise(known, asked)
            case _:
                return _goodbye(known, say(known.language, "goodbye.farewell"))
    except StoreDown:
        log.warning("end of the dialogue not recorded", carrier_id=asked.carrier_id, step=step)
        promising = step in (dialogue.PROMISE, dialogue.PROMISE_TYPED, dialogue.DRAFT, dialogue.DRAFT_OTHER)
        return hold(asked, known, "callback.not_now" if promising else "apology.technical")


async def _joins(known: Heard, asked: Asked) -> Turn | bytes:
    joined = await asked.voice.records.within(
        QUEUE_PATIENCE, citizen.join_queue, asked.carrier_id, asked.from_, wish_of(known), now()
    )
    if isinstance(joined, citizen.Waits):
        # Read off the address, not off the call: told twice, the last answer leads to the same place.
        patient = dialogue.place_of(asked.query)[0] in (dialogue.TOO_LONG, dialogue.WISH)
        key = "queue.behind" if joined.behind else "queue.joined"
        held = hold(asked, known, key, joined.call_id, patient=patient, behind=joined.behind)
        return replace(held, say=dialogue.paced(_in_french(known, joined), known) + held.say)
    return offer_callback(asked, joined, known)


def _in_french(known: Heard, joined: citizen.Waits | citizen.TurnedAway) -> tuple[Say, ...]:
    return (say(known.language, "queue.in_french"),) if joined.in_french else ()


def _sites(known: Heard, asked: Asked, *said: Say) -> Ask:
    """What is said about the sites of a department that is not open, then what may be done with them."""
    question = dialogue.ask("sites", known, asked.voice.menu, HEARD)
    return replace(question, say=dialogue.paced(said, known) + question.say)


async def _hears_sites(known: Heard, asked: Asked) -> None:
    try:
        args = asked.carrier_id, asked.from_, wish_of(known), now()
        await asked.voice.records.within(QUEUE_PATIENCE, citizen.serve_with_sites, *args)
    except StoreDown:
        log.warning("who heard the sites of their department is not recorded", carrier_id=asked.carrier_id)


async def _texts_sites(known: Heard, asked: Asked) -> Turn:
    """They want the list in writing: the row first; what cannot be stored is not promised."""
    what = known.department, spoken_sites.unsealed(known.place), known.language, now()
    try:
        sent = await asked.voice.records.within(
            QUEUE_PATIENCE, site_texts.ask_for_text, asked.carrier_id, asked.from_, *what
        )
    except StoreDown:
        sent = False
    return _sites(known, asked, say(known.language, "sites.texted" if sent else "sites.not_texted"))


async def _drafts(known: Heard, keys: str, asked: Asked) -> Turn | bytes:
    """The typed number goes to its sealed draft, is read back, and never rides in an address."""
    what = asked.carrier_id, keys, now()
    try:
        read = await asked.voice.records.within(QUEUE_PATIENCE, callback.draft_number, *what, territory=known.plan)
    except BadNumber:
        return await _goes_on(*dialogue.refused(known), asked)
    return _read_back(known, asked, *read)


async def _drafts_other(known: Heard, asked: Asked) -> Turn | bytes:
    """Of the two numbers that were read back they chose the second."""
    try:
        await asked.voice.records.within(QUEUE_PATIENCE, callback.draft_on_the_mainland, asked.carrier_id, now())
    except BadNumber:
        return await _goes_on(*dialogue.refused(known), asked)
    return await _goes_on(*dialogue.typed_is_agreed(known), asked)


async def _goes_on(step: str, known: Heard, asked: Asked) -> Turn | bytes:
    if step in dialogue.ENDS:
        return await _ended(step, known, "", asked)
    return dialogue.ask(step, known, asked.voice.menu, HEARD)


async def _reads_back(step: str, known: Heard, asked: Asked) -> Turn | bytes:
    """Once more; a number that is no longer kept is typed again."""
    try:
        number = await asked.voice.records.within(QUEUE_PATIENCE, callback.draft_of, asked.carrier_id)
    except StoreDown:
        log.warning("a typed number cannot be read back", carrier_id=asked.carrier_id)
        return hold(asked, known, "callback.not_now")
    if number is None:
        return await _goes_on(*dialogue.refused(known), asked)
    return _read_back(known, asked, number, *([number.on_the_mainland] if step == dialogue.TWO_NUMBERS else []))


def _read_back(known: Heard, asked: Asked, number: PhoneNumber, *others: PhoneNumber) -> bytes:
    step, other = (dialogue.TWO_NUMBERS, others[0].keys) if others else (dialogue.READ_BACK, "")
    return _private(dialogue.ask(step, known, asked.voice.menu, HEARD, number=number.keys, other=other))


async def _promises(known: Heard, asked: Asked, *, typed: bool) -> Turn | bytes:
    language, slot = known.language, "" if known.slot == dialogue.SOONEST else known.slot
    try:
        promise = await asked.voice.records.within(
            QUEUE_PATIENCE,
            callback.promise_to_caller,
            asked.carrier_id,
            asked.from_,
            wish_of(known),
            now(),
            typed=typed,
            slot=slot,
        )
    except Refusal as refusal:  # a number that may not be called, or was promised too much already
        return await _cannot_promise(known, asked, refusal)
    if not promise.is_theirs:
        return _goodbye(known, say(language, "callback.another"), say(language, "goodbye.farewell"))
    when = {
        "day": spoken_day(language, promise.starts.date(), _local_day(promise.starts)),
        "from_time": spoken_time(language, promise.starts),
        "until_time": spoken_time(language, promise.ends),
    }
    promised = say(language, "callback.already" if promise.already else "callback.promised", **when)
    reference = say(language, "callback.reference", reference=Spelled(promise.reference))
    last_words = promised, reference, say(language, "goodbye.promised")
    if not typed and dialogue.place_of(asked.query)[0] in dialogue.NUMBERS:  # they wanted another, and agreed to none
        number = Spelled(citizen.number_to_read_back(asked.from_))
        return _private(_goodbye(known, say(language, "callback.this_instead", number=number), *last_words))
    return _goodbye(known, *last_words)


async def _cannot_promise(known: Heard, asked: Asked, refusal: Refusal) -> Turn:
    key = "callback.too_many" if isinstance(refusal, TooManyCallbacks) else "callback.refused"
    return await _without_promise(known, asked, say(known.language, key))


async def _without_promise(known: Heard, asked: Asked, *said: Say) -> Turn:
    """Who waits goes on waiting in their place, the others may call again."""
    call_id = await asked.voice.records.within(QUEUE_PATIENCE, citizen.waiting_call_of, asked.carrier_id)
    if call_id is None:
        return _goodbye(known, *said, say(known.language, "goodbye.farewell"))
    held = hold(asked, known, "callback.stays", call_id, patient=True)
    return replace(held, say=(*dialogue.paced(said, known), *held.say))


async def _settles(asked: Asked) -> None:
    """What stands needs no store to be said."""
    try:
        await asked.voice.records.within(QUEUE_PATIENCE, callback.keep_from_menu, asked.carrier_id, asked.from_, now())
    except StoreDown:
        log.warning("who settled their callback in the menu is not recorded", carrier_id=asked.carrier_id)


async def _cancels(known: Heard, asked: Asked) -> Turn:
    """They want no callback any more; perhaps they want to speak with somebody now."""
    await _settles(asked)
    await asked.voice.records.within(QUEUE_PATIENCE, callback.cancel_from_menu, asked.from_, now())
    welcome = _unheard(asked, known.language)
    question = dialogue.ask("welcome", welcome, asked.voice.menu, HEARD)
    return replace(question, say=(say(known.language, "callback.cancelled"), *question.say))


def _arrives(asked: Asked) -> tuple[promising_actions.Promise | None, str | None]:
    """The call's row; what we promised to its number, and the territory it last called for."""
    at = now()
    promised = callback.recall_promise(asked.carrier_id, asked.from_, at)
    return promised, citizen.department_last_called_for(asked.from_, at)


def _unheard(asked: Asked, language: str = "fr") -> Heard:
    """What is known of a caller before they have said anything."""
    relay, other = asked.from_ in settings().relay_numbers, "fr" if language == "en" else "en"
    alone, unspoken = not asked.voice.languages.on_duty(other), not asked.voice.languages.ever(other)
    return Heard(language, hint=_hints(None, _of_number(asked.from_)), relay=relay, alone=alone, unspoken=unspoken)


def _of_number(from_: str) -> tuple[str, ...]:
    """The territories that a calling number may be of."""
    number = PhoneNumber.of_caller(from_)
    return hints(number.e164) if number else ()


def _hints(remembered: str | None, of_number: tuple[str, ...]) -> tuple[str, ...]:
    """Territories to offer, the one they called for last before those of their number."""
    own = (remembered,) if remembered in TERRITORIES else ()
    return tuple(dict.fromkeys((*own, *of_number)))[: CHOICES - 2]


def _offered(step: str, known: Heard, asked: Asked, *before: Say) -> bytes:
    question = dialogue.ask(step, known, asked.voice.menu, HEARD, number=citizen.number_to_read_back(asked.from_))
    return _private(replace(question, say=dialogue.paced(before, known) + question.say))


def _goodbye(known: Heard, *said: Say) -> Goodbye:
    return Goodbye(dialogue.paced(said, known))


def _private(turn: Turn) -> bytes:
    """A text with a number in it is not to be remembered."""
    return twiml.__wrapped__(turn).encode()


def _local_day(at: datetime) -> date:
    """Today, on the clock of another instant."""
    return now().astimezone(at.tzinfo).date()


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M")


def _call_again(_asked: Asked) -> Turn:
    return Goodbye((say("fr", "apology.call_again"),))


def wish_of(known: Heard) -> Wish:
    return Wish(known.department, known.topic, known.language, known.relay)


routes = [
    Route(HEARD, Webhook(heard), methods=["POST"]),
    Route("/voice/incoming", Webhook(incoming), methods=["POST"]),
    Route(FALLBACK, Webhook(fallback, otherwise=_call_again), methods=["POST"]),
    Route("/voice/status", Webhook(status), methods=["POST"]),
]
