"""The referee can say no: each broken rule is caught, and a session that keeps them is not."""

import copy
from typing import Any

import pytest

from callcenter.config import PRACTICE_ACCOUNT, PRACTICE_TOKEN
from ivr.practice.webhooks import sign
from tests.contract.referee import Referee, contract

ROOT = f"/2010-04-01/Accounts/{PRACTICE_ACCOUNT}"
CALL = "CA" + "1" * 32
URL = "http://127.0.0.1:8001/voice/heard?s=welcome"
SAY = '<Say language="fr-FR" voice="Polly.Lea-Neural">Bonjour</Say>'
STANDARD = {
    "CallSid": CALL,
    "AccountSid": PRACTICE_ACCOUNT,
    "From": "+33565051234",
    "To": "+33800000000",
    "CallStatus": "in-progress",
    "ApiVersion": "2010-04-01",
    "Direction": "inbound",
}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def referee() -> Referee:
    return Referee(contract())


def rest(
    method: str = "POST", path: str = "/Calls.json", form: Any = (), query: Any = (), **more: Any
) -> dict[str, Any]:
    entry = {"n": 0, "kind": "rest", "method": method, "path": ROOT + path, "form": list(form), "query": list(query)}
    return {**entry, "content_type": FORM if form else "", "authorized": True, "status": 200, "code": 0, **more}


def webhook(topic: str = "gather_action", document: str = SAY, **said: Any) -> dict[str, Any]:
    params: dict[str, Any] = {**STANDARD, "Digits": "1", **said} if topic == "gather_action" else {**STANDARD, **said}
    kept = {name: value for name, value in params.items() if value is not None}
    entry = {"n": 0, "kind": "webhook", "topic": topic, "method": "POST", "url": URL, "params": kept, "status": 200}
    written = f"<Response>{document}</Response>"
    return {**entry, "signature": sign(PRACTICE_TOKEN, URL, kept), "document": written, "content_type": "text/xml"}


CREATE = [("To", "+33611223344"), ("From", "+33800000000"), ("Url", "http://127.0.0.1:8001/voice/leg?g=1")]


@pytest.mark.parametrize(
    "request_",
    [
        rest(
            form=[*CREATE, ("StatusCallbackEvent", "ringing"), ("StatusCallbackEvent", "completed"), ("Timeout", "25")]
        ),
        rest(path=f"/Calls/{CALL}.json", form=[("Status", "completed")]),
        rest("GET", query=[("Status", "in-progress"), ("PageSize", "1000")]),
        rest("DELETE", f"/Conferences/CF{'2' * 32}/Participants/karim.json"),
    ],
)
def test_a_good_request_passes(referee: Referee, request_: dict[str, Any]) -> None:
    assert referee.check([request_]) == []


@pytest.mark.parametrize(
    ("request_", "because"),
    [
        (rest(form=[*CREATE, ("Colour", "blue")]), "Colour"),
        (rest(form=CREATE[1:]), "To"),
        (rest(form=[*CREATE, ("Method", "PATCH")]), "PATCH"),
        (rest(form=[*CREATE, ("Timeout", "soon")]), "integer"),
        (rest(form=[*CREATE, ("Twiml", f"<Response>{SAY}</Response>")]), "one of Url"),
        (rest(form=[("To", "0565051234"), *CREATE[1:]]), "E.164"),
        (rest(form=[*CREATE, ("StatusCallbackEvent", "answer")]), "StatusCallbackEvent=answer"),
        (rest(form=[*CREATE, ("MachineDetection", "yes")]), "MachineDetection"),
        (rest(form=[*CREATE[:2], ("Url", "/voice/leg")]), "not absolute"),
        (rest(form=[*CREATE[:2], ("Url", "http://127.0.0.1/leg?n=%2B33565051234")]), "a telephone number in Url"),
        (rest(form=CREATE, authorized=False), "without"),
        (rest(path="/Calls/CA12.json", form=[("Status", "completed")]), "CA12"),
        (rest(path=f"/Calls/{CALL}.json", form=[("Status", "gone")]), "gone"),
        (rest("GET", query=[("Colour", "blue")]), "Colour"),
        (rest("GET", "/Telephones.json"), "not found"),
        (rest("DELETE", "/Calls.json"), "not allowed"),
        (rest(form=CREATE, content_type="application/json"), "content"),
    ],
)
def test_a_bad_request_is_caught(referee: Referee, request_: dict[str, Any], because: str) -> None:
    complaints = referee.check([request_])
    assert any(because.lower() in complaint.lower() for complaint in complaints), complaints


@pytest.mark.parametrize(
    ("document", "because"),
    [
        ('<Gather colour="blue"/>', "no attribute colour"),
        ("<Announce/>", "Announce"),
        ('<Gather numDigits="many"/>', "is no number"),
        ('<Gather actionOnEmptyResult="yes"/>', "is no boolean"),
        ('<Gather input="keys"/>', "GatherInput"),
        ("<Gather><Dial>x</Dial></Gather>", "may not be in <Gather>"),
        ("<Hangup>now</Hangup>", "takes no text"),
        ("<Say>Bonjour</Say>", "both language and voice"),
        ('<Say language="fr-FR" voice="Polly.Amy-Neural">Bonjour</Say>', "does not speak"),
        ('<Say language="fr-FR" voice="Polly.Nobody">Bonjour</Say>', "SayVoice"),
        ('<Dial><Conference statusCallbackEvent="start answered">c</Conference></Dial>', "ConferenceEvent"),
        ('<Dial><Conference participantLabel="+33565051234">c</Conference></Dial>', "telephone number"),
        ('<Enqueue maxQueueSize="9000">a</Enqueue>', "5000"),
        (f"<Say>{'x' * 70_000}</Say>", "64 kB"),
        ("<Say", "no XML"),
    ],
)
def test_a_bad_document_is_caught(referee: Referee, document: str, because: str) -> None:
    complaints = referee.check([webhook(document=document)])
    assert any(because in complaint for complaint in complaints), complaints


def test_a_verb_that_a_wait_document_may_not_hold_is_caught(referee: Referee) -> None:
    names = ("QueueSid", "QueuePosition", "QueueTime", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize")
    said = dict.fromkeys(names, "1")
    assert referee.check([webhook("enqueue_wait", SAY, **said)]) == []
    complaints = referee.check([webhook("enqueue_wait", "<Dial>x</Dial>", **said)])
    assert any("<Dial> in a enqueue_wait" in complaint for complaint in complaints)


@pytest.mark.parametrize("missing", [*STANDARD, "Digits"])
def test_a_missing_webhook_parameter_is_caught(referee: Referee, missing: str) -> None:
    assert referee.check([webhook()]) == []
    without: Any = {missing: None}
    assert referee.check([webhook(**without)]) == [f"#0 webhook gather_action {URL}: {missing} is missing"]


@pytest.mark.parametrize(
    ("spoilt", "because"),
    [
        ({"params": {**STANDARD, "Digits": "2"}}, "wrong signature"),
        ({"signature": ""}, "wrong signature"),
        ({"url": URL + "&d=46"}, "wrong signature"),
        ({"status": 503}, "answered 503"),
        ({"status": 403}, "answered 403"),
        ({"status": 0, "error": "rt"}, "nobody answered"),
        ({"unsigned": True, "status": 200}, "unsigned, and answered 200"),
        ({"topic": "rumour"}, "unknown kind"),
    ],
)
def test_a_bad_exchange_is_caught(referee: Referee, spoilt: dict[str, Any], because: str) -> None:
    entry = {**copy.deepcopy(webhook()), **spoilt}
    assert any(because in complaint for complaint in referee.check([entry]))


def test_an_error_of_a_call_and_a_missing_sound_are_caught(referee: Referee) -> None:
    lost = {"n": 1, "kind": "error", "sid": CALL, "code": 12100, "url": URL}
    mute = {"n": 2, "kind": "media", "url": URL, "status": 404}
    assert len(referee.check([lost, mute])) == 2
    assert len(referee.check([lost], silence_is_fine=True)) == 0
