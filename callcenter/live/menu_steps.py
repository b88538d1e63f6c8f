"""Which menu step a caller reached: noted in the background, many at once, to know later where people hang up."""

from collections.abc import Iterable
from itertools import chain

from callcenter.live import store

KEPT = 7200  # seconds


def note(pairs: Iterable[tuple[str, str]]) -> None:
    """Notes (carrier id, step) pairs in one trip; the last of a caller stands. Raises LiveStoreDown."""
    store.call("note", KEPT, *chain.from_iterable(pairs))


def reached(carrier_id: str) -> str | None:
    """The step last noted for this caller, None when unknown. Raises LiveStoreDown."""
    step: str | None = store.call("reached", carrier_id)
    return step
