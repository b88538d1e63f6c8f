"""What the carrier asks while a caller waits: the next announcement, and how the waiting ended.

A document is an announcement or a piece of music, twenty seconds at most: that it is asked for shows that the caller is
still there. It makes one trip to the index and none to PostgreSQL.
"""

from starlette.routing import Route

from callcenter.actions import citizen
from callcenter.clock import now
from callcenter.errors import StoreDown
from callcenter.rules.waiting import Announcement, Telling, soothing
from ivr import addresses, dialogue, prompts
from ivr.addresses import MUSIC, WAITING, again, count
from ivr.callback_offers import join_queue, offer_callback, offer_now
from ivr.caller_answers import Heard
from ivr.inbound import QueueLeft
from ivr.prompts import say
from ivr.turns import Goodbye, Leave, Say, Turn, Wait
from ivr.waiting_room import QUEUE_PATIENCE, hold, wish_of
from ivr.webhook import CarrierRequest, Webhook

LOOK_PATIENCE = 1.5  # seconds an announcement may wait for the index
TOLD, TURN, LAST = "m", "N", "K"  # minutes promised so far, documents since the last announcement, what that one said
OWN = ("c", "k", "b", TOLD, TURN, LAST)
ROUND = 5  # documents, an announcement and then music: about a minute


async def waiting(request: CarrierRequest) -> Turn:
    """The next document: once a minute one true sentence and the callback key, between them music; or out, to hear why
    waiting on is of no use."""
    _, known = dialogue.place_of(request.query)
    own = _own(request.query)
    if "c" not in own:
        return await _joins_at_last(request, known)
    try:
        place = await _place(request, known, own)
    except StoreDown:
        place = citizen.Soon()
    if isinstance(place, citizen.TurnedAway):
        return Leave()
    return _document(request, known, place if isinstance(place, Announcement) else None)


def _document(request: CarrierRequest, known: Heard, place: Announcement | None) -> Wait:
    """`place`: what is known of where they stand; without it there is no key to press."""
    own = _own(request.query)
    turn = count(own.get(TURN, ""))
    told, said = {TURN: str((turn + 1) % ROUND)}, tuple[Say, ...]()
    if turn == 0:
        telling = place.telling if place else soothing(own.get(LAST, ""))
        told |= {LAST: telling} | ({TOLD: str(place.told)} if place else {})
        said = prompts.waiting(known.language, place) if place else (prompts.one_truth(known.language, telling),)
    following = _with(request.query, own | told)
    key = again(addresses.WISHES, following) if place else ""
    return Wait(dialogue.paced(said, known), "" if said else MUSIC, again(WAITING, following), key)


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
            await request.records.within(QUEUE_PATIENCE, citizen.hang_up, request.carrier_id, now())
            return Goodbye(())
        case QueueLeft.BY_KEY:
            if "c" not in own:  # the stores were away; now they are back, and nobody can answer
                return await join_queue(known, request)
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
    """When an announcement fails: music, and another try."""
    return Wait((), MUSIC, again(WAITING, request.query))


async def _joins_at_last(request: CarrierRequest, known: Heard) -> Turn:
    """The stores were away when the menu ended: the caller is in the carrier's room, and now joins our queue."""
    try:
        joined = await request.records.within(
            QUEUE_PATIENCE, citizen.join_queue, request.carrier_id, request.from_, wish_of(known), now()
        )
    except StoreDown:
        return _document(request, known, None)
    if isinstance(joined, citizen.TurnedAway):
        return Leave()
    own = _own(request.query) | {"c": joined.call_id, TURN: "1", LAST: Telling.KEPT}
    said = dialogue.paced((say(known.language, "queue.kept"),), known)
    return Wait(said, "", again(WAITING, _with(request.query, own)))


async def _place(
    request: CarrierRequest, known: Heard, own: dict[str, str]
) -> Announcement | citizen.TurnedAway | citizen.Soon:
    told, last = count(own.get(TOLD, "")), own.get(LAST, "")
    patient = "k" in own or known.relay
    return await request.voice.live.within(
        LOOK_PATIENCE, citizen.tell_place, own["c"], known.department, told, now(), patient=patient, last=last
    )


def _own(query: str) -> dict[str, str]:
    """The waiting room's part of the address: c the call, k they know that it is long, b others of their number wait
    before them; and what was said (TOLD, TURN, LAST)."""
    return {name: value for name, value in addresses.own(query).items() if name in OWN}


def _with(query: str, own: dict[str, str]) -> str:
    answers = [part for part in query.split("&") if part.partition("=")[0] not in OWN]
    return "&".join([*answers, *(f"{name}={value}" for name, value in own.items())])


routes = [
    Route(WAITING, Webhook(waiting, otherwise=lost_wait), methods=["POST"]),
    Route(addresses.WISHES, Webhook(wishes, otherwise=lost_wait), methods=["POST"]),
    Route(addresses.LEFT, Webhook(left, otherwise=lost_hold), methods=["POST"]),
]
