"""Calls that go on where another ended: the same line, a contact of the same thread."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from callcenter.records import calls, contacts, events, threads
from callcenter.records.calls import Call
from callcenter.records.identifiers import new_id
from callcenter.rules.priority import Priority
from callcenter.rules.states import CallState


def go_on(
    session: Session, ended: Call, ahead: Priority, own_until: datetime, at: datetime, why: StrEnum
) -> Call:  # fmt: skip
    """The line of a call that has its outcome waits again, as a call of its own: for the agent who spoke with them
    first, until `own_until`."""
    call_id, contact_id, number = new_id(), new_id(), ended.phone
    line, ended.carrier_id, ended.cut = ended.carrier_id, None, False
    calls.close_line(session, ended, at)
    session.flush()  # one line is of one call
    contacts.open_contact(session, contact_id, "phone", at, number)
    call = Call(
        id=call_id, carrier_id=line, channel="phone", contact_id=contact_id,
        number=calls.sealed(call_id, number) if number else None, number_key=ended.number_key,
        department=ended.department, topic=ended.topic, language=ended.language, asked_language=ended.asked_language,
        for_anybody=ended.for_anybody, relay=ended.relay, hard_of_hearing=ended.hard_of_hearing,
        state=CallState.WAITING, arrived_at=at, queued_at=at, for_agent=ended.agent_id, own_until=own_until,
        priority=ahead.seconds, reasons=list(ahead.reasons), widens_after=ended.widens_after, epoch=0, inside=False,
        warned=False, private=False, extended=False, cut=False, heard_until=at,
    )  # fmt: skip
    session.add(call)
    session.flush()
    events.note(session, at, "call", call.id, "", CallState.WAITING, why)
    calls.describe_contact(session, call, at)
    contact, earlier = contacts.get(session, contact_id), contacts.get(session, ended.contact_id)
    assert contact is not None
    assert earlier is not None
    threads.take_up(contact, earlier)
    return call
