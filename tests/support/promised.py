"""Promises and hang-ups, and what became of them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
from sqlalchemy import func, select

from callcenter import clock
from callcenter.actions import callback, citizen
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import callbacks, calls, contacts
from callcenter.records.calls import Wish
from callcenter.records.identifiers import new_id
from callcenter.rules.callbacks import OPEN_STATES
from callcenter.rules.states import CallState, Ending
from tests.support.owed import owe

DURAND, MOREL = "+33565051234", "+33612345678"


THURSDAY = "2026-11-26"


def asked(number: str = DURAND, department: str = "46", topic: str = "impots", language: str = "fr") -> str:
    """Promised to somebody who telephoned."""
    line = f"CA{new_id().replace('-', '')}"
    callback.promise_to_caller(line, number, Wish(department, topic, language), clock.now(), typed=False)
    citizen.hang_up(line, clock.now())
    return open_promise(number).id


def open_promise(number: str = DURAND) -> callbacks.Callback:
    with reading() as session:
        kept = callbacks.open_for(session, PhoneNumber(number))
    assert kept is not None
    return kept


def count() -> int:
    with reading() as session:
        open_ones = select(func.count()).where(callbacks.Callback.state.in_(OPEN_STATES))
        return session.scalar(open_ones) or 0


def hung_up(number: str, department: str = "46", ending: Ending = Ending.ABANDONED) -> str:
    at = clock.now() - timedelta(minutes=20)
    with transaction() as session:
        call = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber(number), at)
        call.state, call.ending, call.department, call.topic = CallState.ENDED, ending, department, "impots"
        call.ended_at = at + timedelta(minutes=4)
        return call.id


def wraps_up(agent_id: str, number: str | None = DURAND) -> str:
    """A conversation of this agent's whose outcome is owed; its contact."""
    at = clock.now() - timedelta(minutes=5)
    with transaction() as session:
        call = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber(number) if number else None, at)
        call.state, call.agent_id, call.ending, call.ended_at = CallState.ENDED, agent_id, Ending.ANSWERED, clock.now()
        call.department, call.topic, call.talking_at = "46", "impots", at
        contact = contacts.get(session, call.contact_id)
        assert contact
        contact.agent_id = agent_id
        owe(session, contact)
        return contact.id


def local(instant: str, zone: str = "Europe/Paris") -> str:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).strftime("%a %H:%M")


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["refusal"]


def recorded_with(contact: str, **callback: object) -> dict[str, object]:
    """An outcome that is followed up by a callback, on the terms agreed."""
    entry = {"procedure": "avis-impot", "outcome": "information", "settled": False, "follow_up": "callback"}
    return {"contact_id": contact, "entries": [entry], "callback": callback}
