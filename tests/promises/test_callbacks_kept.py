"""Callbacks kept, verb by verb, against the practice carrier: a row before each dial, an unknown answer settled by
asking, tries apart and within the citizen's hours, an agent free at once and in their rank."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callcenter import clock
from callcenter.actions import (
    agent,
    callback_due,
    citizen,
    dial,
    healing,
    pickup,
    room,
    satisfaction,
)
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.records import contacts
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.contacts import Contact
from callcenter.records.offers import Offer
from callcenter.rules.callbacks import CallbackState, DialResult
from callcenter.rules.carrier_news import LineEnd
from callcenter.rules.hearing import Hearing
from callcenter.rules.states import AgentState, CallState, PauseReason
from ivr import text_messages
from ivr.practice.telephones import PracticeLine
from tests.support.due_callback import DURAND, dialled, is_well, promised, the_attempts, the_callback
from tests.support.people import hires, the_agent, the_call
from tests.support.town import line_hours
from tests.support.voice_line import in_front_of_the_app
from workers import callbacks as worker

pytestmark = pytest.mark.usefixtures("telephones")

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("promised_at", "tries"),
    [
        ("2026-11-23 10:00", ["2026-11-23 10:31", "2026-11-23 11:02"]),
        ("2026-11-23 17:20", ["2026-11-24 08:30", "2026-11-24 09:01"]),  # not after six in the evening
        ("2026-12-24 17:25", ["2026-12-28 08:30", "2026-12-28 09:01"]),  # nor at Christmas, nor on a Saturday
    ],
)
def test_three_tries_apart_in_the_citizens_hours_then_not_reached(
    carrier: PracticeLine, karim: str, promised_at: str, tries: list[str]
) -> None:
    at = datetime.fromisoformat(promised_at).replace(tzinfo=PARIS)
    seen = []
    with time_machine.travel(at, tick=True) as now, line_hours():
        promised()
        for n, result in enumerate((LineEnd.BUSY, LineEnd.NO_ANSWER, LineEnd.HUNG_UP), 1):
            agent.beat(karim, clock.now())
            rank = the_agent(karim).free_since
            attempt = dialled(karim)
            dial.mark_ringing(attempt.id, attempt.carrier_id or "", clock.now(), answered=result == LineEnd.HUNG_UP)
            now.shift(timedelta(seconds=30))
            failed = clock.now()
            dial.end_attempt(attempt.id, result, failed)
            freed, kept = the_agent(karim), the_callback()
            assert (freed.state, freed.free_since) == (AgentState.AVAILABLE, rank)
            assert kept.attempts == n
            carrier.ask("POST", f"/calls/{attempt.carrier_id}/hangup", {})
            if n < 3:
                assert kept.state == CallbackState.PROMISED
                assert kept.due_from >= failed + timedelta(minutes=30)
                callback_due.queue_due(kept.id, kept.due_from - timedelta(seconds=1))
                assert the_callback().state == CallbackState.PROMISED
                seen.append(kept.due_from)
                now.move_to(kept.due_from)
        assert (the_callback().state, the_callback().closed_at) == (CallbackState.NOT_REACHED, failed)
        assert [each.outcome for each in the_attempts()] == ["busy", "no-answer", "unanswered"]
        for due, expected in zip(seen, tries, strict=True):
            wanted = datetime.fromisoformat(expected).replace(tzinfo=PARIS)
            assert abs(due - wanted) < timedelta(minutes=1), due.astimezone(PARIS)
        agent.beat(karim, clock.now())
        is_well()


def test_a_callback_still_queued_at_closing_time_is_promised_for_the_next_opening(karim: str) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 17, 55, tzinfo=PARIS), tick=True) as now, line_hours():
        promised()
        with transaction() as session:
            row = session.query(Callback).one()
            row.due_from = row.promised_from = clock.now() - timedelta(minutes=5)
        agent.pause(karim, PauseReason.BREAK, clock.now())
        callback_due.queue_due(the_callback().id, clock.now())
        assert the_callback().state == CallbackState.QUEUED
        now.shift(timedelta(minutes=10))
        healing.keep_callbacks(clock.now())
        kept = the_callback()
        assert kept.state == CallbackState.PROMISED
        assert kept.due_from.astimezone(PARIS).replace(tzinfo=None) == datetime(2026, 11, 24, 8, 30)
        is_well()


def test_a_promise_to_one_agent_waits_for_them_and_after_its_window_for_nobody(karim: str) -> None:
    lea = hires(2)
    agent.pause(karim, PauseReason.BREAK, clock.now())
    promised()
    with transaction() as session:
        row = session.query(Callback).one()
        row.for_agent = lea
    callback_due.queue_due(the_callback().id, clock.now())
    assert the_callback().state == CallbackState.PROMISED  # Léa is not at her post
    agent.become_available(karim, clock.now())
    agent.take_post(lea, "phone", clock.now())
    callback_due.queue_due(the_callback().id, clock.now())
    with reading() as session:
        (offer,) = session.query(Offer).all()
    assert offer.agent_id == lea


def _not_reached(karim: str) -> str:
    promised()
    with transaction() as session:
        session.query(Callback).one().attempts = settings().callback_attempts - 1
    attempt = dialled(karim)
    dial.end_attempt(attempt.id, LineEnd.NO_ANSWER, clock.now())
    return the_callback().id


def test_not_reached_is_told_by_text_once_and_only_where_texts_are_on(
    carrier: PracticeLine, karim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(carrier.messages(DURAND))
    ended = _not_reached(karim)
    assert the_callback().state == CallbackState.NOT_REACHED
    worker.text(ended)
    assert len(carrier.messages(DURAND)) == before
    monkeypatch.setenv("TEXTS", "1")
    settings.cache_clear()
    for _ in range(3):
        worker.text(ended)
    (text,) = carrier.messages(DURAND)[before:]
    assert "essayé de vous joindre" in text["body"]
    assert the_callback().reference in text["body"].replace(" ", "")
    assert "impôts" not in text["body"].lower()
    monkeypatch.undo()
    settings.cache_clear()


def test_a_relay_that_is_called_back_is_greeted_slowly_and_given_the_time(karim: str) -> None:
    promised()
    with transaction() as session:
        session.query(Callback).one().relay = True
    attempt = dialled(karim)
    assert attempt.carrier_id is not None
    with in_front_of_the_app() as voice:
        said = voice.asks(f"/voice/attempt?p={attempt.id}", CallSid=attempt.carrier_id)
        again = voice.asks(said.action, "", CallSid=attempt.carrier_id)
    for each in (said, again):
        assert 'timeout="25"' in each.text
        assert each.text.count("<prosody") == each.text.count("<Say")
    with reading() as session:
        row = session.query(Attempt).one()
        assert row.answered_at is not None
        assert row.lease_until - row.answered_at > timedelta(seconds=120)


@pytest.mark.parametrize("leaves_word", [False, True])
def test_voicemail_presses_nothing_and_is_not_reached(
    karim: str, monkeypatch: pytest.MonkeyPatch, leaves_word: bool
) -> None:
    monkeypatch.setenv("VOICEMAIL_MESSAGE", "1" if leaves_word else "0")
    settings.cache_clear()
    promised()
    attempt = dialled(karim)
    assert attempt.carrier_id is not None
    with in_front_of_the_app() as voice:
        said = voice.asks(f"/voice/attempt?p={attempt.id}", CallSid=attempt.carrier_id)
        assert "Bonjour, c'est France services" in said
        assert "tapez 1" in said
        said = voice.asks(said.action, "", CallSid=attempt.carrier_id)
        assert "tapez 1" in said
        end = voice.asks(said.action, "", CallSid=attempt.carrier_id)
        assert end.verbs[-1] == "Hangup"
        assert ("a essayé de vous joindre" in end) is leaves_word
        assert all(word not in end.text for word in ("impôts", "Durand", the_callback().reference))
        assert the_call(attempt.call_id).state == CallState.CONNECTING
        for _ in range(2):
            voice.asks(f"/voice/attempt/status?p={attempt.id}", CallSid=attempt.carrier_id, CallStatus="completed")
    (only,) = the_attempts()
    assert only.outcome == DialResult.UNANSWERED
    assert the_callback().state == CallbackState.PROMISED
    assert the_agent(karim).state == AgentState.AVAILABLE
    monkeypatch.undo()
    settings.cache_clear()


def test_who_presses_1_speaks_with_the_agent_and_is_never_dialled_again(carrier: PracticeLine, karim: str) -> None:
    promised()
    attempt = dialled(karim)
    line = attempt.carrier_id or ""
    assert dial.mark_ringing(attempt.id, line, clock.now(), answered=True) == dial.Greeted(
        "fr", Hearing.ORDINARY, asked=True
    )
    assert pickup.join(attempt.id, clock.now()) == attempt.call_id
    room.admit_citizen(attempt.call_id, clock.now())
    assert the_callback().state == CallbackState.TALKING
    citizen.hang_up(line, clock.now())
    dial.end_attempt(attempt.id, LineEnd.HUNG_UP, clock.now())
    assert (the_callback().state, the_attempts()[0].outcome) == (CallbackState.REACHED, DialResult.SPOKEN)
    worker.dial(attempt.call_id, attempt.epoch)
    callback_due.queue_due(the_callback().id, clock.now() + timedelta(days=1))
    assert len(the_attempts()) == 1
    is_well()


@pytest.mark.parametrize("refused_before", [False, True])
def test_who_was_called_back_and_said_nothing_is_asked_by_text_unless_they_ever_refused(
    carrier: PracticeLine, karim: str, monkeypatch: pytest.MonkeyPatch, refused_before: bool
) -> None:
    promised()
    if refused_before:
        with transaction() as session:
            session.query(Contact).one().asks_no_more = True
    attempt = dialled(karim)
    line = attempt.carrier_id or ""
    dial.mark_ringing(attempt.id, line, clock.now(), answered=True)
    room.admit_citizen(attempt.call_id, clock.now())
    citizen.hang_up(line, clock.now())
    dial.end_attempt(attempt.id, LineEnd.HUNG_UP, clock.now())
    before, later = len(carrier.messages(DURAND)), clock.now() + timedelta(minutes=5)
    monkeypatch.setenv("TEXTS", "1")
    settings.cache_clear()
    for contact_id in satisfaction.to_ask(later) * 2:
        satisfaction.ask_by_text(contact_id, later, text_messages.satisfaction)
    monkeypatch.undo()
    settings.cache_clear()
    texts = carrier.messages(DURAND)[before:]
    assert ["de 1 (pas du tout) à 4" in each["body"] for each in texts] == [True] * (not refused_before)
    satisfaction.record_reply(DURAND, "4 oui", later)
    with reading() as session:
        contact = contacts.get(session, the_call(attempt.call_id).contact_id)
    assert contact is not None
    assert contact.channel == "callback"
    assert (contact.satisfaction, contact.settled_said) == ((None, None) if refused_before else (4, True))
