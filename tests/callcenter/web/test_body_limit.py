"""What is too much is refused before it is read, whoever sends it; files are for those who are signed in."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient
from starlette.types import Message

from callcenter.config import settings
from callcenter.rules import accounts, national_list
from callcenter.web.app import FILES, create
from callcenter.web.body_limit import SMALL, WRAPPING
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle

CHUNK = 16 * 1024
HEAD = b'--b\r\nContent-Disposition: form-data; name="table"; filename="t.csv"\r\n\r\n'
HUGE = 5_000_000


class Upload:
    """A form with a file of `size` bytes, sent a chunk at a time as the app asks for it; what was taken and said."""

    def __init__(
        self, path: str, size: int, *, by: TestClient | None = None, declared: bool = False, **said: str
    ) -> None:
        self.left, self.taken, self.status, self.text = size, 0, 0, ""
        told = {"content-type": "multipart/form-data; boundary=b", "origin": settings().public_web_url}
        if by is not None:
            told["cookie"] = "; ".join(f"{name}={value}" for name, value in by.cookies.items())
            told["x-csrf-token"] = by.headers["X-CSRF-Token"]
        if declared:
            told["content-length"] = str(len(HEAD) + size)
        headers = [(name.encode(), value.encode()) for name, value in (told | said).items()]
        scope = {
            "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
            "root_path": "", "scheme": "http", "http_version": "1.1", "headers": headers, "client": ("::1", 1),
            "server": ("::1", 80), "state": {},
        }  # fmt: skip
        asyncio.run(create()(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        first, chunk = HEAD if not self.taken else b"", b"x" * min(CHUNK, self.left)
        self.left -= len(chunk)
        self.taken += len(first + chunk)
        return {"type": "http.request", "body": first + chunk, "more_body": self.left > 0}

    async def _send(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()


@pytest.fixture
def nothing_on_disk(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """No temporary file can be written."""
    monkeypatch.setattr(tempfile, "tempdir", str(Path("/nowhere")))


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(
    ("path", "otherwise"),
    [("/sign-in", 413), ("/api/admin/sites/import", 413), ("/admin/sites/list", 303), ("/desk/notes", 303)],
)
def test_a_strangers_upload_is_refused_and_never_written(
    nothing_on_disk: None, path: str, otherwise: int, declared: bool
) -> None:
    """`otherwise`: a page that is closed to strangers says so, and reads nothing of the form."""
    upload = Upload(path, HUGE, declared=declared)
    assert upload.status == (413 if declared else otherwise)
    assert upload.taken <= (0 if declared or otherwise == 303 else SMALL + CHUNK)


@pytest.mark.parametrize("declared", [True, False])
def test_it_is_said_on_a_page_and_by_the_api_in_both_languages(database: object, declared: bool) -> None:
    assert "Cet envoi est trop lourd" in Upload("/sign-in", HUGE, declared=declared).text
    english: Any = {"accept-language": "en"}
    assert "too much to send" in Upload("/sign-in", HUGE, declared=declared, **english).text
    told = Upload("/api/admin/agents/import", HUGE, declared=declared, **english)
    assert json.loads(told.text)["refusal"] == "BodyTooLarge"
    assert "too much to send" in told.text


@pytest.mark.parametrize("declared", [True, False])
def test_staff_send_files_where_files_are_taken_and_no_larger_ones(sign_in: SignIn, declared: bool) -> None:
    settle("admin", role="admin")
    admin = sign_in("admin")
    assert Upload("/api/admin/agents/import", accounts.LARGEST, by=admin, declared=declared).status in (400, 422)
    upload = Upload("/api/admin/agents/import", national_list.LARGEST, by=admin, declared=declared)
    assert upload.status == 413
    assert upload.taken <= (0 if declared else accounts.LARGEST + WRAPPING + CHUNK)
    assert Upload("/desk/notes", HUGE, by=admin, declared=declared).status == (413 if declared else 403)
    elsewhere = {"origin": "https://elsewhere.example"}
    assert Upload("/api/admin/agents/import", HUGE, by=admin, declared=declared, **elsewhere).status == 413


def test_every_place_for_files_is_a_page_of_ours() -> None:
    posts = {route.path for route in iter_route_contexts(create().routes) if "POST" in (route.methods or ())}
    assert set(FILES) <= posts
