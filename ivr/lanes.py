"""Threads for what blocks, a few per store, with a deadline: a frozen store holds up nobody but those who need it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

from callcenter.errors import StoreDown

P = ParamSpec("P")
T = TypeVar("T")

WAITING_ROOM = 8  # calls per thread that may wait for it before others are turned away at once


class Lane:
    """The threads of one store. What is turned away or takes too long raises `StoreDown`."""

    def __init__(self, name: str, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._places = BoundedSemaphore(threads * WAITING_ROOM)

    async def within(self, seconds: float, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` gives, if it does so in time. Work that is late goes on by itself and is not heard."""
        if not self._places.acquire(blocking=False):
            raise StoreDown
        doing = self._pool.submit(work, *args, **kwargs)
        doing.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(doing), seconds)
        except TimeoutError as late:
            raise StoreDown from late

    def close(self) -> None:
        """No more work; what waits is dropped, what runs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
