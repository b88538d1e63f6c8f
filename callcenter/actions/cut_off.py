"""Whether somebody was cut off, so that their agent may call them back at once."""

from datetime import datetime, timedelta

from callcenter.db import Session
from callcenter.records import callbacks, caller_history
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.contacts import Contact
from callcenter.rules.callbacks import CallbackState
from callcenter.rules.states import CallState

AT_ONCE = timedelta(hours=1)  # after the conversation; later a callback is promised


def may_call_back(session: Session, agent: Agent, contact: Contact, call: Call | None, at: datetime) -> bool:
    """Of an agent's own contact whose conversation they did not end, lately, and that nobody calls back already."""
    if call is None or contact.agent_id != agent.id or not agent.takes_calls:
        return False
    if call.state not in (CallState.WRAP_UP, CallState.ENDED) or call.talking_at is None:
        return False
    if call.ended_at is None or call.ended_at < at - AT_ONCE or not caller_history.was_cut_off(session, call):
        return False
    number = call.phone
    if number is None or not number.may_be_called_back:
        return False
    kept = callbacks.open_for(session, number)
    return kept is None or kept.state == CallbackState.PROMISED
