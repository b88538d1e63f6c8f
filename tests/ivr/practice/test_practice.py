"""The practice carrier behaves as the carrier's documentation says, seen from the official client and a telephone.

Each test ends with the referee: whatever happened kept the contract.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callcenter.config import PRACTICE_ACCOUNT, PRACTICE_TOKEN
from ivr.practice.server import Running, create
from ivr.practice.telephones import ControlRefused, PracticeLine
from tests.contract.referee import Referee, contract
from tests.contract.tiny_voice import TinyVoice, say

OURS = "+33800000000"
DURAND = "+33565051234"
KARIM = "+33612345678"


@pytest.fixture(scope="module")
def voice_app() -> Iterator[tuple[TinyVoice, str]]:
    voice = TinyVoice()
    with Running(voice.app) as url:
        yield voice, url


@pytest.fixture
def voice(voice_app: tuple[TinyVoice, str]) -> TinyVoice:
    voice = voice_app[0]
    voice.documents.clear()
    voice.asked.clear()
    voice.broken.clear()
    return voice


@pytest.fixture
def url(voice_app: tuple[TinyVoice, str]) -> str:
    return voice_app[1]


@pytest.fixture
def line(voice: TinyVoice, url: str) -> Iterator[PracticeLine]:
    with Running(create(url, OURS, speed=200, calls_per_second=0)) as carrier:
        yield PracticeLine(carrier)


@pytest.fixture
def rest(line: PracticeLine) -> Client:
    client = Client(PRACTICE_ACCOUNT, PRACTICE_TOKEN)
    client.api.base_url = line.base_url
    return client


@pytest.fixture(scope="module")
def referee() -> Referee:
    return Referee(contract())


@pytest.fixture
def fair(line: PracticeLine, referee: Referee) -> Iterator[None]:
    """The session of this test kept the contract."""
    yield
    assert referee.check(line.log()) == []


def eventually(holds: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to be so"
        time.sleep(0.02)


def ask(text: str, action: str, **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<Gather action="{action}"{written}>{say(text)}</Gather>'


def confer(name: str, label: str, after: str = "", **attributes: str) -> str:
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    action = f' action="{after}"' if after else ""
    events = 'statusCallback="/room" statusCallbackEvent="start end join leave mute hold modify announcement"'
    return (
        f'<Dial{action}><Conference participantLabel="{label}" beep="false" waitUrl="" {events}{written}>'
        f"{name}</Conference></Dial>"
    )


def events(voice: TinyVoice) -> list[str]:
    return [said["StatusCallbackEvent"] for said in voice.asked["/room"]]


# questions


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


# errors and fallbacks


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


# queues


def waiting(voice: TinyVoice) -> None:
    voice.documents = {
        "/voice/incoming": '<Enqueue waitUrl="/wait" action="/left" maxQueueSize="2">attente</Enqueue>' + say("trop"),
        "/wait": lambda said: say(f"place {said['QueuePosition']}") + ask("ou tapez 1", "/key", numDigits="1"),
        "/key": "<Leave/>",
        "/left": lambda said: say(f"sorti {said['QueueResult']}"),
        "/talk": say("un conseiller"),
    }


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


# rooms


@pytest.mark.usefixtures("fair")
def test_two_in_a_room_hear_each_other_and_the_first_subscribes(
    line: PracticeLine, voice: TinyVoice, rest: Client
) -> None:
    voice.documents = {
        "/voice/incoming": lambda said: confer("c1", "karim" if said["From"] == KARIM else "durand", "/after"),
        "/after": lambda said: say(f"après {said['DialCallStatus']}"),
    }
    karim = line.call(KARIM).happens("room").is_alone()
    assert [room.status for room in rest.conferences.list(friendly_name="c1")] == ["init"]
    durand = line.call().speaks_with("karim")
    room = rest.conferences.list(friendly_name="c1", status="in-progress")[0]
    assert {p.label for p in rest.conferences(room.sid).participants.list()} == {"karim", "durand"}
    durand.hangs_up()
    karim.is_alone()
    rest.conferences(room.sid).participants("karim").delete()
    karim.hears("après answered").is_hung_up()
    eventually(lambda: "conference-end" in events(voice))
    assert events(voice) == [
        "participant-join", "participant-join", "conference-start",
        "participant-leave", "participant-leave", "conference-end",
    ]  # fmt: skip
    assert [int(said["SequenceNumber"]) for said in voice.asked["/room"]] == [1, 2, 3, 4, 5, 6]
    left, ended = voice.asked["/room"][-3], voice.asked["/room"][-1]
    assert (left["ReasonParticipantLeft"], left["ParticipantCallStatus"]) == ("participant_hung_up", "completed")
    assert (ended["ReasonConferenceEnded"], ended["CallSidEndingConference"]) == ("last-participant-kicked", karim.sid)
    assert refusal(lambda: rest.conferences(room.sid).participants("karim").update(muted=True)) == (404, 20404)


@pytest.mark.usefixtures("fair")
def test_hold_mute_and_coach_decide_who_hears_whom(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    names = {DURAND: "durand", KARIM: "karim", "+33600000003": "ines"}
    voice.documents = {
        "/voice/incoming": lambda said: confer("c2", names[said["From"]]),
        "/music": say("Merci de patienter"),
    }
    durand, karim, ines = line.call(), line.call(KARIM), line.call("+33600000003")
    ines.speaks_with("durand")
    room = rest.conferences(rest.conferences.list(friendly_name="c2")[0].sid)
    room.participants(ines.sid).update(coaching=True, call_sid_to_coach=karim.sid)
    ines.says("Demandez son avis")
    karim.hears("demandez")
    assert not any(entry["kind"] == "voice" for entry in durand.transcript)
    room.participants("durand").update(hold=True, hold_url=f"{url}/music", hold_method="POST")
    durand.happens("hold").hears("patienter").is_alone()
    room.participants("durand").update(hold=False)
    durand.speaks_with("karim")
    room.participants(karim.sid).update(muted=True)
    karim.says("On ne m'entend pas")
    room.participants(karim.sid).update(muted=False)
    karim.says("Vous m'entendez ?")
    durand.hears("vous m'entendez")
    assert not any("On ne" in entry.get("text", "") for entry in durand.transcript)
    eventually(lambda: "participant-unmute" in events(voice))
    assert [e for e in events(voice) if not e.endswith(("join", "start"))] == [
        "participant-modify", "participant-hold", "participant-unhold", "participant-mute", "participant-unmute"
    ]  # fmt: skip


@pytest.mark.usefixtures("fair")
@pytest.mark.parametrize("end_first", [True, False])
def test_a_moderator_ends_the_room_in_either_order(line: PracticeLine, voice: TinyVoice, end_first: bool) -> None:
    line.varies(end_before_leave=end_first)
    voice.documents = {
        "/voice/incoming": lambda said: confer(
            "c3", "x", "/after", endConferenceOnExit=str(said["From"] == KARIM).lower()
        ),
        "/after": say("au revoir"),
    }
    durand, karim = line.call(), line.call(KARIM)
    durand.speaks_with(karim)
    karim.hangs_up()
    durand.hears("au revoir").is_hung_up()
    eventually(lambda: len(events(voice)) == 6)
    assert events(voice).index("conference-end") == (3 if end_first else 5)
    reasons = [said.get("ReasonParticipantLeft") for said in voice.asked["/room"] if "ReasonParticipantLeft" in said]
    assert reasons == ["participant_hung_up", "moderator_ended_conference"]


@pytest.mark.usefixtures("fair")
def test_a_redirect_takes_a_participant_out_and_rest_ends_a_room(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    voice.documents = {
        "/voice/incoming": confer("c4", "x"),
        "/goodbye": say("Merci de votre appel"),
        "/announce": say("Annonce"),
    }
    durand, karim = line.call(), line.call(KARIM)
    durand.speaks_with(karim)
    room = rest.conferences(rest.conferences.list(friendly_name="c4")[0].sid)
    room.update(announce_url=f"{url}/announce", announce_method="POST")
    durand.hears("annonce")
    rest.calls(durand.sid).update(url=f"{url}/goodbye")
    durand.hears("merci").is_hung_up()
    room.update(status="completed")
    karim.is_hung_up()
    eventually(lambda: "conference-end" in events(voice))
    assert voice.last("/room")["ReasonConferenceEnded"] == "conference-ended-via-api"
    assert "announcement-end" in events(voice)


@pytest.mark.usefixtures("fair")
def test_a_wait_document_of_a_room_is_asked_for_once(line: PracticeLine, voice: TinyVoice) -> None:
    voice.documents = {
        "/voice/incoming": '<Dial><Conference waitUrl="/music">c5</Conference></Dial>',
        "/music": say("Patience"),
    }
    line.call().hears("patience")
    time.sleep(0.5)
    assert len(voice.asked["/music"]) == 1


# outbound


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
def test_a_participant_is_rung_straight_into_a_room(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    voice.documents = {"/voice/incoming": confer("c7", "durand")}
    durand = line.call().happens("room")
    room = rest.conferences.list(friendly_name="c7")[0]
    made = rest.conferences(room.sid).participants.create(
        from_=OURS,
        to=KARIM,
        label="referent",
        status_callback=f"{url}/events",
        beep="false",
        end_conference_on_exit=False,
    )
    durand.speaks_with("referent")
    assert rest.conferences(room.sid).participants("referent").fetch().call_sid == made.call_sid
    rest.conferences(room.sid).participants("referent").delete()
    durand.is_alone()
    eventually(lambda: voice.asked["/events"] and voice.last("/events")["CallStatus"] == "completed")


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


@pytest.mark.usefixtures("fair")
@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_rejected_call_is_never_answered(line: PracticeLine, voice: TinyVoice, reason: str, status: str) -> None:
    voice.documents = {"/voice/incoming": f'<Reject reason="{reason}"/>'}
    assert line.call().is_hung_up().state["status"] == status
    eventually(lambda: voice.asked["/voice/status"])
    assert voice.last("/voice/status")["CallStatus"] == status


# REST


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


# faults


def test_every_webhook_can_come_twice_and_once_unsigned(line: PracticeLine, voice: TinyVoice, referee: Referee) -> None:
    line.faults(twice=1, unsigned=1)
    voice.documents = {"/voice/incoming": ask("Votre code postal ?", "/heard", numDigits="5"), "/heard": "<Hangup/>"}
    line.call().hears("code postal").presses("46000").is_hung_up()
    eventually(lambda: len(voice.asked["/voice/status"]) == 2)
    assert len(voice.asked["/heard"]) == 2
    assert len([e for e in line.log() if e.get("unsigned")]) == 3
    assert referee.check(line.log()) == []


def test_callbacks_are_lost_but_never_the_last(line: PracticeLine, voice: TinyVoice, rest: Client, url: str) -> None:
    line.faults(dropped=1)
    voice.documents = {"/leg": say("Bonjour")}
    dials(rest, url)
    eventually(lambda: voice.asked["/events"])
    assert [said["CallStatus"] for said in voice.asked["/events"]] == ["completed"]


def test_rest_fails_in_every_way(line: PracticeLine, voice: TinyVoice, rest: Client, url: str) -> None:
    voice.documents = {"/leg": say("Bonjour")}
    for mode, answer, made in (
        ("500", (500, 20500), 0),
        ("429", (429, 20429), 0),
        ("500-with-effect", (500, 20500), 1),
    ):
        line.faults(rest=[{"mode": mode, "method": "POST", "path": "Calls.json"}])
        before = len(line.ask("GET", "/calls", all="true"))
        assert refusal(lambda: dials(rest, url)) == answer
        assert len(line.ask("GET", "/calls", all="true")) - before == made
    line.faults(rest=[{"mode": "slow", "seconds": 0.3}])
    started = time.monotonic()
    dials(rest, url)
    assert time.monotonic() - started >= 0.3
    with pytest.raises(ControlRefused, match="unknown fault"):
        line.faults(thunder=1)


def test_news_comes_late_and_out_of_order_and_all_of_it(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    voice.documents = {"/leg": say("Bonjour")}
    orders = set()
    for seed in range(8):
        voice.asked.clear()
        line.faults(delayed=0.5, delay=0.1, reordered=1, seed=seed, topics=["call_status"])
        dials(rest, url)
        eventually(lambda: len(voice.asked["/events"]) == 4)
        orders.add(tuple(said["SequenceNumber"] for said in voice.asked["/events"]))
    assert all(sorted(order) == ["0", "1", "2", "3"] for order in orders)
    assert len(orders) > 1


def test_a_request_that_times_out_may_have_had_its_effect(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    voice.documents = {"/leg": say("Bonjour")}
    rest.http_client.timeout = 0.3
    line.faults(rest=[{"mode": "timeout-with-effect", "path": "Calls.json", "seconds": 1}])
    with pytest.raises(OSError, match="timed out"):
        dials(rest, url)
    eventually(lambda: voice.asked["/leg"])


def test_a_carrier_that_closes_ends_its_calls(voice: TinyVoice, url: str) -> None:
    voice.documents = {"/voice/incoming": "<Enqueue>attente</Enqueue>"}
    with Running(create(url, OURS, speed=200)) as carrier:
        PracticeLine(carrier).call().waits_in_queue()
    with pytest.raises(ControlRefused, match="no practice carrier answers"):
        PracticeLine(carrier).live()


def dials(rest: Client, url: str, to: str = KARIM) -> str:
    call = rest.calls.create(
        to=to,
        from_=OURS,
        url=f"{url}/leg",
        status_callback=f"{url}/events",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=20,
    )
    return str(call.sid)


def refusal(asked: Callable[[], object]) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as refused:
        asked()
    return refused.value.status, refused.value.code
