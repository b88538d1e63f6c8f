"""Nobody passes who may not: sessions, roles, the Origin, the token, the tries."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.records import agents, sessions
from callcenter.rules import roles as roles_rules
from callcenter.web.app import create
from tests.callcenter.web.conftest import SignIn
from tests.support.town import PASSWORD, settle

Browser = Callable[[], TestClient]
OPEN_TO_ANYBODY = {
    ("/api/session", "POST"),
    ("/health/live", "GET"),
    ("/health/ready", "GET"),
    ("/sign-in", "GET"),
    ("/sign-in", "POST"),
    ("/language", "POST"),
    ("/password", "GET"),
    ("/password", "POST"),
    ("/help", "GET"),
    ("/help/", "GET"),
    ("/help/{screen}", "GET"),
    ("/metrics", "GET"),
    ("/open-data/taux-de-decroche-par-un-conseiller.csv", "GET"),
    ("/open-data/taux-de-decroche-par-un-conseiller.schema.json", "GET"),
    ("/wall/{token}", "GET"),
    ("/stream", "GET"),  # of what a browser may follow: `test_streams`
}


def _routes() -> list[tuple[str, str, frozenset[str]]]:
    found = []
    for route in iter_route_contexts(create().routes):
        if route.path and route.methods:
            roles: frozenset[str] = getattr(route.endpoint, "roles", frozenset())
            found += [(route.path, method, roles) for method in route.methods]
    return found


def test_every_route_but_the_door_is_closed_to_strangers(browser: Browser) -> None:
    stranger = browser()
    routes = _routes()
    assert {(path, method) for path, method, roles in routes if roles_rules.ANYBODY in roles} == OPEN_TO_ANYBODY
    reached = []
    for path, method, _ in routes:
        if (path, method) not in OPEN_TO_ANYBODY:
            answer = stranger.request(method, path.replace("{act}", "accept"), json={})
            is_door = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
            if answer.status_code != 401 and not is_door:
                reached.append((method, path, answer.status_code))
    assert len(routes) > 30
    assert not reached


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor", "admin"])
def test_every_route_refuses_the_roles_it_is_not_open_to(role: str, sign_in: SignIn) -> None:
    settle("who", role=role, departments=["46"])
    client = sign_in("who")
    for path, method, roles in _routes():
        if roles_rules.ANYBODY in roles or path in ("/sign-out", "/api/session"):
            continue
        answer = client.request(method, path.replace("{act}", "beat"), json={})
        assert (answer.status_code == 403) == (role not in roles), (method, path, answer.status_code)


def test_an_endpoint_that_does_not_say_who_may_is_closed_to_everybody(browser: Browser, sign_in: SignIn) -> None:
    settle("root", role="admin")
    client = sign_in("root")
    app = client.app
    assert isinstance(app, FastAPI)
    app.add_api_route("/forgotten", lambda: "a secret")
    answer = client.get("/forgotten")
    assert answer.status_code == 403
    assert "a secret" not in answer.text


def test_the_right_password_opens_a_session_that_a_sign_out_ends(browser: Browser) -> None:
    settle("karim")
    client = browser()
    answer = client.post("/sign-in", data={"login": " Karim ", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert client.get("/").headers["location"] == "/desk"
    page = client.get("/desk").text
    token = page.partition('data-csrf="')[2].partition('"')[0]
    stolen = dict(client.cookies)
    assert client.post("/sign-out", data={"csrf": token}).headers["location"] == "/sign-in"
    client.cookies.update(stolen)
    assert client.get("/desk").headers["location"] == "/sign-in?to=%2Fdesk"


def test_secure_cookies_belong_to_this_host_alone(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECURE_COOKIES", "1")
    settings.cache_clear()
    try:
        settle("karim")
        cookie = browser().post("/api/session", json={"login": "karim", "password": PASSWORD}).headers["set-cookie"]
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie.split("; ")
    assert "Domain" not in cookie


@pytest.mark.parametrize("login", ["karim", "nobody", ""])
def test_a_wrong_password_and_an_unknown_name_are_refused_alike(login: str, browser: Browser) -> None:
    settle("karim")
    answer = browser().post("/sign-in", data={"login": login, "password": "wrong"})
    assert answer.status_code == 401
    assert "Identifiant ou mot de passe incorrect." in answer.text
    assert "set-cookie" not in answer.headers


def test_somebody_who_is_no_longer_active_is_out_at_once(sign_in: SignIn) -> None:
    agent_id = settle("karim")
    client = sign_in("karim")
    assert client.get("/api/desk").status_code == 200
    with transaction() as session:
        agent = agents.get(session, agent_id)
        assert agent
        agent.active, agent.closed_at = False, clock.now()
    assert client.get("/api/desk").status_code == 401


def test_a_session_ends_after_its_lifetime(sign_in: SignIn) -> None:
    settle("karim")
    client = sign_in("karim")
    with transaction() as session:
        (row,) = session.query(sessions.StaffSession).all()
        row.expires_at = clock.now() - timedelta(seconds=1)
    assert client.get("/api/desk").status_code == 401


def test_the_token_at_rest_is_not_the_cookie(sign_in: SignIn) -> None:
    settle("karim")
    client = sign_in("karim")
    with reading() as session:
        (row,) = session.query(sessions.StaffSession).all()
    assert row.token.hex() not in str(dict(client.cookies))
    assert str(dict(client.cookies)["session"]).encode() not in row.token


@pytest.mark.parametrize("origin", [None, "https://elsewhere.example", "null"])
def test_what_changes_something_must_come_from_our_own_pages(origin: str | None, sign_in: SignIn) -> None:
    settle("karim")
    client = sign_in("karim")
    del client.headers["Origin"]
    headers = {"Origin": origin} if origin else {}
    answer = client.post("/api/desk/post", json={"line": "phone"}, headers=headers)
    assert answer.status_code == 403
    assert client.get("/api/desk").json()["state"] == "offline"


def test_what_changes_something_must_carry_this_sessions_token(sign_in: SignIn) -> None:
    settle("karim")
    settle("lea")
    karim, lea = sign_in("karim"), sign_in("lea")
    for token in ("", "é", lea.headers["X-CSRF-Token"]):
        answer = karim.post("/desk/post", data={"line": "phone", "csrf": token}, headers={"X-CSRF-Token": ""})
        assert answer.status_code == 403
    assert karim.get("/api/desk").json()["state"] == "offline"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reports/rows?measure=demands&site=99999999999999999999", 404),
        ("/api/sites/99999999999", 404),
        ("/api/admin/sites/99999999999/exceptions", 404),
        ("/reports/rows?measure=demands&procedure=%00", 422),
        ("/sites?words=%00", 422),
        ("/api/admin/agents?text=%00", 422),
    ],
)
def test_what_no_row_can_hold_is_refused_in_words(path: str, status: int, sign_in: SignIn) -> None:
    settle("root", role="admin")
    assert sign_in("root").get(path).status_code == status


def test_every_answer_says_what_a_browser_must_not_do(browser: Browser) -> None:
    client = browser()
    for path in ("/sign-in", "/desk", "/no-such-page", "/api/desk", "/static/css/staff.css", "/health/live"):
        headers = client.get(path).headers
        policy = dict(part.partition(" ")[::2] for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert client.get("/sign-in").headers["cache-control"] == "no-store"


def test_the_language_is_chosen_before_and_kept_with_the_account(browser: Browser) -> None:
    settle("karim")
    client = browser()
    assert "Se connecter" in client.get("/sign-in").text
    client.post("/language", data={"language": "en"})
    assert "Sign in" in client.get("/sign-in").text
    begun = client.post("/api/session", json={"login": "karim", "password": PASSWORD}).json()
    assert "Prendre mon poste" in client.get("/desk").text
    client.post("/my-language", data={"language": "en", "csrf": begun["csrf"]})
    assert "Take my post" in client.get("/desk").text
    assert client.get("/api/board").json()["sentence"] == "You have no access to this page."


@pytest.mark.parametrize(
    ("came_from", "goes_to"),
    [
        ("/reports?first=2026-10-01&territory=R76", "/reports?first=2026-10-01&territory=R76"),
        ("/reports/rows?measure=demands", "/reports/rows?measure=demands"),
        ("/sites?department=46", "/sites?department=46"),
        ("/sites/12", "/sites/12"),
        ("/sites?q=caf%C3%A9+%26+Cie#map", "/sites?q=caf%C3%A9+%26+Cie"),
        ("/sign-in?next=//elsewhere.example", "/"),
        ("//elsewhere.example/x", "/"),
        ("", "/"),
    ],
)
def test_a_change_of_language_stays_on_the_page_and_its_question(sign_in: SignIn, came_from: str, goes_to: str) -> None:
    settle("ines", role="supervisor", departments=["46"])
    ines = sign_in("ines")
    asked = {"language": "en", "csrf": ines.headers["X-CSRF-Token"]}
    for host in (settings().public_web_url.rstrip("/"), "https://elsewhere.example"):
        answer = ines.post("/my-language", data=asked, headers={"Referer": host + came_from if came_from else ""})
        assert (answer.status_code, answer.headers["location"]) == (303, goes_to)
