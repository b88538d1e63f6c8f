"""The room of a conversation: who is who in it, and the ways in."""

from dataclasses import replace

from callcenter.actions import monitoring
from callcenter.clock import now
from callcenter.config import settings
from callcenter.errors import StoreDown
from callcenter.rules.languages import LANGUAGES
from ivr import addresses
from ivr.dialogue import paced_for
from ivr.prompts import say
from ivr.room_labels import CITIZEN
from ivr.turns import Connect, Say
from ivr.webhook import CarrierRequest


async def bring_in(request: CarrierRequest, call_id: str) -> Connect:
    """A citizen's way in. Whoever may be listened to is told so first, where no key and no agent cuts it short."""
    return replace(into(call_id, CITIZEN, addresses.AFTER), say=await _warn_of_monitoring(request, call_id))


async def _warn_of_monitoring(request: CarrierRequest, call_id: str) -> tuple[Say, ...]:
    if not settings().monitoring:
        return ()
    try:
        warned = await request.decided(monitoring.note_warning, call_id, now())
    except StoreDown:  # it may be written all the same, and then it must have been said
        return tuple(say(language, "conversation.monitored") for language in LANGUAGES)
    return paced_for((say(warned.language, "conversation.monitored"),), warned.slow) if warned else ()


def into(call_id: str, label: str, after: str) -> Connect:
    """The room of a call; its events are told with the call's id, whoever enters first. Whoever waits there for a
    citizen hears that they are coming."""
    wait = "" if label == CITIZEN else addresses.ROOM_WAIT
    events = addresses.of_call(addresses.ROOM_EVENTS, call_id)
    return Connect(call_id, label, events, addresses.after(after, call_id), wait=wait)
