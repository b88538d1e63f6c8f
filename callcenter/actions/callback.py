"""Callbacks: promised, due, put off, cancelled. The promise is stored before it is spoken; dialling is `dial`'s."""

from dataclasses import replace
from datetime import datetime, timedelta

from callcenter import clock
from callcenter.actions import (
    config_snapshot,
    shared_lines,
)
from callcenter.actions.promising import Promise, make_promise, served_as, soonest_window, told, wish_of
from callcenter.actions.release import release
from callcenter.db import Conflict, reading, transaction
from callcenter.errors import (
    BadNumber,
    DatabaseDown,
)
from callcenter.phone_number import PhoneNumber
from callcenter.records import assignments, callbacks, calls, drafts
from callcenter.records.calls import Call, Wish
from callcenter.records.moves import move
from callcenter.rules.callbacks import CallbackState, DialResult, Source, slots
from callcenter.rules.states import CallState, Ending
from callcenter.rules.whys import Why

HEARD_WITHIN = timedelta(seconds=2)  # whoever asks is then told that nothing could be stored, and so nothing is


def draft_number(carrier_id: str, keys: str, at: datetime, *, territory: str = "") -> tuple[PhoneNumber, ...]:
    """A number typed for a callback waits sealed until it is confirmed; every number that the keys may be, the one that
    waits first. Refuses what may not be called back."""
    read = PhoneNumber.readings(keys, territory)
    with transaction() as session:
        drafts.keep(session, carrier_id, read[0], at)
        if clock.now() > at + HEARD_WITHIN:  # it is not read back, and another may have been typed meanwhile
            raise DatabaseDown
    return read


def draft_of(carrier_id: str) -> PhoneNumber | None:
    """The number that waits to be confirmed on this line. Raises DatabaseDown."""
    with reading() as session:
        return drafts.take(session, carrier_id)


def draft_on_the_mainland(carrier_id: str, at: datetime) -> None:
    """Of the two numbers that the keys may be, the second was meant. Told twice, the same; refused where none waits."""
    with transaction() as session:
        number = drafts.take(session, carrier_id)
        if number is None or not number.on_the_mainland.may_be_called_back:
            raise BadNumber
        drafts.keep(session, carrier_id, number.on_the_mainland, at)


def offered_slots(department: str, topic: str, at: datetime) -> tuple[str, ...]:
    """The half-days that a citizen of this department may choose from."""
    return slots(config_snapshot.current().hours, department, at, served_as(department, topic))


def promise_to_caller(carrier_id: str, from_: str, wish: Wish, at: datetime, *, typed: bool, slot: str = "") -> Promise:
    """Promise to call back the calling number, or the one typed before; in the half-day `slot`, or soon. One open
    promise a number: asking again confirms the first and may add a topic. Whoever types another's number learns nothing
    of it. Refused (BadNumber, TooManyCallbacks) where nothing may or can be promised."""
    caller = PhoneNumber.of_caller(from_)
    if not typed and (caller is None or not caller.may_be_called_back):
        raise BadNumber
    try:
        with transaction() as session:
            number = drafts.take(session, carrier_id) if typed else caller
            if number is None or not number.may_be_called_back:
                raise BadNumber
            arrived = calls.arrive(session, carrier_id, caller, at)
            call = calls.lock(session, arrived.id) or arrived
            kept = callbacks.open_for(session, number)
            already = kept is not None and kept.asked_by != call.id
            if kept is None:
                when = soonest_window(wish, slot, at)
                kept = make_promise(
                    session, number, wish, Source.CITIZEN, when, at, call=call,
                    asker=callbacks.key(caller) if caller else None, typed=typed and number != caller,
                )  # fmt: skip
            else:
                callbacks.ask_for(session, kept, Source.CITIZEN, at)
                kept.also = kept.also if wish.topic in (kept.topic, *kept.also) else [*kept.also, wish.topic]
            after = assignments.withdraw_offer(session, call, at)
            move(
                session, Call, call.id, [CallState.WAITING], CallState.ENDED, at, Why.ASKED_FOR_A_CALLBACK,
                ending=Ending.BECAME_CALLBACK,
            )  # fmt: skip
            if clock.now() > at + HEARD_WITHIN:
                raise DatabaseDown
    except Conflict:  # the same number asked on two lines at once: the other's promise stands
        return promise_to_caller(carrier_id, from_, wish, at, typed=typed, slot=slot)
    release(replace(after, forgotten=call.id))
    is_theirs = not already or (caller is not None and callbacks.key(caller) in (kept.number_key, kept.asker_key))
    return replace(told(kept, already=already), is_theirs=is_theirs)


def recall_promise(carrier_id: str, from_: str, at: datetime) -> Promise | None:
    """A line rings. The promise that is open to its number, if there is one: nobody dials it while they speak with us,
    and a dial under way is cancelled. Raises DatabaseDown."""
    number = PhoneNumber.of_caller(from_)
    with transaction() as session:
        calls.arrive(session, carrier_id, number, at, shared_lines.is_relay(number))
        is_promised = number is not None and callbacks.open_for(session, number) is not None
    return suspend_for_incoming_call(callbacks.key(number), at) if number and is_promised else None


def suspend_for_incoming_call(number_key: bytes, at: datetime) -> Promise | None:
    """Whoever we promised to call telephones us: what was under way for them is put off. None without a promise, and
    during a conversation."""
    with transaction() as session:
        callback = callbacks.of_key(session, number_key)
        if callback is None:
            return None
        callbacks.hold_number(session, number_key)
        after = assignments.put_off_promise(session, callback.id, DialResult.CALLED_US, Why.THEY_TELEPHONE_US, at)
        callback = callbacks.of_key(session, number_key)
    if after:
        release(after)
    return told(callback, already=True) if callback and callback.state == CallbackState.PROMISED else None


def keep_from_menu(carrier_id: str, from_: str, at: datetime) -> None:
    """They telephone about the promise that is open to their number, and keep it or cancel it: one that nobody had
    asked for is now asked for. Raises DatabaseDown."""
    number = PhoneNumber.of_caller(from_)
    with transaction() as session:
        kept = callbacks.open_for(session, number) if number else None
        if kept is not None:
            callbacks.ask_for(session, kept, Source.CITIZEN, at)
            call = calls.arrive(session, carrier_id, number, at)
            calls.mark_served_by_menu(session, call, wish_of(kept), at)


def cancel_from_menu(from_: str, at: datetime) -> bool:
    """The citizen wants no callback any more, at the number they call from. Whether there was one."""
    number = PhoneNumber.of_caller(from_)
    if number is None:
        return False
    with transaction() as session:
        callback = callbacks.open_for(session, number)
        after = callback and assignments.close_promise(
            session, callback.id, CallbackState.CANCELLED, Why.CANCELLED_BY_THE_CITIZEN, at
        )
    if after:
        release(after)
    return after is not None
