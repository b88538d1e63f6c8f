"""What the carrier asks and tells around a conversation: the citizen's way in and out, who is in the room."""

from starlette.routing import Route

from callcenter.actions import citizen, room, room_events, whom_we_call
from callcenter.actions.room_events import RoomEvent
from callcenter.clock import now
from ivr import addresses
from ivr.addresses import MUSIC
from ivr.caller_answers import Heard
from ivr.inbound import RoomChange
from ivr.prompts import say
from ivr.room_labels import CITIZEN, HELPER, MONITOR
from ivr.rooms import bring_in
from ivr.satisfaction_webhooks import farewell, goodbye
from ivr.turns import HoldMusic, LoopedSound, Move, Notice, Turn
from ivr.waiting_room import heard_of, hold
from ivr.webhook import CarrierRequest, Webhook, take_no_notice

BARS = 5  # times the music is played between two words: a minute


async def enters(request: CarrierRequest) -> Turn:
    """The caller is moved out of the queue into the room where their agent is."""
    call_id = request.own(addresses.CALL)
    return await bring_in(request, call_id) if call_id else _back_to_music(request)


async def waits(_request: CarrierRequest) -> Turn:
    """An agent is alone in a room: the citizen is being dialled, or brought in."""
    return LoopedSound((say("fr", "agent.citizen_comes"),), addresses.RING)


async def event(request: CarrierRequest) -> None:
    """Who joined and who left a room, who hears music there and who is silenced."""
    news = request.room
    if news is None:
        return
    told = RoomEvent(
        room=news.room,
        sequence=news.order,
        call_id=request.own(addresses.CALL),
        carrier_id=request.carrier_id,
        leg_id=None if news.label == CITIZEN else news.label.removeprefix(MONITOR).removeprefix(HELPER),
        joined=news.change is RoomChange.JOINED,
        lost=news.by_fault,
        monitors=news.label.startswith(MONITOR),
        helps=news.label.startswith(HELPER),
        moved=news.was_moved,
        held=news.is_held,
        muted=news.is_muted,
    )
    handle = room_events.handle_sound_event if news.change is RoomChange.SOUND else room_events.handle_room_event
    await request.decided(handle, told, now())


async def after(request: CarrierRequest) -> Turn:
    """The citizen's line left the room and is still there: the last words."""
    await request.decided(room.part_from_citizen, request.own(addresses.CALL), now())
    return await goodbye(request)


async def back(request: CarrierRequest) -> Turn:
    """The agent's line was lost, or they pass the citizen on: a word of explanation, music, and their place in the
    queue."""
    wish = await request.decided(citizen.wish_of, request.own(addresses.CALL))
    passed = await request.decided(citizen.is_passed_on, request.own(addresses.CALL))
    why = "transfer.to_a_colleague" if passed else "apology.agent_lost"
    return hold(request, heard_of(wish), why, request.own(addresses.CALL))


async def on_hold(request: CarrierRequest) -> Turn:
    """Music until the agent is back, and a word every minute; before it, whom the agent calls for them."""
    consult_id = request.own(addresses.CONSULT)
    whom = await request.decided(whom_we_call.phrase_of, consult_id, request.language, now()) if consult_id else ""
    if not whom:
        return _hold_music(request)
    return Move((say(request.language, "conversation.calls", whom=whom),), addresses.on_hold(request.language))


async def reminder(_request: CarrierRequest) -> Turn:
    """The agent hears that somebody has been on hold for long."""
    return Notice(addresses.RING, (say("fr", "agent.citizen_held"),))


def _hold_music(request: CarrierRequest) -> Turn:
    language = request.language
    return HoldMusic(MUSIC, BARS, (say(language, "conversation.still_here"),), addresses.on_hold(language))


def _back_to_music(request: CarrierRequest) -> Turn:
    return hold(request, Heard(), "apology.agent_lost", request.own(addresses.CALL))


routes = [
    Route(path, Webhook(answer, otherwise=otherwise), methods=["POST"])
    for path, answer, otherwise in (
        (addresses.ROOM, enters, _back_to_music),
        (addresses.ROOM_WAIT, waits, take_no_notice),
        (addresses.ROOM_EVENTS, event, take_no_notice),
        (addresses.AFTER, after, farewell),
        (addresses.BACK, back, _back_to_music),
        (addresses.HOLD, on_hold, _hold_music),
        (addresses.REMINDER, reminder, take_no_notice),
    )
]
