"""What no caller ever sends, and a signed request may hold: the answer is still one that a caller can live with."""

from xml.etree import ElementTree

import pytest
from starlette.routing import Route

from callcenter.rules.packaged_menu import packaged_menu
from ivr.app import create
from ivr.caller_answers import Heard
from ivr.dialogue import spoken
from tests.support.voice_line import Carrier

ENDLESS = "9" * 5_000
THREE = "%D9%A3"  # a figure, and none of ours
PATHS = [
    route.path
    for route in create().routes
    if isinstance(route, Route) and route.path.startswith("/voice/") and "." not in route.path
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "query",
    [
        f"s=topic&n={ENDLESS}&p={ENDLESS}&b={ENDLESS}&m={ENDLESS}&h={ENDLESS}&c=x&k=1",
        "s=slot&f=" + "-".join(["20261124m"] * 900),
        f"s=slot&f=zz-{THREE}{THREE}&n={THREE}&q=999",
        "s=closed&o=never&u=2026-13-45&z=%00",
        "s=two_numbers&q=46&l=xx&d=zz&t=%F0%9F%98%80",
        f"a={THREE}&g=%FF&p=&r={ENDLESS}",
        "a=%1D&c=%00&g=%0B&p=%EF%BF%BF&o=%1F&m=%08&k=%01",
        "a=%2B33612345678&c=0033612345678&g=%2B33612345678&p=0033612345678&o=%2B33612345678",
        "x=1",
    ],
)
def test_an_address_out_of_bounds_is_answered(carrier: Carrier, path: str, query: str) -> None:
    form = {"SequenceNumber": ENDLESS, "NumSegments": ENDLESS, "ErrorUrl": "http://[?n=1", "QueueResult": "leave"}
    form |= {"StatusCallbackEvent": "participant-join", "ConferenceSid": "CF1", "CallStatus": "completed"}
    for keys in ("", "#", "1", ENDLESS):
        answer = carrier.asks(f"{path}?{query}", keys, **form)  # which fails on any other status than 200 and 204
        if answer.text:
            for element in ElementTree.fromstring(answer.text).iter():
                assert element.tag != "Conference" or element.text, "a room without a name"
                assert "+33612345678" not in f"{element.attrib} {element.text}"


@pytest.mark.parametrize("words", ["impôts ", "quatre ", "maison de retraite ", "et ", "9", "deux zéros ", "é", "-"])
@pytest.mark.parametrize("step", ["welcome", "topic", "closed"])
def test_a_whole_book_that_is_said_is_cut_short(carrier: Carrier, words: str, step: str) -> None:
    book = (words * 60_000)[: 60_000 if words.isascii() else 9_000]  # what a form may hold
    first = carrier.asks(f"/voice/heard?s={step}&d=46&o=2026-12-01T08:30", SpeechResult=book)
    short = carrier.asks(f"/voice/heard?s={step}&d=46&o=2026-12-01T08:30", SpeechResult=book[:2_000])
    assert first.text == short.text


def test_what_follows_the_first_two_thousand_characters_is_not_heard(carrier: Carrier) -> None:
    late = "abracadabra " * 200 + "impôts"
    assert "pas compris" in carrier.asks("/voice/heard?s=topic&d=46", SpeechResult=late)


def test_no_character_is_longer_than_what_it_stands_for(carrier: Carrier) -> None:
    late = "\ufdfa" * 112 + " impôts"  # each is eighteen letters
    assert "pas compris" in carrier.asks("/voice/heard?s=topic&d=46", SpeechResult=late)
    assert "pas compris" not in carrier.asks("/voice/heard?s=topic&d=46", SpeechResult="\ufdfa" * 40 + " impôts")


def test_figures_without_end_are_no_choice() -> None:
    assert spoken("closed", Heard(), "9" * 60_000, packaged_menu()) == "?"
    assert spoken("closed", Heard(), "02", packaged_menu()) == "2"
