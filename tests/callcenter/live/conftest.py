"""The live index alone: empty before each test, and a server of one's own for tests that freeze or kill it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callcenter.config import settings
from callcenter.demonstration import embedded
from callcenter.live import store


@pytest.fixture(autouse=True)
def index(live: embedded.Server) -> embedded.Server:
    return live


@pytest.fixture
def speak_to(index: embedded.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Gives the index another server's URL, until the test ends."""

    def look_again() -> None:
        store.client().close()
        settings.cache_clear()
        store.forget()

    def speak_to(url: str) -> None:
        monkeypatch.setenv("REDIS_URL", url)
        look_again()

    yield speak_to
    monkeypatch.undo()
    look_again()


@pytest.fixture
def fragile(speak_to: Callable[[str], None], tmp_path: Path) -> Iterator[embedded.Server]:
    """A server of one's own, to freeze or kill."""
    (tmp_path / "logs").mkdir()
    with embedded.valkey(tmp_path) as server:
        speak_to(f"{server.url}/0")
        yield server
