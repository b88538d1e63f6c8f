"""Accounts: who may write them, what is refused, and that who is at their post follows at once."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from callcenter import clock
from callcenter.actions import agent
from callcenter.cli import imports as cli_import
from callcenter.db import reading
from callcenter.live import floor
from callcenter.records import agents, sessions
from callcenter.rules import accounts
from tests.callcenter.web.conftest import SignIn
from tests.support.town import TOPICS, settle

LEA = {"login": "lea", "name": "Léa Hoarau", "department": "974", "topics": ["impots"], "phone": "0262 00 00 12"}


PASSWORD = "assez long pour servir"
TABLE = """login;name;department;role;topics;departments;phone
lea;Léa Hoarau;974;;impots sante;;0262000012
ines;Inès Castan;1;superviseur;*;1 46;0565000002
"""


def row(login: str) -> agents.Agent:
    with reading() as session:
        found = agents.by_login(session, login)
        assert found is not None
        return found


@pytest.fixture
def door(browser: Callable[[], TestClient]) -> TestClient:
    """A browser with no session."""
    return browser()


def _chooses(door: TestClient, link: str, password: str) -> int:
    form = {"token": link, "password": password, "again": password}
    status: int = door.post("/password", data=form).status_code
    return status


def _signs_in(door: TestClient, login: str, password: str) -> httpx2.Response:
    answer: httpx2.Response = door.post("/api/session", json={"login": login, "password": password})
    return answer


def test_an_account_is_created_signs_in_and_is_deactivated(sign_in: SignIn, door: TestClient, admin: str) -> None:
    web = sign_in("admin")
    created = web.post("/api/admin/agents", json=LEA)
    assert created.status_code == 201, created.text
    assert _signs_in(door, "lea", "!").status_code == 401  # no password yet
    assert _chooses(door, created.json()["link"], PASSWORD) == 303
    lea = row("lea")
    assert (lea.phone and lea.phone.e164, lea.topics, lea.languages) == ("+262262000012", ["impots"], ["fr"])
    assert _signs_in(door, "lea", PASSWORD).json()["agent_id"] == created.json()["id"]
    assert web.post(f"/api/admin/agents/{lea.id}/deactivate").status_code == 204
    assert _signs_in(door, "lea", PASSWORD).status_code == 401
    assert [each["login"] for each in web.get("/api/admin/agents?active=false").json()] == ["lea"]
    assert web.post(f"/api/admin/agents/{lea.id}/reactivate").status_code == 204
    assert _chooses(door, web.post(f"/api/admin/agents/{lea.id}/link").json()["link"], PASSWORD * 2) == 303
    assert _signs_in(door, "lea", PASSWORD * 2).status_code == 200
    with reading() as session:
        acts = [act.act for act in sessions.history(session, ["agent"], lea.id)]
    chose = "set their own password"
    assert acts == [chose, "made a password link", "reactivated", "deactivated", chose, "created"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("login", "Léa H", "staff_login"),
        ("role", "chief", "staff_role"),
        ("department", "984", "staff_department"),
        ("topics", ["ovni"], "staff_topics"),
        ("languages", ["xx"], "staff_languages"),
        ("departments", ["99"], "staff_departments"),
        ("phone", "12", "staff_phone"),
        ("site", 4, "staff_site"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    sign_in: SignIn, admin: str, field: str, value: object, code: str
) -> None:
    refused = sign_in("admin").post("/api/admin/agents", json=LEA | {field: value})
    assert refused.status_code == 422
    from callcenter.web.pages.words import say

    assert say("fr", f"error.{code}") in refused.json()["sentence"]
    with reading() as session:
        assert agents.by_login(session, "lea") is None


def test_only_an_administrator_writes_accounts_and_never_their_own_role(sign_in: SignIn, admin: str) -> None:
    settle("ines", role="supervisor", departments=["46"])
    for path in ("/api/admin/agents", "/admin/agents", "/admin/agents/new", "/admin/agents/import"):
        assert sign_in("ines").get(path).status_code == 403, path
    web = sign_in("admin")
    own = LEA | {"login": "admin", "role": "agent"}
    assert web.put(f"/api/admin/agents/{admin}", json=own).status_code == 403
    assert web.post(f"/api/admin/agents/{admin}/deactivate").status_code == 403
    settle("karim")
    taken = web.post("/api/admin/agents", json=LEA | {"login": "karim"})
    assert taken.status_code == 422
    web.headers["X-CSRF-Token"] = "of another page"
    assert web.post("/api/admin/agents", json=LEA).status_code == 403


def test_who_is_at_their_post_serves_their_new_queues_at_once(sign_in: SignIn, admin: str) -> None:
    karim = settle("karim", topics=["impots"])
    agent.take_post(karim, "phone", clock.now())
    assert floor.on_duty(["46:impots:fr", "974:sante:fr"]) == [1, 0]
    changed = LEA | {"login": "karim", "topics": ["sante"], "department": "974"}
    assert sign_in("admin").put(f"/api/admin/agents/{karim}", json=changed).status_code == 204
    assert floor.on_duty(["46:impots:fr", "974:sante:fr"]) == [0, 1]
    assert floor.present()[karim] is not None
    with reading() as session:
        (last, *_) = sessions.history(session, ["agent"], karim)
    assert last.changes["topics"] == ["impots", "sante"]
    assert last.changes["phone"] == ["", ""]  # that it changed, never what it was


@pytest.mark.parametrize(
    ("role", "departments", "signed_in"),
    [("superviseur", "46 12", True), ("superviseur", "46", False), ("agent", "46 12", False)],
)
def test_a_table_that_changes_what_somebody_sees_signs_them_out(
    sign_in: SignIn, admin: str, role: str, departments: str, signed_in: bool
) -> None:
    settle("paul", role="supervisor", departments=["12", "46"], topics=["impots"])
    paul = sign_in("paul")
    table = f"login;name;department;role;topics;departments\npaul;Paul;46;{role};impots;{departments}\n"
    assert sign_in("admin").post("/api/admin/agents/import", files={"table": table.encode()}).status_code == 200
    assert (paul.get("/api/callbacks/mine").status_code == 200) is signed_in


def test_a_deactivated_agent_leaves_the_floor(sign_in: SignIn, admin: str) -> None:
    karim = settle("karim")
    agent.take_post(karim, "phone", clock.now())
    assert sign_in("admin").post(f"/api/admin/agents/{karim}/deactivate").status_code == 204
    assert karim not in floor.present()
    with reading() as session:
        gone = agents.get(session, karim)
    assert gone is not None
    assert (gone.state, gone.active) == ("offline", False)


def test_a_table_is_taken_whole_and_again_without_a_change(sign_in: SignIn, door: TestClient, admin: str) -> None:
    web = sign_in("admin")
    done = web.post("/api/admin/agents/import", files={"table": TABLE.encode()})
    assert done.status_code == 200, done.text
    assert done.json()["new"] == ["lea", "ines"]
    ines = row("ines")
    assert (ines.role, ines.department, ines.departments, ines.topics) == ("supervisor", "01", ["01", "46"], TOPICS)
    assert _chooses(door, done.json()["links"][1]["address"], PASSWORD) == 303
    other = TABLE.replace("Léa Hoarau", "Léa Hoareau")
    again = web.post("/api/admin/agents/import", files={"table": other.encode("cp1252")})
    assert (again.json()["changed"], again.json()["same"]) == (["lea"], 1)
    assert _signs_in(door, "ines", PASSWORD).status_code == 200


def test_one_wrong_line_refuses_the_table_with_every_line_and_reason(
    sign_in: SignIn, admin: str, tmp_path: Path
) -> None:
    wrong = TABLE + "paul;Paul;46;agent;ovni;;12\nlea;Encore;46;;;;\nzoe;Zoé;46;;;;\n"
    refused = sign_in("admin").post("/api/admin/agents/import", files={"table": wrong.encode()})
    assert refused.status_code == 422
    told = {(each["line"], each["code"]) for each in refused.json()["refused"]}
    assert told == {(4, "staff_topics"), (4, "staff_phone"), (5, "staff_twice")}
    (tmp_path / "agents.csv").write_text(wrong)
    command = CliRunner().invoke(cli_import.app, ["agents", str(tmp_path / "agents.csv")])
    assert command.exit_code == 1
    assert "line 4, phone: This telephone number cannot be read." in command.output
    with reading() as session:
        assert agents.search(session, "", "974") == []
    (tmp_path / "agents.csv").write_text(TABLE)
    command = CliRunner().invoke(cli_import.app, ["agents", str(tmp_path / "agents.csv")])
    lines = command.output.splitlines()
    assert lines[0] == "2 new, 0 changed, 0 the same."
    assert lines[1].startswith("lea: The person has not chosen a password yet")
    assert re.fullmatch(r"ines: http\S+/password#[\w-]{43}", lines[-1])


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"nom;age\nx;3\n", b"login,name\n", b"PK\x03\x04\0\0", TABLE.encode() + b'a;"b']
)
def test_what_is_no_table_of_agents_is_refused(content: bytes) -> None:
    with pytest.raises(accounts.NotStaff):
        accounts.read(content, TOPICS, lambda _department: TOPICS)
