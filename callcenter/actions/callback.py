"""Callbacks: promised, due, dialled, kept. The promise is stored before it is spoken."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from callcenter.actions import citizen, dispatch, index, room
from callcenter.db import Conflict, Session, reading, transaction
from callcenter.errors import BadNumber, CarrierDown
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, callbacks, calls, contacts, drafts, legs
from callcenter.records.callbacks import Attempt, Callback
from callcenter.records.calls import Wish
from callcenter.records.identity import new_id
from callcenter.rules.callbacks import CallbackState, Policy, next_try, window
from callcenter.rules.opening_hours import opening
from callcenter.rules.states import CallState, Ending, LegState
from callcenter.telephone import telephone

log = structlog.get_logger()
PER_DAY = 3  # promises to one number in 24 hours
DIAL_LEASE = timedelta(seconds=60)  # from dialling to the key 1: ringing 25 s, the words, the choice


@dataclass(frozen=True)
class Promise:
    """What is told to the citizen: local times of their territory."""

    reference: str
    starts: datetime
    ends: datetime
    already: bool


def drafts_number(carrier_id: str, keys: str, at: datetime) -> None:
    """A number typed for a callback waits sealed until it is confirmed. Refuses what may not be called back."""
    number = PhoneNumber.parse(keys)
    if not number.may_be_called_back:
        raise BadNumber
    with transaction() as session:
        drafts.keep(session, carrier_id, number, at)


def asks(carrier_id: str, from_: str, wish: Wish, at: datetime, *, typed: bool) -> Promise:
    """Promise to call back the calling number, or the one typed before. One open promise a number: asking again
    confirms the first. Refused (BadNumber) where nothing may or can be promised."""
    caller = PhoneNumber.of_caller(from_)
    try:
        with transaction() as session:
            number = drafts.take(session, carrier_id) if typed else caller
            if number is None or not number.may_be_called_back:
                raise BadNumber
            arrived = calls.arrive(session, carrier_id, caller, at)
            call = calls.lock(session, arrived.id) or arrived
            kept = callbacks.open_for(session, number)
            already = kept is not None
            if kept is None:
                kept = _promise(session, call, number, wish, at)
            freed = citizen.withdraw(session, call, at)
            if call.state == CallState.WAITING:
                calls.end(session, call.id, [CallState.WAITING], Ending.BECAME_CALLBACK, at, "asked for a callback")
    except Conflict:  # the same number asked on two lines at once: the other's promise stands
        return asks(carrier_id, from_, wish, at, typed=typed)
    citizen.is_gone(call.id, freed)
    starts, ends = (citizen.local_time(kept.department, when) for when in (kept.due_from, kept.due_until))
    return Promise(kept.reference, starts, ends, already)


def becomes_due(callback_id: str, at: datetime) -> None:
    """Queue a promise whose time has come, with the place already waited for. Outside its hours it moves to the next
    opening."""
    with transaction() as session:
        callback = callbacks.lock_due(session, callback_id, at)
        if callback is None:
            return
        hours = opening(citizen.line_hours(), callback.department, at)
        if not hours.is_open:
            following = window(citizen.line_hours(), callback.department, at)
            callback.due_from, callback.due_until = following or (at + timedelta(days=1), at + timedelta(days=2))
            return
        call = _queue(session, callback, at)
    with index.best_effort("queueing a callback"):
        index.put_call(call)
    dispatch.for_call(call.id)


def dials(call_id: str, epoch: int, at: datetime) -> None:
    """Dial the citizen for an agent who is in the room. Only the epoch that asked counts; the row stands first."""
    try:
        with transaction() as session:
            call = calls.lock(session, call_id)
            leg = legs.serving(session, call_id)
            if call is None or call.state != CallState.CONNECTING or call.epoch != epoch or call.callback_id is None:
                return
            if leg is None or leg.state != LegState.JOINED or callbacks.dialling(session, call_id, epoch):
                return
            callback = callbacks.get(session, call.callback_id)
            assert callback is not None
            if calls.is_speaking(session, callback.number_key, but=call.id):
                freed, gone = _ends(session, call, None, "calls_us", at)
                attempt = None
            else:
                callbacks.move(session, callback.id, (CallbackState.QUEUED,), CallbackState.DIALLING, at, "dialled")
                callback.attempts += 1
                attempt = callbacks.attempt(session, callback, call, at, at + DIAL_LEASE)
                call.lease_until = attempt.lease_until + timedelta(seconds=15)
                number = callback.phone
    except Conflict:
        log.info("another dial to this number is live", call=call_id)
        return
    if attempt is None:
        room.let_leg_go(gone)
        dispatch.freed(freed)
        return
    try:
        carrier_id = telephone().ring_citizen(attempt.id, number)
    except CarrierDown:
        return  # whether it rings is not known: the sweep asks the carrier, nobody dials again
    is_ringing(attempt.id, carrier_id)


def is_ringing(attempt_id: str, carrier_id: str) -> None:
    """The carrier's id of an attempt, from its answer or its first webhook."""
    with transaction() as session:
        attempt = callbacks.get_attempt(session, attempt_id)
        if attempt is None or attempt.carrier_id or attempt.outcome:
            return
        attempt.carrier_id = carrier_id
        call = calls.lock(session, attempt.call_id)
        if call and call.epoch == attempt.epoch and call.state == CallState.CONNECTING:
            call.carrier_id = carrier_id


def language_of(attempt_id: str) -> str:
    """The language to greet them in."""
    with reading() as session:
        attempt = session.get(Attempt, attempt_id)
        call = calls.get(session, attempt.call_id) if attempt else None
        return call.language if call else "fr"


def room_of(attempt_id: str) -> str | None:
    """The call that a citizen who pressed 1 now joins; None when their agent is gone."""
    with transaction() as session:
        attempt = callbacks.get_attempt(session, attempt_id)
        call = calls.get(session, attempt.call_id) if attempt else None
        if attempt is None or call is None or attempt.outcome or call.epoch != attempt.epoch:
            return None
        return call.id if call.state in (CallState.CONNECTING, CallState.TALKING) else None


def attempt_ended(attempt_id: str, how: str, at: datetime) -> None:
    """The dialled line is over. Before the conversation: not reached, the agent is free with their rank, and the promise
    is tried again by the rules or ends. After it: the conversation is over, or the wait for another agent."""
    with transaction() as session:
        attempt = callbacks.get_attempt(session, attempt_id)
        call = calls.lock(session, attempt.call_id) if attempt else None
        if attempt is None or call is None or attempt.outcome:
            return
        theirs = attempt.carrier_id is not None and call.carrier_id == attempt.carrier_id
        reached = call.talking_at is not None
        if call.state == CallState.CONNECTING and call.epoch == attempt.epoch and not reached:
            freed, leg = _ends(session, call, attempt, how, at)
        else:
            freed, leg = None, None
            callbacks.close_attempt(session, attempt, "spoken" if reached else "agent_left", at)
    if leg and freed:
        room.let_leg_go(leg)
        dispatch.freed(freed)
    elif theirs and attempt.carrier_id:
        citizen.hangs_up(attempt.carrier_id, at)


def settle(attempt_id: str, at: datetime) -> None:
    """An attempt whose lease has ended: what became of it is learnt from the carrier, never by dialling again.
    Raises CarrierDown."""
    with reading() as session:
        attempt = session.get(Attempt, attempt_id)
        if attempt is None or attempt.outcome:
            return
    if attempt.carrier_id and telephone().state_of(attempt.carrier_id) == "live":
        with transaction() as session:
            call = calls.get(session, attempt.call_id)
            if call and call.state == CallState.TALKING:
                held = callbacks.get_attempt(session, attempt_id)
                assert held is not None
                held.lease_until = at + DIAL_LEASE
                return
        telephone().hang_up(attempt.carrier_id)
    attempt_ended(attempt_id, "unknown", at)


def _promise(session: Session, call: calls.Call, number: PhoneNumber, wish: Wish, at: datetime) -> Callback:
    if callbacks.promised_since(session, number, at - timedelta(days=1)) >= PER_DAY:
        raise BadNumber
    when = window(citizen.line_hours(), wish.department, at)
    if when is None:
        raise BadNumber
    contact = contacts.get(session, call.contact_id)
    assert contact is not None
    waited = (at - call.queued_at).total_seconds() if call.queued_at else 0.0
    return callbacks.promise(
        session,
        Callback(
            id=new_id(), state=CallbackState.PROMISED, asked_by=call.id, number=callbacks.sealed(number),
            number_key=callbacks.key(number), department=wish.department, topic=wish.topic, language=wish.language,
            relay=wish.relay or call.relay, reference=contact.reference, waited=waited, promised_at=at,
            due_from=when[0], due_until=when[1], attempts=0,
        ),
    )  # fmt: skip


def _queue(session: Session, callback: Callback, at: datetime) -> calls.Call:
    callbacks.move(session, callback.id, (CallbackState.PROMISED,), CallbackState.QUEUED, at, "due")
    contact_id = new_id()
    contacts.open_contact(session, contact_id, "callback", at, callback.phone)
    contact = contacts.get(session, contact_id)
    assert contact is not None
    contact.department, contact.topic, contact.language = callback.department, callback.topic, callback.language
    contact.relay, contact.local_day = callback.relay, citizen.local_time(callback.department, at).date()
    return calls.queue_callback(session, callback, contact_id, at)


def _ends(
    session: Session, call: calls.Call, attempt: Attempt | None, how: str, at: datetime
) -> tuple[agents.Agent, legs.Leg]:
    """A connecting callback did not reach anybody: its call ends, its agent is free, its promise goes on or ends."""
    assert call.callback_id is not None
    if attempt is not None:
        callbacks.close_attempt(session, attempt, how[:12], at)
    leg = legs.serving(session, call.id)
    assert leg is not None
    freed = room.release_agent(session, call, at, "the citizen was not reached")
    calls.end(session, call.id, [CallState.CONNECTING], Ending.NOT_REACHED, at, f"not reached: {how}")
    open_states = (CallbackState.QUEUED, CallbackState.DIALLING)
    callback = callbacks.get(session, call.callback_id)
    assert callback is not None
    again = next_try(citizen.line_hours(), callback.department, callback.attempts, at, Policy())
    if again:
        callbacks.move(session, callback.id, open_states, CallbackState.PROMISED, at, f"not reached: {how}")
        callback.due_from, callback.due_until = again
    else:
        callbacks.move(session, callback.id, open_states, CallbackState.NOT_REACHED, at, f"not reached: {how}")
    return freed, leg
