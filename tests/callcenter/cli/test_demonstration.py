"""`callcenter call` telephones the service of its own directory, as `up` does, and no other."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from callcenter.config import environment
from callcenter.demonstration import embedded, run_directory
from ivr.practice.server import Running, create
from ivr.practice.telephones import PracticeLine
from tests.support.ports import free_port

PATIENCE = 120.0  # seconds; six processes start, on a machine that is busy
NOTHING: Mapping[str, str] = {}
FIRST, SECOND, THIRD = "+33565051201", "+33565051202", "+33565051203"


@pytest.fixture
def here(stores: embedded.Stores, database: object, live: object, tmp_path: Path) -> Iterator[tuple[Path, str, str]]:
    """A directory in which somebody has typed `callcenter up`; its carrier's address and its voice's."""
    web, voice, carrier = free_port(), free_port(), free_port()
    ports = ["--port", str(web), "--voice-port", str(voice), "--carrier-port", str(carrier), "--no-citizens"]
    with typed(["up", *ports], tmp_path, stores.environment() | {"DEMONSTRATION": "1"}) as (process, said):
        eventually(lambda: "Ready in" in said(), lambda: process.poll() is None, said)
        yield tmp_path, f"http://127.0.0.1:{carrier}", f"http://127.0.0.1:{voice}"


def test_call_and_up_mean_the_same_service_and_another_directory_another(here: tuple[Path, str, str]) -> None:
    """Both without a word of `--data`; then with it, where one runs, whatever the environment names; and where none
    runs, a sentence and no call."""
    directory, carrier, voice = here
    ours = PracticeLine(carrier)
    with calls(directory, FIRST) as said:
        eventually(lambda: "bienvenue à France services" in said(), why=said)
        assert from_numbers(ours) == [FIRST]
    with Running(create(voice)) as url, run_directory.held(directory / "elsewhere"):
        theirs = PracticeLine(url)
        run_directory.note_settings(directory / "elsewhere", {"TWILIO_API_URL": url})
        for named in (NOTHING, {"TWILIO_API_URL": carrier}):
            with calls(directory, SECOND, "--data", "elsewhere", more=named) as said:
                eventually(lambda: from_numbers(theirs) == [SECOND], why=said)
                assert SECOND not in from_numbers(ours)
    (empty := directory / "empty").mkdir()
    for where, words, hint in (
        (directory, ("--data", "elsewhere"), " --data elsewhere"),
        (empty, ("--data", "var"), ""),
        (empty, (), ""),
    ):
        for more in (NOTHING, {"TWILIO_API_URL": carrier}):
            assert f"start one with `callcenter up{hint}`" in is_refused(where, THIRD, *words, more=more)
            assert THIRD not in from_numbers(ours)


def is_refused(directory: Path, number: str, *words: str, more: Mapping[str, str]) -> str:
    """Nobody is called; the sentence that says why."""
    with calls(directory, number, *words, more=more) as said:
        eventually(lambda: "No service runs on" in said(), why=said)
        return said()


@contextmanager
def calls(directory: Path, number: str, *words: str, more: Mapping[str, str] = NOTHING) -> Iterator[Callable[[], str]]:
    with typed(["call", "--from", number, *words], directory, more) as (_, said):
        yield said


@contextmanager
def typed(
    words: list[str], directory: Path, more: Mapping[str, str]
) -> Iterator[tuple["subprocess.Popen[bytes]", Callable[[], str]]]:
    """A command typed in this directory, until it is over or we end it; what it says."""
    ours = {"DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "TWILIO_API_URL"}
    variables = {name: value for name, value in environment().items() if name not in ours} | dict(more)
    log = directory / f"{words[0]}-{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", "callcenter.cli", *words]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=directory, env=variables | {"PYTHONUNBUFFERED": "1"}, stdin=subprocess.DEVNULL,
            stdout=output, stderr=output,
        )  # fmt: skip
    try:
        yield process, log.read_text
    finally:
        process.terminate()
        process.wait(30)


def from_numbers(line: PracticeLine) -> list[str]:
    return [call["from"] for call in line.live()]


def eventually(
    true: Callable[[], bool], meanwhile: Callable[[], bool] = lambda: True, why: Callable[[], str] = lambda: ""
) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert meanwhile(), why()
        assert time.monotonic() < deadline, why()
        time.sleep(0.1)
