"""The turn of a dial among all that the carrier takes in a second, for what is rung at once or left to the sweep."""

import threading
import time
from datetime import datetime, timedelta

import structlog

from callcenter.config import settings
from callcenter.errors import LiveStoreDown
from callcenter.live import budget

log = structlog.get_logger()
SOON = 1.5  # seconds: a turn so near is waited for


class Alone:
    """The turns of this process, while nobody counts those of all: so many a second of its own, whatever their
    number."""

    def __init__(self) -> None:
        self._lock, self._following = threading.Lock(), 0.0

    def take(self, every: float) -> float:
        """How many seconds from now the next turn is, which is taken."""
        with self._lock:
            now = time.monotonic()
            mine = max(self._following, now)
            self._following = mine + every
            return mine - now


_alone = Alone()


def take_turn(at: datetime, **whose: str) -> timedelta | None:
    """Count one dial. None: it is its turn, waited for where it was near; else how long from `at` it still is."""
    try:
        wait = budget.dial(at.timestamp(), settings().dials_per_second).wait
    except LiveStoreDown:
        log.warning("a dial is counted among this process's own alone", **whose)
        wait = _alone.take(1 / settings().dials_per_second)
    if wait <= SOON:
        time.sleep(wait)
        return None
    return timedelta(seconds=wait)
