"""The cast of the stories, and the service they play in: real processes on real stores, and the practice carrier.

Mme Durand calls, Karim answers, Inès supervises.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from callcenter.config import settings
from callcenter.demonstration import up
from ivr.practice.telephones import PracticeLine
from tests.support.ports import free_port

NUMBER = "+33800000000"
PATIENCE = 90.0


@dataclass(frozen=True)
class Service:
    """Where the running service is reached, and its processes by name."""

    voice: str
    web: str
    carrier: str
    processes: dict[str, subprocess.Popen[bytes]]
    logs: Path

    def line(self) -> PracticeLine:
        """The carrier that citizens and desk phones are on."""
        return PracticeLine(self.carrier, NUMBER)

    def said(self, name: str) -> str:
        """What a process has logged."""
        return (self.logs / f"{name}.log").read_text()


@contextmanager
def service(
    environment: dict[str, str], logs: Path, speed: float = 20, only: set[str] | None = None, pool: str = "threads"
) -> Iterator[Service]:
    """The whole service on loopback, telephone time `speed` times faster, until the block ends. The carrier lets it
    dial one telephone in each second of that time. `pool`: of the worker; deployments have `prefork`, threads start
    sooner."""
    voice, web, carrier = free_port(), free_port(), free_port()
    env = os.environ | {"DIALS_PER_SECOND": str(speed)} | environment | {
        "DEMONSTRATION": "1", "ALWAYS_OPEN": "1", "SECURE_COOKIES": "0", "MONITORING": "1", "TWILIO_NUMBER": NUMBER,
        "PUBLIC_VOICE_URL": f"http://127.0.0.1:{voice}", "PUBLIC_WEB_URL": f"http://127.0.0.1:{web}",
        "TWILIO_API_URL": f"http://127.0.0.1:{carrier}",
    }  # fmt: skip
    quickly = ["--log-level", "warning", "--timeout-graceful-shutdown", "3"]
    commands = {
        "carrier": [
            sys.executable, "-m", "ivr.practice", "--port", str(carrier), "--speed", str(speed),
            "--calls-per-second", "0",
        ],
        "voice": [*up.uvicorn("tests.support.recorded_voice:app", voice), *quickly],
        "web": [*up.uvicorn("tests.support.recorded_web:app", web), *quickly],
        "sweep": [sys.executable, "-m", "callcenter.sweep"],
        "worker": [
            sys.executable, "-m", "celery", "-A", "workers.app", "worker", "-c", "2", "-l", "warning", "-P", pool,
        ],
    }  # fmt: skip
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            if only is None or name in only:
                log = (logs / f"{name}.log").open("wb")
                processes[name] = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
        for name, url in (("voice", voice), ("web", web), ("carrier", carrier)):
            if name in processes:
                _is_ready(
                    f"http://127.0.0.1:{url}/{'health/live' if name != 'carrier' else 'practice'}", processes[name]
                )
        yield Service(
            f"http://127.0.0.1:{voice}", f"http://127.0.0.1:{web}", f"http://127.0.0.1:{carrier}", processes, logs
        )
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def in_settings(service: Service) -> Iterator[None]:
    """What this process itself asks of the carrier, and calls its webs, is this service's, until the block ends."""
    urls = {"TWILIO_API_URL": service.carrier, "PUBLIC_VOICE_URL": service.voice, "PUBLIC_WEB_URL": service.web}
    before = {name: os.environ.get(name) for name in urls}
    os.environ |= urls
    settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        settings.cache_clear()


def _is_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while True:
        if process.poll() is not None:
            raise AssertionError(f"{process.args!r} ended with {process.returncode}")
        try:
            opener.open(url, timeout=2).read()
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise AssertionError(f"{url} is not ready") from None
            time.sleep(0.1)
        else:
            return
