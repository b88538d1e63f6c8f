"""Threads for what blocks, a few per purpose, with a deadline: a frozen store holds up nobody but those who need it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore, Condition
from typing import Any, ParamSpec, TypeVar

from callcenter import progress
from callcenter.errors import Sentence, StoreDown

P = ParamSpec("P")
T = TypeVar("T")

WAITING_ROOM = 8  # calls per thread that may wait for it before others are turned away at once
GIVES_WAY = 0.2  # seconds at most, each time


class Lane:
    """The threads of one store, or of one kind of work. What takes too long raises `StoreDown`, what is turned away
    `full`. What is done `behind` another lane begins each of its units of work when that one has none to do."""

    def __init__(
        self, name: str, threads: int, waiting: int = WAITING_ROOM, full: type[Sentence] = StoreDown,
        behind: "Lane | None" = None,
    ) -> None:  # fmt: skip
        gives_way = (lambda: progress.watch_with(behind.let_pass)) if behind else None
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=gives_way)
        self._places = BoundedSemaphore(threads * waiting)
        self._full = full
        self._doing = 0
        self._is_idle = Condition()

    async def within(self, seconds: float, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` gives, if it does so in time. Work that is late goes on by itself and is not heard."""
        if not self._places.acquire(blocking=False):
            raise self._full
        with self._is_idle:
            self._doing += 1
        doing = self._pool.submit(work, *args, **kwargs)
        doing.add_done_callback(self._is_done)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(doing), seconds)
        except TimeoutError as late:
            raise StoreDown from late

    def let_pass(self) -> None:
        """Wait until nothing is done here, for GIVES_WAY."""
        with self._is_idle:
            self._is_idle.wait_for(lambda: self._doing == 0, GIVES_WAY)

    def _is_done(self, _: Future[Any]) -> None:
        self._places.release()
        with self._is_idle:
            self._doing -= 1
            if self._doing == 0:
                self._is_idle.notify_all()

    def close(self) -> None:
        """No more work; what waits is dropped, what runs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
