"""What every promise of a callback has in common, whoever asks for it: its window, its row, and what is told of it."""

from dataclasses import dataclass
from datetime import datetime

from callcenter.actions import (
    callback_ceilings,
    config_snapshot,
)
from callcenter.db import Session
from callcenter.errors import (
    NoSuchTime,
)
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, callbacks, caller_history, calls, contacts, threads
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Wish
from callcenter.records.identifiers import new_id, new_reference
from callcenter.records.moves import move
from callcenter.rules import pools
from callcenter.rules.callbacks import CallbackState, Source, Window, chosen, window
from callcenter.rules.orders import led_to
from callcenter.rules.priority import Past, Reason, priority
from callcenter.rules.territory import clock_of, local_day
from callcenter.rules.whys import Why


@dataclass(frozen=True)
class Promise:
    """What is told to the citizen: local times of their territory. `already`: it had been promised before. `is_theirs`:
    it was asked from this line, or to it; of another's nothing is told but that it is there."""

    reference: str
    starts: datetime
    ends: datetime
    already: bool
    is_theirs: bool = True


def make_promise(
    session: Session, number: PhoneNumber, wish: Wish, source: Source, when: Window, at: datetime, *,
    call: calls.Call | None = None, asker: bytes | None = None, typed: bool = False,
    by: str | None = None, for_agent: str | None = None, waits: bool = True,
) -> Callback:  # fmt: skip
    silent = source == Source.SILENCE
    crowded = call is not None and Reason.SHARED in (call.turned_away, *call.reasons)
    pool = callback_ceilings.draw(session, number, asker, at, typed=typed, silent=silent, crowded=crowded)
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
            hard_of_hearing=wish.hard_of_hearing or bool(call and call.hard_of_hearing),
            reference=threads.reference(session, contact) if contact else new_reference(),
            waited=waited, promised_at=at,
            promised_from=when[0], promised_until=when[1], due_from=when[0], due_until=when[1], attempts=0,
        ),
    )  # fmt: skip


def queue_promise(session: Session, callback: Callback, topic: str, at: datetime) -> calls.Call:
    """A promise whose time has come stands in the queue of this topic, with the place already waited for. Its contact
    goes on with the reference that was told: that of the call that asked for it."""
    move(session, Callback, callback.id, (CallbackState.PROMISED,), CallbackState.QUEUED, at, Why.DUE)
    contact_id = new_id()
    contacts.open_contact(session, contact_id, "callback", at, callback.phone)
    contact = contacts.get(session, contact_id)
    assert contact is not None
    answer, _ = agents.who_answers(session, topic, callback.language)
    contact.department, contact.topic, contact.language = callback.department, topic, answer.language
    contact.relay, contact.hard_of_hearing = callback.relay, callback.hard_of_hearing
    contact.local_day = local_day(callback.department, at)
    _go_on(session, contact, callback)
    ages = config_snapshot.current().widens_after(callback.department, topic)
    failures = caller_history.of_number(session, callback.number_key, None, at).failures
    asked = callback.source != Source.SILENCE
    ahead = priority(relay=callback.relay, past=Past(failures=failures), at=at, asked=asked)
    return callbacks.queue_as_call(session, callback, contact_id, topic, answer, ahead, at, ages)


def _go_on(session: Session, contact: contacts.Contact, callback: Callback) -> None:
    asked = calls.get(session, callback.asked_by) if callback.asked_by else None
    first = threads.by_reference(session, callback.reference)
    earlier = (contacts.get(session, asked.contact_id) if asked else None) or first
    if earlier is not None:
        threads.take_up(contact, earlier)
    elif callback.reference:  # nobody telephoned: it was told by whoever promised
        contact.reference = callback.reference


def soonest_window(wish: Wish, slot: str, at: datetime) -> Window:
    """The half-day that was chosen, while it can still be kept; else soon, or the next opening."""
    hours, department, topic = config_snapshot.current().hours, wish.department, served_as(wish.department, wish.topic)
    when = (chosen(hours, department, slot, at, topic) if slot else None) or window(hours, department, at, topic)
    if when is None:
        raise NoSuchTime
    return when


def exact_window(wish: Wish, slot: str, at: datetime) -> Window:
    """The half-day a member of staff agreed on; refused where its queue is closed then."""
    topic = served_as(wish.department, wish.topic)
    when = chosen(config_snapshot.current().hours, wish.department, slot, at, topic)
    if when is None:
        raise NoSuchTime
    return when


def wish_of(asked: calls.Call | Callback) -> Wish:
    """What somebody telephoned for."""
    return Wish(asked.department, asked.topic, asked.language, asked.relay, asked.hard_of_hearing)


def served_as(department: str, topic: str) -> str:
    """The topic under which a matter is served now: where its queue is led, or its own while that is closed."""
    return led_to(config_snapshot.current().orders, department, topic) or topic


def told(kept: Callback, *, already: bool) -> Promise:
    zone = clock_of(kept.department)
    starts, ends = (when.astimezone(zone) for when in (kept.due_from, kept.due_until))
    return Promise(kept.reference, starts, ends, already)
