"""The people of the practice carrier: citizens who find their way, a terminal that telephones."""

import random
from collections.abc import Iterator

import pytest

from callcenter.rules.packaged_menu import packaged_menu
from callcenter.rules.territory import UNKNOWN
from ivr import dialogue, steps
from ivr.caller_answers import Heard
from ivr.practice import documents, terminal
from ivr.practice.citizens import POSTAL_CODES, Citizen, keys_for
from ivr.practice.server import Running, create
from ivr.practice.telephones import PracticeLine, plain
from ivr.practice.webhooks import Patience, sign
from ivr.twiml import twiml
from tests.contract.tiny_voice import TinyVoice, say
from tests.support.patience import until


@pytest.mark.parametrize("postal_code", POSTAL_CODES)
def test_a_practice_citizen_finds_the_way_to_the_queue(postal_code: str) -> None:
    citizen, dice, menu = Citizen("+33639980001", postal_code), random.Random(postal_code), packaged_menu()
    step, heard = "welcome", Heard()
    for _ in range(6):
        gather = documents.parse_text(twiml(dialogue.ask(step, heard, menu, "/voice/heard"))).find("Gather")
        assert gather is not None
        words = " ".join(documents.spoken(each) for each in gather.iter("Say"))
        keys = keys_for(citizen, words, int(documents.number(gather, "numDigits", 0)), dice)
        step, heard = dialogue.answer(step, heard, keys, menu)
        if step in steps.ENDS:
            break
    assert step == steps.QUEUE
    assert heard.department != UNKNOWN


@pytest.fixture
def voice() -> TinyVoice:
    return TinyVoice()


@pytest.fixture
def base(voice: TinyVoice) -> Iterator[str]:
    with Running(voice.app) as url:
        yield url


QUEUE = '<Enqueue waitUrl="/wait" action="/left">attente</Enqueue>'


def test_practice_citizens_dial_wait_and_lose_patience(voice: TinyVoice, base: str) -> None:
    code = f'<Gather action="/code" numDigits="5">{say("Tapez votre code postal.")}</Gather>'
    voice.documents = {"/voice/incoming": code, "/code": QUEUE, "/wait": say("Merci de patienter.") + "<Pause/>"}
    with Running(create(base, speed=100, people=5, every=40)) as url:  # patience is longer than a busy machine's answer
        line = PracticeLine(url)
        until(lambda: len(voice.asked["/voice/status"]) >= 5 and bool(voice.asked["/left"]), patience=60)
        assert {said["Digits"] for said in voice.asked["/code"]} <= set(POSTAL_CODES)
        assert {said["CallStatus"] for said in voice.asked["/voice/status"]} == {"completed"}
        assert {said["QueueResult"] for said in voice.asked["/left"]} == {"hangup"}
        assert all(entry["status"] in (200, 204, None) for entry in line.log() if entry["kind"] == "webhook")


def test_a_citizen_sent_by_a_test_talks_and_hangs_up(voice: TinyVoice, base: str) -> None:
    voice.documents = {
        "/voice/incoming": lambda said: code_or_room(said["From"]),
        "/code": "<Dial><Conference>c1</Conference></Dial>",
    }
    with Running(create(base, speed=100)) as url:
        line = PracticeLine(url)
        karim = line.call("+33612345678").happens("room")
        durand = line.citizen("+33639980001", "46000", talks=150).speaks_with(karim)
        karim.hears("une démarche")
        durand.is_hung_up()
        karim.is_alone()
    assert voice.last("/code")["Digits"] == "46000"


def code_or_room(from_: str) -> str:
    if from_ == "+33612345678":
        return "<Dial><Conference>c1</Conference></Dial>"
    return f'<Gather action="/code" numDigits="5">{say("Votre code postal ?")}</Gather>'


def test_the_terminal_sends_each_group_of_keys_at_its_question(voice: TinyVoice, base: str) -> None:
    voice.documents = {
        "/voice/incoming": f'<Gather action="/code" numDigits="5">{say("Code postal ?")}</Gather>',
        "/code": f'<Gather action="/topic" numDigits="1">{say("Quel sujet ?")}</Gather>',
        "/topic": say("Merci"),
    }
    shown: list[str] = []
    with Running(create(base, speed=200)) as url:
        terminal.telephone(url, "+33565051234", keys="46000,3", show=shown.append)
    assert [line for line in shown if not line.startswith(" ")] == [
        "☎  Code postal ?", "⌨  46000", "☎  Quel sujet ?", "⌨  3", "☎  Merci", "— raccroché (completed)",
    ]  # fmt: skip


def test_the_overrides_of_an_address_are_read() -> None:
    assert Patience.of("") == Patience()
    told = Patience.of("rc=2&rp=ct,5xx&rt=4000&tt=14000")
    assert (told.retries, told.read, told.total) == (2, 4.0, 14.0)
    assert told.tries_again("5xx")
    assert not told.tries_again("4xx")
    assert Patience.of("rc=9&rp=all").retries == 5
    assert Patience.of("rp=all").tries_again("rt")


def test_a_signature_is_of_the_address_without_its_fragment(voice: TinyVoice, base: str) -> None:
    voice.documents = {"/voice/incoming": "<Redirect>/next?a=1#rc=1&amp;rp=all</Redirect>", "/next": say("suite")}
    with Running(create(base, speed=200)) as url:
        PracticeLine(url).call().hears("suite").is_hung_up()
    assert voice.asked["/next"][0]["a"] == "1"
    assert sign("t", "http://a/?b=1", {"b": "2", "a": "1"}) == sign("t", "http://a/?b=1", {"a": "1", "b": "2"})


def test_a_moved_address_loses_what_was_typed(voice: TinyVoice, base: str) -> None:
    code = f'<Gather action="/code" numDigits="1">{say("Un ?")}</Gather>'
    voice.documents = {"/voice/incoming": code, "/code/": lambda said: say(f"reçu {said.get('Digits')}")}
    voice.moved = {"/code": "/code/"}
    with Running(create(base, speed=200)) as url:
        PracticeLine(url).call().hears("un").presses("1").hears("reçu None").is_hung_up()


def test_comparing_what_was_heard_forgets_accents_and_case() -> None:
    assert plain("L’ÉTÉ  à\nCahors") == "l'ete a cahors"
