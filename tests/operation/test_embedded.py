"""The embedded stores keep their data, are held by one run at a time, and survive a run that was killed."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from callcenter import embedded

KILLED_OUTRIGHT = """
import os, sys
from pathlib import Path
import psycopg
from callcenter import embedded
directory = Path(sys.argv[1])
with embedded.held(directory), embedded.postgresql(directory) as server:
    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="callcenter-tests-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_what_a_killed_run_committed_is_there_for_the_next(directory: Path) -> None:
    program = [sys.executable, "-c", KILLED_OUTRIGHT, str(directory)]
    killed = subprocess.run(program, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with (
        embedded.held(directory),
        embedded.postgresql(directory) as server,
        psycopg.connect(server.url.replace("+psycopg", "")) as connection,
    ):
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_directory_serves_one_run_at_a_time(directory: Path) -> None:
    with (
        embedded.held(directory),
        pytest.raises(embedded.DoesNotStart, match="used by another run"),
        embedded.held(directory),
    ):
        pass
    with embedded.held(directory):
        pass  # free again
