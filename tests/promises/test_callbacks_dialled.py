"""A due callback is dialled once, whatever the carrier answers and whoever races."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.actions import (
    agent_line,
    callback,
    dial,
    healing,
)
from callcenter.db import Conflict, reading, transaction
from callcenter.records import attempts, calls, legs
from callcenter.rules.callbacks import CallbackState, DialResult
from callcenter.rules.carrier_news import LineEnd
from callcenter.rules.states import AgentState
from ivr.practice.telephones import PracticeLine
from tests.support.due_callback import (
    DURAND,
    accepted,
    dialled,
    is_well,
    lines_of,
    promised,
    the_attempts,
    the_callback,
)
from tests.support.people import the_agent, the_call
from workers import callbacks as worker

pytestmark = pytest.mark.usefixtures("telephones")


def test_the_row_stands_before_the_carrier_is_asked(carrier: PracticeLine, karim: str) -> None:
    promised()
    attempt = dialled(karim, carrier, "500")
    assert (attempt.outcome, attempt.carrier_id) == (None, None)
    assert (the_callback().state, the_callback().attempts) == (CallbackState.DIALLING, 1)
    assert lines_of(carrier) == []


def test_a_dial_that_was_never_made_does_not_count_and_frees_the_agent(carrier: PracticeLine, karim: str) -> None:
    promised()
    rank = the_agent(karim).free_since
    attempt = dialled(karim, carrier, "500")
    dial.settle_attempt(attempt.id, clock.now())
    assert the_attempts()[0].outcome is None  # it may still be on its way
    dial.settle_attempt(attempt.id, attempt.asked_at + dial.GRACE)
    assert the_attempts()[0].outcome == DialResult.NOT_DIALLED
    kept, freed = the_callback(), the_agent(karim)
    assert (kept.state, kept.attempts) == (CallbackState.PROMISED, 0)
    assert kept.due_from < attempt.asked_at + dial.GRACE + timedelta(seconds=21)
    assert (freed.state, freed.free_since) == (AgentState.AVAILABLE, rank)
    is_well()


@pytest.mark.parametrize("mode", ["500-with-effect", "timeout-with-effect"])
def test_an_unknown_answer_is_settled_by_asking_and_never_by_dialling_again(
    carrier: PracticeLine, karim: str, mode: str
) -> None:
    promised()
    attempt = dialled(karim, carrier, mode)
    assert attempt.carrier_id is None
    call = the_call(attempt.call_id)
    for _ in range(3):  # the hint again, from the sweep and from a slow broker
        worker.dial(call.id, call.epoch)
    (line,) = lines_of(carrier)
    healing.settle_dials(clock.now() + dial.ANSWERS)
    (known,) = the_attempts()
    assert known.carrier_id == line
    assert lines_of(carrier) == [line]
    dial.end_attempt(known.id, LineEnd.BUSY, clock.now())
    dial.end_attempt(known.id, LineEnd.BUSY, clock.now())
    assert the_callback().attempts == 1
    is_well()


def test_what_the_carrier_is_too_busy_for_is_asked_again(carrier: PracticeLine, karim: str) -> None:
    promised()
    assert dialled(karim, carrier, "429", times=2).carrier_id == lines_of(carrier)[0]
    assert len(lines_of(carrier)) == 1
    is_well()


def test_what_the_carrier_refuses_for_long_frees_the_agent(carrier: PracticeLine, karim: str) -> None:
    promised()
    assert dialled(karim, carrier, "429", times=None).outcome == DialResult.NOT_DIALLED
    assert the_agent(karim).state == AgentState.AVAILABLE
    assert (the_callback().state, the_callback().attempts) == (CallbackState.PROMISED, 0)
    is_well()


def test_hints_that_race_dial_once(carrier: PracticeLine, karim: str) -> None:
    promised()
    call = accepted(karim)
    with ThreadPoolExecutor(6) as many:
        for done in [many.submit(dial.dial_citizen, call.id, call.epoch, clock.now()) for _ in range(6)]:
            done.result(15)
    assert len(the_attempts()) == 1
    assert len(lines_of(carrier)) == 1
    is_well()


def test_a_worker_of_an_earlier_epoch_dials_nobody(carrier: PracticeLine, karim: str) -> None:
    promised()
    call = accepted(karim)
    dial.dial_citizen(call.id, call.epoch - 1, clock.now())
    dial.dial_citizen(call.id, call.epoch + 1, clock.now())
    dial.dial_citizen(
        call.id, call.epoch, clock.now() - dial.STALE - timedelta(seconds=1)
    )  # it slept since: the row only
    assert lines_of(carrier) == []


def test_whose_agent_has_gone_is_not_dialled(carrier: PracticeLine, karim: str) -> None:
    promised()
    call = accepted(karim)
    with reading() as session:
        leg = legs.serving(session, call.id)
    assert leg is not None
    agent_line.part_from_leg(leg.id, clock.now(), lost=True)
    worker.dial(call.id, call.epoch)
    assert the_attempts() == []
    assert lines_of(carrier) == []


def test_two_dials_to_one_number_never_overlap(carrier: PracticeLine, karim: str) -> None:
    """The first is being hung up; until that is known nobody dials again, and the agent is not kept for it."""
    promised()
    first = dialled(karim, carrier, "500")
    dial.mark_ringing(first.id, "CA" + "5" * 32, clock.now())
    callback.suspend_for_incoming_call(the_callback().number_key, clock.now())
    assert the_attempts()[0].given_up == DialResult.CALLED_US
    second = accepted(karim)
    dial.dial_citizen(second.id, second.epoch, clock.now())
    assert len(the_attempts()) == 1
    assert lines_of(carrier) == []
    with reading() as session, pytest.raises(Conflict), transaction() as writing:
        attempts.open_attempt(
            writing, the_callback(), calls.get(session, second.id) or second, clock.now(), clock.now()
        )
    healing.settle_dials(clock.now())  # the carrier knows no such line: it is over
    assert the_attempts()[0].outcome == DialResult.CALLED_US
    dial.dial_citizen(second.id, second.epoch, clock.now())
    assert len(lines_of(carrier)) == 1
    is_well()


def test_who_calls_us_while_we_dial_is_not_rung_any_more(carrier: PracticeLine, karim: str) -> None:
    promised()
    rank = the_agent(karim).free_since
    attempt = dialled(karim)
    rung = carrier.rung(DURAND)
    told = callback.recall_promise("CA" + "6" * 32, DURAND, clock.now())
    assert told is not None
    assert told.already
    rung.is_hung_up()
    freed = the_agent(karim)
    assert (freed.state, freed.free_since) == (AgentState.AVAILABLE, rank)
    dial.end_attempt(attempt.id, LineEnd.CANCELLED, clock.now())
    assert (the_callback().state, the_callback().attempts) == (CallbackState.PROMISED, 0)
    is_well()


def test_a_promise_cancelled_while_it_rings_is_hung_up(carrier: PracticeLine, karim: str) -> None:
    promised()
    dialled(karim)
    rung = carrier.rung(DURAND)
    assert callback.cancel_from_menu(DURAND, clock.now())
    rung.is_hung_up()
    assert the_agent(karim).state == AgentState.AVAILABLE
    assert the_callback().state == CallbackState.CANCELLED
