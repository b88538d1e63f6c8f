"""A password that nobody else knows: the link that an administrator hands over, and its owner's own change."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.db import reading
from callcenter.records import password_links, sessions
from tests.callcenter.web.conftest import SignIn
from tests.support.town import PASSWORD, settle

Browser = Callable[[], TestClient]
NEW = "quatre chevaux dans un pré"
ZOE = {"name": "Zoé Martin", "login": "zoe.martin", "department": "46", "topics": "impots", "phone": "05 65 00 00 09"}


@pytest.fixture
def web(sign_in: SignIn) -> Any:
    settle("admin", role="admin")
    return sign_in("admin")


def _made(web: Any, **changed: str) -> Any:
    return web.post("/admin/agents/new", data=ZOE | changed | {"csrf": web.headers["X-CSRF-Token"]})


def _link_in(page: str) -> str:
    found = re.search(r'value="[^"]*/password#([\w-]{43})"', page)
    assert found, page
    return found[1]


def _chooses(client: TestClient, token: str, password: str = NEW, again: str | None = None) -> Any:
    return client.post("/password", data={"token": token, "password": password, "again": again or password})


def _signs_in(client: TestClient, password: str, login: str = "zoe.martin") -> int:
    return client.post("/api/session", json={"login": login, "password": password}).status_code


def test_an_account_begins_without_a_department_chosen_for_it(web: Any) -> None:
    page = web.get("/admin/agents/new").text
    assert '<option value="" selected>Choisissez un département</option>' in page
    assert 'type="password"' not in page
    refused = _made(web, department="")
    assert refused.status_code == 422
    assert 'id="department-error"' in refused.text


def test_a_new_account_has_a_link_shown_once_by_which_its_owner_alone_sets_a_password(
    web: Any, browser: Browser
) -> None:
    made = _made(web)
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    token = _link_in(made.text)
    agent = web.get("/api/admin/agents?text=zoe").json()[0]
    again = web.get(f"/admin/agents/{agent['id']}").text
    assert token not in again
    assert "Un lien attend" in again
    assert agent["lacks"] == ["password"]
    owner = browser()
    assert token not in owner.get("/password").text
    chosen = _chooses(owner, token)
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/my-password?done=1")
    assert "personne d&#39;autre ne le connaît" in owner.get("/my-password?done=1").text
    assert owner.get("/desk").status_code == 200
    assert _signs_in(browser(), NEW) == 200
    assert web.get("/api/admin/agents?text=zoe").json()[0]["lacks"] == []
    spent = _chooses(browser(), token, NEW * 2)
    assert spent.status_code == 422
    assert "Ce lien ne sert plus" in spent.text
    assert 'id="token-error"' in spent.text
    assert _signs_in(browser(), NEW) == 200


def test_the_whole_link_may_be_pasted_where_its_code_goes(web: Any, browser: Browser) -> None:
    link = web.post("/api/admin/agents", json={"login": "lea", "name": "Léa", "department": "46"}).json()["link"]
    assert _chooses(browser(), f"  {link} ").status_code == 303
    assert _signs_in(browser(), NEW, "lea") == 200


def test_a_newer_link_takes_the_place_of_the_one_before(web: Any, browser: Browser) -> None:
    first = _link_in(_made(web).text)
    agent_id = web.get("/api/admin/agents?text=zoe").json()[0]["id"]
    second = _link_in(web.post(f"/admin/agents/{agent_id}/link", data={"csrf": web.headers["X-CSRF-Token"]}).text)
    assert _chooses(browser(), first).status_code == 422
    assert _chooses(browser(), second).status_code == 303


@pytest.mark.parametrize(
    ("token", "password", "again", "field"),
    [
        ("", NEW, NEW, "token"),
        ("x" * 43, NEW, NEW, "token"),
        ("\x00é", NEW, NEW, ""),
        (None, "court", "court", "password"),
        (None, "y" * 201, "y" * 201, "password"),
        (None, NEW, NEW + "x", "again"),
        (None, "zoe.martin  ", "zoe.martin  ", "password"),
        (None, "Zoé  Martin ", "Zoé  Martin ", "password"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_costs_no_link(
    web: Any, browser: Browser, token: str | None, password: str, again: str, field: str
) -> None:
    link = _link_in(_made(web).text)
    refused = _chooses(browser(), link if token is None else token, password, again)
    assert refused.status_code == 422
    assert (f'id="{field}-error"' in refused.text) is bool(field)
    assert password not in re.sub(r"Zoé Martin", "", refused.text) or field == "token"
    assert _chooses(browser(), link).status_code == 303


def test_a_link_is_over_after_three_days_and_dies_with_a_deactivated_account(web: Any, browser: Browser) -> None:
    link = _link_in(_made(web).text)
    with time_machine.travel(clock.now() + password_links.HOLDS + timedelta(seconds=1)):
        assert _chooses(browser(), link).status_code == 422
    agent_id = web.get("/api/admin/agents?text=zoe").json()[0]["id"]
    assert web.post(f"/api/admin/agents/{agent_id}/deactivate").status_code == 204
    assert _chooses(browser(), link).status_code == 422
    assert web.post(f"/api/admin/agents/{agent_id}/link").status_code == 403
    assert web.post(f"/api/admin/agents/{agent_id}/reactivate").status_code == 204
    assert _chooses(browser(), link).status_code == 422


def test_no_table_and_no_history_holds_what_opens_an_account(web: Any) -> None:
    link = _link_in(_made(web).text)
    with reading() as session:
        kept = [row[0] for row in session.execute(text("select password_links::text from password_links"))]
        told = [row[0] for row in session.execute(text("select audit::text from audit"))]
        assert len(kept) == 1
        assert link not in "".join(kept + told)
        (agent_id,) = session.execute(text("select agent_id::text from password_links")).scalars()
        assert [act.act for act in sessions.history(session, ["agent"], agent_id)] == ["created"]


def test_one_changes_ones_own_password_and_every_other_browser_is_signed_out(sign_in: SignIn, browser: Browser) -> None:
    settle("karim")
    here, there = sign_in("karim"), sign_in("karim")
    assert "Changer mon mot de passe" in here.get("/desk").text
    form = {"csrf": here.headers["X-CSRF-Token"], "present": PASSWORD, "password": NEW, "again": NEW}
    wrong = here.post("/my-password", data=form | {"present": "faux"})
    assert wrong.status_code == 422
    assert 'id="present-error"' in wrong.text
    differ = here.post("/my-password", data=form | {"again": NEW + "!"})
    assert 'id="again-error"' in differ.text
    assert there.get("/api/desk").status_code == 200
    done = here.post("/my-password", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/my-password?done=1")
    assert here.get("/my-password").status_code == 200
    assert there.get("/api/desk").status_code == 401
    assert (_signs_in(browser(), PASSWORD, "karim"), _signs_in(browser(), NEW, "karim")) == (401, 200)


def test_whoever_sits_at_an_open_session_guesses_no_longer_than_at_the_door(sign_in: SignIn) -> None:
    settle("karim")
    here = sign_in("karim")
    form = {"csrf": here.headers["X-CSRF-Token"], "present": "faux", "password": NEW, "again": NEW}
    said = [here.post("/my-password", data=form).status_code for _ in range(12)]
    assert said[0] == 422
    assert said[-1] == 429


def test_a_table_brings_links_and_says_what_each_account_still_lacks(web: Any, browser: Browser) -> None:
    table = (
        "login;name;department;role;topics;departments;phone\n"
        "lea;Léa;46;;;;\nines;Inès;46;superviseur;*;;\nomar;Omar;46;;impots;;0565000003\n"
    )
    page = web.post(
        "/admin/agents/import", data={"csrf": web.headers["X-CSRF-Token"]}, files={"table": ("t.csv", table.encode())}
    )
    assert page.status_code == 200
    links = re.findall(r"<code>[^<]*/password#([\w-]{43})</code>", page.text)
    assert len(set(links)) == 3
    assert "Comptes à compléter : 3" in page.text
    lacks = {each["login"]: each["lacks"] for each in web.get("/api/admin/agents").json()}
    assert lacks["lea"] == ["password", "phone", "topics"]
    assert lacks["ines"] == ["password", "departments"]
    assert lacks["omar"] == ["password"]
    assert _chooses(browser(), links[2]).status_code == 303
    again = web.post("/api/admin/agents/import", files={"table": table.encode()}).json()
    assert (again["same"], again["links"]) == (3, [])
    assert dict(again["lacking"]) == {"lea": ["password", "phone", "topics"], "ines": ["password", "departments"]}
    with_password = table.replace(";phone\n", ";phone;password\n").replace(";0565000003\n", f";0565000003;{NEW}\n")
    refused = web.post("/api/admin/agents/import", files={"table": with_password.encode()})
    assert [(each["line"], each["code"]) for each in refused.json()["refused"]] == [(4, "staff_password")]
