"""Whether the carrier answers this process: what its requests met, and for how long none of them met anything good."""

import threading
import time

LATELY = 10.0  # seconds after which a failure that nothing followed says no more


class Way:
    """One kind of request. A request that waits counts as one that failed, until it is answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self._since: float | None = None  # the first that was sent after the last good answer
        self._failed = 0.0
        self._answered = 0.0

    def begins(self) -> None:
        """A request is sent."""
        with self._lock:
            self._waiting += 1
            if self._since is None:
                self._since = time.monotonic()

    def ends(self, good: bool) -> None:
        """It was answered, or given up. Good: the carrier serves us, whatever it said."""
        now = time.monotonic()
        with self._lock:
            self._waiting -= 1
            if good:
                self._answered, self._since = now, now if self._waiting else None
            else:
                self._failed = now

    def fails_for(self) -> float:
        """Seconds between the first and the last request without a good answer, none of them good."""
        now = time.monotonic()
        with self._lock:
            if self._since is None:
                return 0.0
            if not self._waiting and now - self._failed > LATELY:
                self._since = None
                return 0.0
            return (now if self._waiting else self._failed) - self._since

    def quiet_for(self) -> float:
        """Seconds since the last good answer."""
        return time.monotonic() - self._answered


questions = Way()  # what is looked at
deeds = Way()  # what is to be done: dial, connect, hold, hang up
