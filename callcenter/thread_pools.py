"""Threads for what blocks, a few per purpose, with a deadline: a frozen store holds up nobody but those who need it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

from callcenter.errors import Sentence, StoreDown

P = ParamSpec("P")
T = TypeVar("T")

WAITING_ROOM = 8  # calls per thread that may wait for it before others are turned away at once


class Lane:
    """The threads of one store, or of one kind of work. What takes too long raises `StoreDown`, what is turned away
    `full`."""

    def __init__(self, name: str, threads: int, waiting: int = WAITING_ROOM, full: type[Sentence] = StoreDown) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._places = BoundedSemaphore(threads * waiting)
        self._full = full

    async def within(self, seconds: float, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` gives, if it does so in time. Work that is late goes on by itself and is not heard."""
        if not self._places.acquire(blocking=False):
            raise self._full
        doing = self._pool.submit(work, *args, **kwargs)
        doing.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(doing), seconds)
        except TimeoutError as late:
            raise StoreDown from late

    def close(self) -> None:
        """No more work; what waits is dropped, what runs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
