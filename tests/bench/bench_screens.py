"""A thousand walls on one process: the web app as it runs, its stores, and so many screens opened by a link.

    python -m tests.bench.bench_screens [screens, 1,000 unless told]

Every screen holds a stream of its own on loopback for twenty seconds, while agents and waiting calls of a busy hour
are on the photograph. Each line is `name number`: frames that reached each screen a second (1 is what the wall
promises), the server's processor time a second (1 is one core), what a frame costs in microseconds, and its memory.
"""

import os
import resource
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import psutil

from callcenter import clock, migrations
from callcenter.actions import wall_links
from callcenter.config import settings
from callcenter.db import transaction
from callcenter.demonstration import embedded
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls
from callcenter.records.identifiers import new_id
from callcenter.rules.states import CallState
from tests.bench.bench_wall import cpu, read
from tests.support.town import settle, settle_many

SECONDS = 20.0
AGENTS, WAITING = 60, 200
PATIENCE = 60.0


def main() -> None:
    screens = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 1_000
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if screens + 100 > most:
        raise SystemExit(f"{most} open files are not enough for {screens} screens")
    os.environ.update(DEMONSTRATION="1", LOG_LEVEL="WARNING")
    with tempfile.TemporaryDirectory(prefix="bench-screens-") as directory:
        Path(directory).chmod(0o755)
        with embedded.stores(Path(directory)) as stores:
            os.environ.update(stores.environment())
            settings.cache_clear()
            migrations.upgrade()
            address = f"/stream?of=link:{_busy()}.fr"
            with _web() as (server, port):
                _measure(server, port, address, screens)


def _busy() -> str:
    """A busy hour, and the address of its wall for a screen."""
    settle_many(AGENTS)
    root = settle("root", role="admin")
    now = clock.now()
    for n in range(WAITING):
        at = now - timedelta(seconds=7 * n)
        with transaction() as session:
            call = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber("+33565051234"), at)
            call.queued_at, call.state, call.topic = at, CallState.WAITING, ("impots", "sante", "caf")[n % 3]
            call.department = ("46", "31", "12", "974")[n % 4]
    with transaction() as session:
        overseer = agents.get(session, root)
    assert overseer is not None
    return wall_links.make_link(overseer, "bench", clock.now())


@contextmanager
def _web() -> Iterator[tuple[psutil.Process, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "callcenter.web.app:app", "--port", str(port), "--no-access-log"]
    process = subprocess.Popen([*command, "--log-level", "warning", "--timeout-graceful-shutdown", "1"])
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "the web app does not start"
                time.sleep(0.2)
        yield psutil.Process(process.pid), port
    finally:
        process.kill()
        process.wait()


def _measure(server: psutil.Process, port: int, address: str, screens: int) -> None:
    before = server.memory_info().rss
    selector, clients = selectors.DefaultSelector(), []
    for _ in range(screens):
        client = socket.create_connection(("127.0.0.1", port), 30)
        client.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        client.setblocking(False)
        selector.register(client, selectors.EVENT_READ, bytearray())
        clients.append(client)
    deadline, seen = time.monotonic() + PATIENCE, 0
    while seen < screens:  # a new screen is sent the whole picture first
        assert time.monotonic() < deadline, f"only {seen} frames reached {screens} screens"
        seen += read(selector, 1.0)
    read(selector, 2.0)
    spent, began = cpu(server), time.monotonic()
    received = read(selector, SECONDS)
    took, spent = time.monotonic() - began, cpu(server) - spent
    print(f"# {screens} screens, {received:,} frames in {took:.1f} s, {received / took:,.0f} a second")
    print(f"wall_frames_per_screen_and_second {received / took / screens:.2f}")
    print(f"wall_cores_for_{screens}_screens {spent / took:.2f}")
    print(f"wall_microseconds_per_frame {1e6 * spent / received:.0f}")
    print(f"wall_megabytes {server.memory_info().rss / 2**20:.0f}")
    print(f"wall_kilobytes_per_screen {(server.memory_info().rss - before) / screens / 1024:.1f}")
    for client in clients:
        client.close()


if __name__ == "__main__":
    main()
