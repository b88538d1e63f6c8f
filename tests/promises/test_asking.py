"""A question to the carrier is asked again where that does no harm, and no oftener than promised."""

import time
from collections.abc import Callable

import pytest

from callcenter import reach
from callcenter.errors import CarrierBusy, CarrierDown
from callcenter.phone_number import PhoneNumber
from callcenter.records import legs
from callcenter.records.identifiers import new_id
from callcenter.telephone import telephone
from ivr.practice.telephones import PracticeLine

DESK = "+33565000078"


@pytest.fixture
def line(carrier: PracticeLine, afresh: Callable[[], None]) -> PracticeLine:
    afresh()
    return carrier.registers(DESK, "manual").faults()


def fails(line: PracticeLine, mode: str, times: int | None) -> None:
    line.faults(rest=[{"mode": mode, "method": "POST", "times": times}])


def asked(line: PracticeLine, since: int) -> int:
    return sum(entry["kind"] == "rest" and entry["method"] == "POST" for entry in line.log(since))


def rings(line: PracticeLine) -> str:
    return telephone().ring_agent(new_id(), PhoneNumber.parse(DESK))


@pytest.mark.parametrize("mode", ["503", "429"])
@pytest.mark.parametrize(("times", "does"), [(2, True), (None, False)])
def test_what_does_no_harm_twice_is_asked_thrice_at_most(
    line: PracticeLine, mode: str, times: int | None, does: bool
) -> None:
    sid, since = rings(line), line.log_goes_on_from()
    fails(line, mode, times)
    if does:
        telephone().hang_up(sid)
        assert asked(line, since) == 3
    else:
        with pytest.raises(CarrierDown):
            telephone().hang_up(sid)
        assert asked(line, since) == 3
    line.faults()
    telephone().hang_up(sid)
    assert telephone().state_of(sid) == "ended"


def test_a_telephone_is_rung_again_only_where_the_carrier_had_not_looked(line: PracticeLine) -> None:
    since = line.log_goes_on_from()
    fails(line, "429", 2)
    sid = rings(line)
    assert ([each["sid"] for each in line.live()], asked(line, since)) == ([sid], 3)
    telephone().hang_up(sid)
    since = line.log_goes_on_from()
    fails(line, "429", None)
    with pytest.raises(CarrierBusy):
        rings(line)
    assert (line.live(), asked(line, since)) == ([], 3)
    since = line.log_goes_on_from()
    fails(line, "503", 1)
    with pytest.raises(CarrierDown) as unknown:
        rings(line)
    assert not isinstance(unknown.value, CarrierBusy)
    assert (line.live(), asked(line, since)) == ([], 1)


@pytest.mark.parametrize("mode", ["timeout", "503", "429"])
def test_whoever_asks_knows_before_the_sweep_may_ask_too(line: PracticeLine, mode: str) -> None:
    sid = rings(line)
    fails(line, mode, None)
    begun = time.monotonic()
    with pytest.raises(CarrierDown):
        telephone().hang_up(sid)
    assert time.monotonic() - begun < legs.ANSWERS.total_seconds()
    line.faults()
    telephone().hang_up(sid)


@pytest.mark.parametrize("mode", ["503", "429", "500"])
def test_what_the_carrier_fails_is_noted_by_what_was_asked_until_it_is_done(line: PracticeLine, mode: str) -> None:
    sid = rings(line)
    telephone().answers()
    assert (reach.questions.fails_for(), reach.deeds.fails_for()) == (0, 0)
    line.faults(rest=[{"mode": mode, "method": "POST", "times": None}])
    with pytest.raises(CarrierDown):
        telephone().hang_up(sid)
    telephone().answers()
    assert reach.questions.fails_for() == 0
    assert reach.deeds.fails_for() > 0
    line.faults()
    telephone().hang_up(sid)
    assert reach.deeds.fails_for() == 0


def test_a_line_that_is_no_more_is_an_answer_too(line: PracticeLine) -> None:
    telephone().answers()
    assert telephone().state_of("CA" + "f" * 32) == "unknown"
    assert reach.questions.fails_for() == 0
