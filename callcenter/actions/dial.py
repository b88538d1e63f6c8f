"""One dial of a promised callback: for an agent who is in the room, never ahead of one.

The attempt's row stands before the carrier is asked. What the carrier did not answer is learnt by asking it, and
nobody dials this number again until it is known.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import SystemRandom

import structlog

from callcenter import clock
from callcenter.actions import config_snapshot, live_index
from callcenter.actions.release import release
from callcenter.config import lacks, settings
from callcenter.db import Conflict, Session, later, reading, transaction
from callcenter.errors import CarrierDidNothing, CarrierDown, CarrierRefusesNumber
from callcenter.jobs import Job
from callcenter.phone_number import PhoneNumber
from callcenter.records import assignments, attempts, callbacks, calls, legs, presence
from callcenter.records.assignments import BEING_KEPT
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.moves import move
from callcenter.records.to_release import ToRelease
from callcenter.rules.callbacks import COUNTED, CallbackState, DialResult, RetryPolicy, Source, Window, next_try, window
from callcenter.rules.carrier_news import LineEnd, LineState
from callcenter.rules.hearing import Hearing
from callcenter.rules.opening_hours import opening
from callcenter.rules.priority import Reason
from callcenter.rules.state_machines import DIALLING
from callcenter.rules.states import CallState, Ending, LegState
from callcenter.rules.whys import Why
from callcenter.telephone import telephone

log = structlog.get_logger()
RINGS = timedelta(seconds=45)  # from asking the carrier to picking up: its queue, 25 s of ringing and its 5 more
LISTENS = timedelta(seconds=75)  # from picking up to the key: who calls, three times
LISTENS_TO_RELAY = timedelta(seconds=150)  # the same, for who has it typed and read
MARGIN = timedelta(seconds=15)  # a dial is settled before its connection is
ANSWERS = timedelta(seconds=9)  # the carrier tells a line's id sooner, or never
GRACE = timedelta(seconds=15)  # a line that the carrier does not know by then was never made
STALE = timedelta(seconds=4)  # a worker that slept so long since it wrote the row no longer asks
ENDINGS = {
    LineEnd.BUSY: DialResult.BUSY,
    LineEnd.NO_ANSWER: DialResult.NO_ANSWER,
    LineEnd.CANCELLED: DialResult.NO_ANSWER,
    LineEnd.FAILED: DialResult.FAILED,
    LineEnd.HUNG_UP: DialResult.UNANSWERED,
}


@dataclass(frozen=True)
class Greeted:
    """Whom we have dialled, as far as their greeting goes. `asked`: they wanted to be called back."""

    language: str
    hearing: Hearing
    asked: bool


@dataclass(frozen=True)
class Made:
    """An attempt whose row stands, and whom to dial."""

    attempt_id: str
    number: PhoneNumber


def is_wanted(call_id: str, epoch: int) -> bool:
    """Whether the hint to dial still says something: its agent waits in the room and nobody has dialled."""
    with reading() as session:
        return _is_wanted(session, calls.get(session, call_id), epoch)


def note_turn(call_id: str, epoch: int, turn: datetime) -> None:
    """The carrier dials so many a second: the agent who waits in the room is told when it may dial for them."""
    with transaction() as session:
        call = calls.lock(session, call_id)
        if call is None or not _is_wanted(session, call, epoch):
            return
        call.dial_at = turn
        agent_id = call.agent_id
    if agent_id:
        live_index.look(agent_id)


def dial_citizen(call_id: str, epoch: int, at: datetime) -> None:
    """Dial the citizen for an agent who is in the room. Only the epoch that asked counts; the row stands first."""
    try:
        with transaction() as session:
            made = _make(session, call_id, epoch, at)
            if lacks("attempt"):
                session.rollback()
    except Conflict:
        log.info("another dial to this number is live", call=call_id)
        return
    if isinstance(made, ToRelease):
        release(made)
    if not isinstance(made, Made) or clock.now() > at + STALE:
        return
    try:
        carrier_id = telephone().ring_citizen(made.attempt_id, made.number)
    except CarrierRefusesNumber:
        end_attempt(made.attempt_id, DialResult.FAILED, clock.now(), refused=True)
    except CarrierDidNothing:
        end_attempt(made.attempt_id, DialResult.NOT_DIALLED, clock.now())
    except CarrierDown:
        log.warning("whether a dial rings is not known: the carrier will be asked", attempt=made.attempt_id)
    else:
        mark_ringing(made.attempt_id, carrier_id, clock.now())


def mark_ringing(attempt_id: str, carrier_id: str, at: datetime, *, answered: bool = False) -> Greeted | None:
    """The carrier's id of an attempt, from its answer, a webhook or a search; `answered`: somebody or something picked
    up. Gives how to greet them; None, and the line is hung up, where nobody wants it any more."""
    with transaction() as session:
        held = attempts.hold(session, attempt_id)
        wanted = False
        if held:
            attempt, call = held
            ringing = is_live(attempt, call) and attempt.carrier_id in (None, carrier_id)
            attempt.carrier_id = attempt.carrier_id or carrier_id
            if ringing:
                call.carrier_id = carrier_id
            if ringing and answered and attempt.answered_at is None:
                attempt.answered_at = at
                lasts(attempt, call, at + (LISTENS_TO_RELAY if call.relay else LISTENS))
            spoken = call.talking_at is not None and attempt.carrier_id == carrier_id  # this is old news
            wanted = ringing or (spoken and not attempt.given_up)
    if held and wanted:
        call = held[1]
        return Greeted(call.language, call.hearing, asked=Reason.SILENCE not in call.reasons)
    with live_index.best_effort("hanging up a dial nobody wants"):
        telephone().hang_up(carrier_id)
    return None


def end_attempt(attempt_id: str, how: LineEnd | DialResult | None, at: datetime, *, refused: bool = False) -> None:
    """A dialled line is over. `how`: as told or known; None: unknown. Before the conversation: not reached, the
    agent is free with their rank, and the promise is tried again by the rules or ends. After it: the conversation is
    over, or the wait for another agent. `refused`: the carrier will never call this number."""
    after: ToRelease | None = None
    line: str | None = None
    with transaction() as session:
        held = attempts.hold(session, attempt_id)
        if held is None or held[0].outcome:
            return
        attempt, call = held
        result = _result(attempt, call, how)
        if is_live(attempt, call) and call.state == CallState.CONNECTING and call.talking_at is None:
            after = _not_reached(session, call, result, at, refused=refused)
        else:
            line = attempt.carrier_id  # of this call, or of one that goes on from it
        move(session, Attempt, attempt.id, [DIALLING], result, at, result)
        if result not in COUNTED:
            _uncount(session, attempt)
    if line:
        with transaction() as session:
            after = assignments.end_line(session, line, at)
    if after:
        release(after)


def settle_attempt(attempt_id: str, at: datetime) -> None:
    """What became of a dial, learnt from the carrier and never by dialling again. Raises CarrierDown."""
    with reading() as session:
        attempt = attempts.get(session, attempt_id)
        if attempt is None or attempt.outcome:
            return
        call = calls.get(session, attempt.call_id)
        assert call is not None
    line = attempt.carrier_id or _found(attempt, call)
    if line is None:
        if at >= attempt.asked_at + GRACE:
            end_attempt(attempt_id, DialResult.NOT_DIALLED, at)
        return
    if attempt.carrier_id is None:
        mark_ringing(attempt_id, line, at)
    if telephone().state_of(line) == LineState.LIVE:
        if attempt.given_up is None and (call.talking_at or at < attempt.lease_until):
            _goes_on(attempt_id, at)
            return
        telephone().hang_up(line)
    end_attempt(attempt_id, None, at)


def release_undialled(call_id: str, at: datetime) -> bool:
    """An agent waited in the room for a dial that nobody made in time: they are free with their rank, and the promise
    is put off a little. False where that is not what happened."""
    with transaction() as session:
        call = calls.lock(session, call_id)
        if call is None or call.callback_id is None or call.state != CallState.CONNECTING or call.talking_at:
            return False
        if call.lease_until is None or call.lease_until > at:
            return False
        leg = legs.serving(session, call_id)
        if leg is None or leg.state != LegState.JOINED:
            return False
        why = DialResult.NOT_DIALLED
        after = assignments.put_off_promise(session, call.callback_id, why, Why.NOBODY_DIALLED, at, _soon(at))
    if after:
        release(after)
    return after is not None


def is_live(attempt: Attempt, call: Call) -> bool:
    """Whether the line of an attempt is still that of its call."""
    if attempt.outcome or attempt.given_up or call.callback_id != attempt.callback_id:
        return False
    return call.state in (CallState.CONNECTING, CallState.TALKING) and (
        call.epoch == attempt.epoch or call.carrier_id == attempt.carrier_id
    )


def lasts(attempt: Attempt, call: Call, until: datetime) -> None:
    """How long a dial that has not come to a conversation may go on; its call's connection a little longer."""
    attempt.lease_until = until
    if call.state == CallState.CONNECTING:
        call.lease_until = until + MARGIN


def _make(session: Session, call_id: str, epoch: int, at: datetime) -> Made | ToRelease | None:
    """The row of a dial; or the promise put off, because they telephone us or their line's day is over."""
    call = calls.get(session, call_id)
    if call is None or call.number_key is None:
        return None
    callbacks.hold_number(session, call.number_key)
    call = calls.lock(session, call_id)
    if call is None or call.callback_id is None or not _is_wanted(session, call, epoch):
        return None
    if presence.is_on_the_line(session, call.number_key or b"", at):
        return assignments.put_off_promise(session, call.callback_id, DialResult.CALLED_US, Why.THEY_TELEPHONE_US, at)
    hours = config_snapshot.current().hours
    if not opening(hours, call.department, at).is_open:
        return assignments.put_off_promise(
            session,
            call.callback_id,
            DialResult.NOT_DIALLED,
            Why.THEIR_DAY_IS_OVER,
            at,
            window(hours, call.department, at, call.topic),
        )
    callback = move(
        session, Callback, call.callback_id, (CallbackState.QUEUED,), CallbackState.DIALLING, at, Why.DIALLED,
        who=call.agent_id,
    )  # fmt: skip
    number = callback.phone if callback else None
    if callback is None or number is None:
        return None
    callback.attempts += 1
    attempt = attempts.open_attempt(session, callback, call, at, at + RINGS)
    lasts(attempt, call, at + RINGS)
    return Made(attempt.id, number)


def _is_wanted(session: Session, call: Call | None, epoch: int) -> bool:
    if call is None or call.state != CallState.CONNECTING or call.epoch != epoch or call.callback_id is None:
        return False
    leg = legs.serving(session, call.id)
    return leg is not None and leg.state == LegState.JOINED and not attempts.is_dialled(session, call.id, epoch)


def _goes_on(attempt_id: str, at: datetime) -> None:
    with transaction() as session:
        held = attempts.hold(session, attempt_id)
        if held and held[1].talking_at and held[0].lease_until < at:
            held[0].lease_until = at + LISTENS


def _found(attempt: Attempt, call: Call) -> str | None:
    """The line that the carrier opened for an attempt without our hearing of it; never one that another has."""
    number = call.phone
    assert number is not None
    lines = [line.carrier_id for line in telephone().lines_to(number, attempt.asked_at)]
    with reading() as session:
        taken = attempts.owned(session, lines)
    return next((line for line in lines if line not in taken), None)


def _result(attempt: Attempt, call: Call, how: LineEnd | DialResult | None) -> DialResult:
    if attempt.given_up:
        return DialResult(attempt.given_up)
    if call.talking_at:
        return DialResult.SPOKEN
    if call.epoch != attempt.epoch:
        return DialResult.AGENT_LEFT
    if isinstance(how, LineEnd):
        return ENDINGS[how]
    if how:
        return how
    return DialResult.UNANSWERED if attempt.answered_at else DialResult.NO_ANSWER


def _not_reached(session: Session, call: Call, result: DialResult, at: datetime, *, refused: bool) -> ToRelease:
    """A dial did not reach anybody: its call ends, its agent is free, its promise goes on or ends."""
    assert call.callback_id is not None
    callback = callbacks.get(session, call.callback_id)
    assert callback is not None
    own = settings()
    policy = RetryPolicy(own.callback_attempts, timedelta(seconds=own.callback_apart)).of(callback.source)
    if at < callback.due_from:  # its agent began early: what was promised stands
        again: Window | None = (callback.due_from, callback.due_until)
    elif result == DialResult.NOT_DIALLED:
        again = _soon(at)
    else:
        again = next_try(
            config_snapshot.current().hours, callback.department, callback.attempts, at, policy, call.topic
        )
    after = assignments.release_agent(session, call, at, Why.THE_CITIZEN_WAS_NOT_REACHED)
    move(session, Call, call.id, [CallState.CONNECTING], CallState.ENDED, at, result, ending=Ending.NOT_REACHED)
    if refused:
        move(session, Callback, callback.id, BEING_KEPT, CallbackState.REFUSED, at, Why.THE_CARRIER_REFUSES_THE_NUMBER)
    elif again:
        move(session, Callback, callback.id, BEING_KEPT, CallbackState.PROMISED, at, result)
        callback.due_from, callback.due_until = again
    else:
        move(session, Callback, callback.id, BEING_KEPT, CallbackState.NOT_REACHED, at, result)
        if own.texts and callback.source != Source.SILENCE and callback.phone and callback.phone.takes_texts:
            later(session, Job.TEXT, callback_id=callback.id)
    return replace(after, forgotten=call.id)


def _uncount(session: Session, attempt: Attempt) -> None:
    """Only a telephone that rang counts as an attempt."""
    callback: Callback | None = callbacks.lock(session, attempt.callback_id)
    if callback:
        callback.attempts = max(callback.attempts - 1, 0)


def _soon(at: datetime) -> Window:
    """A moment later, not the same one for everybody."""
    wait = timedelta(seconds=10 + SystemRandom().uniform(0, 10))
    return at + wait, at + wait + timedelta(hours=1)
