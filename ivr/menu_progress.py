"""Which step each caller reached, noted in the background, many at once; dropped when the store is down.

It is what a supervisor sees of the menu and what "left in the menu" is read from; no answer ever waits for it.
"""

from collections import deque
from threading import Event, Thread

import structlog

from callcenter.errors import LiveStoreDown
from callcenter.live import menu_steps

MOST = 20_000  # notes kept while the store is away; the oldest go first
PAUSE = 0.25  # seconds between two batches

log = structlog.get_logger()


class Footsteps:
    """Pairs (carrier id, step) on their way to the live store."""

    def __init__(self) -> None:
        self.noted: deque[tuple[str, str]] = deque(maxlen=MOST)
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="footsteps", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """One last batch, then no more."""
        self._stopping.set()
        self._thread.join(timeout=3)

    def _run(self) -> None:
        while not self._stopping.wait(PAUSE):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        if not self.noted:
            return
        pairs = [self.noted.popleft() for _ in range(len(self.noted))]
        try:
            menu_steps.note(pairs)
        except LiveStoreDown:
            log.warning("steps dropped", count=len(pairs))
