"""Every turn as TwiML: by the carrier's own schema, and the same as its own library writes."""

import json
import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Conference, Dial, Enqueue, Gather, VoiceResponse
from twilio.twiml.voice_response import Say as TheirSay

from callcenter.rules.packaged_menu import packaged_menu
from callcenter.rules.waiting import Announcement, Telling
from ivr.caller_answers import Heard
from ivr.dialogue import QUESTIONS, ask
from ivr.prompts import say, waiting
from ivr.turns import (
    Ask,
    Connect,
    Goodbye,
    Hold,
    HoldMusic,
    Leave,
    LoopedSound,
    Move,
    Notice,
    Press,
    Rest,
    Say,
    Speech,
    Spelled,
    Turn,
    Wait,
)
from ivr.twiml import RETRIES, twiml

HELLO = (Say("fr", ("Bonjour, l'été & <l'hiver> \"ensemble\" : ", Spelled("4607"), ".")), Say("en", ("Hello",)))
TURNS: dict[str, Turn] = {
    "ask": Ask(HELLO, "/voice/heard?s=welcome&h=974", digits=5, timeout=8),
    "ask-one": Ask(HELLO, "/voice/heard?s=confirm"),
    "hold": Hold(HELLO, "attente-1", "/voice/waiting?s=queue&c=1", "/voice/left?s=queue&c=1"),
    "wait": Wait(
        waiting("fr", Announcement(Telling.PLACE, 3, None, 0)),
        "/voice/music.wav",
        "/voice/waiting?c=1",
        "/voice/keys?c=1",
    ),
    "wait-words-alone": Wait(HELLO, "", "/voice/waiting?c=1", "/voice/keys?c=1"),
    "wait-slowly": Wait(tuple(replace(each, slow=True) for each in HELLO), "", "/voice/waiting?c=1"),
    "wait-without-keys": Wait(HELLO, "/voice/music.wav", "/voice/waiting?c=1"),
    "leave": Leave(),
    "connect": Connect("call-1", "citizen", "/voice/room?c=1", "/voice/after?c=1", say=HELLO),
    "connect-quietly": Connect("1", "leg-2", "/voice/room", "/voice/after", starts=False, ends=True, wait="/voice/m"),
    "connect-and-tell": Connect("1", "citizen", "/voice/room", "/voice/after", say=HELLO),
    "ask-whole": Ask(HELLO, "/voice/attempt/heard?p=1", speech=Speech("fr", ("oui", "non")), whole=True),
    "ring": LoopedSound(HELLO, "/voice/ring.wav"),
    "on-hold": HoldMusic("/voice/music.wav", 5, HELLO, "/voice/hold?l=fr"),
    "notice": Notice("/voice/ring.wav", HELLO),
    "press": Press("1w2"),
    "press-nothing": Press(""),
    "rest": Rest(HELLO, "/voice/shift", 60),
    "move": Move(HELLO, "/voice/fallback?s=topic&d=46"),
    "goodbye": Goodbye(HELLO),
}  # fmt: skip
MENU = packaged_menu()
KNOWN = Heard(
    department="46", among=("01", "74"), reopens="2026-11-23T09:00:00+01:00", until="2026-11-23T12:00:00+01:00"
)
QUESTIONS_ASKED: dict[str, Turn] = {
    f"{step}-{language}": ask(step, KNOWN._replace(language=language), MENU, "/voice/heard")
    for step in QUESTIONS
    for language in ("fr", "en")
}


@cache
def _schema() -> dict[str, Any]:
    path = Path(os.environ.get("CONTRACT_DIR", "../shared/contract")) / "twiml_voice_schema.json"
    if not path.exists():
        pytest.skip(f"the carrier's schema is not there: {path} (set CONTRACT_DIR)")
    schema: dict[str, Any] = json.loads(path.read_text())
    return schema


def _faults(element: ElementTree.Element) -> list[str]:
    schema = _schema()["elements"][element.tag]
    faults = [f"{element.tag}/{child.tag}" for child in element if child.tag not in schema["children"]]
    for name, value in element.attrib.items():
        known = schema["attributes"].get(name)
        if known is None or not _fits(known, value):
            faults.append(f"{element.tag} {name}={value!r}")
    return faults + [fault for child in element for fault in _faults(child)]


def _root(document: str) -> ElementTree.Element:
    return ElementTree.fromstring(document)


def _fits(known: dict[str, Any], value: str) -> bool:
    values = value.split(" ") if known["list"] else [value]
    match known["type"]:
        case "boolean":
            return value in ("true", "false")
        case "number":
            return value.isdigit()
        case "string":
            return True
        case enum:
            return all(each in _schema()["enums"][enum] for each in values)


@pytest.mark.parametrize("name", TURNS | QUESTIONS_ASKED)
def test_a_turn_is_what_the_carrier_reads(name: str) -> None:
    document = twiml((TURNS | QUESTIONS_ASKED)[name])
    assert _faults(_root(document)) == []
    assert len(document.encode()) < 64_000


def test_the_schema_check_sees_faults() -> None:
    wrong = '<Response><Say voice="Nobody">x</Say><Gather numDigits="five"><Hangup/></Gather></Response>'
    assert _faults(_root(wrong)) == ["Say voice='Nobody'", "Gather/Hangup", "Gather numDigits='five'"]


def _theirs(response: VoiceResponse) -> str:
    return ElementTree.canonicalize(str(response))


def _say_hello(verb: VoiceResponse | Gather) -> None:
    french = TheirSay("Bonjour, l'été & <l'hiver> \"ensemble\" : ", language="fr-FR", voice="Polly.Lea-Neural")
    french.say_as("4607", interpret_as="digits")
    french.append(".")
    verb.append(french)
    verb.say("Hello", language="en-GB", voice="Polly.Amy-Neural")


def test_a_question_is_what_the_carriers_library_writes() -> None:
    theirs = VoiceResponse()
    gather = Gather(
        input="dtmf", action=f"/voice/heard?s=welcome&h=974{RETRIES}", method="POST", num_digits=5, timeout=8,
        finish_on_key="#", action_on_empty_result=True,
    )  # fmt: skip
    _say_hello(gather)
    theirs.append(gather)
    assert ElementTree.canonicalize(twiml(TURNS["ask"])) == _theirs(theirs)


def test_the_waiting_room_is_what_the_carriers_library_writes() -> None:
    theirs = VoiceResponse()
    _say_hello(theirs)
    theirs.append(
        Enqueue(
            "attente-1", wait_url=f"/voice/waiting?s=queue&c=1{RETRIES}", wait_url_method="POST",
            action=f"/voice/left?s=queue&c=1{RETRIES}", method="POST", max_queue_size=5000,
        )
    )  # fmt: skip
    theirs.redirect(f"/voice/left?s=queue&c=1{RETRIES}", method="POST")
    assert ElementTree.canonicalize(twiml(TURNS["hold"])) == _theirs(theirs)


def test_a_room_is_what_the_carriers_library_writes() -> None:
    theirs = VoiceResponse()
    _say_hello(theirs)
    dial = Dial(action=f"/voice/after?c=1{RETRIES}", method="POST")
    dial.append(
        Conference(
            "call-1", participant_label="citizen", start_conference_on_enter=True, end_conference_on_exit=False,
            muted=False, beep="false", wait_url="", wait_method="POST", status_callback=f"/voice/room?c=1{RETRIES}",
            status_callback_method="POST", status_callback_event="start end join leave mute hold",
        )
    )  # fmt: skip
    theirs.append(dial)
    assert ElementTree.canonicalize(twiml(TURNS["connect"])) == _theirs(theirs)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_words_come_through_unharmed(words: str) -> None:
    said = _root(twiml(Goodbye((Say("fr", (words,)),)))).find("Say")
    assert said is not None
    assert (said.text or "") == words


def test_star_and_zero_are_heard_at_once_where_one_key_is_asked() -> None:
    one, five = (_root(twiml(TURNS[name]))[0].attrib for name in ("ask-one", "ask"))
    assert one["finishOnKey"] == ""
    assert five["finishOnKey"] == "#"
    assert one["actionOnEmptyResult"] == five["actionOnEmptyResult"] == "true"


def test_digits_are_read_as_digits() -> None:
    read_back = twiml(Goodbye((say("fr", "callback.read_back", number=Spelled("0612345678")),)))
    assert '<say-as interpret-as="digits">0612345678</say-as>' in read_back


ANY_TEXT = st.text(st.characters(), max_size=30) | st.sampled_from(
    ["\x00", "\x0b", "\x85", "\ud800", "\ufffe", "]]>", "&"]
)


def _said_of(text: str) -> list[Turn]:
    """Wherever a store's words, or a carrier's, may come to stand."""
    words = (Say("fr", (text, Spelled(text))), Say("en", (text,), slow=True))
    return [
        Ask(words, f"/voice/heard?{text}", speech=Speech("fr", (text,))),
        Ask(words, "/voice/heard", speech=Speech("fr", (text,)), whole=True),
        Hold(words, text, f"/voice/waiting?{text}", "/voice/left"),
        Wait(words, "/voice/music.wav", f"/voice/waiting?{text}", text),
        Connect(text, text, f"/voice/room?{text}", "/voice/after", say=words),
        Rest(words, text), LoopedSound(words, text), Move(words, text), Goodbye(words),
    ]  # fmt: skip


@given(ANY_TEXT)
def test_a_document_is_well_formed_whatever_the_store_holds(text: str) -> None:
    for turn in _said_of(text):
        root = ElementTree.fromstring(twiml(turn).encode())
        assert root.tag == "Response"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=30))
def test_what_can_be_written_is_said_as_it_is(text: str) -> None:
    root = ElementTree.fromstring(twiml(Goodbye((Say("fr", (text,)),))).encode())
    assert root[0].text == (text or None)
