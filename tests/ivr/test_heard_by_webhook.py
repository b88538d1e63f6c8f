"""What the carrier heard, on the real stores: words lead where keys do, are kept nowhere, and a confirmed department is
offered the next time."""

import pytest

from callcenter.actions import standing
from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.records import calls, rollout
from callcenter.records.calls import Call
from callcenter.rules.states import CallState
from tests.ivr.voice_line import CALL, Carrier


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
    standing.refresh()
    welcome = carrier.asks("/voice/incoming")
    assert welcome.text.index("Inondations") < welcome.text.index("Bonjour")
    with transaction() as session:
        rollout.say(session, "N", {}, now())
    standing.refresh()


def test_english_is_offered_as_a_callback_while_nobody_speaks_it(carrier: Carrier, agent: str) -> None:
    assert "called back by an adviser who speaks English" in carrier.asks("/voice/incoming")
    chosen = carrier.asks("/voice/heard?s=topic&l=en&d=46", "3")
    assert "No adviser is on the line" in chosen
    assert "called back" in chosen
