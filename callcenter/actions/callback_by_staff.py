"""Callbacks that staff promise and cancel: after a call, to a number, to those who hung up unheard."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from callcenter.actions.promising import exact_window, make_promise, soonest_window, wish_of
from callcenter.actions.release import release
from callcenter.db import Conflict, Session, transaction
from callcenter.errors import (
    AlreadyPromised,
    BadNumber,
    NotAllowed,
    NotFound,
    NotPossibleNow,
    Refusal,
)
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, assignments, callbacks, calls, sessions
from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Wish
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.callbacks import CallbackState, Source
from callcenter.rules.states import CallState
from callcenter.rules.whys import Why

log = structlog.get_logger()
UNHEARD_FOR = timedelta(hours=48)  # how long back a supervisor may promise to call those who hung up


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
                when = exact_window(wish, slot, at) if slot else soonest_window(wish, "", at)
                kept = make_promise(session, number, wish, Source.API, when, at, by=staff.id, for_agent=for_agent)
            callbacks.ask_for(session, kept, Source.API, at, staff.id)
            sessions.audit(session, staff.id, AuditedAct.PROMISED_A_CALLBACK, "callback", kept.id, at)
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
        sessions.audit(session, staff.id, AuditedAct.CANCELLED_A_CALLBACK, "callback", callback_id, at)
    release(after)


def note_printed(overseer: Agent, promises: int, at: datetime) -> None:
    """Every open promise of theirs is printed with its full number."""
    with transaction() as session:
        sessions.audit(session, overseer.id, AuditedAct.PRINTED_THE_CALLBACKS, "callback", str(promises), at)


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
            wish = wish_of(call)
            when = exact_window(wish, slot, at) if slot else soonest_window(wish, "", at)
            kept = _open_and_theirs(session, staff, call.phone) or make_promise(
                session, call.phone, wish, Source.SUPERVISOR, when, at, call=call, by=staff.id
            )
            callbacks.ask_for(session, kept, Source.SUPERVISOR, at, staff.id)
            sessions.audit(session, staff.id, AuditedAct.PROMISED_A_CALLBACK, "callback", kept.id, at)
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
