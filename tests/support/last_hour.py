"""An hour of calls for the wall."""

from datetime import timedelta

from callcenter import clock
from callcenter.db import transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls, contacts
from callcenter.records.identifiers import new_id
from callcenter.rules.states import CallState


def call(department: str, ago: float, ending: str | None, waited: float = 20.0, language: str = "fr") -> None:
    """A call that joined the queue so many seconds ago; without an ending it still waits."""
    at = clock.now() - timedelta(seconds=ago)
    with transaction() as session:
        row = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber("+33565051234"), at)
        row.queued_at, row.department, row.topic, row.arrived_at = at, department, "impots", at
        row.language = language
        contact = contacts.get(session, row.contact_id)
        assert contact is not None
        contact.department, contact.arrived_at = department, at
        row.state = CallState.ENDED if ending else CallState.WAITING
        if ending:
            row.ending, row.ended_at = ending, at + timedelta(seconds=waited + 60)
        if ending == "answered":
            row.talking_at, contact.waited = at + timedelta(seconds=waited), waited


def hour() -> None:
    for waited in (5, 30, 59, 90):
        call("46", 1000, "answered", waited)
    call("46", 900, "abandoned")
    call("46", 30, None)
    call("974", 600, "abandoned")
    call("46", 4000, "abandoned")  # more than an hour ago
