"""Callbacks whose time has come or has passed: queued, put off, or told by text that nobody was reached."""

from collections.abc import Callable
from datetime import datetime, timedelta

from callcenter.actions import (
    config_snapshot,
    dispatch,
    live_index,
    text_ceiling,
)
from callcenter.actions.promising import queue_promise, served_as
from callcenter.actions.release import release
from callcenter.config import settings
from callcenter.db import transaction
from callcenter.records import assignments, callbacks, calls
from callcenter.records import texts as sent
from callcenter.rules.callbacks import SOON, DialResult, window
from callcenter.rules.opening_hours import opening
from callcenter.rules.orders import led_to
from callcenter.rules.whys import Why
from callcenter.telephone import telephone

SUSPENDED_FOR = timedelta(minutes=5)  # from one look at the orders to the next, for a promise whose queue is closed
VERY_LATE = timedelta(hours=2)  # past its window: an alarm


def queue_due(callback_id: str, at: datetime) -> None:
    """Queue a promise whose time has come, with the place already waited for, where its queue is led now. Outside its
    hours it moves to the next opening; while a supervisor keeps its queue closed it waits for the end of the order,
    unless it is one agent's own."""
    with transaction() as session:
        callback = callbacks.lock_due(session, callback_id, at)
        if callback is None:
            return
        hours, served = config_snapshot.current().hours, served_as(callback.department, callback.topic)
        if not opening(hours, callback.department, at, served).is_open:
            following = window(hours, callback.department, at, served)
            callback.due_from, callback.due_until = following or (at + timedelta(days=1), at + timedelta(days=2))
            return
        topic = led_to(config_snapshot.current().orders, callback.department, callback.topic)
        if topic is None and callback.for_agent is None:
            callback.due_from = at + SUSPENDED_FOR
            callback.due_until = max(callback.due_until, callback.due_from + SOON)
            return
        call = queue_promise(session, callback, topic or callback.topic, at)
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


def send_text(callback_id: str, at: datetime, words: Callable[[str, str], str]) -> None:
    """Write to a citizen who was not reached, once: the row says so before the carrier is asked. `words`: the text, of
    a language and a reference. Raises CarrierDown."""
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
    telephone().send_text(text_id, number, words(callback.language, callback.reference))
