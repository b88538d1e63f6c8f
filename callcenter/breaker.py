"""A breaker: after a failure nobody asks a store for a while, instead of everybody waiting for it."""

import threading
import time

from callcenter.errors import StoreDown


class Breaker:
    """Closed while the store answers. Opened by a failure, it refuses everybody at once for `rest` seconds.

    With `alone` 0 everybody may ask again after the rest. Otherwise one tries alone, for `alone` seconds at the most,
    and the others are refused until it has closed or opened the breaker. Safe for threads.
    """

    def __init__(self, refusal: type[StoreDown], rest: float, alone: float = 0.0) -> None:
        self._refusal, self._rest, self._alone = refusal, rest, alone
        self._lock = threading.Lock()
        self._refuses_until: float | None = None

    def enter(self) -> None:
        """Raises the refusal while the store rests or is being tried."""
        if self._refuses_until is None:
            return
        with self._lock:
            now = time.monotonic()
            if self._refuses_until is None:
                return
            if now < self._refuses_until:
                raise self._refusal
            # If the one who tries is killed, somebody else will try.
            self._refuses_until = now + self._rest + self._alone if self._alone else None

    def open(self) -> None:
        """The store did not answer."""
        with self._lock:
            self._refuses_until = time.monotonic() + self._rest

    def close(self) -> None:
        """The store answers."""
        if self._refuses_until is not None:
            with self._lock:
                self._refuses_until = None
