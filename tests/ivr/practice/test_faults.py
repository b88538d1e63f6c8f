"""The practice carrier's faults, one by one."""

import time

import pytest
from twilio.rest import Client

from ivr.practice.server import Running, create
from ivr.practice.telephones import ControlRefused, PracticeLine
from tests.contract.referee import Referee
from tests.contract.tiny_voice import TinyVoice, say
from tests.support.practice_line import OURS, ask, dials, eventually, refusal


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
