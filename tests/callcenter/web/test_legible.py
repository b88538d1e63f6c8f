"""A control character pasted into a form, or sent as JSON, costs no caller the menu."""

from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from callcenter.actions import config_snapshot
from callcenter.db import reading
from callcenter.records import agents
from callcenter.rules.plain_text import cleaned
from ivr import dialogue
from ivr.caller_answers import Heard
from ivr.twiml import twiml
from tests.support.town import PASSWORD

PASTED = ["\x01", "\x08", "\x0b", "\x0c", "\x1f", "\x7f", "\x85", "\x9f", "\ufffe", "\uffff", "\u2028"]


pytestmark = pytest.mark.usefixtures("no_orders")


def _welcome() -> str:
    document = twiml(dialogue.ask("welcome", Heard(), config_snapshot.current().menu, "/v"))
    return "".join(ElementTree.fromstring(document.encode()).itertext())


@pytest.mark.parametrize("character", PASTED)
def test_a_message_is_cleaned_where_it_is_typed(ines: TestClient, character: str) -> None:
    words = f"Inon{character}dations : appelez{character} le 112."
    given = {"scope": "N", "fr": words}
    for answer in (
        ines.post("/api/board/orders/message", json=given),
        ines.post("/supervision/orders/message", data=given | {"ends": "lift", "confirmed": "1", "heard": "read"}),
    ):
        assert answer.status_code in (200, 303)
        (kept,) = config_snapshot.current().messages
        assert kept.words["fr"] == " ".join(cleaned(words).split())
        assert character not in kept.words["fr"]
        assert kept.words["fr"] in _welcome()


def test_a_topic_and_an_account_are_cleaned_too(ines: TestClient) -> None:
    labels, sheet = {"fr": "l'e\x0bau\x1f", "en": "wa\x02ter"}, {"fr": "Appeler\x0ble syndicat"}
    keys = ines.get("/api/admin/directory/46").json()["free"]
    topic = {"scope": "46", "keys": keys, "code": "eau", "labels": labels, "sheet": sheet}
    written = ines.put("/api/admin/directory/topics", json=topic)
    assert written.status_code == 204, written.text
    shown = next(t for t in ines.get("/api/admin/directory/46").json()["topics"] if t["code"] == "eau")
    assert (shown["labels"], shown["sheet"]) == ({"fr": "l'e au", "en": "water"}, {"fr": "Appeler\nle syndicat"})
    who = {"login": "lea", "name": "L\x1féa", "department": "46", "role": "agent", "password": PASSWORD}
    opened = ines.post("/api/admin/agents", json=who)
    assert opened.status_code == 201, opened.text
    with reading() as session:
        lea = agents.by_login(session, "lea")
    assert lea is not None
    assert lea.name == "Léa"


@pytest.mark.parametrize("kind", ["Application/JSON; charset=utf-8", "application/merge-patch+json"])
def test_json_is_cleaned_by_whatever_name_it_comes(ines: TestClient, kind: str) -> None:
    words = b'{"scope": "N", "fr": "Inon\\u000bdations\\u0001 : appelez le 112."}'
    said = ines.post("/api/board/orders/message", content=words, headers={"Content-Type": kind})
    assert said.status_code == 200
    assert [message.words["fr"] for message in config_snapshot.current().messages] == ["Inon dations : appelez le 112."]


@pytest.mark.parametrize("body", [b"", b"{", b'{"scope": "N", "fr": ', b"null", b"[]"])
def test_what_is_no_json_of_ours_is_refused_as_before(ines: TestClient, body: bytes) -> None:
    sent = ines.post("/api/board/orders/message", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= sent.status_code < 500
