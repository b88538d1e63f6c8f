"""What the carrier asks and tells of somebody who is brought into a conversation: a colleague's desk phone, which is
asked for a key as for any call, and a partner's desk, which is rung into the room and asked for nothing."""

from functools import partial

from starlette.routing import Route

from callcenter.actions import consult_lines, room
from callcenter.clock import now
from ivr import addresses
from ivr.desk_phone_webhooks import ask_agent, unless_1
from ivr.prompts import say
from ivr.room_labels import HELPER
from ivr.rooms import into
from ivr.turns import Ask, Goodbye, Press, Turn
from ivr.twiml import unremembered
from ivr.webhook import CarrierRequest, Webhook, take_no_notice


async def picked_up(request: CarrierRequest) -> Turn:
    """A colleague presses 1; an answering machine never does."""
    return _asks(request.own(addresses.LEG_ID), 1)


async def heard(request: CarrierRequest) -> Turn:
    leg_id = request.own(addresses.LEG_ID)
    if asked := unless_1(request, partial(_asks, leg_id)):
        return asked
    leg = await request.decided(consult_lines.wanted, leg_id)
    return into(leg.call_id, f"{HELPER}{leg_id}", addresses.LEG_AFTER) if leg else _nobody(request)


async def status(request: CarrierRequest) -> None:
    """Their telephone rings, or its line is over, or never came. Who serves by now is an agent like any other."""
    news, leg_id = request.line, request.own(addresses.LEG_ID)
    serves = await request.decided(consult_lines.serves, leg_id)
    if serves and news.end:
        await request.decided(room.end_leg_line, leg_id, request.carrier_id, news.end, now())
    elif serves:
        pass
    elif news.end:
        await request.decided(consult_lines.end_line, leg_id, request.carrier_id, news.end, now())
    elif news.is_ringing:
        await request.decided(consult_lines.mark_ringing, leg_id, request.carrier_id, now())
    else:
        await request.decided(consult_lines.note_line, leg_id, request.carrier_id)


async def keys(request: CarrierRequest) -> bytes:
    """What the agent presses for a partner's menu; no document is remembered."""
    pressed = await request.decided(consult_lines.keys_of, request.own(addresses.LEG_ID), request.tries)
    return unremembered(Press(pressed))


def _asks(leg_id: str, tries: int, lone: int = 0) -> Ask:
    return ask_agent("agent.helps", addresses.helper_heard(leg_id, tries, lone))


def _nobody(_request: CarrierRequest) -> Turn:
    return Goodbye((say("fr", "agent.helps_nobody"),))


routes = [
    Route(addresses.HELPER, Webhook(picked_up, otherwise=_nobody), methods=["POST"]),
    Route(addresses.HELPER_HEARD, Webhook(heard, otherwise=_nobody), methods=["POST"]),
    Route(addresses.HELPER_STATUS, Webhook(status, otherwise=take_no_notice), methods=["POST"]),
    Route(addresses.KEYS, Webhook(keys, otherwise=lambda _request: Press("")), methods=["POST"]),
]
