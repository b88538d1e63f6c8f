"""The agents on duty: what they serve, who is free and since when, and their heartbeats.

Everything here raises LiveStoreDown when the store does not answer.
"""

import hashlib
from collections.abc import Sequence

from callcenter.live import store


def enter(agent_id: str, queues: Sequence[str], at: float) -> None:
    """The agent is on duty for these queues, in place of any earlier set, and for their own queue `A:<agent>`.

    Not yet free; but who was free or reserved stays so. `at` is their first heartbeat.
    """
    shared = sorted(set(queues) - {f"A:{agent_id}"})
    store.call("comes", agent_id, _profile(shared), at, *shared)


def free(agent_id: str, since: float) -> bool:
    """The agent may be proposed a call; False when they are not on duty.

    Under a reservation they stay reserved, and are free afterwards if `since` is later than what was decided.
    """
    return bool(store.call("free", agent_id, since))


def busy(agent_id: str, *, paused: bool = False) -> bool:
    """The agent is not proposed anything, and no reservation frees them; False when they are not on duty. `paused`: nor
    are they at work."""
    return bool(store.call("busy", agent_id, int(paused)))


def leave(agent_id: str) -> bool:
    """The agent is no longer on duty; False when they were not."""
    return bool(store.call("goes", agent_id))


def beat(agent_id: str, at: float) -> bool:
    """A heartbeat; False when the agent is not on duty: then it does not count."""
    return bool(store.call("beat", agent_id, at))


def silent(before: float) -> list[str]:
    """Agents on duty whose last heartbeat is earlier than `before`."""
    found: list[str] = store.call("silent", before)
    return found


def on_duty(queues: Sequence[str]) -> list[int]:
    """How many agents on duty serve each queue."""
    if not queues:
        return []
    counts: list[int] = store.call("on_duty", *queues)
    return counts


def present() -> dict[str, float | None]:
    """Everybody on duty, with since when they are free, or None. Who is under a reservation is still free."""
    found: list[str] = store.call("present")
    return {agent_id: float(since) if since else None for agent_id, since in zip(found[::2], found[1::2], strict=True)}


def _profile(queues: Sequence[str]) -> str:
    """The name of a set of queues, the same for everyone who serves just these."""
    return hashlib.sha256("\n".join(queues).encode()).hexdigest()[:20]
