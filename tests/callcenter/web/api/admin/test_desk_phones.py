"""Which numbers are rung as desk phones: judged in the form, the API, the table, and again before each ring."""

from collections.abc import Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.actions import agent, desk_phone
from callcenter.config import settings
from callcenter.db import reading
from callcenter.errors import DeskPhoneNotCalled
from callcenter.records import agents
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle

NOT_RUNG = [
    "+33899701234", "0899701234", "+33800123456", "+33820123456", "+88213300000", "+8816 2345 6789", "+442079460018",
    "+4915112345678", "+18005551234", "+33162123456", "+33948123456", "+33800000000",
]  # fmt: skip


LEA = {"login": "lea", "name": "Léa Hoarau", "department": "974", "topics": ["impots"]}


@pytest.fixture
def luxembourg_allowed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DESK_PHONES_ALLOWED", "+3522478, +442079460018")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("number", NOT_RUNG)
def test_no_other_number_is_written_into_an_account_by_any_way(web: TestClient, number: str) -> None:
    by_api = web.post("/api/admin/agents", json=LEA | {"phone": number})
    assert by_api.status_code == 422
    assert "n'appelle pas ce numéro" in by_api.json()["sentence"]
    token = {"csrf": web.headers["X-CSRF-Token"]}
    page = web.post("/admin/agents/new", data=LEA | token | {"phone": number, "languages": "fr"})
    assert page.status_code == 422
    assert "n'appelle pas ce numéro" in unescape(page.text)
    table = f"login;name;department;phone\nlea;Léa Hoarau;974;{number}\n".encode()
    by_table = web.post("/api/admin/agents/import", files={"table": table})
    assert by_table.status_code == 422
    assert by_table.json()["refused"] == [{"line": 2, "code": "staff_phone_not_called"}]
    with reading() as session:
        assert agents.by_login(session, "lea") is None


def test_the_deployer_may_allow_others_by_number_or_beginning(luxembourg_allowed: None, web: TestClient) -> None:
    assert web.post("/api/admin/agents", json=LEA | {"phone": "+352 2478 2000"}).status_code == 201
    assert web.post("/api/admin/agents", json=LEA | {"login": "max", "phone": "+442079460018"}).status_code == 201
    for other in ("+35226123456", "+442079460019"):
        assert web.post("/api/admin/agents", json=LEA | {"login": "tom", "phone": other}).status_code == 422


def test_a_number_written_before_is_shown_and_not_rung(web: TestClient, sign_in: SignIn) -> None:
    settle("karim", phone="+33899701234")
    ines = settle("ines", role="supervisor", departments=["46"], phone="+88213300000")
    settle("lea")
    listed = {row["login"]: row["phone_is_not_called"] for row in web.get("/api/admin/agents").json()}
    assert listed == {"admin": False, "karim": True, "ines": True, "lea": False}
    assert web.get("/admin/agents").text.count("Téléphone à corriger") == 2
    with reading() as session:
        row = agents.by_login(session, "karim")
    assert row is not None
    assert "n'appelle pas ce numéro" in unescape(web.get(f"/admin/agents/{row.id}").text)
    karim = sign_in("karim")
    for line in ("phone", "shift"):
        answer = karim.post("/api/desk/post", json={"line": line})
        assert (answer.status_code, answer.json()["refusal"]) == (409, "DeskPhoneNotCalled")
    assert karim.get("/api/desk").json()["state"] == "offline"
    with reading() as session:
        supervisor = agents.get(session, ines)
        assert supervisor is not None
        with pytest.raises(DeskPhoneNotCalled):
            desk_phone.of(supervisor)


def test_what_is_allowed_no_more_is_rung_no_more(
    web: TestClient, luxembourg_allowed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    karim = settle("karim", phone="+35224782000")
    agent.take_post(karim, "phone", clock.now())
    monkeypatch.setenv("DESK_PHONES_ALLOWED", "")
    settings.cache_clear()
    agent.leave_post(karim, clock.now())
    with pytest.raises(DeskPhoneNotCalled):
        agent.take_post(karim, "phone", clock.now())
