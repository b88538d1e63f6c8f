"""What a citizen does on the telephone: arrives, joins a queue, waits, speaks with an agent, hangs up.

Every verb may be asked twice, late, or in another order than things happened; the rows say what still counts.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callcenter.actions import config_snapshot, dispatch, live_index, shared_lines
from callcenter.actions.release import release
from callcenter.config import settings
from callcenter.db import Session, reading, transaction
from callcenter.live import queue
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, assignments, callbacks, caller_history, calls, handovers
from callcenter.records.calls import Call, Wish
from callcenter.records.moves import move
from callcenter.rules import crowding, waiting
from callcenter.rules.crowding import Crowd
from callcenter.rules.opening_hours import opening
from callcenter.rules.orders import led_to
from callcenter.rules.priority import Past, Reason, priority
from callcenter.rules.states import CallState
from callcenter.rules.territory import NATION
from callcenter.rules.waiting import Announcement
from callcenter.rules.whys import Why

HELPER_FIRST = timedelta(seconds=1)  # the time it takes to offer a call to an agent who is free now


@dataclass(frozen=True)
class Waits:
    """In the queue, or already past it: the caller holds the line. `in_french`: nobody of ours speaks the language they
    chose; `behind`: several calls of their number wait already, and this one behind those of other numbers."""

    call_id: str
    in_french: bool = False
    behind: bool = False


@dataclass(frozen=True)
class TurnedAway:
    """No place to wait: `why` is closed, suspended (by a supervisor), nobody, full, shared (their
    number holds its part of the queue already) or too_long; `reopens` is local to
    the citizen, None if unknown; `in_french` as in Waits."""

    why: str
    reopens: datetime | None
    in_french: bool = False


@dataclass(frozen=True)
class Soon:
    """An agent has been found; or the index cannot say: music, and a word."""


def arrive(carrier_id: str, from_: str, at: datetime) -> str:
    """The line rings: the id of its call, the same whenever it is told again. Raises DatabaseDown."""
    number = PhoneNumber.of_caller(from_)
    with transaction() as session:
        return calls.arrive(session, carrier_id, number, at, shared_lines.is_relay(number)).id


def join_queue(carrier_id: str, from_: str, wish: Wish, at: datetime) -> Waits | TurnedAway:
    """The menu's answers lead to a queue: that of French where nobody of ours speaks their language, that of whoever is
    on duty where nobody of ours serves the matter. Told twice, the first answers stand. Raises DatabaseDown."""
    number = PhoneNumber.of_caller(from_)
    stands = config_snapshot.current()
    led = led_to(stands.orders, wish.department, wish.topic)
    wish = replace(wish, topic=led or wish.topic)
    hours = opening(stands.hours, wish.department, at, wish.topic)
    with transaction() as session:
        call = calls.arrive(session, carrier_id, number, at, shared_lines.is_relay(number))
        if call.state != CallState.MENU:
            return Waits(call.id, behind=Reason.SHARED in call.reasons)
        chosen, relay = wish.language, call.relay or wish.relay
        slow = wish.hard_of_hearing and not relay
        answer, somebody = agents.who_answers(session, wish.topic, chosen)
        wish = replace(wish, language=answer.language)
        in_french = wish.language != chosen
        crowd = _crowd(session, call)
        why = _no_place(crowd, call, is_open=hours.is_open, is_led=led is not None, somebody=somebody)
        if why:
            call.turned_away = why
            call.asked_language, call.for_anybody = calls.asked_otherwise(chosen, answer), answer.anybody
            call.department, call.topic, call.language = wish.department, wish.topic, wish.language
            call.relay, call.hard_of_hearing = relay, slow
            calls.describe_contact(session, call, at)
            return TurnedAway(why, hours.next_opening, in_french)
        key = call.number_key
        known = caller_history.of_number(session, key, call.id, at) if key else Past()
        ahead = priority(relay=relay, past=known, at=at, shared=crowding.stands_behind(crowd))
        helper = caller_history.helper(session, key, wish.topic, wish.language, at) if key else None
        joined = move(
            session, Call, call.id, [CallState.MENU], CallState.WAITING, at, Why.JOINED_THE_QUEUE,
            department=wish.department, topic=wish.topic, language=wish.language, relay=relay,
            hard_of_hearing=slow,
            asked_language=calls.asked_otherwise(chosen, answer), for_anybody=answer.anybody,
            queued_at=at, turned_away=None, priority=ahead.seconds, reasons=list(ahead.reasons),
            widens_after=list(stands.widens_after(wish.department, wish.topic)),
            for_agent=helper, own_until=at + HELPER_FIRST if helper else None,
        )  # fmt: skip
        if joined is None:  # a twin of this webhook was quicker
            return Waits(call.id)
        calls.describe_contact(session, joined, at)
    with live_index.best_effort("joining a queue"):
        live_index.put_call(joined)
    dispatch.offer_call(joined.id)
    return Waits(joined.id, in_french, behind=Reason.SHARED in ahead.reasons)


def serve_with_sites(carrier_id: str, from_: str, wish: Wish, at: datetime) -> None:
    """Their department is not open, and they are told its sites: the menu has served them, unless they go on to a
    queue. Raises DatabaseDown."""
    number = PhoneNumber.of_caller(from_)
    with transaction() as session:
        call = calls.arrive(session, carrier_id, number, at, shared_lines.is_relay(number))
        calls.mark_served_by_menu(session, call, wish, at)


def tell_place(
    call_id: str, department: str, told: int, at: datetime, *, patient: bool, last: str = ""
) -> Announcement | TurnedAway | Soon:
    """What to say to a waiting caller: one trip to the index, none to PostgreSQL. The hours are those of what
    they wait for, whoever serves it. `told`: minutes promised so far; `patient`: they were told that the wait is too
    long and chose to go on; `last`: what was told before. Whoever was heard before is never sent away by the hour or by
    the length of the wait. Raises LiveStoreDown."""
    place = queue.place(call_id, at.timestamp())
    if place is None:
        return Soon()
    hours = opening(config_snapshot.current().hours, department, at, place.topic)
    if not hours.is_open and not place.heard:
        return TurnedAway("closed", hours.next_opening)
    if place.on_duty == 0 and place.queue.startswith(NATION):
        return TurnedAway("nobody", hours.next_opening)
    if place.waited > settings().maximum_wait and not patient and not place.heard:
        return TurnedAway("too_long", hours.next_opening)
    pace = place.at_work, place.picked, place.waited
    return waiting.announcement(place.position, *pace, told, at, hours.closes_at, last)


def why_closed(department: str, topic: str, at: datetime) -> str:
    """Why the line is closed for this now, as `Opening.why`; "" while it is open."""
    stands = config_snapshot.current()
    return opening(stands.hours, department, at, led_to(stands.orders, department, topic) or topic).why


def hang_up(carrier_id: str, at: datetime) -> None:
    """The citizen's line has ended, in whatever state their call was. Raises DatabaseDown."""
    with transaction() as session:
        after = assignments.end_line(session, carrier_id, at)
    if after:
        release(after)


def wish_of(call_id: str) -> Wish:
    """What the menu learnt of a call, from its row. Raises DatabaseDown."""
    with reading() as session:
        call = calls.get(session, call_id)
        if call is None:
            return Wish()
        return Wish(call.department, call.topic, call.language, call.relay, call.hard_of_hearing)


def is_passed_on(call_id: str) -> bool:
    """Whether an agent passes a call on, rather than having lost it. Raises DatabaseDown."""
    with reading() as session:
        call = calls.get(session, call_id)
        return call is not None and call.not_for is not None and Reason.DROPPED not in call.reasons


def go_on_after_cut(call_id: str, at: datetime) -> str | None:
    """« Si nous avons été coupés, tapez 1 » : back to the queue, to the same agent first; the call that waits now. None
    when they were not asked, or have said so already. Raises DatabaseDown."""
    with transaction() as session:
        call = calls.lock(session, call_id)
        after = handovers.resume(session, call, at) if call else None
    if after is None or after.requeued is None:
        return None
    release(after)
    return after.requeued.id


def number_to_read_back(from_: str) -> str:
    """The calling number as its owner would type it, to be read back; empty where we may not promise to call it."""
    number = PhoneNumber.of_caller(from_)
    return number.keys if number and number.may_be_called_back else ""


def department_last_called_for(from_: str, at: datetime) -> str | None:
    """The territory this number last called for: to be confirmed. Raises DatabaseDown."""
    number = PhoneNumber.of_caller(from_)
    if number is None:
        return None
    with reading() as session:
        return caller_history.department(session, callbacks.key(number), at)


def waiting_call_of(carrier_id: str) -> str | None:
    """The call that still stands in a queue on this line. Raises DatabaseDown."""
    with reading() as session:
        call = calls.by_carrier_id(session, carrier_id)
        return call.id if call and call.state in (CallState.WAITING, CallState.OFFERED) else None


def _crowd(session: Session, call: Call) -> Crowd:
    """Who waits already. Relay services and listed lines are many people, and no number of one."""
    if call.number_key is None:
        return calls.crowd(session, None)
    calls.hold_place(session, call.number_key)
    crowd = calls.crowd(session, call.number_key)
    if crowd.of_number and shared_lines.is_of_many(session, call.number_key):
        return replace(crowd, of_number=0)
    return crowd


def _no_place(crowd: Crowd, call: Call, *, is_open: bool, is_led: bool, somebody: bool) -> str | None:
    """`is_led`: a supervisor has not closed the queue; `somebody`: an agent on duty may answer."""
    if not is_open:
        return "closed"
    if not is_led:
        return "suspended"
    if why := crowding.turned_away(crowd, settings().queue_limit, withheld=call.number_key is None):
        return why
    return None if somebody else "nobody"
