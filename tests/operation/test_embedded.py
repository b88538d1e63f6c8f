"""The embedded stores keep their data, are held by one run at a time, and survive a run that was killed."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from callcenter.demonstration import embedded, run_directory

KILLED_OUTRIGHT = """
import os, sys
from pathlib import Path
import psycopg
from callcenter.demonstration import embedded, run_directory
directory = Path(sys.argv[1])
with run_directory.held(directory), embedded.postgresql(directory) as server:
    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="callcenter-tests-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_the_logs_are_their_owners_alone(directory: Path) -> None:
    (directory / "logs").mkdir(mode=0o755)
    with embedded.stores(directory):
        assert (directory / "logs").stat().st_mode & 0o777 == 0o700
        assert {log.stat().st_mode & 0o777 for log in (directory / "logs").iterdir()} == {0o600}


def test_what_a_killed_run_committed_is_there_for_the_next(directory: Path) -> None:
    program = [sys.executable, "-c", KILLED_OUTRIGHT, str(directory)]
    killed = subprocess.run(program, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with (
        run_directory.held(directory),
        embedded.postgresql(directory) as server,
        psycopg.connect(server.url.replace("+psycopg", "")) as connection,
    ):
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_directory_serves_one_run_at_a_time(directory: Path) -> None:
    with (
        run_directory.held(directory),
        pytest.raises(run_directory.DoesNotStart, match="used by another run"),
        run_directory.held(directory),
    ):
        pass
    with run_directory.held(directory):
        pass  # free again


def test_a_store_that_dies_is_started_again_where_it_was(directory: Path) -> None:
    with embedded.stores(directory) as stores:
        for store in (stores.postgresql, stores.valkey):
            assert not store.revive()
            store.process.kill()
            store.process.wait()
            assert store.revive()
        _eventually_answers(stores)


def _eventually_answers(stores: embedded.Stores) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(stores.postgresql.url.replace("+psycopg", "")).close()
            redis.Redis.from_url(stores.valkey.url).ping()
            return
        except (psycopg.OperationalError, redis.RedisError):
            assert time.monotonic() < deadline
            stores.postgresql.revive()  # it refuses while a process of the dead one is left
            time.sleep(0.1)
