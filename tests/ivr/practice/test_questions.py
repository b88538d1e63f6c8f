"""The practice carrier's questions, and what is heard when an answer cannot be read."""

import pytest

from ivr.practice.telephones import ControlRefused, PracticeLine
from tests.contract.referee import Referee
from tests.contract.tiny_voice import TinyVoice, say
from tests.support.practice_line import ask, eventually


@pytest.mark.usefixtures("fair")
def test_five_keys_end_the_question_and_the_sixth_is_lost(line: PracticeLine, voice: TinyVoice) -> None:
    voice.documents = {
        "/voice/incoming": ask("Votre code postal ?", "/heard", numDigits="5"),
        "/heard": lambda said: say(f"Vous avez tapé {said['Digits']}"),
    }
    line.call().hears("CODE POSTAL").presses("460001").hears("tape 46000").is_hung_up()
    assert voice.last("/heard")["CallStatus"] == "in-progress"
    eventually(lambda: voice.asked["/voice/status"])
    assert voice.last("/voice/status") | {"CallStatus": "completed", "Direction": "inbound"} == voice.last(
        "/voice/status"
    )


@pytest.mark.usefixtures("fair")
def test_the_finishing_key_is_not_part_of_the_answer(line: PracticeLine, voice: TinyVoice) -> None:
    voice.documents = {"/voice/incoming": ask("Votre numéro ?", "/heard"), "/heard": "<Hangup/>"}
    line.call().hears("numéro").presses("0565#").is_hung_up()
    assert voice.last("/heard")["Digits"] == "0565"


@pytest.mark.usefixtures("fair")
def test_silence_goes_on_unless_the_action_wants_it(line: PracticeLine, voice: TinyVoice) -> None:
    voice.documents = {
        "/voice/incoming": ask("Un", "/heard", numDigits="1")
        + say("deux")
        + ask("trois", "/heard", actionOnEmptyResult="true"),
        "/heard": lambda said: say(f"rien : {said['Digits']!r}"),
    }
    line.call().hears("un").stays_silent().hears("deux").hears("trois").stays_silent().hears("rien : ''").is_hung_up()
    assert len(voice.asked["/heard"]) == 1


@pytest.mark.usefixtures("fair")
def test_the_first_kind_of_input_wins(line: PracticeLine, voice: TinyVoice) -> None:
    both = ask("Dites ou tapez", "/heard", input="dtmf speech", language="fr-FR", numDigits="2")
    voice.documents = {"/voice/incoming": both, "/heard": "<Hangup/>"}
    line.call().hears("dites").says("les impôts").is_hung_up()
    assert voice.last("/heard")["SpeechResult"] == "les impôts"
    assert "Digits" not in voice.last("/heard")
    line.call().hears("dites").says("la caf", confidence=None).is_hung_up()
    assert "Confidence" not in voice.last("/heard")
    line.call().hears("dites").presses("1").says("les impôts").presses("2").is_hung_up()
    assert voice.last("/heard")["Digits"] == "12"


@pytest.mark.usefixtures("fair")
def test_a_key_without_a_question_is_refused(line: PracticeLine, voice: TinyVoice) -> None:
    voice.documents = {"/voice/incoming": say("Au revoir")}
    durand = line.call().hears("au revoir").is_hung_up()
    with pytest.raises(ControlRefused, match="nobody hears"):
        durand.presses("1")
    with pytest.raises(AssertionError, match="Au revoir"):
        durand.hears("bonjour", timeout=0.1)


def test_a_broken_document_leads_to_the_fallback(line: PracticeLine, voice: TinyVoice, referee: Referee) -> None:
    voice.broken = {"/voice/incoming": 500}
    voice.documents = {"/voice/fallback": lambda said: say(f"erreur {said['ErrorCode']}")}
    line.call().hears("erreur 11200").is_hung_up()
    assert "/voice/incoming" in voice.last("/voice/fallback")["ErrorUrl"]
    assert len(voice.asked["/voice/incoming"]) == 3, "#rc=2&rp=ct,5xx means two more tries"
    assert any("answered 500" in complaint for complaint in referee.check(line.log()))


def test_without_a_fallback_an_apology_is_heard(line: PracticeLine, voice: TinyVoice) -> None:
    voice.broken = {"/voice/fallback": 404}
    voice.documents = {"/voice/incoming": "<Nonsense/>"}
    line.call().hears("application error").is_hung_up()
