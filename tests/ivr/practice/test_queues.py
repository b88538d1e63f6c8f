"""The practice carrier's queues."""

import pytest
from twilio.rest import Client

from ivr.practice.telephones import PracticeLine
from tests.contract.tiny_voice import TinyVoice, say
from tests.support.practice_line import KARIM, eventually, refusal, waiting


@pytest.mark.usefixtures("fair")
def test_the_wait_document_comes_again_and_leave_leaves(line: PracticeLine, voice: TinyVoice) -> None:
    waiting(voice)
    durand = line.call().hears("place 1").hears("tapez 1").stays_silent().hears("place 1")
    durand.waits_in_queue().presses("1").hears("sorti leave").is_hung_up()
    assert int(voice.last("/left")["QueueTime"]) >= 0


@pytest.mark.usefixtures("fair")
def test_a_full_queue_says_so(line: PracticeLine, voice: TinyVoice) -> None:
    waiting(voice)
    line.call("+33565050001").hears("place 1")
    line.call("+33565050002").hears("place 2")
    line.call("+33565050003").hears("sorti queue-full").is_hung_up()
    assert "QueueSid" not in voice.last("/left")


@pytest.mark.usefixtures("fair")
@pytest.mark.parametrize("way", ["member", "call"])
def test_a_waiting_caller_is_moved_by_rest(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str, way: str
) -> None:
    waiting(voice)
    durand = line.call().hears("place 1")
    queue = rest.queues.list()[0]
    assert (queue.friendly_name, queue.current_size, queue.max_size) == ("attente", 1, 2)
    assert [member.call_sid for member in rest.queues(queue.sid).members.list()] == [durand.sid]
    if way == "member":
        rest.queues(queue.sid).members(durand.sid).update(url=f"{url}/talk", method="POST")
    else:
        rest.calls(durand.sid).update(url=f"{url}/talk", method="POST")
    durand.hears("un conseiller").is_hung_up()
    eventually(lambda: voice.asked["/left"])
    assert voice.last("/left")["QueueResult"] == "redirected"
    assert not any(entry.get("text") == "sorti redirected" for entry in durand.transcript)
    assert refusal(lambda: rest.queues(queue.sid).members(durand.sid).update(url=f"{url}/talk")) == (404, 20404)
    assert refusal(lambda: rest.calls(durand.sid).update(url=f"{url}/talk")) == (400, 21220)


@pytest.mark.usefixtures("fair")
@pytest.mark.parametrize("told", [True, False])
def test_whether_a_hang_up_calls_the_action_is_a_variant(line: PracticeLine, voice: TinyVoice, told: bool) -> None:
    waiting(voice)
    line.varies(actions_after_hangup=told)
    line.call().hears("place 1").hangs_up().is_hung_up()
    eventually(lambda: voice.asked["/voice/status"] and bool(voice.asked["/left"]) == told)
    assert [said["QueueResult"] for said in voice.asked["/left"]] == (["hangup"] if told else [])


@pytest.mark.usefixtures("fair")
def test_dialling_a_queue_bridges_its_first_caller(line: PracticeLine, voice: TinyVoice) -> None:
    waiting(voice)
    durand = line.call().hears("place 1")
    voice.documents["/voice/incoming"] = '<Dial action="/dialled"><Queue url="/before">attente</Queue></Dial>'
    voice.documents["/before"] = say("On vous prend")
    voice.documents["/dialled"] = lambda said: say(f"fini {said['DialCallStatus']} {said['DialBridged']}")
    karim = line.call(KARIM)
    durand.hears("on vous prend")
    durand.is_connected_with(karim).says("Bonjour Karim")
    karim.hears("bonjour karim")
    durand.hangs_up()
    karim.hears("fini completed true").is_hung_up()
    assert voice.last("/before")["DequeingCallSid"] == karim.sid
