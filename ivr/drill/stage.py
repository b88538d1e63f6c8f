"""The processes of a drill: every part of the service at least twice, behind the proxy, started again when it dies."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil

from callcenter import clock
from callcenter.config import environment, settings
from callcenter.demonstration import up
from callcenter.demonstration.embedded import follow_us
from callcenter.demonstration.up import Child

GROWN = 15.0  # seconds in which a copy has read its modules, even on a busy machine
COPIES = 2  # of voice, web and the worker: no promise survives the death of an only one
STORES = {"postgresql": "postgres", "valkey": "valkey"}
HURRIED = {  # people of practice do in seconds what people do in minutes
    "DEMONSTRATION": "1", "ALWAYS_OPEN": "1", "SECURE_COOKIES": "0", "LOG_LEVEL": "WARNING", "PYTHONUNBUFFERED": "1",
    "OFFER_LEASE": "5", "RINGING_LEASE": "12", "CONNECTING_LEASE_PHONE": "8", "WRAP_UP_LIMIT": "20",
    "CALLBACK_APART": "3", "CALLBACKS_PER_HOUR": "100000", "TYPED_CALLBACKS_PER_HOUR": "100000",
    "DIALS_PER_SECOND": "20", "RING_WIDENS_AFTER": "1,3", "MONITORING": "1",
}  # fmt: skip


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Stage:
    """What plays, and the hands that break it. Everything here is asked from the main thread."""

    def __init__(self, logs: Path, sweeps: int, speed: float) -> None:
        self.logs = logs
        self.carrier = settings().twilio_api_url
        self.voice, self.web = settings().public_voice_url, settings().public_web_url
        self._ways = {name: free_port() for name in STORES}
        self._environment = environment() | self._through_the_proxy()
        self.children = {child.name: child for child in self._parts(sweeps, speed)}
        self.said: list[str] = []
        self._frozen: list[psutil.Process] = []

    @contextmanager
    def playing(self) -> Iterator["Stage"]:
        """Every process started and ready, until the block ends; what was frozen is woken first."""
        self._proxy = self._open_proxy()
        try:
            for child in self.children.values():
                child.start()
            for child in self.children.values():
                up.wait_until_ready(child, self.said.append)
            yield self
        finally:
            for child in self.children.values():
                self.wake(child.name)
                child.ask_to_stop()
            up.Run({}, [], list(self.children.values())).stop()
            self._proxy.kill()

    def tend(self) -> None:
        """What has died is started again; to be called a few times a second."""
        for child in self.children.values():
            child.revive(self.said.append)

    # the network

    def set_way(self, store: str, mode: str) -> None:
        """How the way to a store is, from now on: open, cut, half-open, slow."""
        assert self._proxy.stdin is not None
        self._proxy.stdin.write(f"{store} {mode}\n".encode())
        self._proxy.stdin.flush()

    # the stores, which our parent keeps

    def freeze_store(self, store: str) -> None:
        self._frozen = self._family(store)
        for process in self._frozen:
            with suppress(psutil.NoSuchProcess):  # a session that just ended
                process.suspend()

    def wake_store(self) -> None:
        """The one that was frozen: one at a time."""
        for process in self._frozen:
            with suppress(psutil.NoSuchProcess):
                process.resume()
        self._frozen = []

    def kill_store(self, store: str) -> None:
        """At once and without saving: PostgreSQL replays its log, Valkey comes back empty."""
        for process in self._family(store)[:1]:
            process.send_signal(signal.SIGQUIT if store == "postgresql" else signal.SIGKILL)

    def _family(self, store: str) -> list[psutil.Process]:
        """The server's first process and its own; it is our parent's child, and another one after each death. Empty
        while it is being started again."""
        siblings = psutil.Process(os.getppid()).children()
        first = [each for each in siblings if each.name().startswith(STORES[store])][:1]
        return [*first, *(child for each in first for child in each.children(recursive=True))]

    # the service's own processes

    def kill(self, name: str) -> None:
        """The part whole, its children too; it is started again as if it were its first death."""
        self.children[name].pause = up.SHORTEST_PAUSE
        self.children[name].kill()

    def kill_child(self, name: str, which: float) -> None:
        """One process of a part that has several; `which` between 0 and 1."""
        if several := self.processes_of(name):
            with suppress(psutil.NoSuchProcess):
                several[int(which * len(several))].kill()

    def is_grown(self, kind: str) -> bool:
        """Whether every process of a kind has been there long enough to work."""
        several = [name for name in self.children if name.startswith(kind)]
        born = [each.create_time() for name in several for each in self.processes_of(name) or self._first_of(name)]
        return bool(born) and clock.now().timestamp() - max(born) > GROWN

    def processes_of(self, name: str) -> list[psutil.Process]:
        """Those that do the work under the part's first process."""
        process = self.children[name].process
        if process is None or process.poll() is not None:
            return []
        try:
            found = psutil.Process(process.pid).children()
            return [each for each in found if "resource_tracker" not in " ".join(each.cmdline())]
        except psutil.NoSuchProcess:
            return []

    def _first_of(self, name: str) -> list[psutil.Process]:
        process = self.children[name].process
        return [psutil.Process(process.pid)] if process is not None and process.poll() is None else []

    def ask_to_stop(self, name: str) -> None:
        """As in a rolling restart: it ends its work, and is started again."""
        self.children[name].pause = up.SHORTEST_PAUSE
        self.children[name].ask_to_stop()

    def freeze(self, name: str) -> None:
        self._signal_all(name, signal.SIGSTOP)

    def wake(self, name: str) -> None:
        self._signal_all(name, signal.SIGCONT)

    def add(self, name: str, like: str) -> None:
        """One more of a kind."""
        model = self.children[like]
        extra = Child(name, model.command, model.environment, self.logs / f"{name}.log")
        extra.start()
        self.children[name] = extra

    def remove(self, name: str) -> None:
        self.children.pop(name).kill()

    def _signal_all(self, name: str, number: signal.Signals) -> None:
        process = self.children[name].process
        if process is not None and process.poll() is None:
            os.killpg(process.pid, number)

    # how it is set up

    def _through_the_proxy(self) -> dict[str, str]:
        own = settings()
        index, broker = urlsplit(own.redis_url), urlsplit(own.celery_broker_url)
        login = index.netloc.rpartition("@")[0]
        through = f"{login}@127.0.0.1:{self._ways['valkey']}"
        database = urlsplit(own.database_url)
        return {
            "DATABASE_URL": f"{database.scheme}://{database.username}@127.0.0.1:{self._ways['postgresql']}{database.path}?sslmode=disable",
            "REDIS_URL": index._replace(netloc=through).geturl(),
            "CELERY_BROKER_URL": broker._replace(netloc=through).geturl(),
        }

    def _open_proxy(self) -> subprocess.Popen[bytes]:
        own = settings()
        folder = parse_qs(urlsplit(own.database_url).query)["host"][0]
        targets = {"postgresql": f"{folder}/.s.PGSQL.5432", "valkey": str(urlsplit(own.redis_url).port)}
        words = [f"{name}={self._ways[name]}:{targets[name]}" for name in STORES]
        return subprocess.Popen(
            [sys.executable, "-m", "ivr.drill.proxy", *words],
            stdin=subprocess.PIPE, start_new_session=True, preexec_fn=follow_us(signal.SIGTERM),
        )  # fmt: skip

    def _parts(self, sweeps: int, speed: float) -> Iterator[Child]:
        def child(name: str, command: list[str], ready: str = "") -> Child:
            return Child(name, command, self._environment, self.logs / f"{name}.log", ready)

        port = str(urlsplit(self.carrier).port)
        yield child(
            "carrier",
            up.python("ivr.practice", "--port", port, "--speed", str(speed), "--calls-per-second", "0"),
            f"{self.carrier}/practice",
        )
        for name, app, address in (("voice", "ivr.app:app", self.voice), ("web", "callcenter.web.app:app", self.web)):
            command = [
                *up.uvicorn(app, urlsplit(address).port or 0),
                "--workers",
                str(COPIES),
                "--log-level",
                "warning",
                "--timeout-worker-healthcheck",
                "30",  # a copy that starts slowly on a busy machine is not a hung one
            ]
            yield child(name, command, f"{address}/health/live")
        for n in range(sweeps):
            yield child(f"sweep{n}", up.python("callcenter.sweep"))
        for n in range(COPIES):
            yield child(f"worker{n}", [*up.worker(2), "--hostname", f"{n}@drill"])
