"""The turn of a dial among all that the carrier takes in a second, for what is rung at once or left to the sweep."""

import time
from datetime import datetime, timedelta

import structlog

from callcenter.config import settings
from callcenter.errors import LiveStoreDown
from callcenter.live import budget

log = structlog.get_logger()
SOON = 1.5  # seconds: a turn so near is waited for


def take_turn(at: datetime, **whose: str) -> timedelta | None:
    """Count one dial. None: it is its turn, waited for where it was near; else how long from `at` it still is."""
    try:
        wait = budget.dial(at.timestamp(), settings().dials_per_second).wait
    except LiveStoreDown:
        log.warning("a dial could not be counted among the others", **whose)
        return None
    if wait <= SOON:
        time.sleep(wait)
        return None
    return timedelta(seconds=wait)
