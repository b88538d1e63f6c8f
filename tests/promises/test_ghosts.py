"""Lines and the carrier's news of them: what never came is learnt by asking."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.actions import callback, healing
from callcenter.db import reading
from callcenter.errors import CarrierDown
from callcenter.phone_number import PhoneNumber
from callcenter.records import callbacks
from callcenter.records.calls import Wish
from callcenter.records.identifiers import new_id
from callcenter.telephone import telephone
from ivr.practice.telephones import PracticeLine

DESK = "+33565000077"


def test_a_line_whose_id_was_never_told_is_hung_up(carrier: PracticeLine, afresh: Callable[[], None]) -> None:
    afresh()
    carrier.registers(DESK, "manual").faults(rest=[{"mode": "500-with-effect", "method": "POST"}])
    with pytest.raises(CarrierDown):
        telephone().ring_agent(new_id(), PhoneNumber.parse(DESK))
    rung = carrier.rung(DESK)
    healing.compare_carrier(clock.now() + timedelta(seconds=30))
    assert [call["sid"] for call in carrier.live()] == [rung.sid]  # somebody may still pick it up
    healing.compare_carrier(clock.now() + timedelta(seconds=120))
    assert carrier.live() == []


def test_a_line_nobody_said_was_closed_keeps_no_callback_waiting(
    carrier: PracticeLine, afresh: Callable[[], None]
) -> None:
    afresh()
    at = clock.now()
    callback.promise_to_caller(
        "CA" + "7" * 32, "+33199001234", Wish("46", "impots", "fr", relay=False), at, typed=False
    )
    soon = at + timedelta(seconds=20)

    def due() -> int:
        with reading() as session:
            return len(callbacks.due(session, soon))

    assert due() == 0  # as far as we know, she is still on the line
    healing.compare_carrier(soon)
    assert due() == 1
