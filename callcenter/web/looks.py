"""Wakes the streams of an agent when their row has changed. One ear a process; a lost word costs two seconds."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from callcenter.live import signals


class Looks:
    """Who watches which agent, and whether this process is going to stop."""

    def __init__(self) -> None:
        self.stopping = False
        self._bells: dict[str, set[asyncio.Event]] = {}

    async def listen(self) -> None:
        """Without end: the index says whose row to read."""
        async for agent_id in signals.listen():
            for bell in self._bells.get(agent_id, ()):
                bell.set()

    @contextmanager
    def watching(self, agent_id: str) -> Iterator[asyncio.Event]:
        """A bell that rings for this agent, and when the process stops."""
        bell = asyncio.Event()
        mine = self._bells.setdefault(agent_id, set())
        mine.add(bell)
        try:
            yield bell
        finally:
            mine.discard(bell)
            if not mine and self._bells.get(agent_id) is mine:
                del self._bells[agent_id]

    def stop(self) -> None:
        """Every stream ends at once, so that none keeps the process from stopping."""
        self.stopping = True
        for bells in self._bells.values():
            for bell in bells:
                bell.set()
