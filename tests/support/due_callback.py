"""A callback that is due, accepted by an agent and dialled."""

from callcenter import clock
from callcenter.actions import (
    callback,
    callback_due,
    citizen,
    dial,
    offer_answers,
    promise_check,
    room,
)
from callcenter.db import reading
from callcenter.records import offers
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from ivr.practice.telephones import PracticeLine
from tests.support.people import WISH, number_of, the_call

DURAND = number_of(7)


CALLS = "/Calls.json"


def promised(line: str = "CA" + "7" * 32) -> str:
    callback.promise_to_caller(line, DURAND, WISH, clock.now(), typed=False)
    citizen.hang_up(line, clock.now())
    return the_callback().id


def the_callback() -> Callback:
    with reading() as session:
        return session.query(Callback).order_by(Callback.promised_at.desc()).limit(1).one()


def the_attempts() -> list[Attempt]:
    with reading() as session:
        return session.query(Attempt).order_by(Attempt.asked_at).all()


def accepted(karim: str) -> Call:
    """The callback is due, offered and accepted, and its agent is in the room."""
    callback_due.queue_due(the_callback().id, clock.now())
    with reading() as session:
        offer = offers.open_of_agent(session, karim)
    assert offer is not None
    leg = offer_answers.accept_offer(karim, offer.id, clock.now())
    assert leg is not None
    room.admit_leg(leg.id, leg.carrier_id or f"CA{leg.id}", clock.now())
    return the_call(offer.call_id)


def dialled(karim: str, carrier: PracticeLine | None = None, mode: str = "", times: int | None = 1) -> Attempt:
    """And the citizen's telephone rings; or the carrier answers with a fault, so many times (None: always)."""
    call = accepted(karim)
    if carrier:
        carrier.faults(rest=[{"mode": mode, "method": "POST", "path": CALLS, "times": times, "seconds": 6}])
    dial.dial_citizen(call.id, call.epoch, clock.now())
    return the_attempts()[-1]


def lines_of(carrier: PracticeLine) -> list[str]:
    return [each["sid"] for each in carrier.live() if each["number"] == DURAND]


def is_well() -> None:
    assert promise_check.check(clock.now(), ask_carrier=False).breaches == []
