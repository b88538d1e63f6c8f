"""The beacon: a number the sweep writes to both stores, so that a lost or rolled-back index is noticed.

Everything here raises LiveStoreDown when the store does not answer.
"""

from callcenter.live import store


def write(n: int, at: float) -> None:
    """The sweep's count, and when (epoch seconds, for whoever looks with a terminal)."""
    store.run(lambda server: server.set(_key(), f"{n} {at}"))


def raise_(before: int, may_lag: int, number: int, at: float) -> int | None:
    """Write the sweep's count, unless the index was lost or rolled back since it stood at `before`: None. Else by how
    many counts it lagged."""
    lag = store.call("raise_beacon", before, may_lag, number, at)
    return None if lag is None else int(lag)


def read() -> int | None:
    """The count last written; None when the index was lost."""
    found = store.run(lambda server: server.get(_key()))
    return int(str(found).split(" ")[0]) if found else None


def clear() -> None:
    """Empties the whole index at one stroke, before it is built again from PostgreSQL."""
    store.call("clear")


def _key() -> str:
    return f"{store.TAG}beacon"
