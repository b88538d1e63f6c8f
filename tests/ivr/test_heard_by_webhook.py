"""What the carrier heard, on the real stores: words lead where keys do, are kept nowhere, and a confirmed department is
offered the next time."""

import pytest
from fastapi import FastAPI

from callcenter.actions import callback_due, config_snapshot
from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.records import calls, rollout
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.rules.states import CallState
from ivr.webhook import Voice
from tests.support.town import settle
from tests.support.voice_line import CALL, Carrier


def _call(line: str = CALL) -> Call:
    with reading() as session:
        call = calls.by_carrier_id(session, line)
    assert call is not None
    return call


def test_a_whole_call_by_voice(carrier: Carrier, agent: str, capfd: pytest.CaptureFixture[str]) -> None:
    confirm = carrier.asks(carrier.asks("/voice/incoming").action, SpeechResult="Quarante-six mille.", Confidence="0.9")
    assert "le Lot" in confirm
    topics = carrier.asks(confirm.action, SpeechResult="oui")
    assert "46000" not in topics.text
    held = carrier.asks(topics.action, SpeechResult="je n'arrive pas à payer mes impôts")
    assert held.verbs == ["Say", "Enqueue", "Redirect"]
    call = _call()
    assert (call.state, call.department, call.topic) == (CallState.WAITING, "46", "impots")
    told = capfd.readouterr()
    assert "payer mes" not in told.out + told.err + held.text


def test_what_is_not_understood_twice_goes_to_a_person(carrier: Carrier, agent: str) -> None:
    again = carrier.asks("/voice/heard?s=topic&d=46", SpeechResult="abracadabra")
    assert "pas compris" in again
    assert carrier.asks(again.action, SpeechResult="abracadabra").verbs == ["Say", "Enqueue", "Redirect"]
    assert (_call().topic, _call().department) == ("autre", "46")


def test_a_department_confirmed_before_is_offered_and_not_taken_for_granted(carrier: Carrier, agent: str) -> None:
    carrier.asks("/voice/heard?s=confirm&d=46", "1")
    carrier.asks("/voice/heard?s=topic&d=46", "3")
    later = "CA" + "8" * 32
    welcome = carrier.asks("/voice/incoming", CallSid=later)
    assert "Si vous appelez pour le Lot, tapez 1" in welcome
    elsewhere = carrier.asks(welcome.action, "31000", CallSid=later)
    assert "la Haute-Garonne" in elsewhere
    assert "Lot" not in carrier.asks("/voice/incoming", CallSid="CA" + "9" * 32, From="+33565999999")
    assert "Lot" not in carrier.asks("/voice/incoming", CallSid="CA" + "6" * 32, From="anonymous")


def test_an_emergency_message_comes_before_the_welcome(carrier: Carrier) -> None:
    with transaction() as session:
        rollout.say(session, "N", {"fr": "Inondations : appelez le 112."}, now())
    config_snapshot.refresh()
    welcome = carrier.asks("/voice/incoming")
    assert welcome.text.index("Inondations") < welcome.text.index("Bonjour")
    with transaction() as session:
        rollout.say(session, "N", {}, now())
    config_snapshot.refresh()


def _looks(carrier: Carrier) -> None:
    """As the background does every second: who speaks what."""
    app = carrier.client.app
    assert isinstance(app, FastAPI)
    voice: Voice = app.state.voice
    voice.languages.look()


def test_english_is_offered_as_a_callback_while_nobody_on_duty_speaks_it(carrier: Carrier, agent: str) -> None:
    settle("lea", "12", languages=("fr", "en"))
    _looks(carrier)
    assert "called back by an adviser who speaks English" in carrier.asks("/voice/incoming")
    chosen = carrier.asks("/voice/heard?s=topic&l=en&d=46", "3")
    assert "No adviser is on the line" in chosen
    assert "none of our advisers" not in chosen
    slots = carrier.asks(chosen.action, "1")
    assert "We will call you back" in carrier.asks(slots.action, "1")
    with reading() as session:
        (promised,) = session.query(Callback).all()
    assert promised.language == "en"


def test_where_nobody_of_ours_speaks_english_the_caller_is_told_and_answered_in_french(
    carrier: Carrier, agent: str
) -> None:
    settle("ines", "46", languages=("fr", "en"), role="auditor")  # takes no calls
    _looks(carrier)
    welcome = carrier.asks("/voice/incoming")
    assert "called back by an adviser who speaks English" not in welcome
    assert "Our advisers will answer you in French" in welcome
    held = carrier.asks("/voice/heard?s=topic&l=en&d=46", "3")
    assert "none of our advisers speaks your language" in held
    assert "Enqueue" in held.verbs
    assert (_call().state, _call().language, _call().asked_language) == (CallState.WAITING, "fr", "en")
    assert "You are the next person" in carrier.asks(held.address("Enqueue", "waitUrl"))


def test_where_nobody_speaks_english_of_this_matter_the_caller_is_answered_in_french(
    carrier: Carrier, agent: str
) -> None:
    settle("lea", "12", ["sante"], languages=("fr", "en"))
    held = carrier.asks("/voice/heard?s=topic&l=en&d=46", "3")
    assert "For this matter, none of our advisers speaks your language" in held
    assert (_call().state, _call().language) == (CallState.WAITING, "fr")


def test_a_callback_in_a_language_that_nobody_speaks_is_kept_in_french(carrier: Carrier, database: object) -> None:
    """Promised while somebody spoke it, or before anybody looked: the promise is kept all the same."""
    settle("karim", "46", ["impots"])
    away = carrier.asks("/voice/heard?s=topic&l=en&d=46", "3")
    assert "none of our advisers speaks your language" in away
    assert "No adviser is on the line" in away
    slots = carrier.asks(away.action, "1")
    carrier.asks(slots.action, "1")
    carrier.asks("/voice/status", CallStatus="completed")
    with reading() as session:
        (promised,) = session.query(Callback).all()
    callback_due.queue_due(promised.id, now())
    with reading() as session:
        (queued,) = calls.waiting(session)
    assert (promised.language, queued.queues[0]) == ("en", "46:impots:fr")
