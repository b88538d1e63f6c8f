"""`callcenter up`: the whole service on one machine, each part a child process, until Ctrl-C.

Without DATABASE_URL and REDIS_URL it is the demonstration: embedded stores, the practice carrier, citizens who call.
A variable that is already set always wins, so a carrier's account and a public URL make it ring for real.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

from callcenter.config import environment
from callcenter.demonstration import embedded, run_directory
from callcenter.demonstration.run_directory import DoesNotStart, note_settings

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds for a part to answer; Python and its libraries are slow to load on a busy machine
GRACE = 8.0  # seconds from TERM to KILL: a Celery that lost its broker would outlive everyone
STREAMS_GRACE = "5"  # seconds that uvicorn gives to open event streams
CITIZENS = "4"  # each telephones every minute and a half or so
HURRY = "10"  # how many times as fast as people, when one call is all there is to see
STEADY = 30.0  # a child alive this long has started well: its next death is its first
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # between a death and the next start

ANSWERS_WITHIN = 2.0  # seconds

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    directory: Path
    port: int
    voice_port: int
    carrier_port: int
    citizens: bool
    once: bool


@dataclass
class Child:
    """One part: a command, its log, and the address that answers 200 when it is ready."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    ready: str = ""
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    pause: float = SHORTEST_PAUSE

    def start(self) -> None:
        with run_directory.private(self.log) as output:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=embedded.follow_us(signal.SIGTERM),
            )
        self.started = time.monotonic()

    def dead(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def revive(self, say: Say) -> None:
        """Start it again if it has died, after a pause that doubles with each early death."""
        if not self.dead():
            return
        if time.monotonic() - self.started > STEADY:
            self.pause = SHORTEST_PAUSE
        if time.monotonic() - self.started >= self.pause:
            say(f"{self.name} stopped and is started again; see {self.log}")
            self.kill()
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
            self.start()

    def ask_to_stop(self) -> None:
        """The leader alone is asked: it knows best how to end its own children."""
        if self.process is not None:
            self.process.terminate()

    def kill(self) -> None:
        """Whatever is left of its group, grandchildren too."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Run:
    """The service at work."""

    environment: Mapping[str, str]
    accounts: list[dict[str, str]]
    children: list[Child] = field(default_factory=list)
    stores: list[embedded.Server] = field(default_factory=list)

    def tend(self, say: Say) -> None:
        """What has died is started again; to be called a few times a second."""
        for store in self.stores:
            if store.revive():
                say("A store stopped and is started again.")
        for child in self.children:
            child.revive(say)

    def stop(self, grace: float = GRACE) -> None:
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline and not all(child.dead() for child in self.children):
            time.sleep(0.05)
        for child in self.children:
            child.kill()


@contextmanager
def running(options: Options, say: Say) -> Iterator[Run]:
    """Everything started and ready; everything stopped on the way out, within ten seconds."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as stack:
        for port in (options.port, options.voice_port, options.carrier_port):
            _refuse_taken(port)
        stack.enter_context(run_directory.held(options.directory))
        settings, stores = _settings(options, stack, say)
        say("Bringing the database to this version…")
        accounts = _prepare(settings)
        settings.pop("MIGRATE_DATABASE_URL", None)  # what serves does not own the tables
        run = Run(settings, accounts, stores=stores)
        stack.callback(_leave_in_peace, run, note_settings(options.directory, settings))
        for child in _children(options, settings):
            child.log.unlink(missing_ok=True)
            run.children.append(child)
            child.start()
        for child in run.children:
            wait_until_ready(child, say)
        yield run


def witness(run: Run) -> int:
    """Let one call through and show what it became; the exit code of `callcenter.demonstration.witnessed_call`."""
    return subprocess.call(python("callcenter.demonstration.witnessed_call"), env=dict(run.environment))


def _refuse_taken(port: int) -> None:
    """Another service that answers there would be mistaken for ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise DoesNotStart(
                f"Port {port} is taken: choose others with --port, --voice-port, --carrier-port."
            ) from None


def _settings(options: Options, stack: ExitStack, say: Say) -> tuple[dict[str, str], list[embedded.Server]]:
    """The variables of the children, and the embedded stores that had to be started for them."""
    stores = []
    given = {name: value for name, value in environment().items() if value}
    wanted = {
        "PUBLIC_WEB_URL": f"http://{HOST}:{options.port}",
        "PUBLIC_VOICE_URL": f"http://{HOST}:{options.voice_port}",
        "PYTHONUNBUFFERED": "1",
    }
    if "DATABASE_URL" not in given:
        say("Starting PostgreSQL…")
        stores.append(stack.enter_context(embedded.postgresql(options.directory)))
        wanted |= embedded.database_setting(stores[-1]) | {"DEMONSTRATION": "1"}
    if "REDIS_URL" not in given:
        say("Starting Valkey…")
        stores.append(stack.enter_context(embedded.valkey(options.directory)))
        wanted |= embedded.live_settings(stores[-1])
    if "1" in (wanted.get("DEMONSTRATION"), given.get("DEMONSTRATION")):
        wanted |= {"SECURE_COOKIES": "0", "ALWAYS_OPEN": "1", "MONITORING": "1"}
        if "TWILIO_ACCOUNT_SID" not in given:
            wanted["TWILIO_API_URL"] = _practice_carrier(options)
    return wanted | given, stores


def _prepare(settings: Mapping[str, str]) -> list[dict[str, str]]:
    """Migrations, and in the demonstration its town; gives the accounts to show."""
    done = subprocess.run(python("callcenter.cli", "prepare"), env=dict(settings), capture_output=True, check=False)
    if done.returncode != 0:
        raise DoesNotStart(done.stderr.decode(errors="replace"))
    accounts: list[dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return accounts


def _children(options: Options, settings: Mapping[str, str]) -> Iterator[Child]:
    def child(name: str, command: list[str], ready: str = "") -> Child:
        return Child(name, command, settings, options.directory / f"logs/{name}.log", ready)

    carrier = settings.get("TWILIO_API_URL", "")
    if carrier == _practice_carrier(options):
        citizens = CITIZENS if options.citizens and not options.once else "0"
        speed = HURRY if options.once else "1"
        command = python("ivr.practice", "--port", str(options.carrier_port), "--citizens", citizens, "--speed", speed)
        yield child("carrier", command, carrier)
    yield child("voice", uvicorn("ivr.app:app", options.voice_port), f"http://{HOST}:{options.voice_port}/health/ready")
    yield child("web", uvicorn("callcenter.web.app:app", options.port), f"http://{HOST}:{options.port}/health/ready")
    yield child("sweep", python("callcenter.sweep"))
    yield child("worker", worker(2))
    if carrier == _practice_carrier(options) and (options.citizens or options.once):
        yield child("agents", python("ivr.practice.agents", "--hurry", HURRY if options.once else "1"))


def _practice_carrier(options: Options) -> str:
    return f"http://{HOST}:{options.carrier_port}"


def worker(children: int) -> list[str]:
    """The command of a worker with so many children."""
    quietly = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    return python("celery", "-A", "workers.app", "worker", "--concurrency", str(children), *quietly)


def python(module: str, *arguments: str) -> list[str]:
    """The command of a module."""
    return [sys.executable, "-m", module, *arguments]


def uvicorn(app: str, port: int) -> list[str]:
    """The command of a web application: guarded, and believing nobody about who asks (`api.addresses` does)."""
    guarded = ["--http", "callcenter.connection_guard:Guarded", "--ws", "none", "--no-proxy-headers"]
    quietly = ["--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", STREAMS_GRACE]
    return python("uvicorn", app, "--host", HOST, "--port", str(port), *guarded, *quietly)


def wait_until_ready(child: Child, say: Say) -> None:
    """Until its address answers; refuses with the end of its log."""
    if not child.ready:
        return
    say(f"Waiting for {child.name}…")
    deadline = time.monotonic() + PATIENCE
    while not _answers(child.ready):
        if child.dead() or time.monotonic() > deadline:
            last = child.log.read_text(errors="replace").splitlines()[-20:]
            raise DoesNotStart("\n".join([f"{child.name}, whose log {child.log} ends:", *last]))
        time.sleep(0.1)


def _answers(url: str) -> bool:
    """200; or, of an address that is no page of ours, any answer at all."""
    try:
        status = status_of(url)
    except requests.RequestException:
        return False
    return status == 200 or (status >= 400 and not url.endswith("/health/ready"))


def status_of(url: str) -> int:
    """What a part of ours answers, asked directly: loopback is behind no proxy. Raises requests.RequestException."""
    with requests.Session() as directly:
        directly.trust_env = False
        return directly.get(url, timeout=ANSWERS_WITHIN).status_code


def _leave_in_peace(run: Run, note: Path) -> None:
    """No second Ctrl-C may leave a child behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    note.unlink(missing_ok=True)
    run.stop()
