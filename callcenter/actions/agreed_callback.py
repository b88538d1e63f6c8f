"""The callback that an agent agrees on with the person of a contact: made in the act that records it, or not at all."""

from dataclasses import dataclass
from datetime import datetime

from callcenter.actions.promising import Promise, exact_window, make_promise, told, wish_of
from callcenter.db import Session
from callcenter.errors import BadNumber, NotPossibleNow
from callcenter.records import callbacks, calls
from callcenter.rules.callbacks import CallbackState, Source


@dataclass(frozen=True)
class Agreed:
    """`slot`: a half-day (`rules.callbacks`), or empty for the promise that is open to them already; `mine`: with this
    agent, not with whoever is free."""

    slot: str
    mine: bool


def promise_to_person(session: Session, agent_id: str, call: calls.Call, agreed: Agreed, at: datetime) -> Promise:
    """The promise to the person of this call; one that is open to them stands. Raises BadNumber, NoSuchTime,
    NotPossibleNow, TooManyCallbacks; Conflict when another asked for the same number at the same moment."""
    number = call.phone
    if number is None or not number.may_be_called_back:
        raise BadNumber
    kept = callbacks.open_for(session, number)
    if kept is not None and kept.state == CallbackState.TALKING:
        raise NotPossibleNow  # the promise that is being kept ends with this conversation
    if kept is not None:
        callbacks.ask_for(session, kept, Source.AGENT, at, agent_id)
        return told(kept, already=True)
    wish = wish_of(call)
    made = make_promise(
        session, number, wish, Source.AGENT, exact_window(wish, agreed.slot, at), at,
        call=call, by=agent_id, for_agent=agent_id if agreed.mine else None, waits=False,
    )  # fmt: skip
    return told(made, already=False)
