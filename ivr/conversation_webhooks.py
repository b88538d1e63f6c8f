"""What the carrier asks around a conversation: the citizen's way in and out, an agent's legs."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ParamSpec, TypeVar

from starlette.routing import Route

from callcenter.actions import (
    agent_line,
    citizen,
    desk_phone,
    monitoring,
    offer_answers,
    room,
    room_events,
    satisfaction,
    text_reports,
)
from callcenter.actions.room_events import RoomEvent
from callcenter.clock import now
from callcenter.config import settings
from callcenter.errors import AlreadyTaken, StoreDown
from callcenter.rules.satisfaction import NO, NO_MORE, SCORES, YES, Reply
from ivr import caller_answers, dialogue
from ivr.caller_answers import Heard, count
from ivr.menu_webhooks import OVER, hold
from ivr.prompts import LANGUAGES, say
from ivr.turns import Ask, Connect, Goodbye, Rest, Ring, Say, Spelled, Turn
from ivr.waiting_webhooks import MUSIC
from ivr.webhook import Asked, Webhook

JOIN, LEAVE = "participant-join", "participant-leave"
SOUND = ("participant-hold", "participant-unhold", "participant-mute", "participant-unmute")
MOVED = "participant_updated_via_api"
PATIENCE = 3.0  # seconds for what PostgreSQL decides
CITIZEN, MONITOR = "citizen", "monitor-"  # labels in a room; an agent's is their leg alone
FAULTS = frozenset({"failed", "busy", "no-answer", "canceled"})
RELAY_TIMEOUT = 60  # seconds for a key through a relay service, which types and reads
NO_ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
TRIES = 3  # times an agent hears the question before the line closes
LONE = "h"  # in an address: how often `#` was all that was pressed

P = ParamSpec("P")
T = TypeVar("T")


async def enters(asked: Asked) -> Turn:
    """The caller is moved out of the queue into the room where their agent is."""
    call_id = own(asked, "c")
    return await brings_in(asked, call_id) if call_id else _back_to_music(asked)


async def waits(_asked: Asked) -> Turn:
    """An agent is alone in a room: the citizen is being dialled, or brought in."""
    return Ring((say("fr", "agent.citizen_comes"),), "/voice/ring.wav")


async def event(asked: Asked) -> None:
    """Who joined and who left a room, who hears music there and who is silenced."""
    form = asked.form
    what = form.get("StatusCallbackEvent")
    if what not in (JOIN, LEAVE, *SOUND):
        return
    label = form.get("ParticipantLabel", "")
    leg_id = label.removeprefix(MONITOR)
    told = RoomEvent(
        room=form["ConferenceSid"],
        sequence=count(form.get("SequenceNumber", "")),
        call_id=own(asked, "c"),
        carrier_id=asked.carrier_id,
        leg_id=None if label == CITIZEN else leg_id,
        joined=what == JOIN,
        lost=form.get("ParticipantCallStatus") in FAULTS,
        monitors=label.startswith(MONITOR),
        moved=form.get("ReasonParticipantLeft") == MOVED,
        held=form.get("Hold") == "true",
        muted=form.get("Muted") == "true",
    )
    await decided(
        asked, room_events.handle_sound_event if what in SOUND else room_events.handle_room_event, told, now()
    )


async def after(asked: Asked) -> Turn:
    """The citizen's line left the room and is still there: the last words."""
    await decided(asked, room.part_from_citizen, own(asked, "c"), now())
    return await goodbye(asked)


async def goodbye(asked: Asked) -> Turn:
    """Thanks, the reference that a second call goes on from, and the question that a desk asks too."""
    told = await decided(asked, satisfaction.last_words, own(asked, "c"))
    if told is None:
        return farewell(asked)
    spoken = say(told.language, "goodbye.reference", reference=Spelled(told.reference))
    if not told.asks:
        return Goodbye(paced((spoken, say(told.language, "goodbye.after_conversation")), told.relay))
    return _asks(asked, "satisfied", told.language, (spoken,), relay=told.relay)


async def satisfied(asked: Asked) -> Turn:
    """How satisfied they are. Silence is an answer too: a good day."""
    language, keys = language_of(asked), asked.keys
    if lone := lone_hash(asked):
        return _asks(asked, "satisfied", language, tries=tries_of(asked), lone=lone)
    if keys == NO_MORE:
        await decided(asked, satisfaction.record_answer, own(asked, "c"), Reply(asks_no_more=True))
        return _ends(asked, "satisfaction.refused", "goodbye.after_conversation")
    if keys in SCORES:
        await decided(asked, satisfaction.record_answer, own(asked, "c"), Reply(score=int(keys)))
        return _asks(asked, "settled", language)
    return _asks_again(asked, "satisfied")


async def settled(asked: Asked) -> Turn:
    """Whether what they called about is settled."""
    keys = asked.keys
    if lone := lone_hash(asked):
        return _asks(asked, "settled", language_of(asked), tries=tries_of(asked), lone=lone)
    if keys in (YES, NO):
        await decided(asked, satisfaction.record_answer, own(asked, "c"), Reply(settled=keys == YES))
        return _ends(asked, "satisfaction.thanks", "goodbye.after_conversation")
    return _asks_again(asked, "settled")


async def replied(asked: Asked) -> bytes:
    """A text came to our number."""
    await decided(asked, satisfaction.record_reply, asked.from_, asked.written, now())
    return NO_ANSWER


async def delivery(asked: Asked) -> None:
    """What became of a text of ours."""
    error = count(asked.form.get("ErrorCode", "")) or None
    await decided(asked, text_reports.note_report, own(asked, "m"), asked.form.get("MessageStatus", ""), error, now())


async def back(asked: Asked) -> Turn:
    """The agent's line was lost: music, and the head of the queue."""
    wish = await decided(asked, citizen.wish_of, own(asked, "c"))
    known = Heard(language=wish.language, department=wish.department, topic=wish.topic, relay=wish.relay)
    return hold(asked, known, "apology.agent_lost", own(asked, "c"))


async def on_hold(_asked: Asked) -> Turn:
    """Music for the citizen until the agent is back."""
    return Ring((), MUSIC)


async def leg(asked: Asked) -> Turn:
    """A desk phone was picked up: an agent presses 1, an answering machine never does."""
    return asks_agent("agent.offered", f"/voice/leg/heard?g={own(asked, 'g')}&n=1")


async def leg_heard(asked: Asked) -> Turn:
    leg_id, tries = own(asked, "g"), tries_of(asked)
    if lone := lone_hash(asked):
        return asks_agent("agent.offered", f"/voice/leg/heard?g={leg_id}&n={tries}&{LONE}={lone}")
    if asked.keys != "1":
        if tries >= TRIES:
            return Goodbye(())
        return asks_agent("agent.offered", f"/voice/leg/heard?g={leg_id}&n={tries + 1}")
    call_id = await decided(asked, room.wanted_by, leg_id)
    return into(call_id, leg_id, "/voice/leg/after") if call_id else _too_late(asked)


async def leg_status(asked: Asked) -> None:
    """The desk phone rings, or its line is over."""
    status, leg_id = asked.form.get("CallStatus", ""), own(asked, "g")
    if status == "ringing":
        await decided(asked, room.mark_leg_ringing, leg_id, asked.carrier_id, now())
    elif status in OVER:
        await decided(asked, partial(room.end_leg_line, lost=status in FAULTS), leg_id, asked.carrier_id, now())
    else:
        await decided(asked, room.note_leg_line, leg_id, asked.carrier_id)


async def leg_after(_asked: Asked) -> Turn:
    return Goodbye(())


async def shift(asked: Asked) -> Turn:
    """An open line rests between two calls. When it was picked up it is open, and may be wanted at once."""
    agent_id = own(asked, "a")
    again = f"/voice/shift?a={agent_id}&n=1"
    if own(asked, "n"):
        return Rest((), again)
    is_open, waiting = await decided(asked, agent_line.open_shift_line, agent_id, asked.carrier_id)
    if waiting:
        return into(waiting.call_id, waiting.id, f"/voice/shift/after?a={agent_id}")
    return Rest((say("fr", "agent.shift_begins"),), again) if is_open else Goodbye(())


async def shift_offer(asked: Asked) -> Turn:
    return asks_agent("agent.shift_offer", f"/voice/shift/heard?{asked.query}")


async def shift_heard(asked: Asked) -> Turn:
    """1 on the open line is the same as a click on the desk."""
    agent_id = own(asked, "a")
    if lone := lone_hash(asked):
        return asks_agent("agent.shift_offer", f"/voice/shift/heard?a={agent_id}&o={own(asked, 'o')}&{LONE}={lone}")
    if asked.keys == "1":
        try:
            taken = await decided(
                asked, partial(offer_answers.accept_offer, by_key=True), agent_id, own(asked, "o"), now()
            )
        except AlreadyTaken:
            return Rest((say("fr", "agent.too_late"),), f"/voice/shift?a={agent_id}&n=1")
        if taken:
            return into(taken.call_id, taken.id, f"/voice/shift/after?a={agent_id}")
    return Rest((), f"/voice/shift?a={agent_id}&n=1")


async def shift_room(asked: Asked) -> Turn:
    """A click accepted an offer: the open line goes into the room."""
    leg_id = own(asked, "g")
    wanted = await decided(asked, room.wanted, leg_id)
    if wanted is None:
        return _too_late(asked)
    return into(wanted.call_id, leg_id, f"/voice/shift/after?a={wanted.agent_id}")


async def shift_status(asked: Asked) -> None:
    if asked.form.get("CallStatus") in OVER:
        await decided(asked, agent_line.end_shift_line, own(asked, "a"), asked.carrier_id)
    else:
        await decided(asked, desk_phone.note_line, own(asked, "a"), None, asked.carrier_id)


async def brings_in(asked: Asked, call_id: str) -> Connect:
    """A citizen's way in. Whoever may be listened to is told so first, where no key and no agent cuts it short."""
    return replace(into(call_id, CITIZEN, "/voice/after"), say=await _notice(asked, call_id))


async def _notice(asked: Asked, call_id: str) -> tuple[Say, ...]:
    if not settings().monitoring:
        return ()
    try:
        warned = await decided(asked, monitoring.note_warning, call_id, now())
    except StoreDown:  # it may be written all the same, and then it must have been said
        return tuple(say(language, "conversation.monitored") for language in LANGUAGES)
    return paced((say(warned.language, "conversation.monitored"),), warned.relay) if warned else ()


def into(call_id: str, label: str, after: str) -> Connect:
    """The room of a call; its events are told with the call's id, whoever enters first. Whoever waits there for a
    citizen hears that they are coming."""
    mark = "&" if "?" in after else "?"
    wait = "" if label == CITIZEN else "/voice/room/wait"
    return Connect(call_id, label, f"/voice/room/events?c={call_id}", f"{after}{mark}c={call_id}", wait=wait)


def asks_agent(prompt: str, action: str) -> Ask:
    return Ask((say("fr", prompt),), action, timeout=10)


QUESTIONS = {"satisfied": "satisfaction.satisfied", "settled": "satisfaction.settled"}


def _asks(
    asked: Asked, question: str, language: str, before: tuple[Say, ...] = (), tries: int = 1, *,
    relay: bool = False, lone: int = 0,
) -> Ask:  # fmt: skip
    relay = relay or own(asked, "r") == "1"
    where = f"/voice/{question}?c={own(asked, 'c')}&l={language}&n={tries}&r={int(relay)}"
    where += f"&{LONE}={lone}" if lone else ""
    said = paced((*before, say(language, QUESTIONS[question])), relay)
    return Ask(said, where, timeout=RELAY_TIMEOUT) if relay else Ask(said, where)


def paced(said: tuple[Say, ...], relay: bool) -> tuple[Say, ...]:
    return dialogue.paced(said, Heard(relay=relay))


def _asks_again(asked: Asked, question: str) -> Turn:
    """Once more after a wrong key or `*`; after silence, or twice, nobody is pressed."""
    language, tries = language_of(asked), tries_of(asked)
    if asked.keys.strip("#") and tries == 1:
        return _asks(asked, question, language, tries=2)
    return _ends(asked, "goodbye.after_conversation")


def _ends(asked: Asked, *keys: str) -> Goodbye:
    """The last words after a question, slowly to a relay."""
    language = language_of(asked)
    return Goodbye(paced(tuple(say(language, key) for key in keys), own(asked, "r") == "1"))


def language_of(asked: Asked) -> str:
    language = own(asked, "l")
    return language if language in LANGUAGES else "fr"


def farewell(asked: Asked) -> Turn:
    return Goodbye((say(language_of(asked), "goodbye.after_conversation"),))


def _no_answer(_asked: Asked) -> bytes:
    return NO_ANSWER


def nothing(_asked: Asked) -> None:
    """News that could not be taken in: the leases and the comparison with the carrier find what it would have told."""


def _too_late(_asked: Asked) -> Turn:
    return Goodbye((say("fr", "agent.too_late"),))


def _back_to_music(asked: Asked) -> Turn:
    return hold(asked, Heard(), "apology.agent_lost", own(asked, "c"))


def _not_open(asked: Asked) -> Turn:
    return Rest((), f"/voice/shift?{asked.query}", seconds=5)


def _at_rest(asked: Asked) -> Turn:
    return Rest((), f"/voice/shift?a={own(asked, 'a')}&n=1")


async def decided(asked: Asked, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asked.voice.records.within(PATIENCE, verb, *args, **kwargs)


def lone_hash(asked: Asked) -> int:
    """How often `#` alone has been pressed here, which is only the end of what was typed before: the question is asked
    again. 0 where something else was pressed, or it too often: then it is silence."""
    pressed = count(own(asked, LONE)) + 1
    return pressed if asked.keys and not asked.keys.strip("#") and pressed <= dialogue.REPEATS else 0


def tries_of(asked: Asked) -> int:
    return count(own(asked, "n")) or 1


def own(asked: Asked, name: str) -> str:
    return caller_answers.own(asked.query).get(name, "")


routes = [
    Route(path, Webhook(answer, otherwise=otherwise), methods=["POST"])
    for path, answer, otherwise in (
        ("/voice/room", enters, _back_to_music),
        ("/voice/room/wait", waits, nothing),
        ("/voice/room/events", event, nothing),
        ("/voice/after", after, farewell),
        ("/voice/goodbye", goodbye, farewell),
        ("/voice/satisfied", satisfied, farewell),
        ("/voice/settled", settled, farewell),
        ("/voice/text", replied, _no_answer),
        ("/voice/text/status", delivery, nothing),
        ("/voice/back", back, _back_to_music),
        ("/voice/leg", leg, _too_late),
        ("/voice/leg/heard", leg_heard, _too_late),
        ("/voice/leg/status", leg_status, nothing),
        ("/voice/leg/after", leg_after, _too_late),
        ("/voice/hold", on_hold, lambda _asked: Ring((), MUSIC)),
        ("/voice/shift", shift, _not_open),
        ("/voice/shift/offer", shift_offer, _at_rest),
        ("/voice/shift/heard", shift_heard, _at_rest),
        ("/voice/shift/room", shift_room, _at_rest),
        ("/voice/shift/after", shift, _at_rest),
        ("/voice/shift/status", shift_status, nothing),
    )
]
