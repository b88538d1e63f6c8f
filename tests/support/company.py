"""Whether a citizen is ever left alone, as the carrier itself has it, looked at again and again during a story."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ivr.practice.telephones import Caller, PracticeLine

LONGEST_ALONE = 10.0  # seconds, real ones
LOOK = 0.1


@contextmanager
def never_alone(line: PracticeLine, citizen: Caller) -> Iterator[None]:
    """Within this nobody of ours or of a partner's is missed for long in the room where the citizen is."""
    over, longest = threading.Event(), [0.0]
    eyes = PracticeLine(line.base_url)

    def looks() -> None:
        since: float | None = None
        while not over.wait(LOOK):
            at = time.monotonic()
            since = (since or at) if _is_alone(eyes, citizen.sid) else None
            longest[0] = max(longest[0], at - since if since else 0.0)

    watch = threading.Thread(target=looks, daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join(10)
    assert longest[0] <= LONGEST_ALONE, f"alone for {longest[0]:.1f} s"


def _is_alone(line: PracticeLine, sid: str) -> bool:
    """In a room with nobody else."""
    for room in line.rooms():
        inside = {each["sid"] for each in room["participants"]} if room["status"] != "completed" else set()
        if sid in inside:
            return len(inside) == 1
    return False
