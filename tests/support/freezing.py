"""A server that answers nothing and refuses nothing, as a machine out of memory does."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from callcenter.demonstration import embedded


@contextmanager
def frozen(server: embedded.Server) -> Iterator[None]:
    """All its processes sleep until the block ends."""
    everyone = family(server)
    for process in everyone:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in everyone:
            process.send_signal(signal.SIGCONT)


def family(server: embedded.Server) -> list[psutil.Process]:
    """Its first process and all that it has started."""
    main = psutil.Process(server.process.pid)
    return [main, *main.children(recursive=True)]
