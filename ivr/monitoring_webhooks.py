"""What the carrier asks of a supervisor's line: a key first, as of an agent's, then the room, muted."""

from dataclasses import replace
from functools import partial

from starlette.routing import Route

from callcenter.actions import monitoring
from callcenter.clock import now
from ivr import addresses
from ivr.desk_phone_webhooks import ask_agent, unless_1
from ivr.prompts import say
from ivr.room_labels import MONITOR
from ivr.rooms import into
from ivr.turns import Ask, Goodbye, Turn
from ivr.webhook import CarrierRequest, Webhook, take_no_notice


async def picked_up(request: CarrierRequest) -> Turn:
    """A supervisor presses 1; an answering machine never does."""
    return _asks(request.own(addresses.LEG_ID), 1)


async def heard(request: CarrierRequest) -> Turn:
    leg_id = request.own(addresses.LEG_ID)
    if asked := unless_1(request, partial(_asks, leg_id)):
        return asked
    call_id = await request.decided(monitoring.call_to_monitor, leg_id)
    if call_id is None:
        return _nobody(request)
    return replace(into(call_id, f"{MONITOR}{leg_id}", addresses.LEG_AFTER), starts=False, muted=True)


async def status(request: CarrierRequest) -> None:
    """The desk phone rings, or its line is over, or never came."""
    if request.line.end:
        await request.decided(monitoring.end_line, request.own(addresses.LEG_ID), request.carrier_id, now())
    else:
        await request.decided(monitoring.note_line, request.own(addresses.LEG_ID), request.carrier_id)


def _asks(leg_id: str, tries: int, lone: int = 0) -> Ask:
    return ask_agent("agent.monitors", addresses.monitor_heard(leg_id, tries, lone))


def _nobody(_request: CarrierRequest) -> Turn:
    return Goodbye((say("fr", "agent.monitors_nobody"),))


routes = [
    Route(addresses.MONITOR, Webhook(picked_up, otherwise=_nobody), methods=["POST"]),
    Route(addresses.MONITOR_HEARD, Webhook(heard, otherwise=_nobody), methods=["POST"]),
    Route(addresses.MONITOR_STATUS, Webhook(status, otherwise=take_no_notice), methods=["POST"]),
]
