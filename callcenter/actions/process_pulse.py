"""The signs of life of a process with no page of its own, for the webs' readiness."""

import os
import socket
import threading
import time
from contextlib import suppress

from callcenter.db import transaction
from callcenter.errors import StoreDown
from callcenter.records import pulses

EVERY = 1.0  # seconds
PROCESS = "process"  # the part that only says that the process is awake
CARRIER = "carrier"  # the part that goes round when the carrier has given the list of its calls


class Pulse:
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
            ages = {part: now - at for part, at in dict(self._went).items()} | {PROCESS: 0.0}
            with suppress(StoreDown), transaction() as session:  # then the stores are what is told
                pulses.beat(session, self._name, ages)
