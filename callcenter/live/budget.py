"""The one budget of dials: desk phones and callbacks share what the carrier allows in a second."""

from typing import NamedTuple

from callcenter.live import store

FOR_EVER = 86_400.0


class Turn(NamedTuple):
    """When the carrier may be asked: `wait` seconds from now. `taken`: it is ours; False, nobody has been told to wait
    and it is to be asked for again."""

    wait: float
    taken: bool = True


def dial(at: float, per_second: float, patience: float = FOR_EVER) -> Turn:
    """The next turn to dial, taken unless it is farther than `patience` seconds. Raises LiveStoreDown."""
    wait, taken = store.call("dial", at, 1 / per_second, patience)
    return Turn(float(wait), bool(taken))
