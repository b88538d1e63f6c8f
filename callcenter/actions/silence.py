"""Whoever cannot be served and says nothing more: kept where somebody may still answer them, else promised a callback.

Nobody asked for that one: it has a ceiling of its own, stands after all that were asked for, is dialled once, and is
written about to nobody.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callcenter import clock
from callcenter.actions import config_snapshot, shared_lines
from callcenter.actions.promising import Promise, make_promise, served_as, soonest_window, told
from callcenter.actions.release import release
from callcenter.db import Conflict, Session, reading, transaction
from callcenter.errors import DatabaseDown, NoSuchTime
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, callbacks, calls
from callcenter.records.calls import Call, Wish
from callcenter.records.moves import move
from callcenter.records.to_release import ToRelease
from callcenter.rules import endings
from callcenter.rules.callbacks import Source
from callcenter.rules.opening_hours import opening
from callcenter.rules.states import CallState
from callcenter.rules.whys import Why

HEARD_WITHIN = timedelta(seconds=2)  # they are then told that nothing could be stored, and so nothing is
BEING_ANSWERED = (CallState.OFFERED, CallState.CONNECTING, CallState.TALKING)


@dataclass(frozen=True)
class Stays:
    """They hold the line: an agent is being asked to take the call, or some agent may."""

    call_id: str


@dataclass(frozen=True)
class Hours:
    """When they may call again, local to them: open until `closes_at` (None: for good), or closed, then from `opens_at`
    on; None where nobody knows."""

    is_open: bool
    closes_at: datetime | None
    opens_at: datetime | None


def keep_way_back(
    carrier_id: str, from_: str, wish: Wish, at: datetime, *, understood: bool, slot: str = ""
) -> Stays | Promise | None:
    """The offer of a callback met silence. Who stands in a queue that is served stays in it; anybody else is promised a
    callback to the number they call from, where they were `understood` once in this call; None where nothing may be
    promised. `slot`: the first half-day of those they were offered, "" for soon. Raises DatabaseDown, BadNumber and
    TooManyCallbacks."""
    caller = PhoneNumber.of_caller(from_)
    try:
        with transaction() as session:
            arrived = calls.arrive(session, carrier_id, caller, at)
            call = calls.lock(session, arrived.id) or arrived
            if call.state in BEING_ANSWERED or _is_served(session, call, at, at_work=True):
                return Stays(call.id)
            if not understood or caller is None or not _may_be_rung(caller):
                return Stays(call.id) if _is_served(session, call, at, at_work=False) else None
            kept = callbacks.open_for(session, caller)
            already = kept is not None and kept.asked_by != call.id
            if kept is None:
                kept = make_promise(
                    session, caller, wish, Source.SILENCE, soonest_window(wish, slot, at), at,
                    call=call, asker=callbacks.key(caller),
                )  # fmt: skip
            if call.queued_at and call.state == CallState.WAITING:
                ending = endings.of_queue(call.queued_at, at)
                move(
                    session, Call, call.id, [CallState.WAITING], CallState.ENDED, at, Why.PROMISED_ON_SILENCE,
                    ending=ending,
                )  # fmt: skip
            if clock.now() > at + HEARD_WITHIN:
                raise DatabaseDown
    except NoSuchTime:
        return None
    except Conflict:  # the same number is promised one on two lines at once: the other's promise stands
        return keep_way_back(carrier_id, from_, wish, at, understood=understood, slot=slot)
    release(replace(ToRelease(), forgotten=call.id))
    return told(kept, already=already)


def call_being_answered(carrier_id: str) -> str | None:
    """The call of this line, if an agent is being asked to take it or has it. Raises DatabaseDown."""
    with reading() as session:
        call = calls.by_carrier_id(session, carrier_id)
        return call.id if call and call.state in BEING_ANSWERED else None


def hours_of(department: str, topic: str, at: datetime) -> Hours:
    """When whoever calls about this may call again."""
    hours, served = config_snapshot.current().hours, served_as(department, topic)
    found = opening(hours, department, at, served)
    if not found.is_open or found.closes_at is None:
        return Hours(found.is_open, None, found.next_opening)
    return Hours(True, found.closes_at, opening(hours, department, found.closes_at, served).next_opening)


def _is_served(session: Session, call: Call, at: datetime, *, at_work: bool) -> bool:
    """Whether a waiting call stands in a queue that is open and has an agent; with `at_work` one who is not paused."""
    if call.state != CallState.WAITING:
        return False
    if not opening(config_snapshot.current().hours, call.department, at, call.topic).is_open:
        return False
    return agents.somebody_serves(session, call.served_topic, call.language, at_work=at_work)


def _may_be_rung(caller: PhoneNumber) -> bool:
    """A relay service's number is that of many, and nobody there would know whom we seek."""
    return caller.may_be_called_back and not shared_lines.is_relay(caller)
