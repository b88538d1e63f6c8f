"""The practice carrier's rooms: who hears whom, who ends them."""

import time

import pytest
from twilio.rest import Client

from ivr.practice.telephones import PracticeLine
from tests.contract.tiny_voice import TinyVoice, say
from tests.support.practice_line import DURAND, KARIM, OURS, confer, events, eventually, refusal


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
def test_a_document_of_hold_plays_again_and_a_bare_file_does_not(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    voice.documents = {"/voice/incoming": confer("c2", "durand"), "/music": say("Nous sommes toujours là")}
    durand = line.call().happens("room")
    room = rest.conferences(rest.conferences.list(friendly_name="c2")[0].sid)
    room.participants("durand").update(hold=True, hold_url=f"{url}/music", hold_method="POST")
    for _ in range(3):
        durand.hears("toujours là")
    room.participants("durand").update(hold=False)


@pytest.mark.usefixtures("fair")
@pytest.mark.parametrize(("kind", "heard"), [("answer", "ringback"), ("busy", "busytone"), ("reject", "busytone")])
def test_whoever_is_in_a_room_hears_how_somebody_is_rung_into_it(
    line: PracticeLine, voice: TinyVoice, rest: Client, kind: str, heard: str
) -> None:
    line.registers("+33565009900", kind)
    voice.documents = {"/voice/incoming": confer("c2", "karim")}
    karim = line.call().happens("room")
    room = rest.conferences(rest.conferences.list(friendly_name="c2")[0].sid)
    made = room.participants.create(
        from_=line.number, to="+33565009900", label="caf", early_media=True, beep="false", timeout=25
    )
    karim.happens(heard)
    if kind == "answer":
        karim.speaks_with("caf")
        assert room.participants(made.call_sid).delete()
        karim.is_alone()


@pytest.mark.usefixtures("fair")
def test_a_machine_asks_for_keys_before_a_person_answers(
    line: PracticeLine, voice: TinyVoice, rest: Client, url: str
) -> None:
    line.registers("+33565009900", "menu", keys="12")
    voice.documents = {
        "/voice/incoming": confer("c2", "karim"),
        "/keys": '<Play digits="1w2"/>',
        "/more": '<Play digits="12"/>',
    }
    karim = line.call().happens("room")
    room = rest.conferences(rest.conferences.list(friendly_name="c2")[0].sid)
    made = room.participants.create(from_=line.number, to="+33565009900", label="caf")
    karim.hears("composez le code")
    room.participants(made.call_sid).update(announce_url=f"{url}/more", announce_method="POST")
    karim.hears("j'écoute")


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
