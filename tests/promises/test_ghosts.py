"""A line that nobody here knows is hung up, though neither the carrier's answer nor its news ever came."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.actions import healing
from callcenter.errors import CarrierDown
from callcenter.phone_number import PhoneNumber
from callcenter.records.identity import new_id
from callcenter.telephone import telephone
from ivr.rehearsal.far_end import Line

DESK = "+33565000077"


def test_a_line_whose_id_was_never_told_is_hung_up(carrier: Line, afresh: Callable[[], None]) -> None:
    afresh()
    carrier.registers(DESK, "manual").faults(rest=[{"mode": "500-with-effect", "method": "POST"}])
    with pytest.raises(CarrierDown):
        telephone().ring_agent(new_id(), PhoneNumber.parse(DESK))
    rung = carrier.rung(DESK)
    healing.compare_carrier(clock.now() + timedelta(seconds=30))
    assert [call["sid"] for call in carrier.live()] == [rung.sid]  # somebody may still pick it up
    healing.compare_carrier(clock.now() + timedelta(seconds=120))
    assert carrier.live() == []
