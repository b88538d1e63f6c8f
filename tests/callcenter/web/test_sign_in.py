"""The door under those who guess: what is counted, by what, and who is never locked out."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from itertools import chain
from threading import Event, Semaphore

import pytest
import time_machine
from starlette.testclient import TestClient

from callcenter import clock, passwords
from callcenter.config import settings
from callcenter.db import engine, reading, transaction
from callcenter.records import agents, tries
from callcenter.records.tries import ADDRESS, DEVICE, HERE, NAME, SignInTry
from callcenter.web.app import create
from tests.support.town import PASSWORD, settle

From = Callable[..., TestClient]
WRONG = "faux"


@pytest.fixture
def browser_at(database: object, live: object) -> Iterator[From]:
    """A way to open one more browser at an address, with what a proxy says of it."""
    with ExitStack() as stack:
        app = create()

        def opened(address: str = "192.0.2.1", **headers: str) -> TestClient:
            origin = settings().public_web_url
            said = {"Origin": origin, "Accept-Language": "fr"} | {k.replace("_", "-"): v for k, v in headers.items()}
            client = TestClient(app, base_url=origin, headers=said, follow_redirects=False, client=(address, 40000))
            return stack.enter_context(client)

        yield opened
    engine().dispose()


@pytest.fixture
def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8,2001:db8:1::/48")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def _tries(client: TestClient, login: str = "lea", password: str = WRONG, times: int = 1) -> list[int]:
    return [client.post("/api/session", json={"login": login, "password": password}).status_code for _ in range(times)]


def test_after_five_wrong_tries_even_the_right_password_waits_and_is_told_how_long(browser_at: From) -> None:
    settle("lea")
    client = browser_at()
    assert _tries(client, times=HERE.most) == [401] * HERE.most
    for answer in (
        client.post("/api/session", json={"login": "lea", "password": PASSWORD}),
        client.post("/sign-in", data={"login": "lea", "password": PASSWORD}),
    ):
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= HERE.within.total_seconds() + 1
        assert "Trop d'essais" in answer.text.replace("&#39;", "'")
    with time_machine.travel(clock.now() + HERE.within + timedelta(seconds=2)):
        assert _tries(client, password=PASSWORD) == [200]


@pytest.mark.parametrize("written", ["lea ", " LEA", "ＬＥＡ", "\tlea\n", "lEa"])
def test_one_name_has_one_lock_however_it_is_written(browser_at: From, written: str) -> None:
    settle("lea")
    client = browser_at()
    assert _tries(client, written, PASSWORD) == [200]
    stranger = browser_at("192.0.2.2")
    assert _tries(stranger, "lea", times=HERE.most) == [401] * HERE.most
    assert _tries(stranger, written, PASSWORD) == [429]


def test_sixty_at_once_are_no_more_guesses_than_five(browser_at: From) -> None:
    settle("lea")
    clients = [browser_at() for _ in range(6)]
    with ThreadPoolExecutor(60) as crowd:
        said = Counter(chain.from_iterable(crowd.map(lambda n: _tries(clients[n % 6]), range(60))))
    assert said == {401: HERE.most, 429: 60 - HERE.most}


def test_a_botnet_has_as_many_guesses_as_a_name_allows_and_locks_nobody_out_of_their_own_browser(
    browser_at: From,
) -> None:
    settle("lea")
    own = browser_at("198.51.100.7")
    assert _tries(own, password=PASSWORD) == [200]
    said = Counter(_tries(browser_at(f"203.0.113.{n}"))[0] for n in range(NAME.most + 10))
    assert said == {401: NAME.most, 429: 10}
    assert _tries(browser_at("192.0.2.99"), password=PASSWORD) == [429]  # a browser nobody knows
    assert _tries(own, "Lea ", PASSWORD) == [200]
    own.headers["X-CSRF-Token"] = own.post("/api/session", json={"login": "lea", "password": PASSWORD}).json()["csrf"]
    new = {"present": PASSWORD, "password": "quatre chevaux dans un pré", "again": "quatre chevaux dans un pré"}
    changed = own.post("/my-password", data=new | {"csrf": own.headers["X-CSRF-Token"]})
    assert changed.status_code == 303  # nor do their guesses keep anybody from changing the password that they guess


def test_a_known_browser_has_five_guesses_and_only_for_the_account_that_it_knows(browser_at: From) -> None:
    settle("lea")
    settle("karim")
    own = browser_at()
    _tries(own, password=PASSWORD)
    assert _tries(own, times=DEVICE.most + 2) == [401] * DEVICE.most + [429] * 2
    assert _tries(own, "karim", times=HERE.most + 1) == [401] * HERE.most + [429]
    (cookie,) = [name for name in own.cookies if name.startswith("device-")]
    forged = browser_at("192.0.2.3")
    for value in ("", "a.b.c", "x.1.é", own.cookies[cookie][:-1] + "0" * (own.cookies[cookie][-1] != "0") or "1"):
        forged.cookies.set(cookie, value.encode("ascii", "ignore").decode())
        assert _tries(forged)[0] in (401, 429)
    assert _tries(forged, times=2)[-1] == 429  # counted as a stranger each time


def test_a_browser_is_not_known_for_ever(browser_at: From) -> None:
    settle("lea")
    own = browser_at("198.51.100.7")
    assert _tries(own, password=PASSWORD) == [200]
    with time_machine.travel(clock.now() + timedelta(days=181)):
        for n in range(NAME.most):
            _tries(browser_at(f"203.0.113.{n}"))
        assert _tries(own, password=PASSWORD) == [429]


def test_a_whole_office_behind_one_address_signs_in_at_half_past_eight(browser_at: From) -> None:
    logins = [f"agent{n}" for n in range(60)]
    for login in logins:
        settle(login)
    clients = [browser_at() for _ in range(4)]
    with ThreadPoolExecutor(20) as office:
        done = list(office.map(lambda n: _tries(clients[n % 4], logins[n], PASSWORD), range(60)))
    assert done == [[200]] * 60
    assert _tries(browser_at(), "agent1", PASSWORD, times=60) == [200] * 60  # what succeeds counts for nothing


def test_an_address_that_guesses_at_everybody_is_stopped_and_its_neighbours_known_browsers_are_not(
    browser_at: From,
) -> None:
    settle("lea")
    neighbour, guesser = browser_at(), browser_at()
    assert _tries(neighbour, password=PASSWORD) == [200]
    said = [_tries(guesser, f"name{n}")[0] for n in range(ADDRESS.most + 3)]
    assert said == [401] * ADDRESS.most + [429] * 3
    assert _tries(neighbour, password=PASSWORD) == [200]
    assert _tries(browser_at("192.0.2.2"), password=PASSWORD) == [200]


def test_ones_own_success_gives_no_more_guesses_at_others(browser_at: From) -> None:
    settle("lea")
    settle("insider")
    client = browser_at()
    for _ in range(HERE.most):
        assert _tries(client) == [401]
        assert _tries(client, "insider", PASSWORD) == [200]
    assert _tries(client) == [429]


def test_thirty_wrong_tries_behind_a_trusted_proxy_lock_their_own_address(
    browser_at: From, behind_a_proxy: None
) -> None:
    settle("lea")
    guesser = browser_at("10.0.0.5", X_Forwarded_For="203.0.113.9")
    assert _tries(guesser, times=30) == [401] * HERE.most + [429] * (30 - HERE.most)
    assert _tries(browser_at("10.0.0.5", X_Forwarded_For="203.0.113.8"), password=PASSWORD) == [200]


@pytest.mark.parametrize(
    ("peer", "forwarded"),
    [
        ("10.0.0.5", "{mine}, 203.0.113.9"),  # what the client wrote itself stands to the left
        ("10.0.0.5", "{mine}, 203.0.113.9, 10.2.0.1"),  # two proxies of ours
        ("10.0.0.5", "{mine}, 203.0.113.9:51234"),
        ("10.0.0.5", "{mine}, [2001:db8:2::{n}]:443"),  # one subscriber has a whole /64
        ("2001:db8:1::7", "{mine},203.0.113.9"),
        ("::ffff:10.0.0.5", "{mine},203.0.113.9"),
        ("203.0.113.9", "{mine}"),  # no proxy of ours says this
        ("10.0.0.5", "{mine}, unknown"),  # then it is the proxy itself
    ],
)
def test_an_address_is_believed_from_trusted_proxies_alone(
    browser_at: From, behind_a_proxy: None, peer: str, forwarded: str
) -> None:
    settle("lea")
    said = []
    for n in range(1, HERE.most + 2):
        told = forwarded.replace("{mine}", f"198.51.100.{n}").replace("{n}", str(n))
        said += _tries(browser_at(peer, X_Forwarded_For=told))
    assert said == [401] * HERE.most + [429]


def test_no_more_than_four_passwords_are_looked_at_at_once() -> None:
    kept, inside, may_go = passwords.hasher().hash("x"), Semaphore(0), Event()

    class Held(str):
        def encode(self, *_args: object, **_more: object) -> bytes:  # called by whoever has one of the four places
            inside.release()
            assert may_go.wait(30)
            return b"wrong"

    with ThreadPoolExecutor(16) as crowd:
        looks = [crowd.submit(passwords.is_password, kept, Held()) for _ in range(16)]
        assert all(inside.acquire(timeout=30) for _ in range(passwords.AT_ONCE))
        is_fifth = inside.acquire(timeout=0.3)
        may_go.set()
        assert not any(look.result(60) for look in looks)
    assert not is_fifth


@pytest.mark.parametrize(("password", "status"), [("\ud800", 422), ("", 401), ("x" * 100_000, 401)])
def test_no_password_is_a_failure_of_ours(browser_at: From, password: str, status: int) -> None:
    settle("lea")
    body = json.dumps({"login": "lea", "password": password})
    answer = browser_at().post("/api/session", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["sentence"]


def test_tries_are_pseudonyms_and_forgotten(browser_at: From) -> None:
    settle("lea")
    _tries(browser_at())
    with reading() as session:
        rows = session.query(SignInTry).all()
    assert len(rows) == 3
    assert not any(b"lea" in row.who or b"192.0.2" in row.who for row in rows)
    with transaction() as session:
        tries.tidy(session, clock.now() + tries.LONGEST + timedelta(seconds=1))
        assert session.query(SignInTry).count() == 0


def test_an_account_has_the_one_spelling_of_its_name(browser_at: From) -> None:
    settle("root", role="admin")
    admin = browser_at()
    begun = admin.post("/api/session", json={"login": "root", "password": PASSWORD}).json()
    admin.headers["X-CSRF-Token"] = begun["csrf"]
    account = {"name": "Léa", "department": "46", "password": PASSWORD}
    assert admin.post("/api/admin/agents", json=account | {"login": " ＬＥＡ "}).status_code == 201
    assert admin.post("/api/admin/agents", json=account | {"login": "lea"}).status_code == 422
    table = "login;name;department\nＬＥＡ ;Léa Martin;46\n".encode()
    assert admin.post("/api/admin/agents/import", files={"table": table}).json()["changed"] == ["lea"]
    with reading() as session:
        assert [row.login for row in agents.search(session, "lea")] == ["lea"]
