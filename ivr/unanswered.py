"""What is said to whoever could not be served and says no more, or wants no callback: no silence costs the way back."""

from dataclasses import replace
from datetime import date, datetime

import structlog

from callcenter.actions import citizen, silence
from callcenter.actions.promising import Promise
from callcenter.clock import now
from callcenter.errors import Refusal, StoreDown, TooManyCallbacks
from ivr import dialogue, steps
from ivr.caller_answers import Heard
from ivr.prompts import say, spoken_day, spoken_time
from ivr.turns import Say, Spelled, Turn
from ivr.waiting_room import QUEUE_PATIENCE, hold, wish_of
from ivr.webhook import CarrierRequest

log = structlog.get_logger()


async def keep_way_back(known: Heard, request: CarrierRequest) -> Turn:
    """The offer of a callback met silence: they stay where somebody may answer them, are promised a callback where they
    once answered us, and else hear when we open, twice and slowly."""
    language, refused = known.language, ""
    try:
        kept = await request.records.within(
            QUEUE_PATIENCE, silence.keep_way_back, request.carrier_id, request.from_, wish_of(known), now(),
            understood=not known.silent, slot=known.slot,
        )  # fmt: skip
    except Refusal as refusal:
        kept, refused = None, "callback.too_many" if isinstance(refusal, TooManyCallbacks) else "silence.cannot"
    match kept:
        case silence.Stays(call_id):
            patient = dialogue.place_of(request.query)[0] == steps.TOO_LONG
            return hold(request, known, "callback.stays", call_id, patient=patient)
        case Promise():
            return dialogue.goodbye(
                known, *promised(language, "callback.already" if kept.already else "silence.promised", kept)
            )
        case _:
            if not known.silent and not refused and not citizen.number_to_read_back(request.from_):
                refused = "silence.cannot"
            why = (say(language, refused),) if refused else ()
            return dialogue.goodbye(
                known, *why, *_twice_and_slowly(_may_call_again(known)), say(language, "goodbye.farewell")
            )


async def part(known: Heard, request: CarrierRequest) -> Turn:
    """They want no callback; whoever is being answered at this moment is not let go."""
    try:
        call_id = await request.records.within(QUEUE_PATIENCE, silence.call_being_answered, request.carrier_id)
    except StoreDown:
        log.warning("whether an agent takes the call is not known", carrier_id=request.carrier_id)
        call_id = None
    if call_id:
        return hold(request, known, "queue.kept", call_id)
    return dialogue.goodbye(known, say(known.language, "goodbye.farewell"))


def promised(language: str, key: str, promise: Promise) -> tuple[Say, ...]:
    """The last words of a call that is promised a callback: when, and its reference."""
    when = {
        "day": spoken_day(language, promise.starts.date(), local_day_of(promise.starts)),
        "from_time": spoken_time(language, promise.starts),
        "until_time": spoken_time(language, promise.ends),
    }
    reference = say(language, "callback.reference", reference=Spelled(promise.reference))
    return say(language, key, **when), reference, say(language, "goodbye.promised")


def local_day_of(at: datetime) -> date:
    """Today, on the clock of another instant."""
    return now().astimezone(at.tzinfo).date()


def _may_call_again(known: Heard) -> Say:
    language, hours = known.language, silence.hours_of(known.department, known.topic, now())
    if hours.opens_at is None:
        return say(language, "silence.any_time" if hours.is_open else "closed.unknown")
    if hours.is_open and hours.closes_at:
        until = spoken_time(language, hours.closes_at)
        return say(language, "silence.open_until", until=until, **_from(language, hours.opens_at))
    return say(language, "silence.reopens", **_from(language, hours.opens_at))


def _from(language: str, at: datetime) -> dict[str, str]:
    return {"day": spoken_day(language, at.date(), local_day_of(at)), "time": spoken_time(language, at)}


def _twice_and_slowly(said: Say) -> tuple[Say, ...]:
    slowly = replace(said, slow=True)
    return slowly, slowly
