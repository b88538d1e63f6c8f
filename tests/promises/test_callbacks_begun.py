"""Callbacks that an agent begins by themselves: the same rows, rules, budget and record as when their time has come."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text

from callcenter import clock
from callcenter.actions import (
    agent,
    callback_due,
    callback_now,
    citizen,
    conversation,
    dial,
    healing,
    offer_answers,
    outcome_form,
    room,
)
from callcenter.actions.callback_now import LineClosedThere, TheyTelephoneUs
from callcenter.db import reading, transaction
from callcenter.errors import (
    AlreadyPromised,
    AlreadyTaken,
    BadNumber,
    NoDeskPhone,
    NotFound,
    NotPossibleNow,
    OutcomeOwed,
    Refusal,
)
from callcenter.phone_number import PhoneNumber
from callcenter.records import assignments, calls, contacts, legs, offers, threads
from callcenter.records.callbacks import Callback
from callcenter.records.contacts import WrapUpEntry
from callcenter.rules.callbacks import CallbackState, DialResult, Source
from callcenter.rules.carrier_news import LineEnd
from callcenter.rules.states import AgentState, CallState, Due, Ending, Outcome, PauseReason
from ivr.practice.telephones import PracticeLine
from tests.support.conversation import ends, speaks
from tests.support.due_callback import DURAND, is_well, lines_of, promised, the_attempts, the_callback
from tests.support.people import WISH, hires, the_agent, the_call
from tests.support.town import line_hours

TAXES = WrapUpEntry("dgfip", "declaration-revenus", Outcome.ACCOMPANIMENT, settled=True)


@pytest.fixture(autouse=True)
def telephones(carrier: PracticeLine, database: object, live: object) -> Iterator[PracticeLine]:
    """Nobody answers by themselves."""
    carrier.registers("default", "manual").faults()
    yield carrier
    for open_ in carrier.live():
        carrier.ask("POST", f"/calls/{open_['sid']}/hangup", {})


@pytest.fixture
def karim() -> str:
    karim = hires(1)
    agent.take_post(karim, "phone", clock.now())
    return karim


def later(by: timedelta = timedelta(hours=3)) -> None:
    """What is promised is for later."""
    with transaction() as session:
        kept = session.query(Callback).one()
        kept.promised_from = kept.due_from = kept.due_from + by
        kept.promised_until = kept.due_until = kept.due_until + by


def comes_in(agent_id: str) -> calls.Call:
    """Their telephone is in the room of the call that they began."""
    call = the_call(str(the_agent(agent_id).call_id))
    with reading() as session:
        leg = legs.serving(session, call.id)
    assert leg is not None
    room.admit_leg(leg.id, leg.carrier_id or f"CA{leg.id}", clock.now())
    return the_call(call.id)


def talks(agent_id: str) -> calls.Call:
    """And the citizen has pressed 1."""
    call = comes_in(agent_id)
    dial.dial_citizen(call.id, call.epoch, clock.now())
    with transaction() as session:
        held, leg = calls.lock(session, call.id), legs.serving(session, call.id)
        assert held is not None
        assert leg is not None
        assignments.begin_conversation(session, held, leg, clock.now())
    return the_call(call.id)


def test_a_promise_is_begun_early_and_dialled_once_its_agent_is_in_the_room(carrier: PracticeLine, karim: str) -> None:
    promised()
    later()
    callback_now.start(karim, the_callback().id, clock.now())
    assert (the_callback().state, the_agent(karim).state) == (CallbackState.QUEUED, AgentState.CONNECTING)
    assert lines_of(carrier) == []  # the row first, and nobody is dialled ahead of an agent
    assert the_attempts() == []
    call = comes_in(karim)
    dial.dial_citizen(call.id, call.epoch, clock.now())
    dial.dial_citizen(call.id, call.epoch, clock.now())
    (attempt,) = the_attempts()
    assert lines_of(carrier) == [attempt.carrier_id]
    assert (the_callback().state, the_callback().attempts) == (CallbackState.DIALLING, 1)
    is_well()


def test_whoever_is_not_reached_early_is_called_when_it_was_promised(carrier: PracticeLine, karim: str) -> None:
    promised()
    later()
    said = the_callback().promised_from
    callback_now.start(karim, the_callback().id, clock.now())
    call = comes_in(karim)
    dial.dial_citizen(call.id, call.epoch, clock.now())
    dial.end_attempt(the_attempts()[0].id, LineEnd.NO_ANSWER, clock.now())
    kept = the_callback()
    assert (kept.state, kept.attempts, kept.due_from) == (CallbackState.PROMISED, 1, said)
    assert the_agent(karim).state == AgentState.AVAILABLE
    is_well()


def test_the_last_attempt_is_not_spent_before_the_time_promised(carrier: PracticeLine, karim: str) -> None:
    promised()
    later()
    with transaction() as session:
        session.query(Callback).one().attempts = 9
    callback_now.start(karim, the_callback().id, clock.now())
    call = comes_in(karim)
    dial.dial_citizen(call.id, call.epoch, clock.now())
    dial.end_attempt(the_attempts()[0].id, LineEnd.NO_ANSWER, clock.now())
    assert the_callback().state == CallbackState.PROMISED


def test_an_agent_whose_own_telephone_does_not_answer_leaves_an_early_promise_to_its_time(karim: str) -> None:
    promised()
    later()
    due = the_callback().due_from
    callback_now.start(karim, the_callback().id, clock.now())
    with reading() as session:
        leg = legs.serving(session, str(the_agent(karim).call_id))
    assert leg is not None
    room.mark_leg_ringing(leg.id, "CA" + "7" * 32, clock.now())
    room.end_leg_line(leg.id, "CA" + "7" * 32, LineEnd.NO_ANSWER, clock.now())
    assert (the_callback().state, the_callback().due_from) == (CallbackState.PROMISED, due)
    assert the_agent(karim).pause_reason == PauseReason.NO_ANSWER
    is_well()


def test_a_promise_that_waits_in_the_queue_already_is_begun_and_no_colleague_gets_it(karim: str) -> None:
    sarah = hires(2)
    promised()
    agent.pause(karim, PauseReason.LUNCH, clock.now())
    callback_due.queue_due(the_callback().id, clock.now())
    assert the_callback().state == CallbackState.QUEUED
    callback_now.start(karim, the_callback().id, clock.now())
    agent.take_post(sarah, "phone", clock.now())
    assert the_agent(sarah).state == AgentState.AVAILABLE
    with pytest.raises(AlreadyTaken):
        callback_now.start(sarah, the_callback().id, clock.now())
    assert the_agent(karim).next_state == AgentState.PAUSE  # who paused to call back pauses again
    assert the_agent(karim).next_reason == PauseReason.LUNCH
    is_well()


def test_nobody_begins_what_is_not_theirs_or_while_they_may_not(karim: str) -> None:
    promised()
    other = hires(3, topics=("sante",))
    agent.take_post(other, "phone", clock.now())
    callback_id = the_callback().id

    def refused(who: str, why: type[Refusal]) -> None:
        with pytest.raises(why):
            callback_now.start(who, callback_id, clock.now())
        assert the_callback().state == CallbackState.PROMISED

    refused(other, NotFound)
    agent.leave_post(karim, clock.now())
    refused(karim, NotPossibleNow)
    agent.take_post(karim, "phone", clock.now())
    with transaction() as session:
        session.execute(text("update agents set desk_phone = null where id = :id"), {"id": karim})
    refused(karim, NoDeskPhone)
    is_well()


def test_whoever_telephones_us_is_not_dialled_and_neither_is_whose_line_is_closed(karim: str) -> None:
    promised()
    with time_machine.travel(datetime(2026, 11, 22, 12, 0, tzinfo=UTC)), line_hours(), pytest.raises(LineClosedThere):
        callback_now.start(karim, the_callback().id, clock.now())
    with transaction() as session:
        calls.arrive(session, "CA" + "3" * 32, the_callback().phone, clock.now())
    with pytest.raises(TheyTelephoneUs):
        callback_now.start(karim, the_callback().id, clock.now())
    assert the_callback().state == CallbackState.PROMISED


def _breaks_off(karim: str, line: str = "CA" + "4" * 32) -> calls.Call:
    """A conversation that its agent did not end."""
    call_id = _goes_on(karim, line, DURAND)
    citizen.hang_up(line, clock.now())
    return the_call(call_id)


def _goes_on(karim: str, line: str, number: str) -> str:
    waits = citizen.join_queue(line, number, WISH, clock.now())
    assert isinstance(waits, citizen.Waits)
    with reading() as session:
        offer = offers.open_of_agent(session, karim)
    assert offer is not None
    leg = offer_answers.accept_offer(karim, offer.id, clock.now())
    assert leg is not None
    room.admit_leg(leg.id, f"CA{leg.id[:30]}", clock.now())
    with transaction() as session:
        call, own = calls.lock(session, waits.call_id), legs.get(session, leg.id)
        assert call is not None
        assert own is not None
        assignments.begin_conversation(session, call, own, clock.now())
    return waits.call_id


def test_who_was_cut_off_is_called_back_at_once_and_both_contacts_are_recorded(
    carrier: PracticeLine, karim: str
) -> None:
    cut = _breaks_off(karim)
    assert the_agent(karim).state == AgentState.WRAP_UP
    told = callback_now.call_back(karim, cut.contact_id, clock.now())
    kept = the_callback()
    assert (kept.source, kept.for_agent, kept.state) == (Source.CUT_OFF, karim, CallbackState.QUEUED)
    with reading() as session:
        asked = contacts.get(session, cut.contact_id)
        assert asked is not None
        assert (asked.due, told.reference) == (Due.OWED, asked.reference)
    call = talks(karim)
    with reading() as session:
        contact = contacts.get(session, call.contact_id)
        assert contact is not None
        assert contact.continues == cut.contact_id
        assert threads.reference(session, contact) == told.reference
    conversation.hang_up(karim, clock.now())
    outcome_form.record_outcome(karim, call.contact_id, [TAXES], clock.now())
    assert (the_agent(karim).state, the_agent(karim).pause_reason) == (AgentState.PAUSE, PauseReason.OUTCOME_OWED)
    outcome_form.record_outcome(karim, cut.contact_id, [TAXES], clock.now())
    assert the_agent(karim).state == AgentState.AVAILABLE
    assert the_callback().state == CallbackState.REACHED
    assert the_call(cut.id).ending == Ending.ANSWERED
    is_well()


def test_a_conversation_that_its_agent_ended_was_not_cut_off(karim: str) -> None:
    cut = _breaks_off(karim)
    with transaction() as session:
        session.execute(
            text("update calls set ended_at = ended_at - interval '2 hours' where id = :id"), {"id": cut.id}
        )
    with pytest.raises(NotPossibleNow):
        callback_now.call_back(karim, cut.contact_id, clock.now())
    other = hires(2)
    with pytest.raises(NotFound):
        callback_now.call_back(other, cut.contact_id, clock.now())
    outcome_form.record_outcome(karim, cut.contact_id, [TAXES], clock.now())
    ended = _ends(karim)
    with pytest.raises(NotPossibleNow):
        callback_now.call_back(karim, ended, clock.now())


def _ends(karim: str) -> str:
    call_id = speaks(karim, "CA" + "8" * 32, "+33612340000", clock.now())
    ends(karim, call_id, clock.now())
    return the_call(call_id).contact_id


def _over(karim: str) -> str:
    """A conversation that its agent ended, and whose citizen has gone; its contact."""
    line = "CA" + "8" * 32
    call_id = _goes_on(karim, line, "+33612340000")
    conversation.hang_up(karim, clock.now())
    citizen.hang_up(line, clock.now())
    return the_call(call_id).contact_id


def test_an_agent_telephones_the_person_of_a_contact_they_are_to_record(carrier: PracticeLine, karim: str) -> None:
    contact_id = _over(karim)
    told = callback_now.call_out(karim, contact_id, clock.now())
    kept = the_callback()
    assert (kept.source, kept.for_agent, kept.state) == (Source.AGENT, karim, CallbackState.QUEUED)
    assert [each for each in carrier.live() if each["number"] == "+33612340000"] == []  # an agent first
    call = talks(karim)
    assert len(the_attempts()) == 1
    conversation.hang_up(karim, clock.now())
    outcome_form.record_outcome(karim, call.contact_id, [TAXES], clock.now())
    outcome_form.record_outcome(karim, contact_id, [TAXES], clock.now())
    with reading() as session:
        contact = contacts.get(session, call.contact_id)
        assert contact is not None
        assert (contact.continues, threads.reference(session, contact)) == (contact_id, told.reference)
    assert (the_callback().state, the_agent(karim).state) == (CallbackState.REACHED, AgentState.AVAILABLE)
    is_well()


def test_or_a_number_that_the_person_gave_by_the_same_rules(karim: str) -> None:
    contact_id = _over(karim)
    for written in ("0899701234", "3114", "15", "+4930123456", "abc"):
        with pytest.raises(BadNumber):
            callback_now.call_out(karim, contact_id, clock.now(), written)
    healing.expire_wrap_up(str(the_agent(karim).call_id), clock.now() + timedelta(hours=1))
    assert the_agent(karim).pause_reason == PauseReason.OUTCOME_OWED
    callback_now.call_out(karim, contact_id, clock.now(), "05 65 05 99 99")
    assert the_callback().phone == PhoneNumber("+33565059999")
    assert the_agent(karim).state == AgentState.CONNECTING
    is_well()


def test_nobody_is_called_out_of_a_contact_that_is_not_theirs_to_record(karim: str) -> None:
    promised()
    with transaction() as session:
        session.query(Callback).one().for_agent = hires(4)
        session.query(Callback).one().topic = "sante"
    contact_id = _over(karim)
    other = hires(2)
    with pytest.raises(NotFound):
        callback_now.call_out(other, contact_id, clock.now())
    with pytest.raises(AlreadyPromised):  # to somebody else's care
        callback_now.call_out(karim, contact_id, clock.now(), DURAND)
    outcome_form.record_outcome(karim, contact_id, [TAXES], clock.now())
    with pytest.raises(NotPossibleNow):
        callback_now.call_out(karim, contact_id, clock.now())
    speaks(karim, "CA" + "9" * 32, "+33612340001", clock.now())
    talking = the_call(str(the_agent(karim).call_id)).contact_id
    with pytest.raises(NotPossibleNow):
        callback_now.call_out(karim, talking, clock.now())


def test_who_owes_another_outcome_records_it_first(karim: str) -> None:
    first = _breaks_off(karim)
    healing.expire_wrap_up(first.id, clock.now() + timedelta(hours=1))
    promised("CA" + "7" * 32)
    with pytest.raises(OutcomeOwed):
        callback_now.start(karim, the_callback().id, clock.now())


def test_a_person_who_telephones_again_meanwhile_needs_to_be_called_back_no_more(karim: str) -> None:
    cut = _breaks_off(karim)
    callback_now.call_back(karim, cut.contact_id, clock.now())
    call = comes_in(karim)
    dial.dial_citizen(call.id, call.epoch, clock.now())
    dial.end_attempt(the_attempts()[0].id, LineEnd.BUSY, clock.now())
    assert the_callback().state == CallbackState.PROMISED
    assert the_attempts()[0].outcome == DialResult.BUSY
    outcome_form.record_outcome(karim, cut.contact_id, [TAXES], clock.now())
    assert _breaks_off(karim, "CA" + "2" * 32).state == CallState.WRAP_UP
    assert the_callback().state == CallbackState.CANCELLED
