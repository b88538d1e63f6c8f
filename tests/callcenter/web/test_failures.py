"""What fails is as safe as what does not: headers, words, and one line where somebody broke off."""

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from callcenter.config import settings
from callcenter.demonstration import embedded
from callcenter.rules.roles import ANYBODY
from callcenter.web.app import create
from callcenter.web.identity import open_to
from callcenter.web.safe_headers import HEADERS
from tests.support import cast
from tests.support.town import PASSWORD, settle

Browser = Callable[[], TestClient]


@pytest.fixture
def https(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PUBLIC_WEB_URL", "https://poste.example.fr")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def broken(database: object, live: object) -> Iterator[TestClient]:
    """An app with two pages that fail."""

    @open_to(ANYBODY)
    def fails() -> str:
        raise ZeroDivisionError("the number +33565051234 of somebody")

    app = create()
    app.add_api_route("/fails", fails)
    app.add_api_route("/api/fails", fails)
    with TestClient(app, base_url=settings().public_web_url, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_fault_of_ours_is_a_page_in_words_with_every_header(broken: TestClient, language: str) -> None:
    answer = broken.get("/fails", headers={"Accept-Language": language})
    assert answer.status_code == 500
    assert ("Une erreur est survenue" if language == "fr" else "Something went wrong") in answer.text
    assert "+33565051234" not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    told = broken.get("/api/fails", headers={"Accept-Language": language})
    assert (told.status_code, told.json()["refusal"]) == (500, "OurFault")
    assert {name: told.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page", "/api/desk", "/static/css/staff.css", "/health/live"])
def test_a_browser_is_told_to_come_by_https_where_we_are_served_so(https: None, browser: Browser, path: str) -> None:
    assert browser().get(path).headers["strict-transport-security"] == "max-age=31536000"


def test_nothing_is_said_of_https_where_there_is_none(browser: Browser) -> None:
    assert "strict-transport-security" not in browser().get("/sign-in").headers


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/session", "application/json"),
        ("/sign-in", "application/x-www-form-urlencoded"),
        ("/api/admin/agents/import", "multipart/form-data; boundary=b"),
        ("/admin/agents/import", "multipart/form-data; boundary=b"),
    ],
)
def test_an_upload_that_breaks_off_is_one_line_of_log(
    database: object, live: object, stores: embedded.Stores, tmp_path: Path, path: str, kind: str
) -> None:
    settle("root", role="admin")
    with cast.service(stores.environment(), tmp_path, only={"web"}) as service:
        begun = _signs_in(service.web)
        host, port = urlsplit(service.web).hostname, urlsplit(service.web).port
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {service.web}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: 90000\r\n{begun}\r\n"
        )
        body = b'--b\r\nContent-Disposition: form-data; name="table"; filename="t.csv"\r\n\r\nlogin;name'
        with closing(socket.create_connection((host, port), 30)) as line:
            line.sendall(head.encode() + body)
            time.sleep(0.5)  # it has begun to be read
        deadline = time.monotonic() + 30
        while "a body broke off" not in service.said("web"):
            assert time.monotonic() < deadline, service.said("web")
            time.sleep(0.1)
        time.sleep(0.5)
        lines = service.said("web").splitlines()
    (only,) = [json.loads(line) for line in lines if "WARNING" not in line]
    assert only["event"] == "a body broke off"


def _signs_in(web: str) -> str:
    """The headers of a session."""
    credentials = {"login": "root", "password": PASSWORD}
    answer = httpx2.post(f"{web}/api/session", json=credentials, headers={"Origin": web}, trust_env=False)
    cookies = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
    return f"Cookie: {cookies}\r\nX-CSRF-Token: {answer.json()['csrf']}\r\n"


def test_a_body_that_breaks_off_answers_nobody_and_raises_nothing(database: object, live: object) -> None:
    sent: Iterator[dict[str, object]] = iter(
        [{"type": "http.request", "body": b"login=", "more_body": True}, {"type": "http.disconnect"}]
    )
    scope = {
        "type": "http", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b"",
        "headers": [
            (b"origin", settings().public_web_url.encode()), (b"content-type", b"application/x-www-form-urlencoded"),
        ],
        "root_path": "", "scheme": "http", "http_version": "1.1", "client": ("::1", 1), "server": ("::1", 80),
        "state": {},
    }  # fmt: skip

    async def receive() -> dict[str, object]:
        return next(sent)

    async def send(_message: object) -> None:
        return None

    asyncio.run(create()(scope, receive, send))
