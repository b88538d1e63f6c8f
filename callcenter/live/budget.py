"""The one budget of dials: desk phones and callbacks share what the carrier allows in a second."""

from callcenter.live import store

FOR_EVER = 86_400.0


def dial(at: float, per_second: float, patience: float = FOR_EVER) -> float | None:
    """Takes the next turn to dial: seconds to wait for it; None, and no turn taken, where that is longer than
    `patience`. Raises LiveStoreDown."""
    wait: str | None = store.call("dial", at, 1 / per_second, patience)
    return None if wait is None else float(wait)
