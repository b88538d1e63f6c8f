"""Children that die, that will not die, and that must not outlive us."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from callcenter.config import environment
from callcenter.demonstration.up import Child, Run

STUBBORN = """
import signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen(["sleep", "600"]).pid, flush=True)
time.sleep(600)
"""

KILLED_OUTRIGHT = f"""
import os, sys, time
from pathlib import Path
from callcenter.config import environment
from callcenter.demonstration.up import Child
child = Child("sleeper", ["sleep", "600"], environment(), Path({{log!r}}))
child.start()
print(child.process.pid, flush=True)
os.kill(os.getpid(), {int(signal.SIGKILL)})
"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[str], Child]]:
    work = Run({}, [])

    def start(program: str) -> Child:
        child = Child("child", [sys.executable, "-c", program], environment(), tmp_path / "log")
        work.children.append(child)
        child.start()
        return child

    yield start
    work.stop(grace=0.2)
    assert all(child.dead() for child in work.children)


def test_a_child_that_dies_is_started_again_and_it_is_said(run: Callable[[str], Child]) -> None:
    child = run("print('here', flush=True)")
    said: list[str] = []
    _eventually(lambda: child.log.read_text().count("here") >= 2, lambda: child.revive(said.append))
    assert "child stopped" in said[0]


@pytest.mark.parametrize("there", [False, True])
def test_a_log_is_its_owners_alone_even_one_left_open_before(tmp_path: Path, there: bool) -> None:
    log = tmp_path / "log"
    if there:
        log.touch(0o644)
    child = Child("child", [sys.executable, "-c", ""], environment(), log)
    child.start()
    child.kill()
    assert log.stat().st_mode & 0o777 == 0o600


def test_each_early_death_doubles_the_pause(run: Callable[[str], Child]) -> None:
    child = run("")
    first = child.pause
    _eventually(lambda: child.pause > first, lambda: child.revive(lambda _: None))
    assert child.pause == 2 * first


def test_grandchildren_end_with_a_child_that_will_not(run: Callable[[str], Child]) -> None:
    child = run(STUBBORN)
    _eventually(lambda: child.log.read_text().strip())
    grandchild = int(child.log.read_text())
    Run({}, [], [child]).stop(grace=0.2)
    _eventually(lambda: _gone(grandchild))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_children_end_when_we_are_killed_outright(tmp_path: Path) -> None:
    program = KILLED_OUTRIGHT.format(log=str(tmp_path / "log"))
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    _eventually(lambda: _gone(int(killed.stdout)))


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE  # of a container whose first process reaps nobody
    except psutil.NoSuchProcess:
        return True


def _eventually(true: Callable[[], object], meanwhile: Callable[[], None] = lambda: None) -> None:
    deadline = time.monotonic() + 20
    while not true():
        meanwhile()
        assert time.monotonic() < deadline
        time.sleep(0.05)
