"""REST answers of the practice carrier have the shape of the real one's OpenAPI, and no field it does not know."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from jsonschema import Draft202012Validator

from callcenter.config import PRACTICE_ACCOUNT, PRACTICE_TOKEN
from ivr.practice.server import Running, create
from ivr.practice.telephones import PracticeLine
from tests.contract.referee import contract
from tests.contract.tiny_voice import TinyVoice, say

OURS = "+33800000000"
KARIM = "+33612345678"
ROOT = f"/2010-04-01/Accounts/{PRACTICE_ACCOUNT}"


class Shapes:
    """The answers that the OpenAPI describes, by path and method."""

    def __init__(self, specification: dict[str, Any]) -> None:
        self._schemas = specification["components"]["schemas"]
        self._paths = specification["paths"]

    def complaints(self, path: str, method: str, status: int, body: Any) -> list[str]:
        answer = self._paths["/2010-04-01/Accounts/{AccountSid}" + path][method.lower()]["responses"][str(status)]
        schema = self._strict(answer["content"]["application/json"]["schema"])
        return [error.message for error in Draft202012Validator(schema).iter_errors(body)]

    def _strict(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            return self._strict(self._schemas[schema["$ref"].rpartition("/")[2]])
        kept: dict[str, Any] = {
            key: schema[key] for key in ("type", "enum", "pattern", "minLength", "maxLength") if key in schema
        }
        if "properties" in schema:
            kept["properties"] = {name: self._strict(each) for name, each in schema["properties"].items()}
            kept["additionalProperties"] = False
        if "items" in schema:
            kept["items"] = self._strict(schema["items"])
        # an enum reached by reference is null until it is known, which the specification forgets to say
        return {"anyOf": [kept, {"type": "null"}]} if schema.get("nullable") or "enum" in kept else kept


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes(json.loads((contract() / "twilio_callcenter_subset.json").read_text()))


@pytest.fixture
def line() -> Iterator[PracticeLine]:
    voice = TinyVoice()
    conference = '<Dial><Conference participantLabel="durand">c1</Conference></Dial>'
    voice.documents = {
        "/voice/incoming": lambda said: "<Enqueue>attente</Enqueue>" if said["From"] == KARIM else conference,
        "/avis": say("Votre avis") + "<Record/>",
    }
    with Running(voice.app) as url, Running(create(url, OURS, speed=200, calls_per_second=0)) as carrier:
        line = PracticeLine(carrier)
        line.call().happens("room")
        line.call(KARIM).waits_in_queue()
        line.connects("ines", f"{url}/avis").happens("recording")
        yield line


def ask(line: PracticeLine, method: str, path: str, **form: str) -> tuple[int, Any]:
    word = base64.b64encode(f"{PRACTICE_ACCOUNT}:{PRACTICE_TOKEN}".encode()).decode()
    data = urlencode(form).encode() if form else None
    request = Request(line.base_url + ROOT + path, data=data, method=method, headers={"Authorization": f"Basic {word}"})
    with urlopen(request) as answer:
        return answer.status, json.load(answer)


def test_every_answer_has_the_shape_of_the_specification(line: PracticeLine, shapes: Shapes) -> None:
    def judge(described: str, method: str, path: str, **form: str) -> Any:
        status, body = ask(line, method, path, **form)
        assert shapes.complaints(described, method, status, body) == [], f"{method} {described}"
        return body

    one = judge("/Calls.json", "POST", "/Calls.json", To=KARIM, From=OURS, Twiml="<Response><Pause/></Response>")["sid"]
    judge("/Calls.json", "GET", "/Calls.json?PageSize=1")
    judge("/Calls/{Sid}.json", "GET", f"/Calls/{one}.json")
    queue = judge("/Queues.json", "GET", "/Queues.json")["queues"][0]["sid"]
    judge("/Queues.json", "POST", "/Queues.json", FriendlyName="autre", MaxSize="10")
    judge("/Queues/{Sid}.json", "GET", f"/Queues/{queue}.json")
    judge("/Queues/{QueueSid}/Members.json", "GET", f"/Queues/{queue}/Members.json")
    judge("/Queues/{QueueSid}/Members/{CallSid}.json", "GET", f"/Queues/{queue}/Members/Front.json")
    room = judge("/Conferences.json", "GET", "/Conferences.json?FriendlyName=c1")["conferences"][0]["sid"]
    judge("/Conferences/{Sid}.json", "GET", f"/Conferences/{room}.json")
    everybody = f"/Conferences/{room}/Participants"
    judge("/Conferences/{ConferenceSid}/Participants.json", "GET", f"{everybody}.json")
    judge("/Conferences/{ConferenceSid}/Participants.json", "POST", f"{everybody}.json", To="+33600000001", From=OURS)
    person = "/Conferences/{ConferenceSid}/Participants/{CallSid}.json"
    judge(person, "GET", f"{everybody}/durand.json")
    judge(person, "POST", f"{everybody}/durand.json", Muted="true")
    text = judge("/Messages.json", "POST", "/Messages.json", To=KARIM, From=OURS, Body="Bonjour")["sid"]
    judge("/Messages.json", "GET", "/Messages.json")
    judge("/Messages/{Sid}.json", "GET", f"/Messages/{text}.json")
    recording = judge("/Recordings.json", "GET", "/Recordings.json")["recordings"][0]["sid"]
    judge("/Recordings/{Sid}.json", "GET", f"/Recordings/{recording}.json")
    number = judge("/IncomingPhoneNumbers.json", "GET", "/IncomingPhoneNumbers.json")
    sid = number["incoming_phone_numbers"][0]["sid"]
    judge("/IncomingPhoneNumbers/{Sid}.json", "GET", f"/IncomingPhoneNumbers/{sid}.json")
    time.sleep(0.3)
    ask(line, "POST", f"/Conferences/{room}.json", Status="completed")
    judge("/Conferences/{Sid}.json", "GET", f"/Conferences/{room}.json")
    judge("/Calls.json", "GET", "/Calls.json?Status=completed")


def test_a_field_that_the_specification_does_not_know_is_caught(shapes: Shapes) -> None:
    assert shapes.complaints("/Queues/{Sid}.json", "GET", 200, {"sid": "QU" + "1" * 32}) == []
    assert shapes.complaints("/Queues/{Sid}.json", "GET", 200, {"colour": "blue"})
    assert shapes.complaints("/Queues/{Sid}.json", "GET", 200, {"sid": "CA" + "1" * 32})
