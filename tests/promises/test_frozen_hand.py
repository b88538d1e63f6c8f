"""A process that is frozen in the middle of a transaction: the server ends it, and others get at its rows."""

import signal
import subprocess
import sys
from datetime import timedelta

from callcenter import clock
from callcenter.db import transaction
from callcenter.demonstration import embedded
from callcenter.records import beacon
from tests.support.patience import until

RAISES = """
import os, signal
from datetime import timedelta
from callcenter import clock
from callcenter.db import transaction
from callcenter.records import beacon
with transaction() as session:
    beacon.raise_beacon(session, clock.now() + timedelta(seconds=1))
    print("held", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
"""
SECOND = timedelta(seconds=1)


def test_the_beacon_is_raised_though_a_frozen_sweep_holds_it(database: embedded.Server) -> None:
    first = raises()
    with subprocess.Popen([sys.executable, "-c", RAISES], stdout=subprocess.PIPE) as frozen:
        try:
            assert frozen.stdout is not None
            assert frozen.stdout.readline() == b"held\n"
            assert raises() == first  # at once: nobody waits for the frozen hand
            until(lambda: raises() > first, "the server never ended the frozen transaction")
        finally:
            frozen.send_signal(signal.SIGKILL)


def raises() -> int:
    with transaction() as session:
        return beacon.raise_beacon(session, clock.now() + SECOND)
