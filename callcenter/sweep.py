"""The sweep: a plain process that keeps promises in seconds. Run two or more: every row is taken by one of them.

Every half second it matches, ends leases, widens rings and looks for the silent; every second it raises the
beacon; every half minute it compares the index and the carrier with PostgreSQL.
"""

import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from callcenter import clock, jobs, logs
from callcenter.actions import dispatch, healing
from callcenter.errors import StoreDown
from callcenter.live import queue
from callcenter.telephone import telephone

TICK = 0.5
WORKERS_COME = timedelta(minutes=3)  # after a start of the whole service
log = structlog.get_logger()


def round_(at: datetime) -> None:
    """What every half second owes."""
    for step in (
        lambda: healing.leases_end(at),
        lambda: queue.widen(at.timestamp()),
        dispatch.everyone,
        lambda: healing.agents_fall_silent(at),
        lambda: healing.callbacks_fall_due(at),
    ):
        _try(step)


def heartbeat(at: datetime) -> None:
    """The beacon, and the rebuilding that its absence asks for."""
    if not healing.beacon_is_raised(at):
        healing.rebuild(at)


def run(stop: threading.Event) -> None:
    """Until told to stop."""
    telephone()
    due = {
        heartbeat: timedelta(seconds=1),
        round_: timedelta(seconds=TICK),
        healing.compare_index: timedelta(seconds=15),  # half of what P3 allows
        healing.compare_carrier: timedelta(seconds=30),
        healing.callbacks_are_kept: timedelta(seconds=5),
        healing.satisfaction_is_asked: timedelta(minutes=1),
        _ping: timedelta(minutes=1),
        healing.workers_work: timedelta(minutes=1),
        _roll_up: timedelta(minutes=1),
        _tidy: timedelta(hours=1),
    }
    following = {step: clock.now() for step in due}
    following[healing.workers_work] += WORKERS_COME
    while not stop.is_set():
        for step, every in due.items():
            at = clock.now()
            if at >= following[step]:
                following[step] = at + every
                _try(partial(step, at))
        stop.wait(max(0.05, TICK / 5))


def _ping(_at: datetime) -> None:
    jobs.send([(jobs.Job.PING, {})])


def _roll_up(_at: datetime) -> None:
    jobs.send([(jobs.Job.ROLL_UP, {})])


def _tidy(_at: datetime) -> None:
    jobs.send([(jobs.Job.TIDY, {})])


def _try(step: Callable[[], object]) -> None:
    began = time.monotonic()
    try:
        step()
    except StoreDown as down:
        log.warning("a store is down", store=type(down).__name__)
    except Exception:
        log.exception("the sweep goes on without one of its steps")
    if time.monotonic() - began > 2:
        log.warning("a step of the sweep was slow", seconds=round(time.monotonic() - began, 1))


def main() -> None:
    """`python -m callcenter.sweep`"""
    logs.configure()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    run(stop)


if __name__ == "__main__":
    main()
