"""The signs of life of the processes, and of what the carrier fails anybody, for the webs' readiness."""

import os
import socket
import threading
import time
from contextlib import suppress

from callcenter import reach
from callcenter.db import transaction
from callcenter.errors import StoreDown
from callcenter.records import pulses

EVERY = 1.0  # seconds
PROCESS = "process"  # the part that only says that the process is awake
# How much older these are than the process's own word is for how long the carrier has failed it.
CARRIER = "carrier"  # answers what is looked at
DEEDS = "carrier does"  # does what is asked
BROKER = "broker"  # keeps hints for the workers, as a sweep asked it last
LOOP = "loop"  # of a process of many requests: it turns


class ProcessPulse:
    """Written from a thread of its own, so that a part which hangs is told by the others."""

    def __init__(self, kind: str) -> None:
        self._name = f"{kind} {socket.gethostname()} {os.getpid()}"
        self._went: dict[str, float] = {}
        self._stop = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._tells, name="pulse", daemon=True).start()

    def stop(self) -> None:
        """A process that ends as it was told is missed at once."""
        self._stop.set()
        with suppress(StoreDown), transaction() as session:
            pulses.ends(session, self._name)

    def goes_round(self, part: str) -> None:
        """This part has just done what it does again and again."""
        self._went[part] = time.monotonic()

    def _tells(self) -> None:
        while not self._stop.wait(EVERY):
            now = time.monotonic()
            ages = {part: now - at for part, at in dict(self._went).items()} | {PROCESS: 0.0, **_of_carrier()}
            with suppress(StoreDown), transaction() as session:  # then the stores are what is told
                pulses.beat(session, self._name, ages)


class Complaint:
    """Of a process that has pages or jobs to show for its life: a row only while the carrier fails it."""

    def __init__(self, kind: str) -> None:
        self._name = f"{kind} {socket.gethostname()} {os.getpid()}"
        self._stop = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._tells, name="complaint", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _tells(self) -> None:
        told = False
        while not self._stop.wait(EVERY):
            found = _of_carrier()
            with suppress(StoreDown):
                if any(found.values()):
                    with transaction() as session:
                        pulses.beat(session, self._name, {PROCESS: 0.0, **found})
                    told = True
                elif told:
                    with transaction() as session:
                        pulses.ends(session, self._name)
                    told = False


def _of_carrier() -> dict[str, float]:
    return {CARRIER: reach.questions.fails_for(), DEEDS: reach.deeds.fails_for()}
