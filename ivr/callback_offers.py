"""The offer to call back: to who cannot be served now, and to who asks for it while they wait."""

from dataclasses import replace

from callcenter.actions import callback, citizen
from callcenter.clock import now
from callcenter.rules.territory import local_day
from ivr import callback_questions, dialogue, steps
from ivr.addresses import HEARD
from ivr.caller_answers import Heard, written_instant
from ivr.calling_numbers import plan_of
from ivr.prompts import say
from ivr.turns import Say, Turn
from ivr.twiml import unremembered
from ivr.waiting_room import QUEUE_PATIENCE, hold, wish_of
from ivr.webhook import CarrierRequest


async def join_queue(known: Heard, request: CarrierRequest) -> Turn | bytes:
    """Into the queue that their answers lead to, or why not, and the offer."""
    joined = await request.records.within(
        QUEUE_PATIENCE, citizen.join_queue, request.carrier_id, request.from_, wish_of(known), now()
    )
    if isinstance(joined, citizen.Waits):
        # Read off the address, not off the call: told twice, the last answer leads to the same place.
        patient = dialogue.place_of(request.query)[0] in (steps.TOO_LONG, steps.WISH)
        key = "queue.behind" if joined.behind else "queue.joined"
        held = hold(request, known, key, joined.call_id, patient=patient, behind=joined.behind)
        return replace(held, say=dialogue.paced(say_in_french(known, joined), known) + held.say)
    return offer_callback(request, joined, known)


def offer_callback(
    request: CarrierRequest, away: citizen.TurnedAway, known: Heard, *, behind: bool = False
) -> Turn | bytes:
    """Why nobody can answer now, and the offer to call back: soon if the line is open, or in one of the next
    half-days; to a number that is typed, where the calling one is that of many (`behind`)."""
    slots = callback.offered_slots(known.department, known.topic, now())
    if away.why == "closed" and not slots:
        return dialogue.goodbye(
            known, say(known.language, "closed.unknown"), say(known.language, "callback.none_possible")
        )
    # Nobody knows when a supervisor will take calls for it again: nothing is promised for soon.
    choices = slots if away.why in ("closed", "suspended") else (steps.SOONEST, *slots[:-1])
    reopens = written_instant(away.reopens) if away.reopens else ""
    types = behind or away.why == "shared" or not citizen.number_to_read_back(request.from_)
    today = str(local_day(known.department, now()))
    plan = plan_of(known, request)
    offered = callback_questions.offered(known, anonymous=types, plan=plan, reopens=reopens, slots=choices, today=today)
    return ask_offer(away.why, offered, request, *say_in_french(known, away))


def offer_now(request: CarrierRequest, known: Heard, *, behind: bool = False) -> Turn | bytes:
    """Who waits has asked to be called back: at which number?"""
    types = behind or not citizen.number_to_read_back(request.from_)
    offered = callback_questions.offered(known, anonymous=types, plan=plan_of(known, request))
    return ask_offer(steps.WISH, offered, request)


def say_in_french(known: Heard, joined: citizen.Waits | citizen.TurnedAway) -> tuple[Say, ...]:
    return (say(known.language, "queue.in_french"),) if joined.in_french else ()


def ask_offer(step: str, known: Heard, request: CarrierRequest, *before: Say) -> bytes:
    why = citizen.why_closed(known.department, known.topic, now()) if step == steps.CLOSED else ""
    number = citizen.number_to_read_back(request.from_)
    question = dialogue.ask(step, known, request.voice.menu, HEARD, number=number, why=why)
    return unremembered(replace(question, say=dialogue.paced(before, known) + question.say))
