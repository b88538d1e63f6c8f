"""What the carrier asks while a caller waits: the next announcement, and how the waiting ended.

An announcement makes one trip to the index and none to PostgreSQL; with the index away it is music and a word.
"""

from starlette.routing import Route

from callcenter.actions import citizen
from callcenter.clock import now
from callcenter.errors import StoreDown
from callcenter.rules.waiting import Announcement
from ivr import addresses, dialogue, prompts
from ivr.addresses import MUSIC, WAITING, again, count
from ivr.callback_offers import offer_callback, offer_now
from ivr.caller_answers import Heard
from ivr.inbound import QueueLeft
from ivr.prompts import say
from ivr.turns import Goodbye, Leave, Turn, Wait
from ivr.waiting_room import QUEUE_PATIENCE, hold, wish_of
from ivr.webhook import CarrierRequest, Webhook

LOOK_PATIENCE = 1.5  # seconds an announcement may wait for the index


async def waiting(request: CarrierRequest) -> Turn:
    """The next announcement: place, range, the callback key; or out, to hear why waiting on is of no use."""
    _, known = dialogue.place_of(request.query)
    own = _own(request.query)
    if "c" not in own:
        return await _joins_at_last(request, known)
    try:
        place = await _place(request, known, own)
    except StoreDown:
        place = citizen.Soon()
    match place:
        case citizen.TurnedAway():
            return Leave()
        case citizen.Soon():
            said = dialogue.paced((say(known.language, "waiting.still_here"),), known)
            return Wait(said, MUSIC, _again(request.query, own))
        case Announcement(position, between, worse, told, closes_at):
            low, high = (between.low, between.high) if between else (None, None)
            said = prompts.waiting(known.language, position, low, high, worse, callback=True, closes_at=closes_at)
            key = again(addresses.WISHES, request.query)
            said = dialogue.paced(said, known)
            return Wait(said, MUSIC, _again(request.query, own | {"m": str(told)}), key)


async def wishes(request: CarrierRequest) -> Turn:
    """A key while waiting: 1 goes out to ask for a callback, anything else goes on waiting."""
    if request.keys == "1":
        return Leave()
    return Wait((), MUSIC, again(WAITING, request.query))


async def left(request: CarrierRequest) -> Turn | bytes:
    """Out of the carrier's queue: redirected into a conversation, hung up, full, or gone out to choose a callback."""
    _, known = dialogue.place_of(request.query)
    own = _own(request.query)
    match request.queue_left:
        case QueueLeft.HUNG_UP:
            await request.voice.records.within(QUEUE_PATIENCE, citizen.hang_up, request.carrier_id, now())
            return Goodbye(())
        case QueueLeft.BY_KEY if "c" in own:
            place = await _place(request, known, own)
            if isinstance(place, citizen.TurnedAway):
                return offer_callback(request, place, known, behind="b" in own)
            return offer_now(request, known, behind="b" in own)
        case QueueLeft.FULL:
            return offer_callback(request, citizen.TurnedAway("full", None), known)
        case _:
            # Redirected: the carrier goes on to where it was sent and never reads this. Failed: another room.
            return hold(request, known, "queue.kept", own.get("c", ""), behind="b" in own)


def lost_hold(request: CarrierRequest) -> Turn:
    """When a webhook of the waiting room fails, the caller goes on waiting."""
    _, known = dialogue.place_of(request.query)
    return hold(request, known, "queue.kept", _own(request.query).get("c", ""))


def lost_wait(request: CarrierRequest) -> Turn:
    """When an announcement fails: music, a word, and another try."""
    _, known = dialogue.place_of(request.query)
    return Wait((say(known.language, "waiting.still_here"),), MUSIC, again(WAITING, request.query))


async def _joins_at_last(request: CarrierRequest, known: Heard) -> Turn:
    """The stores were away when the menu ended: the caller is in the carrier's room, and now joins our queue."""
    try:
        joined = await request.voice.records.within(
            QUEUE_PATIENCE, citizen.join_queue, request.carrier_id, request.from_, wish_of(known), now()
        )
    except StoreDown:
        return Wait((say(known.language, "queue.kept"),), MUSIC, again(WAITING, request.query))
    if isinstance(joined, citizen.TurnedAway):
        return Leave()
    return Wait((say(known.language, "queue.kept"),), MUSIC, f"{WAITING}?{request.query}&c={joined.call_id}")


async def _place(
    request: CarrierRequest, known: Heard, own: dict[str, str]
) -> Announcement | citizen.TurnedAway | citizen.Soon:
    told = count(own.get("m", ""))
    return await request.voice.live.within(
        LOOK_PATIENCE, citizen.tell_place, own["c"], known.department, told, now(), patient="k" in own or known.relay
    )


def _own(query: str) -> dict[str, str]:
    """The waiting room's part of the address: c the call, m the minutes promised so far, k they know it is long, b
    others of their number wait before them."""
    return {name: value for name, value in addresses.own(query).items() if name in "cmkb"}


def _again(query: str, own: dict[str, str]) -> str:
    answers = "&".join(part for part in query.split("&") if part[:2] not in ("c=", "m=", "k=", "b="))
    return again(WAITING, answers) + "".join(f"&{name}={value}" for name, value in own.items())


routes = [
    Route(WAITING, Webhook(waiting, otherwise=lost_wait), methods=["POST"]),
    Route(addresses.WISHES, Webhook(wishes, otherwise=lost_wait), methods=["POST"]),
    Route(addresses.LEFT, Webhook(left, otherwise=lost_hold), methods=["POST"]),
]
