"""The streams: what is sent, to whom, and that none of them keeps the process from stopping."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from callcenter import embedded
from callcenter.config import settings
from tests import cast
from tests.desk import Desk
from tests.town import PASSWORD, settle


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
        stream = Listener(karim.http, "/desk/stream")
        first = stream.hears('hx-target="#bar"')
        for region in ("announce", "offer", "main", "queues", "caller", "day"):
            assert f'hx-target="#{region}"' in first
        lea.takes_post().pauses("lunch")
        karim.takes_post()
        second = stream.hears("Disponible")
        assert 'hx-target="#day"' not in second
        assert "repas" not in second.partition("<select")[0]
        sent = len(stream.events)
        stream.until(lambda events: len(events) > sent + 1)
        assert stream.events[-1] == ": still here"


def test_a_session_that_is_ended_ends_its_stream(web: cast.Service) -> None:
    settle("ines", role="supervisor", departments=["46"])
    with Desk(web.web) as desk:
        ines = desk.sign_in("ines", PASSWORD, beats=False)
        stream = Listener(ines.http, "/supervision/stream")
        stream.hears('hx-target="#wall_at"')
        assert ines.http.delete("/api/session").status_code == 204
        stream.hears("signed-out", timeout=15)
        assert stream.ended.wait(5)


def test_open_streams_do_not_keep_the_process_from_stopping(web: cast.Service) -> None:
    settle("karim")
    settle("ines", role="supervisor", departments=["46"])
    with Desk(web.web) as desk:
        karim, ines = desk.sign_in("karim", PASSWORD, beats=False), desk.sign_in("ines", PASSWORD, beats=False)
        streams = [Listener(karim.http, "/desk/stream"), Listener(ines.http, "/supervision/stream")]
        for stream in streams:
            stream.hears("hx-partial")
        web.processes["web"].send_signal(signal.SIGINT)
        web.processes["web"].wait(10)
        assert "graceful shutdown exceeded" not in web.said("web")  # uvicorn's word when it must cut streams off
        assert all(stream.ended.wait(2) for stream in streams)
