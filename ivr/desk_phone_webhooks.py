"""What the carrier asks of an agent's desk phone: rung for one conversation, or open all shift."""

from collections.abc import Callable
from functools import partial

from starlette.routing import Route

from callcenter.actions import agent_line, consult_lines, desk_phone, offer_answers, room
from callcenter.clock import now
from callcenter.errors import AlreadyTaken
from callcenter.records.legs import Leg
from ivr import addresses
from ivr.prompts import say
from ivr.room_labels import HELPER
from ivr.rooms import into
from ivr.turns import Ask, Goodbye, Rest, Turn
from ivr.webhook import CarrierRequest, Webhook, take_no_notice

TRIES = 3  # times an agent hears the question before the line closes


async def leg(request: CarrierRequest) -> Turn:
    """A desk phone was picked up: an agent presses 1, an answering machine never does."""
    return _offers(request.own(addresses.LEG_ID), 1)


async def leg_heard(request: CarrierRequest) -> Turn:
    leg_id = request.own(addresses.LEG_ID)
    if asked := unless_1(request, partial(_offers, leg_id)):
        return asked
    call_id = await request.decided(room.wanted_by, leg_id)
    return into(call_id, leg_id, addresses.LEG_AFTER) if call_id else _too_late(request)


async def leg_status(request: CarrierRequest) -> None:
    """The desk phone rings, or its line is over."""
    news, leg_id = request.line, request.own(addresses.LEG_ID)
    if news.is_ringing:
        await request.decided(room.mark_leg_ringing, leg_id, request.carrier_id, now())
    elif news.end:
        await request.decided(room.end_leg_line, leg_id, request.carrier_id, news.end, now())
    else:
        await request.decided(room.note_leg_line, leg_id, request.carrier_id)


async def leg_after(_request: CarrierRequest) -> Turn:
    return Goodbye(())


async def shift(request: CarrierRequest) -> Turn:
    """An open line rests between two calls. When it was picked up it is open, and may be wanted at once."""
    agent_id = request.own(addresses.AGENT)
    again = addresses.shift_rests(agent_id)
    if request.own(addresses.TRIES):
        return Rest((), again)
    is_open, waiting = await request.decided(agent_line.open_shift_line, agent_id, request.carrier_id)
    if waiting:
        return into(waiting.call_id, waiting.id, addresses.of_agent(addresses.SHIFT_AFTER, agent_id))
    return Rest((say("fr", "agent.shift_begins"),), again) if is_open else Goodbye(())


async def shift_offer(request: CarrierRequest) -> Turn:
    return _proposes(request)


async def shift_heard(request: CarrierRequest) -> Turn:
    """1 on the open line is the same as a click on the desk."""
    agent_id = request.own(addresses.AGENT)
    if lone := request.lone_hash:
        return _proposes(request, lone)
    if request.keys == "1":
        try:
            taken = await request.decided(
                partial(offer_answers.accept_offer, by_key=True), agent_id, request.own(addresses.OFFER), now()
            )
        except AlreadyTaken:
            return Rest((say("fr", "agent.too_late"),), addresses.shift_rests(agent_id))
        if taken:
            return into(taken.call_id, _label(taken), addresses.of_agent(addresses.SHIFT_AFTER, agent_id))
    return Rest((), addresses.shift_rests(agent_id))


async def shift_room(request: CarrierRequest) -> Turn:
    """A click accepted an offer: the open line goes into the room."""
    leg_id = request.own(addresses.LEG_ID)
    wanted = await request.decided(room.wanted, leg_id) or await request.decided(consult_lines.wanted, leg_id)
    if wanted is None:
        return _too_late(request)
    return into(wanted.call_id, _label(wanted), addresses.of_agent(addresses.SHIFT_AFTER, wanted.agent_id))


async def shift_status(request: CarrierRequest) -> None:
    if request.line.end:
        await request.decided(agent_line.end_shift_line, request.own(addresses.AGENT), request.carrier_id)
    else:
        await request.decided(desk_phone.note_line, request.own(addresses.AGENT), None, request.carrier_id)


def _proposes(request: CarrierRequest, lone: int = 0) -> Ask:
    """A call, or that a colleague asks for help; `lone`: how many `#`s were pressed so far."""
    helps = bool(request.own(addresses.HELPS))
    heard = addresses.shift_heard(request.own(addresses.AGENT), request.own(addresses.OFFER), lone, helps=helps)
    return ask_agent("agent.helps" if helps else "agent.shift_offer", heard)


def _label(leg: Leg) -> str:
    return f"{HELPER}{leg.id}" if leg.kind == "consult" else leg.id


def ask_agent(prompt: str, action: str) -> Ask:
    return Ask((say("fr", prompt),), action, timeout=10)


def unless_1(request: CarrierRequest, asks: Callable[..., Ask]) -> Turn | None:
    """What whoever picked up hears until they press 1: `asks`, of how often it was asked and how many lone `#`s, and
    after TRIES nothing more. None: they pressed it."""
    if lone := request.lone_hash:
        return asks(request.tries, lone)
    if request.keys == "1":
        return None
    return asks(request.tries + 1) if request.tries < TRIES else Goodbye(())


def _offers(leg_id: str, tries: int, lone: int = 0) -> Ask:
    return ask_agent("agent.offered", addresses.leg_heard(leg_id, tries, lone))


def _too_late(_request: CarrierRequest) -> Turn:
    return Goodbye((say("fr", "agent.too_late"),))


def _not_open(request: CarrierRequest) -> Turn:
    return Rest((), addresses.again(addresses.SHIFT, request.query), seconds=5)


def _at_rest(request: CarrierRequest) -> Turn:
    return Rest((), addresses.shift_rests(request.own(addresses.AGENT)))


routes = [
    Route(path, Webhook(answer, otherwise=otherwise), methods=["POST"])
    for path, answer, otherwise in (
        (addresses.LEG, leg, _too_late),
        (addresses.LEG_HEARD, leg_heard, _too_late),
        (addresses.LEG_STATUS, leg_status, take_no_notice),
        (addresses.LEG_AFTER, leg_after, _too_late),
        (addresses.SHIFT, shift, _not_open),
        (addresses.SHIFT_OFFER, shift_offer, _at_rest),
        (addresses.SHIFT_HEARD, shift_heard, _at_rest),
        (addresses.SHIFT_ROOM, shift_room, _at_rest),
        (addresses.SHIFT_AFTER, shift, _at_rest),
        (addresses.SHIFT_STATUS, shift_status, take_no_notice),
    )
]
