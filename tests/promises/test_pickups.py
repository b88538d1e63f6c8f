"""Who picks up a callback, as the carrier tells it by its webhooks: nobody is lost to its ear, no machine reached."""

from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from callcenter import clock, config
from callcenter.actions import agent, callback, callback_due, citizen, dial, offer_answers, pickup, room
from callcenter.db import reading, transaction
from callcenter.demonstration import embedded
from callcenter.records import offers
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.rules.callbacks import CallbackState, DialResult
from callcenter.telephone import telephone
from ivr import twilio
from ivr.app import create as voice_app
from ivr.practice.server import Running, create
from ivr.practice.telephones import PracticeLine
from tests.contract.referee import Referee, contract
from tests.support.freezing import frozen
from tests.support.patience import until
from tests.support.people import WISH, hires, number_of, the_call
from tests.support.ports import free_port
from tests.support.voice_line import Carrier, in_front_of_the_app

SPEED = 20.0
PEOPLE = 10


def _forget() -> None:
    for remembered in (config.settings, telephone, twilio._client):
        remembered.cache_clear()


@pytest.fixture
def line(database: embedded.Server, live: embedded.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeLine]:
    """The practice carrier in front of the voice app; desk phones ring unheard."""
    voice = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("PUBLIC_VOICE_URL", voice)
    _forget()
    with (
        Running(voice_app(), int(voice.rpartition(":")[2])),
        Running(create(voice, speed=SPEED, calls_per_second=0)) as url,
    ):
        monkeypatch.setenv("TWILIO_API_URL", url)
        _forget()
        yield PracticeLine(url).registers("default", "manual")
    monkeypatch.undo()
    _forget()


def _dialled(line: PracticeLine, n: int, behaviour: str) -> Attempt:
    """The n-th person is called back by an agent who is in the room."""
    number, came_from = number_of(n), f"CA{n:032}"
    line.registers(number, behaviour)
    mine = hires(n)
    agent.take_post(mine, "phone", clock.now())
    callback.promise_to_caller(came_from, number, WISH, clock.now(), typed=False)
    citizen.hang_up(came_from, clock.now())
    with reading() as session:
        promised = session.query(Callback).order_by(Callback.promised_at.desc()).limit(1).one()
    callback_due.queue_due(promised.id, clock.now())
    with reading() as session:
        offer = offers.open_of_agent(session, mine)
    assert offer is not None
    leg = offer_answers.accept_offer(mine, offer.id, clock.now())
    assert leg is not None
    room.admit_leg(leg.id, leg.carrier_id or f"CA{leg.id}", clock.now())
    dial.dial_citizen(offer.call_id, the_call(offer.call_id).epoch, clock.now())
    with reading() as session:
        return session.query(Attempt).order_by(Attempt.asked_at.desc()).limit(1).one()


def _again(attempt: Attempt) -> Attempt:
    with reading() as session:
        return session.query(Attempt).filter_by(id=attempt.id).one()


def _state(attempt: Attempt) -> str:
    with reading() as session:
        return session.query(Callback).filter_by(id=attempt.callback_id).one().state


@pytest.mark.parametrize("misjudges", [0.1, 1.0])
def test_no_person_is_lost_whatever_the_carrier_takes_them_for(line: PracticeLine, misjudges: float) -> None:
    line.varies(misjudges=misjudges)
    kinds = ["answer_and_press_1", "answer_and_say_yes"]
    people = [_dialled(line, n, kinds[n % 2]) for n in range(PEOPLE)]
    until(lambda: all(_state(each) == CallbackState.TALKING for each in people))
    if misjudges == 1.0:
        judged = [_again(each).machine for each in people]
        assert True in judged
        assert False not in judged


def test_a_machine_hears_the_question_whole_and_is_let_go(line: PracticeLine) -> None:
    attempt = _dialled(line, 1, "voicemail")
    assert attempt.carrier_id is not None
    until(lambda: _again(attempt).outcome is not None)
    done = _again(attempt)
    assert (done.outcome, done.machine, _state(attempt)) == (DialResult.UNANSWERED, True, CallbackState.PROMISED)
    asked = [e for e in line.log() if e["kind"] == "webhook" and e["topic"] in ("gather_action", "async_amd")]
    assert [entry["topic"] for entry in asked] == ["async_amd", "gather_action", "gather_action"], "it was asked twice"
    assert done.answered_at is not None
    heard = line.ask("GET", f"/calls/{attempt.carrier_id}")["transcript"]
    said = " ".join(entry["text"] for entry in heard if entry["kind"] == "say")
    assert "tapez 1, ou dites oui" in said
    assert Referee(contract()).check(line.log()) == []


def test_a_person_taken_for_a_machine_who_looks_for_the_key_is_asked_once_more_and_briefly(
    line: PracticeLine, voice: Carrier
) -> None:
    attempt, heard = _picked_up(line, voice)
    _is_judged(voice, attempt, "machine_start")
    said = {"CallSid": attempt.carrier_id or ""}
    again = voice.asks(heard, "", **said)
    assert "dites oui" in again
    assert "France services" not in again
    assert ElementTree.fromstring(again.text)[-1].get("timeout") == "4"
    assert "Dial" in voice.asks(again.action, "1", **said).verbs


def test_a_machine_that_stays_silent_is_let_go_after_the_second_question(line: PracticeLine, voice: Carrier) -> None:
    attempt, heard = _picked_up(line, voice)
    _is_judged(voice, attempt, "machine_start")
    again = voice.asks(heard, "", CallSid=attempt.carrier_id or "")
    assert voice.asks(again.action, "", CallSid=attempt.carrier_id or "").verbs == ["Hangup"]


def test_a_silence_is_asked_twice(line: PracticeLine) -> None:
    attempt = _dialled(line, 1, "mute")
    until(lambda: _again(attempt).outcome is not None)
    heard = line.ask("GET", f"/calls/{attempt.carrier_id}")["transcript"]
    assert [entry["text"].count("dites oui") for entry in heard if entry["kind"] == "say"].count(1) == 2
    assert _again(attempt).machine is None


@pytest.fixture
def voice(line: PracticeLine) -> Iterator[Carrier]:
    with in_front_of_the_app() as carrier:
        yield carrier


def _picked_up(line: PracticeLine, voice: Carrier) -> tuple[Attempt, str]:
    """Somebody whom nobody speaks for; where their answer goes."""
    attempt = _dialled(line, 1, "manual")
    asked = voice.asks(f"/voice/attempt?p={attempt.id}", CallSid=attempt.carrier_id or "")
    return attempt, asked.action


def _is_judged(voice: Carrier, attempt: Attempt, word: str) -> None:
    voice.asks(f"/voice/attempt/judged?p={attempt.id}", CallSid=attempt.carrier_id or "", AnsweredBy=word)


def test_words_are_listened_for_only_once_the_question_was_said(line: PracticeLine, voice: Carrier) -> None:
    attempt = _dialled(line, 1, "manual")
    document = voice.asks(f"/voice/attempt?p={attempt.id}", CallSid=attempt.carrier_id or "")
    first, second = ElementTree.fromstring(document.text)
    assert (first.tag, first.get("input"), first.get("actionOnEmptyResult")) == ("Gather", "dtmf", None)
    assert "tapez 1, ou dites oui" in "".join(first.itertext())
    assert (second.get("input"), second.get("actionOnEmptyResult"), list(second)) == ("dtmf speech", "true", [])


@pytest.mark.parametrize(("word", "machine"), [
    ("machine_start", True), ("machine_end_beep", True), ("fax", True), ("human", False), ("unknown", None), ("", None),
])  # fmt: skip
def test_a_verdict_closes_no_line_and_its_first_word_stands(
    line: PracticeLine, voice: Carrier, word: str, machine: bool | None
) -> None:
    attempt, _ = _picked_up(line, voice)
    _is_judged(voice, attempt, word)
    assert _again(attempt).machine is machine
    _is_judged(voice, attempt, "human" if machine else "machine_start")
    assert _again(attempt).machine is (True if machine is None else machine)
    assert _again(attempt).outcome is None
    assert _state(attempt) == CallbackState.DIALLING


@pytest.mark.parametrize("answer", [{"Digits": "1"}, {"SpeechResult": "Oui."}])
def test_who_was_taken_for_a_machine_joins_with_a_key_or_a_yes(
    line: PracticeLine, voice: Carrier, answer: dict[str, str]
) -> None:
    attempt, heard = _picked_up(line, voice)
    _is_judged(voice, attempt, "machine_start")
    assert "Dial" in voice.asks(heard, CallSid=attempt.carrier_id or "", **answer).verbs


def test_a_greeting_that_says_yes_reaches_nobody(line: PracticeLine, voice: Carrier) -> None:
    attempt, heard = _picked_up(line, voice)
    greeting = "Oui bonjour, vous êtes bien sur la messagerie de Paul, laissez un message."
    again = voice.asks(heard, CallSid=attempt.carrier_id or "", SpeechResult=greeting)
    assert "Dial" not in again.verbs
    _is_judged(voice, attempt, "machine_start")
    assert voice.asks(again.action, "", CallSid=attempt.carrier_id or "").verbs == ["Hangup"]


def test_a_machine_that_talks_on_is_let_go_in_half_a_minute(line: PracticeLine, voice: Carrier) -> None:
    attempt, _ = _picked_up(line, voice)
    judged_at = clock.now()
    pickup.note_machine(attempt.id, True, judged_at)
    lease = _again(attempt).lease_until
    assert lease == judged_at + pickup.MACHINE
    assert the_call(attempt.call_id).lease_until == lease + dial.MARGIN
    assert pickup.join(attempt.id, judged_at + timedelta(seconds=29)) == attempt.call_id, "somebody agrees at last"
    assert _again(attempt).lease_until == judged_at + timedelta(seconds=29) + pickup.COMES_IN


def test_a_relay_is_never_taken_for_a_machine(line: PracticeLine, voice: Carrier) -> None:
    attempt = _dialled(line, 1, "manual")
    with transaction() as session:
        call = session.get(type(the_call(attempt.call_id)), attempt.call_id)
        assert call is not None
        call.relay = True
    asked = voice.asks(f"/voice/attempt?p={attempt.id}", CallSid=attempt.carrier_id or "")
    lease = _again(attempt).lease_until
    _is_judged(voice, attempt, "machine_start")
    assert _again(attempt).lease_until == lease
    assert 'input="dtmf"' in voice.asks(asked.action, "", CallSid=attempt.carrier_id or "").text


def test_where_the_store_sleeps_a_person_is_asked_again(
    stores: embedded.Stores, line: PracticeLine, voice: Carrier
) -> None:
    attempt, heard = _picked_up(line, voice)
    _is_judged(voice, attempt, "machine_start")
    with frozen(stores.postgresql):
        assert "dites oui" in voice.asks(heard, "", CallSid=attempt.carrier_id or "")


def test_citizens_alone_are_listened_to_by_the_carrier(line: PracticeLine) -> None:
    attempt = _dialled(line, 1, "manual")
    rest = [dict(e["form"]) for e in line.log() if e["kind"] == "rest" and e["path"].endswith("/Calls.json")]
    created = [form for form in rest if "Url" in form]
    to_agent, to_citizen = (next(f for f in created if path in f["Url"]) for path in ("/voice/leg", "/voice/attempt"))
    assert (to_citizen["MachineDetection"], to_citizen["AsyncAmd"]) == ("Enable", "true")
    assert f"/voice/attempt/judged?p={attempt.id}#" in to_citizen["AsyncAmdStatusCallback"]
    assert not {"MachineDetection", "AsyncAmd"} & set(to_agent)


def test_an_agent_alone_in_a_room_hears_that_somebody_comes(line: PracticeLine, voice: Carrier) -> None:
    document = voice.asks("/voice/room/wait")
    spoken, tone = ElementTree.fromstring(document.text)
    assert "la personne va vous rejoindre" in "".join(spoken.itertext())
    assert (tone.tag, tone.get("loop")) == ("Play", "0")
    sound = voice.client.get(tone.text or "")
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/wav", b"RIFF")
