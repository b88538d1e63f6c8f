"""The practice carrier's REST: lists, numbers, texts, recordings and its errors' numbers."""

import pytest
from twilio.rest import Client

from callcenter.config import PRACTICE_ACCOUNT
from ivr.practice.telephones import PracticeLine
from tests.contract.tiny_voice import TinyVoice, say
from tests.support.practice_line import KARIM, OURS, eventually, refusal, waiting


@pytest.mark.usefixtures("fair")
def test_a_message_is_sent_then_delivered(line: PracticeLine, voice: TinyVoice, rest: Client, url: str) -> None:
    message = rest.messages.create(from_=OURS, to=KARIM, body="Référence 1234", status_callback=f"{url}/text")
    assert message.status == "queued"
    eventually(lambda: len(voice.asked["/text"]) == 2)
    assert [said["MessageStatus"] for said in voice.asked["/text"]] == ["sent", "delivered"]
    assert rest.messages(str(message.sid)).fetch().status == "delivered"
    assert line.messages(KARIM)[0]["body"] == "Référence 1234"


@pytest.mark.usefixtures("fair")
def test_a_message_that_does_not_arrive_says_why_and_is_billed_by_its_letters(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    line.registers(KARIM, "failed")
    message = rest.messages.create(from_=OURS, to=KARIM, body="Êtes-vous là ? " * 5, status_callback=f"{url}/text")
    eventually(lambda: len(voice.asked["/text"]) == 2)
    assert [said.get("ErrorCode") for said in voice.asked["/text"]] == [None, "30003"]
    assert voice.asked["/text"][-1]["MessageStatus"] == "undelivered"
    kept = rest.messages(str(message.sid)).fetch()
    assert (kept.status, kept.error_code, kept.num_segments) == ("undelivered", 30003, "2")


@pytest.mark.usefixtures("fair")
def test_a_recording_is_told_and_kept(line: PracticeLine, voice: TinyVoice, rest: Client) -> None:
    voice.documents = {
        "/voice/incoming": say("Votre avis") + '<Record action="/recorded" recordingStatusCallback="/recording"/>',
        "/recorded": say("Merci"),
    }
    line.call().hears("avis").happens("recording").says("Très bien").presses("#").hears("merci").is_hung_up()
    eventually(lambda: voice.asked["/recording"])
    assert rest.recordings.list()[0].sid == voice.last("/recorded")["RecordingSid"]


def test_errors_have_the_carriers_numbers(line: PracticeLine, rest: Client, url: str) -> None:
    assert refusal(lambda: rest.calls("CA" + "0" * 32).fetch()) == (404, 20404)
    assert refusal(lambda: rest.calls.create(to="0565", from_=OURS, url=url)) == (400, 21211)
    assert refusal(lambda: rest.calls.create(to=KARIM, from_="+33699999999", url=url)) == (400, 21210)
    assert refusal(lambda: rest.calls.create(to=KARIM, from_=OURS)) == (400, 21205)
    assert refusal(lambda: rest.applications.create(friendly_name="x")) == (404, 20404)
    assert line.log()[-1]["path"].endswith("/Applications.json"), "what was asked in vain is in the journal"
    stranger = Client(PRACTICE_ACCOUNT, "wrong")
    stranger.api.base_url = line.base_url
    assert refusal(lambda: stranger.calls("CA" + "0" * 32).fetch()) == (401, 20003)


@pytest.mark.usefixtures("fair")
def test_lists_come_in_pages_and_are_filtered(line: PracticeLine, voice: TinyVoice, rest: Client) -> None:
    waiting(voice)
    voice.documents["/voice/incoming"] = "<Enqueue>attente</Enqueue>"
    callers = [line.call(f"+3356505{n:04}") for n in range(7)]
    for caller in callers:
        caller.waits_in_queue()
    callers[0].hangs_up().is_hung_up()
    assert len(rest.calls.list(status="in-progress", page_size=2)) == 6
    assert len(rest.calls.list(page_size=3)) == 7
    assert [call.sid for call in rest.calls.list(from_="+33565050003")] == [callers[3].sid]


@pytest.mark.usefixtures("fair")
def test_our_number_is_listed_and_updated(line: PracticeLine, voice: TinyVoice, rest: Client, url: str) -> None:
    number = rest.incoming_phone_numbers.list(phone_number=OURS)[0]
    rest.incoming_phone_numbers(str(number.sid)).update(voice_url=f"{url}/elsewhere")
    voice.documents = {"/elsewhere": say("Ailleurs")}
    line.call().hears("ailleurs").is_hung_up()
