"""When the drill may say that the machine was too slow: never for what it did to itself, and never without a bound."""

import os
import subprocess
import sys
from datetime import datetime

import pytest

from ivr.drill.starvation import MOST, Sample, Starved, Strain, between
from ivr.drill.tally import Struck

WORKS = """
import threading
thread = threading.Thread(target=lambda: sum(range(9_000_000)))
thread.start()
input()
thread.join()
print(flush=True)
input()
"""
BEFORE = Sample(at=100, ran=10, delayed=5, others=40)


@pytest.mark.parametrize(
    ("ran", "delayed", "others", "stretch"),
    [
        (4, 0, 0, 1),  # a quiet machine
        (4, 0, 4, 1),  # others work, and there is room for both
        (4, 8, 0, 1),  # we alone are too much for it: that is ours
        (4, 0.9, 400, 1),  # hardly a delay
        (4, 4, 4, 1.5),  # a second waited for a second of work, half of it others'
        (2, 6, 6, 3.25),
        (1, 100, 99, 1 + MOST),
        (0, 3, 3, 1),  # nothing was to be done
    ],
)
def test_a_promise_is_stretched_by_what_others_took_of_it(
    ran: float, delayed: float, others: float, stretch: float
) -> None:
    after = Sample(110, BEFORE.ran + ran, BEFORE.delayed + delayed, BEFORE.others + others)
    assert between(BEFORE, after).stretch == pytest.approx(stretch)


@pytest.mark.parametrize(
    ("recovered", "starved", "allowed", "relaxed"),
    [
        (4.9, Starved(0, 0), 5, False),
        (4.9, Starved(2, 0.5), 10, False),  # it needed no relaxing
        (7.0, Starved(2, 0.5), 10, True),
    ],
)
def test_the_verdict_names_only_what_was_kept_because_of_it(
    recovered: float, starved: Starved, allowed: float, relaxed: bool
) -> None:
    one = Struck("valkey-killed", datetime(2026, 11, 30, 10), recovered, 5.0, starved=starved)
    assert (one.allowed(1.0), one.is_relaxed(1.0)) == (allowed, relaxed)


def test_the_work_of_a_child_and_of_its_threads_is_ours() -> None:
    strain = Strain(os.getpid())
    strain.measure()
    command = [sys.executable, "-c", WORKS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(b"\n")
        child.stdin.flush()
        child.stdout.readline()
        strain.measure()
        child.communicate(b"\n")
    first, second = strain.samples
    assert second.ran > first.ran == 0
    assert strain.over(first.at, second.at).delay >= 0
