"""Numbers that call in a rush, as this process hears them ring: oftener than the people of one household do.

What a store does for their calls is done behind that for the others, so that whoever floods the line from one number
slows down themselves. Nothing is refused here. A relay service is many people and never in a rush; nobody whose
number is not known is, for they are not one.
"""

import time
from collections import Counter

from callcenter.actions import shared_lines
from callcenter.phone_number import PhoneNumber

CALLS = 6  # more than so many in this and the last SECONDS
SECONDS = 15.0


class Rush:
    """How often each number rang lately; of the event loop alone."""

    def __init__(self) -> None:
        self._lately: Counter[str] = Counter()
        self._before: Counter[str] = Counter()
        self._since = 0.0

    def note(self, from_: str) -> None:
        """It rings. What is no number is nobody's."""
        self._turn()
        number = PhoneNumber.of_caller(from_)
        if number is not None and not shared_lines.is_relay(number):
            self._lately[from_] += 1

    def holds(self, from_: str) -> bool:
        """Whether this number calls in a rush."""
        self._turn()
        return self._lately[from_] + self._before[from_] > CALLS

    def _turn(self) -> None:
        """Two spans are remembered: this one and the last."""
        passed = time.monotonic() - self._since
        if passed >= SECONDS:
            self._before = self._lately if passed < 2 * SECONDS else Counter()
            self._lately = Counter()
            self._since = time.monotonic()
