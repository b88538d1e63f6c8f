"""The staff web in this process, on the real stores."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.config import settings
from callcenter.db import engine, transaction
from callcenter.records import rollout
from callcenter.web.app import create
from tests.support.recorder import recorded
from tests.support.town import PASSWORD, settle

SignIn = Callable[[str], TestClient]


@pytest.fixture
def browser(database: object, live: object) -> Iterator[Callable[[], TestClient]]:
    """A way to open one more browser, with no session yet; it sends the Origin of our own pages."""
    with ExitStack() as stack:
        app = recorded(create())

        def opened() -> TestClient:
            origin = settings().public_web_url
            headers = {"Origin": origin, "Accept-Language": "fr"}
            client = TestClient(app, base_url=origin, headers=headers, follow_redirects=False)
            return stack.enter_context(client)

        yield opened
    engine().dispose()


@pytest.fixture
def no_orders(database: object) -> None:
    """Another test's orders are gone from the tables, and must be from this process."""
    with transaction() as session:
        rollout.say(session, "N", {}, clock.now())
    config_snapshot.refresh()


@pytest.fixture
def ines(sign_in: SignIn) -> TestClient:
    """Inès, who administers."""
    settle("ines", role="admin")
    return sign_in("ines")


@pytest.fixture
def sign_in(browser: Callable[[], TestClient]) -> SignIn:
    """The browser of a member of staff who is signed in, with their token in its header."""

    def signed_in(login: str) -> TestClient:
        client = browser()
        begun = client.post("/api/session", json={"login": login, "password": PASSWORD})
        assert begun.status_code == 200, begun.text
        client.headers["X-CSRF-Token"] = begun.json()["csrf"]
        return client

    return signed_in


@pytest.fixture
def admin(browser: object) -> str:
    return settle("admin", role="admin")


@pytest.fixture
def web(sign_in: SignIn) -> Any:
    settle("admin", role="admin")
    return sign_in("admin")


@pytest.fixture
def people(browser: object) -> None:
    settle("admin", role="admin")
    settle("ines", role="supervisor", departments=["46", "12"])
    settle("karim")
