"""What is done where the menu ends: the queue, a callback that is promised, kept or cancelled, the sites, a farewell.

A store that is away costs nobody their call: they wait in the carrier's room."""

from dataclasses import replace

import structlog

from callcenter.actions import callback, citizen, config_snapshot, site_texts
from callcenter.clock import now
from callcenter.errors import BadNumber, LineHadEnough, Refusal, StoreDown, TooManyCallbacks
from callcenter.phone_number import PhoneNumber
from ivr import callback_questions, dialogue, spoken_sites, steps
from ivr.addresses import HEARD
from ivr.callback_offers import join_queue
from ivr.caller_answers import Heard
from ivr.calling_numbers import unheard
from ivr.prompts import say
from ivr.turns import Ask, Goodbye, Say, Spelled, Turn
from ivr.twiml import unremembered
from ivr.unanswered import keep_way_back, part, promised
from ivr.waiting_room import QUEUE_PATIENCE, hold, wish_of
from ivr.webhook import CarrierRequest

log = structlog.get_logger()


async def end_menu(step: str, known: Heard, keys: str, request: CarrierRequest) -> Turn | bytes:
    try:
        match step:
            case steps.QUEUE:
                return await join_queue(known, request)
            case steps.DRAFT:
                return await _draft_number(known, keys, request)
            case steps.DRAFT_OTHER:
                return await _choose_other_number(known, request)
            case steps.PROMISE | steps.PROMISE_TYPED:
                return await _promise(known, request, typed=step == steps.PROMISE_TYPED)
            case steps.KEEP:
                await _note_settled(request)
                return dialogue.goodbye(known, callback_questions.kept(known), say(known.language, "goodbye.promised"))
            case steps.CANCEL:
                return await _cancel(known, request)
            case steps.NOT_OPEN:
                return await _tell_sites(known, request)
            case steps.TOLD_AGAIN:
                return _tell_sites_again(known)
            case steps.BY_TEXT:
                return await _text_sites(known, request)
            case steps.UNANSWERED:
                return await keep_way_back(known, request)
            case _:
                return await part(known, request)
    except StoreDown:
        log.warning("end of the dialogue not recorded", carrier_id=request.carrier_id, step=step)
        promising = step in (steps.PROMISE, steps.PROMISE_TYPED, steps.DRAFT, steps.DRAFT_OTHER, steps.UNANSWERED)
        return hold(request, known, "callback.not_now" if promising else "apology.technical")


async def _tell_sites(known: Heard, request: CarrierRequest) -> Turn:
    """Their department is not served yet: where they are welcome today."""
    await _note_sites_told(known, request)
    known = known._replace(takes_texts=site_texts.may_be_sent(request.from_))
    what = known.department, spoken_sites.unsealed(known.place), known.language, now()
    return _sites(known, request, *spoken_sites.told(config_snapshot.current(), *what))


def _tell_sites_again(known: Heard) -> Turn:
    """They say no more. No callback is promised here, for nobody who asks is promised one: the sites are their way on,
    and are the last that they hear, slowly."""
    what = known.department, spoken_sites.unsealed(known.place), known.language, now()
    told = dialogue.paced_for(spoken_sites.told(config_snapshot.current(), *what), slow=True)
    return Goodbye((*told, *dialogue.paced((say(known.language, "goodbye.farewell"),), known)))


def _sites(known: Heard, request: CarrierRequest, *said: Say) -> Ask:
    """What is said about the sites of a department that is not open, then what may be done with them."""
    question = dialogue.ask("sites", known, request.voice.menu, HEARD)
    return replace(question, say=dialogue.paced(said, known) + question.say)


async def _note_sites_told(known: Heard, request: CarrierRequest) -> None:
    try:
        args = request.carrier_id, request.from_, wish_of(known), now()
        await request.records.within(QUEUE_PATIENCE, citizen.serve_with_sites, *args)
    except StoreDown:
        log.warning("who heard the sites of their department is not recorded", carrier_id=request.carrier_id)


async def _text_sites(known: Heard, request: CarrierRequest) -> Turn:
    """They want the list in writing: the row first; what cannot be stored is not promised."""
    what = known.department, spoken_sites.unsealed(known.place), known.language, now()
    try:
        sent = await request.records.within(
            QUEUE_PATIENCE, site_texts.ask_for_text, request.carrier_id, request.from_, *what
        )
    except StoreDown:
        sent = False
    return _sites(known, request, say(known.language, "sites.texted" if sent else "sites.not_texted"))


async def _draft_number(known: Heard, keys: str, request: CarrierRequest) -> Turn | bytes:
    """The typed number goes to its sealed draft, is read back, and never rides in an address."""
    what = request.carrier_id, keys, now()
    try:
        read = await request.records.within(QUEUE_PATIENCE, callback.draft_number, *what, territory=known.plan)
    except BadNumber:
        return await _go_on(*callback_questions.refused(known), request)
    return _read_back(known, request, *read)


async def _choose_other_number(known: Heard, request: CarrierRequest) -> Turn | bytes:
    """Of the two numbers that were read back they chose the second."""
    try:
        await request.records.within(QUEUE_PATIENCE, callback.draft_on_the_mainland, request.carrier_id, now())
    except BadNumber:
        return await _go_on(*callback_questions.refused(known), request)
    return await _go_on(*callback_questions.typed_is_agreed(known), request)


async def _go_on(step: str, known: Heard, request: CarrierRequest) -> Turn | bytes:
    if step in steps.ENDS:
        return await end_menu(step, known, "", request)
    return dialogue.ask(step, known, request.voice.menu, HEARD)


async def read_back_again(step: str, known: Heard, request: CarrierRequest) -> Turn | bytes:
    """Once more; a number that is no longer kept is typed again."""
    try:
        number = await request.records.within(QUEUE_PATIENCE, callback.draft_of, request.carrier_id)
    except StoreDown:
        log.warning("a typed number cannot be read back", carrier_id=request.carrier_id)
        return hold(request, known, "callback.not_now")
    if number is None:
        return await _go_on(*callback_questions.refused(known), request)
    return _read_back(known, request, number, *([number.on_the_mainland] if step == steps.TWO_NUMBERS else []))


def _read_back(known: Heard, request: CarrierRequest, number: PhoneNumber, *others: PhoneNumber) -> bytes:
    step, other = (steps.TWO_NUMBERS, others[0].keys) if others else (steps.READ_BACK, "")
    return unremembered(dialogue.ask(step, known, request.voice.menu, HEARD, number=number.keys, other=other))


async def _promise(known: Heard, request: CarrierRequest, *, typed: bool) -> Turn | bytes:
    language, slot = known.language, "" if known.slot == steps.SOONEST else known.slot
    try:
        promise = await request.records.within(
            QUEUE_PATIENCE,
            callback.promise_to_caller,
            request.carrier_id,
            request.from_,
            wish_of(known),
            now(),
            typed=typed,
            slot=slot,
        )
    except Refusal as refusal:  # a number that may not be called, or was promised too much already
        return await _cannot_promise(known, request, refusal)
    if not promise.is_theirs:
        return dialogue.goodbye(known, say(language, "callback.another"), say(language, "goodbye.farewell"))
    last_words = promised(language, "callback.already" if promise.already else "callback.promised", promise)
    if not typed and dialogue.place_of(request.query)[0] in steps.NUMBERS:  # they wanted another, and agreed to none
        number = Spelled(citizen.number_to_read_back(request.from_))
        return unremembered(dialogue.goodbye(known, say(language, "callback.this_instead", number=number), *last_words))
    return dialogue.goodbye(known, *last_words)


async def _cannot_promise(known: Heard, request: CarrierRequest, refusal: Refusal) -> Turn:
    key = "callback.too_many" if isinstance(refusal, TooManyCallbacks) else "callback.refused"
    key = "callback.line_had_enough" if isinstance(refusal, LineHadEnough) else key
    return await _without_promise(known, request, say(known.language, key))


async def _without_promise(known: Heard, request: CarrierRequest, *said: Say) -> Turn:
    """Who waits goes on waiting in their place, the others may call again."""
    call_id = await request.records.within(QUEUE_PATIENCE, citizen.waiting_call_of, request.carrier_id)
    if call_id is None:
        return dialogue.goodbye(known, *said, say(known.language, "goodbye.farewell"))
    held = hold(request, known, "callback.stays", call_id, patient=True)
    return replace(held, say=(*dialogue.paced(said, known), *held.say))


async def _note_settled(request: CarrierRequest) -> None:
    """What stands needs no store to be said."""
    try:
        await request.records.within(QUEUE_PATIENCE, callback.keep_from_menu, request.carrier_id, request.from_, now())
    except StoreDown:
        log.warning("who settled their callback in the menu is not recorded", carrier_id=request.carrier_id)


async def _cancel(known: Heard, request: CarrierRequest) -> Turn:
    """They want no callback any more; perhaps they want to speak with somebody now."""
    await _note_settled(request)
    await request.records.within(QUEUE_PATIENCE, callback.cancel_from_menu, request.from_, now())
    welcome = unheard(request, known.language)._replace(silent=False)
    question = dialogue.ask("welcome", welcome, request.voice.menu, HEARD)
    return replace(question, say=(say(known.language, "callback.cancelled"), *question.say))
