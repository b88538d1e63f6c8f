"""The way into the carrier's waiting room."""

from zlib import crc32

from callcenter.records.calls import Wish
from ivr import addresses, dialogue, steps
from ivr.caller_answers import Heard, written
from ivr.prompts import say
from ivr.turns import Hold
from ivr.webhook import CarrierRequest

QUEUE_PATIENCE = 2.5  # seconds the last answer may wait for the queue
WAITING_ROOMS = 4  # carrier queues hold 5,000 each


def hold(
    request: CarrierRequest, known: Heard, key: str, call_id: str = "", *, patient: bool = False, behind: bool = False
) -> Hold:
    """Into the carrier's waiting room. Without `call_id` the waiting webhook joins our queue later. `patient`: they
    know that the wait is long; `behind`: others of their number wait, and to that number one callback would be for all
    of them."""
    wait = written(steps.QUEUE, known)
    wait += f"&c={call_id}" if call_id else ""
    wait += "&k=1" if patient else ""
    wait += "&b=1" if behind else ""
    room = f"attente-{crc32(request.carrier_id.encode()) % WAITING_ROOMS}"
    said = dialogue.paced((say(known.language, key),), known)
    return Hold(said, room, addresses.again(addresses.WAITING, wait), addresses.again(addresses.LEFT, wait))


def wish_of(known: Heard) -> Wish:
    return Wish(known.department, known.topic, known.language, known.relay, known.hard_of_hearing)


def heard_of(wish: Wish) -> Heard:
    """The same the other way round."""
    return Heard(
        language=wish.language,
        department=wish.department,
        topic=wish.topic,
        relay=wish.relay,
        hard_of_hearing=wish.hard_of_hearing,
    )
