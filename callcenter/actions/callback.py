"""Callbacks: promised, due, put off, cancelled. The promise is stored before it is spoken; dialling is `dial`'s."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from callcenter import clock
from callcenter.actions import (
    callback_ceilings,
    config_snapshot,
    dispatch,
    live_index,
    shared_lines,
    text_ceiling,
)
from callcenter.actions.release import release
from callcenter.config import settings
from callcenter.db import Conflict, Session, reading, transaction
from callcenter.errors import (
    AlreadyPromised,
    BadNumber,
    DatabaseDown,
    NoSuchTime,
    NotAllowed,
    NotFound,
    NotPossibleNow,
    Refusal,
)
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, assignments, callbacks, caller_history, calls, contacts, drafts, sessions
from callcenter.records import texts as sent
from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Wish
from callcenter.records.identifiers import new_id, new_reference
from callcenter.rules import pools
from callcenter.rules.callbacks import SOON, CallbackState, DialResult, Source, Window, chosen, slots, window
from callcenter.rules.opening_hours import opening
from callcenter.rules.orders import led_to
from callcenter.rules.priority import Past, priority
from callcenter.rules.states import CallState, Due, Ending
from callcenter.rules.territory import clock_of, local_day
from callcenter.rules.whys import Why
from callcenter.telephone import telephone

log = structlog.get_logger()
HEARD_WITHIN = timedelta(seconds=2)  # whoever asks is then told that nothing could be stored, and so nothing is
SUSPENDED_FOR = timedelta(minutes=5)  # from one look at the orders to the next, for a promise whose queue is closed
UNHEARD_FOR = timedelta(hours=48)  # how long back a supervisor may promise to call those who hung up
VERY_LATE = timedelta(hours=2)  # past its window: an alarm


@dataclass(frozen=True)
class Promise:
    """What is told to the citizen: local times of their territory. `already`: it had been promised before. `is_theirs`:
    it was asked from this line, or to it; of another's nothing is told but that it is there."""

    reference: str
    starts: datetime
    ends: datetime
    already: bool
    is_theirs: bool = True


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
    return slots(config_snapshot.current().hours, department, at, _served_as(department, topic))


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
                when = _window(wish, slot, at)
                kept = _promise(
                    session, number, wish, Source.CITIZEN, when, at, call=call,
                    asker=callbacks.key(caller) if caller else None, typed=typed and number != caller,
                )  # fmt: skip
            elif wish.topic not in (kept.topic, *kept.also):
                kept.also = [*kept.also, wish.topic]
            after = assignments.withdraw_offer(session, call, at)
            calls.end(session, call.id, [CallState.WAITING], Ending.BECAME_CALLBACK, at, Why.ASKED_FOR_A_CALLBACK)
            if clock.now() > at + HEARD_WITHIN:
                raise DatabaseDown
    except Conflict:  # the same number asked on two lines at once: the other's promise stands
        return promise_to_caller(carrier_id, from_, wish, at, typed=typed, slot=slot)
    release(replace(after, forgotten=call.id))
    is_theirs = not already or (caller is not None and callbacks.key(caller) in (kept.number_key, kept.asker_key))
    return replace(_told(kept, already=already), is_theirs=is_theirs)


def recall_promise(carrier_id: str, from_: str, at: datetime) -> Promise | None:
    """A line rings. The promise that is open to its number, if there is one: nobody dials it while they speak with us,
    and a dial under way is cancelled. Raises DatabaseDown."""
    number = PhoneNumber.of_caller(from_)
    with transaction() as session:
        calls.arrive(session, carrier_id, number, at, shared_lines.is_relay(number))
    return suspend_for_incoming_call(callbacks.key(number), at) if number else None


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
    return _told(callback, already=True) if callback and callback.state == CallbackState.PROMISED else None


def keep_from_menu(carrier_id: str, from_: str, at: datetime) -> None:
    """They telephone about the promise that is open to their number, and keep it or cancel it. Raises DatabaseDown."""
    number = PhoneNumber.of_caller(from_)
    with transaction() as session:
        kept = callbacks.open_for(session, number) if number else None
        if kept is not None:
            call = calls.arrive(session, carrier_id, number, at)
            calls.mark_served_by_menu(session, call, Wish(kept.department, kept.topic, kept.language, kept.relay), at)


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


def queue_due(callback_id: str, at: datetime) -> None:
    """Queue a promise whose time has come, with the place already waited for, where its queue is led now. Outside its
    hours it moves to the next opening; while a supervisor keeps its queue closed it waits for the end of the order,
    unless it is one agent's own."""
    with transaction() as session:
        callback = callbacks.lock_due(session, callback_id, at)
        if callback is None:
            return
        hours, served = config_snapshot.current().hours, _served_as(callback.department, callback.topic)
        if not opening(hours, callback.department, at, served).is_open:
            following = window(hours, callback.department, at, served)
            callback.due_from, callback.due_until = following or (at + timedelta(days=1), at + timedelta(days=2))
            return
        topic = led_to(config_snapshot.current().orders, callback.department, callback.topic)
        if topic is None and callback.for_agent is None:
            callback.due_from = at + SUSPENDED_FOR
            callback.due_until = max(callback.due_until, callback.due_from + SOON)
            return
        call = _queue(session, callback, topic or callback.topic, at)
    with live_index.best_effort("queueing a callback"):
        live_index.put_call(call)
    dispatch.offer_call(call.id)


def expire_for_the_day(callback_id: str, at: datetime) -> None:
    """A callback that waits in a queue which has closed, or whose territory's line has, is promised for the next
    opening."""
    with transaction() as session:
        call = calls.of_callback(session, callback_id)
        hours = config_snapshot.current().hours
        if call is None or opening(hours, call.department, at, call.topic).is_open:
            return
        following = window(hours, call.department, at, call.topic)
        after = assignments.put_off_promise(
            session, callback_id, DialResult.NOT_DIALLED, Why.THEIR_DAY_IS_OVER, at, following
        )
    if after:
        release(after)


def send_text(callback_id: str, at: datetime) -> None:
    """Write to a citizen who was not reached, once: the row says so before the carrier is asked. Raises CarrierDown."""
    if not settings().texts:
        return
    with transaction() as session:
        callback = callbacks.takes_text(session, callback_id, at)
        number = callback.phone if callback else None
        if callback is None or number is None or not number.takes_texts:
            return
        if not text_ceiling.may_one_leave(session, at):
            session.rollback()
            return
        text_id = sent.ask(session, sent.Kind.NOT_REACHED, number, at)
    telephone().send_text(text_id, number, callback.language, callback.reference)


def promise_after_call(agent_id: str, contact_id: str, slot: str, mine: bool, at: datetime) -> Promise:
    """What an agent agreed with the person of their contact: a half-day, with anybody or with themselves (`mine`).
    While they speak, during the wrap-up, or as long as the contact is owed."""
    try:
        with transaction() as session:
            contact = contacts.get(session, contact_id)
            call = calls.of_contact(session, contact_id)
            if contact is None or call is None or contact.agent_id != agent_id:
                raise NotFound
            if call.state not in (CallState.TALKING, CallState.WRAP_UP) and contact.due != Due.OWED:
                raise NotPossibleNow
            number = call.phone
            if number is None or not number.may_be_called_back:
                raise BadNumber
            wish = Wish(call.department, call.topic, call.language, call.relay)
            kept = callbacks.open_for(session, number)
            if kept is not None and kept.state == CallbackState.TALKING:
                raise NotPossibleNow  # the promise that is being kept ends with this conversation
            if kept is not None:
                return _told(kept, already=True)
            made = _promise(
                session, number, wish, Source.AGENT, _exactly(wish, slot, at), at,
                call=call, by=agent_id, for_agent=agent_id if mine else None, waits=False,
            )  # fmt: skip
            return _told(made, already=False)
    except Conflict:  # the citizen asked at the same moment: what was promised to them stands
        return promise_after_call(agent_id, contact_id, slot, mine, at)


def promise_to_number(
    staff: Agent, number: PhoneNumber, wish: Wish, slot: str, at: datetime, for_agent: str | None = None
) -> Callback:
    """A promise asked for by a supervisor, on a page or through the API; written down. One that is open stands. Raises
    AlreadyPromised, and tells nothing else, when that one is another team's."""
    if not staff.tends(wish.department):
        raise NotAllowed
    if not number.may_be_called_back:
        raise BadNumber
    try:
        with transaction() as session:
            if for_agent:
                _check_agent(session, staff, for_agent)
            kept = _open_and_theirs(session, staff, number)
            if kept is None:
                when = _exactly(wish, slot, at) if slot else _window(wish, "", at)
                kept = _promise(session, number, wish, Source.API, when, at, by=staff.id, for_agent=for_agent)
            sessions.audit(session, staff.id, "promised a callback", "callback", kept.id, at)
            return kept
    except Conflict:  # another asked for the same number at the same moment: their promise stands
        return promise_to_number(staff, number, wish, slot, at, for_agent)


def promise_to_unheard(staff: Agent, call_ids: Sequence[str], slot: str, at: datetime) -> list[Callback]:
    """A promise to each of those who hung up unheard; whoever may not be called, is another team's, or has no opening
    then, is left out. Refused, with a reason, when nobody is left."""
    made: list[Callback] = []
    refused: Refusal | None = None
    for call_id in call_ids:
        try:
            made.append(_promise_unheard(staff, call_id, slot, at))
        except Refusal as refusal:
            refused = refusal
            log.info("somebody who hung up was not promised a callback", call=call_id, why=type(refusal).__name__)
    if refused and not made:
        raise refused
    return made


def cancel(staff: Agent, callback_id: str, at: datetime) -> None:
    """A supervisor ends a promise; written down. Refused while they speak."""
    with transaction() as session:
        callback = callbacks.get(session, callback_id)
        if callback is None:
            raise NotFound
        if not staff.tends(callback.department):
            raise NotAllowed
        after = assignments.close_promise(
            session, callback_id, CallbackState.CANCELLED, Why.CANCELLED_BY_A_SUPERVISOR, at, staff.id
        )
        if after is None:
            raise NotPossibleNow
        sessions.audit(session, staff.id, "cancelled a callback", "callback", callback_id, at)
    release(after)


def _promise_unheard(staff: Agent, call_id: str, slot: str, at: datetime) -> Callback:
    try:
        with transaction() as session:
            call = calls.get(session, call_id)
            if call is None or call.phone is None or call.arrived_at < at - UNHEARD_FOR:
                raise NotFound
            if not staff.tends(call.department):
                raise NotAllowed
            if not call.phone.may_be_called_back or call.talking_at or call.state != CallState.ENDED:
                raise NotPossibleNow
            wish = Wish(call.department, call.topic, call.language, call.relay)
            when = _exactly(wish, slot, at) if slot else _window(wish, "", at)
            kept = _open_and_theirs(session, staff, call.phone) or _promise(
                session, call.phone, wish, Source.SUPERVISOR, when, at, call=call, by=staff.id
            )
            sessions.audit(session, staff.id, "promised a callback", "callback", kept.id, at)
            return kept
    except Conflict:  # they have just been promised one
        raise NotPossibleNow from None


def _open_and_theirs(session: Session, staff: Agent, number: PhoneNumber) -> Callback | None:
    """The promise that is open to a number. Raises AlreadyPromised when it is not this supervisor's to read."""
    kept = callbacks.open_for(session, number)
    if kept is not None and not staff.tends(kept.department):
        raise AlreadyPromised
    return kept


def _check_agent(session: Session, staff: Agent, agent_id: str) -> None:
    """Raises NotFound for whoever takes no calls, or is of another team: their names are not told either."""
    found = agents.get(session, agent_id)
    if found is None or not found.takes_calls or not staff.sees(found.department):
        raise NotFound


def _promise(
    session: Session, number: PhoneNumber, wish: Wish, source: Source, when: Window, at: datetime, *,
    call: calls.Call | None = None, asker: bytes | None = None, typed: bool = False,
    by: str | None = None, for_agent: str | None = None, waits: bool = True,
) -> Callback:  # fmt: skip
    pool = callback_ceilings.draw(session, number, asker, at, typed=typed)
    contact = contacts.get(session, call.contact_id) if call else None
    left = (call.ended_at or at) if call else at
    waited = (left - call.queued_at).total_seconds() if call and call.queued_at and waits else 0.0
    callback_id = new_id()
    return callbacks.promise(
        session,
        Callback(
            id=callback_id, state=CallbackState.PROMISED, source=source, asked_by=call.id if call else None,
            asker_key=asker, destination=pools.destination(number.e164), pool=pool, promised_by=by, for_agent=for_agent,
            number=callbacks.sealed(callback_id, number), number_key=callbacks.key(number), department=wish.department,
            topic=wish.topic, also=[], language=wish.language, relay=wish.relay or bool(call and call.relay),
            reference=contact.reference if contact else new_reference(), waited=waited, promised_at=at,
            promised_from=when[0], promised_until=when[1], due_from=when[0], due_until=when[1], attempts=0,
        ),
    )  # fmt: skip


def _window(wish: Wish, slot: str, at: datetime) -> Window:
    """The half-day that was chosen, while it can still be kept; else soon, or the next opening."""
    hours, department, topic = config_snapshot.current().hours, wish.department, _served_as(wish.department, wish.topic)
    when = (chosen(hours, department, slot, at, topic) if slot else None) or window(hours, department, at, topic)
    if when is None:
        raise NoSuchTime
    return when


def _exactly(wish: Wish, slot: str, at: datetime) -> Window:
    """The half-day a member of staff agreed on; refused where its queue is closed then."""
    topic = _served_as(wish.department, wish.topic)
    when = chosen(config_snapshot.current().hours, wish.department, slot, at, topic)
    if when is None:
        raise NoSuchTime
    return when


def _served_as(department: str, topic: str) -> str:
    """The topic under which a matter is served now: where its queue is led, or its own while that is closed."""
    return led_to(config_snapshot.current().orders, department, topic) or topic


def _told(kept: Callback, *, already: bool) -> Promise:
    zone = clock_of(kept.department)
    starts, ends = (when.astimezone(zone) for when in (kept.due_from, kept.due_until))
    return Promise(kept.reference, starts, ends, already)


def _queue(session: Session, callback: Callback, topic: str, at: datetime) -> calls.Call:
    callbacks.move(session, callback.id, (CallbackState.PROMISED,), CallbackState.QUEUED, at, Why.DUE)
    contact_id = new_id()
    contacts.open_contact(session, contact_id, "callback", at, callback.phone)
    contact = contacts.get(session, contact_id)
    assert contact is not None
    answer, _ = agents.who_answers(session, topic, callback.language)
    contact.department, contact.topic, contact.language = callback.department, topic, answer.language
    contact.relay, contact.local_day = callback.relay, local_day(callback.department, at)
    ages = config_snapshot.current().widens_after(callback.department, topic)
    failures = caller_history.of_number(session, callback.number_key, None, at).failures
    ahead = priority(relay=callback.relay, past=Past(failures=failures), at=at)
    return callbacks.queue_as_call(session, callback, contact_id, topic, answer, ahead, at, ages)
