"""A process that is frozen in the middle of a transaction: the server ends it, and others get at its rows."""

import signal
import subprocess
import sys
import time

from callcenter import clock, embedded
from callcenter.db import transaction
from callcenter.errors import DatabaseBusy
from callcenter.records import beacon

RAISES = """
import os, signal
from callcenter import clock
from callcenter.db import transaction
from callcenter.records import beacon
with transaction() as session:
    beacon.raise_(session, clock.now())
    print("held", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
"""
PATIENCE = 8.0  # seconds: a unit of work may take 2.5


def test_the_beacon_is_raised_though_a_frozen_sweep_holds_it(database: embedded.Server) -> None:
    with transaction() as session:
        beacon.raise_(session, clock.now())
    with subprocess.Popen([sys.executable, "-c", RAISES], stdout=subprocess.PIPE) as frozen:
        try:
            assert frozen.stdout is not None
            assert frozen.stdout.readline() == b"held\n"
            _raises_in_the_end()
        finally:
            frozen.send_signal(signal.SIGKILL)


def _raises_in_the_end() -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with transaction() as session:
                beacon.raise_(session, clock.now())
                return
        except DatabaseBusy:
            assert time.monotonic() < deadline
