"""Waiting for what the service does by itself."""

import time
from collections.abc import Callable
from datetime import datetime

from callcenter import clock
from callcenter.db import Session, reading


def until(
    holds: Callable[[], bool], what: str = "it did not happen", patience: float = 30.0, look: float = 0.05
) -> None:
    """Looks every `look` seconds, for `patience` seconds."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(look)


def until_rows(so: Callable[[Session], bool], what: str, patience: float = 30.0) -> datetime:
    """The same of the rows; the instant at which they were so."""

    def holds() -> bool:
        with reading() as session:
            return so(session)

    until(holds, what, patience)
    return clock.now()
