"""The streams: what is sent, to whom, and that none of them keeps the process from stopping."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from callcenter import clock
from callcenter.actions import wall_links
from callcenter.config import settings
from callcenter.db import reading
from callcenter.demonstration import embedded
from callcenter.records import agents
from callcenter.screens import wall_links_screen
from callcenter.web.broadcast import SIGNED_OUT, STILL_HERE, STORES_DOWN, Channel, Following, Watcher
from tests.support import cast
from tests.support.desk import PATIENCE, Desk
from tests.support.town import PASSWORD, settle


@pytest.fixture
def web(
    stores: embedded.Stores, database: object, live: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[cast.Service]:
    """The staff web as it runs: its own process."""
    with cast.service(stores.environment(), tmp_path, only={"web"}) as service:
        monkeypatch.setenv("PUBLIC_WEB_URL", service.web)
        settings.cache_clear()
        yield service
    settings.cache_clear()


class Listener:
    """What one open stream has been sent so far."""

    def __init__(self, http: httpx2.Client, path: str) -> None:
        self.events: list[str] = []
        self.ended = threading.Event()
        self._http, self._path = http, path
        threading.Thread(target=self._listen, daemon=True).start()

    def hears(self, fragment: str, timeout: float = 10) -> str:
        """The first event that holds this."""
        self.until(lambda events: any(fragment in event for event in events), timeout)
        return next(event for event in self.events if fragment in event)

    def until(self, so: Callable[[list[str]], bool], timeout: float = 10) -> None:
        deadline = time.monotonic() + timeout
        while not so(self.events):
            assert time.monotonic() < deadline, self.events
            time.sleep(0.02)

    def _listen(self) -> None:
        with suppress(httpx2.HTTPError), self._http.stream("GET", self._path, timeout=60) as answer:
            waiting = ""
            for text in answer.iter_text():
                *whole, waiting = (waiting + text).split("\n\n")
                self.events += whole
        self.ended.set()


def test_only_what_changed_is_sent_and_nobody_elses(web: cast.Service) -> None:
    settle("karim")
    settle("lea", phone="+33565000002")
    with Desk(web.web) as desk:
        karim, lea = desk.sign_in("karim", PASSWORD), desk.sign_in("lea", PASSWORD)
        stream = Listener(karim.http, "/stream?of=desk.fr")
        first = stream.hears('"bar":')
        for region in ("announce", "choice", "controls", "offer", "main", "queues", "caller", "day"):
            assert f'"{region}":' in first
        lea.takes_post().pauses("lunch")
        karim.takes_post()
        second = stream.hears("Disponible")
        assert '"day":' not in second
        assert "repas" not in second.partition("<select")[0]
        sent = len(stream.events)
        stream.until(lambda events: len(events) > sent + 1)
        assert stream.events[-1] == 'event: desk.fr\ndata: {"said":"still-here"}'


def test_a_session_that_is_ended_ends_its_stream(web: cast.Service) -> None:
    settle("ines", role="supervisor", departments=["46"])
    with Desk(web.web) as desk:
        ines = desk.sign_in("ines", PASSWORD, beats=False)
        stream = Listener(ines.http, "/stream?of=wall.fr")
        stream.hears('"wall_at":')
        assert ines.http.delete("/api/session").status_code == 204
        stream.hears("signed-out", timeout=15)
        assert stream.ended.wait(5)


def test_a_wall_ends_when_what_its_reader_may_see_changes(web: cast.Service) -> None:
    """So does the screen that holds a link of theirs; not for a change of anything else."""
    settle("admin", role="admin")
    paul_id = settle("paul", role="supervisor", departments=["46", "12"])
    as_now = {"login": "paul", "name": "Paul", "department": "46", "role": "supervisor", "departments": ["46", "12"]}
    with reading() as session:
        token = wall_links.make_link(session.get_one(agents.Agent, paul_id), "Salle", clock.now())
    with httpx2.Client(base_url=web.web) as stranger, Desk(web.web) as desk:
        admin, paul = desk.sign_in("admin", PASSWORD, beats=False), desk.sign_in("paul", PASSWORD, beats=False)
        streams = [Listener(paul.http, "/stream?of=wall.fr"), Listener(stranger, f"/stream?of=link:{token}.fr")]
        for stream in streams:
            stream.hears('"wall_at":')
        assert admin.http.put(f"/api/admin/agents/{paul_id}", json=as_now | {"name": "Paul V."}).status_code == 204
        assert paul.http.get("/api/board").status_code == 200
        assert admin.http.put(f"/api/admin/agents/{paul_id}", json=as_now | {"departments": ["46"]}).status_code == 204
        assert paul.http.get("/api/board").status_code == 401
        for stream in streams:
            stream.hears("signed-out", timeout=PATIENCE)
            assert stream.ended.wait(PATIENCE)


def test_open_streams_do_not_keep_the_process_from_stopping(web: cast.Service) -> None:
    settle("karim")
    settle("ines", role="supervisor", departments=["46"])
    with Desk(web.web) as desk:
        karim, ines = desk.sign_in("karim", PASSWORD, beats=False), desk.sign_in("ines", PASSWORD, beats=False)
        streams = [Listener(karim.http, "/stream?of=desk.fr"), Listener(ines.http, "/stream?of=wall.fr")]
        for stream in streams:
            stream.hears("regions")
        web.processes["web"].send_signal(signal.SIGINT)
        web.processes["web"].wait(10)
        assert "graceful shutdown exceeded" not in web.said("web")  # uvicorn's word when it must cut streams off
        assert all(stream.ended.wait(2) for stream in streams)


def test_a_screen_with_a_link_is_shown_the_wall_and_told_when_it_is_revoked(web: cast.Service) -> None:
    ines_id = settle("ines", role="supervisor", departments=["46"])
    with reading() as session:
        ines = agents.get(session, ines_id)
    assert ines is not None
    token = wall_links.make_link(ines, "Salle", clock.now())
    with httpx2.Client(base_url=web.web) as stranger:
        streams = [Listener(stranger, f"/stream?of=link:{token}.fr") for _ in range(3)]
        for stream in streams:
            assert "wall_agents" not in stream.hears('"wall_map":')
        wall_links.revoke_link(ines, wall_links_screen.of(ines)[0].id, clock.now())
        for stream in streams:
            stream.hears("signed-out", timeout=15)
            assert stream.ended.wait(5)


def test_one_stream_carries_all_that_a_browser_follows_each_by_its_name(web: cast.Service) -> None:
    ines_id = settle("ines", role="supervisor", departments=["46"])
    with reading() as session:
        token = wall_links.make_link(session.get_one(agents.Agent, ines_id), "Salle", clock.now())
    with Desk(web.web) as desk:
        ines = desk.sign_in("ines", PASSWORD, beats=False)
        names = ["desk.fr", "desk.en", "wall.fr", f"link:{token}.fr"]
        stream = Listener(ines.http, "/stream?" + "&".join(f"of={name}" for name in names))
        for name, heard in zip(names, ("Hors ligne", "Offline", "wall_agents", "wall_map"), strict=True):
            first = stream.hears(f"event: {name}\n")
            assert heard in first
        ines.takes_post()
        stream.hears("Disponible")
        stream.hears("Available")
        wall_links.revoke_link(session_staff(ines_id), wall_links_screen.of(session_staff(ines_id))[0].id, clock.now())
        stream.hears(f'event: link:{token}.fr\ndata: {{"said":"signed-out"}}', timeout=15)
        sent = len(stream.events)
        stream.until(lambda events: any(event.startswith("event: wall.fr") for event in events[sent:]))
        assert ines.http.delete("/api/session").status_code == 204
        for name in names[:3]:
            stream.hears(f'event: {name}\ndata: {{"said":"signed-out"}}', timeout=15)
        assert stream.ended.wait(5)


def session_staff(agent_id: str) -> agents.Agent:
    with reading() as session:
        return session.get_one(agents.Agent, agent_id)


WHO_MAY_FOLLOW = [
    ("agent", "desk.fr", 200), ("supervisor", "desk.fr", 200), ("auditor", "desk.fr", 403), ("admin", "desk.fr", 403),
    ("agent", "wall.fr", 403), ("supervisor", "wall.fr", 200), ("auditor", "wall.fr", 200), ("admin", "wall.fr", 200),
    ("agent", "desk", 404), ("agent", "desk.de", 404), ("agent", "floor.fr", 404), ("admin", "link:guessed.fr", 404),
    (None, "desk.fr", 303), (None, "wall.en", 303), (None, "link:guessed.fr", 404), (None, ".fr", 404),
]  # fmt: skip


def test_nobody_follows_what_is_not_theirs(web: cast.Service) -> None:
    with Desk(web.web) as desk, httpx2.Client(base_url=web.web) as stranger:
        for role in ("agent", "supervisor", "auditor", "admin"):
            settle(role, role=role, departments=["46"])
        browsers = {role: desk.sign_in(role, PASSWORD, beats=False).http for role, _, _ in WHO_MAY_FOLLOW if role}
        for who, name, status in WHO_MAY_FOLLOW:
            http = browsers[who] if who else stranger
            with http.stream("GET", f"/stream?of={name}", timeout=10) as answer:
                assert answer.status_code == status, (who, name)
        stream = Listener(browsers["agent"], "/stream?of=desk.fr&of=wall.fr")
        assert "signed-out" in stream.hears("event: wall.fr")
        assert '"bar":' in stream.hears("event: desk.fr")


def test_a_screen_that_missed_a_frame_is_sent_the_whole_and_the_others_what_changed() -> None:
    async def story() -> None:
        channel, first, late = Channel(), Screen(), Screen()
        following = [asyncio.create_task(first.watches(channel))]
        channel.show({"a": "1", "b": "1"})
        await first.has(1)
        channel.show({"a": "1", "b": "2"})
        await first.has(2)
        assert b'"b":' in first.bodies[1]
        assert b'"a":' not in first.bodies[1]
        following.append(asyncio.create_task(late.watches(channel)))
        await late.has(1)
        assert b'"a":' in late.bodies[0]
        late.takes.clear()
        for n in range(3, 6):
            channel.show({"a": str(n), "b": "2"})
            await first.has(n)
        late.takes.set()
        channel.show({"a": "6", "b": "2"})
        await late.has(3)
        assert b'"b":' in late.bodies[-1]  # whole, not only what changed last
        channel.show({"a": "6", "b": "2"})
        await first.has(7)
        assert first.bodies[-1].endswith(STILL_HERE)
        channel.tell(STORES_DOWN)
        await first.has(8)
        channel.show({"a": "6", "b": "2"})
        await first.has(9)
        assert b'"a":' in first.bodies[-1]
        first.watcher.ended = True
        channel.show({"a": "7", "b": "2"})
        await following[0]
        assert first.bodies[-1].endswith(SIGNED_OUT)
        channel.end()
        await following[1]
        assert not channel.watchers

    asyncio.run(asyncio.wait_for(story(), 10))


class Screen:
    """What one screen was sent, as the server would send it; while `takes` is not set it takes nothing."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.takes, self._more = asyncio.Event(), asyncio.Event()
        self.takes.set()
        self.watcher = Watcher(b"")

    async def watches(self, channel: Channel) -> None:
        await Following({"wall.fr": channel.frames(self.watcher)})({}, self._receive, self._send)

    async def has(self, count: int) -> None:
        while len(self.bodies) < count:
            self._more.clear()
            await self._more.wait()

    async def _receive(self) -> dict[str, str]:
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        await self.takes.wait()
        if message["type"] == "http.response.body" and message["body"]:
            self.bodies.append(message["body"])
            self._more.set()
