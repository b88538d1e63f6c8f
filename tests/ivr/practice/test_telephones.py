"""The telephones that the practice carrier rings."""

import pytest
from twilio.rest import Client

from ivr.practice.telephones import PracticeLine
from tests.contract.tiny_voice import TinyVoice, say
from tests.support.practice_line import KARIM, ask, confer, dials, eventually


@pytest.mark.usefixtures("fair")
@pytest.mark.parametrize(
    ("behaviour", "statuses"),
    [
        ("answer", ["initiated", "ringing", "in-progress", "completed"]),
        ("busy", ["initiated", "ringing", "busy"]),
        ("no-answer", ["initiated", "ringing", "no-answer"]),
        ("reject", ["initiated", "ringing", "busy"]),
        ("failed", ["initiated", "ringing", "failed"]),
    ],
)
def test_a_dialled_number_behaves_as_registered(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str, behaviour: str, statuses: list[str]
) -> None:
    voice.documents = {"/leg": say("Bonjour")}
    line.registers(KARIM, behaviour)
    call = dials(rest, url)
    eventually(lambda: len(voice.asked["/events"]) == len(statuses))
    assert [said["CallStatus"] for said in voice.asked["/events"]] == statuses
    assert [said["SequenceNumber"] for said in voice.asked["/events"]] == [str(n) for n in range(len(statuses))]
    assert rest.calls(call).fetch().status == statuses[-1]


@pytest.mark.usefixtures("fair")
def test_voicemail_never_presses_1_and_an_agent_does(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    voice.documents = {
        "/leg": ask("Tapez 1 pour prendre l'appel", "/pressed", numDigits="1"),
        "/pressed": lambda said: confer("c6", "karim") if said["Digits"] == "1" else "<Hangup/>",
        "/voice/incoming": confer("c6", "durand"),
    }
    line.registers(KARIM, "voicemail")
    dials(rest, url)
    eventually(lambda: any(said["CallStatus"] == "completed" for said in voice.asked["/events"]))
    assert not voice.asked["/pressed"]
    line.registers(KARIM, "answer_and_press_1", talks=300)
    durand = line.call()
    dials(rest, url)
    durand.speaks_with("karim").is_alone().hangs_up()
    assert voice.last("/pressed")["Digits"] == "1"


@pytest.mark.usefixtures("fair")
def test_a_telephone_held_from_outside_answers_when_told(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    voice.documents = {"/leg": ask("Tapez 1", "/pressed", numDigits="1"), "/pressed": say("Merci")}
    line.registers(KARIM)
    dials(rest, url)
    line.rung(KARIM).answers().hears("tapez 1").presses("1").hears("merci").is_hung_up()
    dials(rest, url)
    line.rung(KARIM).hangs_up()
    eventually(lambda: voice.last("/events")["CallStatus"] == "busy")


@pytest.mark.usefixtures("fair")
def test_creates_wait_for_the_rate_and_a_queued_one_is_canceled_in_silence(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    line.varies(calls_per_second=2)
    voice.documents = {"/leg": say("Bonjour")}
    first, second, third = (dials(rest, url, f"+3361234567{n}") for n in range(3))
    assert rest.calls(third).fetch().status == "queued"
    rest.calls(third).update(status="canceled")
    eventually(lambda: rest.calls(second).fetch().status == "completed")
    assert rest.calls(third).fetch().status == "canceled"
    assert {said["CallSid"] for said in voice.asked["/events"]} == {first, second}


@pytest.mark.usefixtures("fair")
def test_dialling_a_number_and_a_client(line: PracticeLine, voice: TinyVoice) -> None:
    voice.documents = {
        "/voice/incoming": '<Dial action="/dialled"><Number>+33600000009</Number><Client>karim</Client></Dial>',
        "/dialled": lambda said: say(f"fini {said['DialCallStatus']} {said['DialBridged']}"),
    }
    line.registers("+33600000009", "no-answer").registers("client:karim")
    durand = line.call()
    karim = line.rung("client:karim").answers()
    durand.is_connected_with("client:karim").says("Bonjour")
    karim.hears("bonjour").hangs_up()
    durand.hears("fini completed true").is_hung_up()
    line.registers("client:karim", "no-answer")
    line.call().hears("fini no-answer false").is_hung_up()


@pytest.mark.usefixtures("fair")
def test_a_browser_connects_with_its_own_parameters(line: PracticeLine, voice: TinyVoice, url: str) -> None:
    voice.documents = {"/device": lambda said: say(f"offre {said['offer']} de {said['From']}")}
    line.connects("karim", f"{url}/device", offer="42").hears("offre 42 de client:karim").is_hung_up()


@pytest.mark.usefixtures("fair")
@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_rejected_call_is_never_answered(line: PracticeLine, voice: TinyVoice, reason: str, status: str) -> None:
    voice.documents = {"/voice/incoming": f'<Reject reason="{reason}"/>'}
    assert line.call().is_hung_up().state["status"] == status
    eventually(lambda: voice.asked["/voice/status"])
    assert voice.last("/voice/status")["CallStatus"] == status
