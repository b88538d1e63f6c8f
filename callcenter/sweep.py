"""The sweep: a plain process that keeps promises in seconds. Run two or more: every row is taken by one of them.

Every half second it matches, ends leases, widens rings and looks for the silent; every second it raises the
beacon; every half minute it compares the index and the carrier with PostgreSQL. Each lane has a thread of its own:
whoever asks the carrier may wait for it for seconds, and no lease and no offer waits with them.
"""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from callcenter import clock, jobs, logs, progress, reach
from callcenter.actions import consult_healing, dispatch, healing
from callcenter.actions.process_pulse import BROKER, ProcessPulse
from callcenter.actions.readiness import SWEEP
from callcenter.errors import LiveStoreDown, StoreDown
from callcenter.live import queue
from callcenter.telephone import telephone

TICK = 0.5
LISTENS = 1.0  # seconds for which an answer of the carrier's counts
WORKERS_COME = timedelta(minutes=3)  # after a start of the whole service
NOW = timedelta()
RESTLESS = timedelta(seconds=4)  # by then nobody takes the index for silent any more
AGAIN = timedelta(seconds=3)  # after a step that failed
Step = Callable[[datetime], object]
log = structlog.get_logger()


@dataclass
class Heart:
    """The beacon, and the rebuilding that its absence asks for. Where it lags by less, and in the seconds after the
    index did not answer, the index is compared at once: it may have been rolled back by a moment, and what others
    could not write there was left to us."""

    restless_until: datetime | None = None

    def beats(self, at: datetime) -> None:
        """Every second. Raises LiveStoreDown, DatabaseDown."""
        try:
            lag = healing.raise_beacon(at)
            if lag is None:
                healing.rebuild(at)
                self.restless_until = clock.now() + RESTLESS
            elif lag or (self.restless_until and at < self.restless_until):
                healing.compare_index(at)
        except LiveStoreDown:
            self.restless_until = clock.now() + RESTLESS
            raise


def run(stop: threading.Event) -> None:
    """Until told to stop."""
    telephone()
    minute = timedelta(minutes=1)
    pulse = ProcessPulse(SWEEP)
    pulse.goes_round(BROKER)

    def ask_broker(_at: datetime) -> None:
        """Whether hints reach workers. Raises BrokerDown."""
        jobs.answers()
        pulse.goes_round(BROKER)

    lanes: dict[str, dict[Step, timedelta]] = {
        "heart": {Heart().beats: timedelta(seconds=1)},
        "match": {
            healing.expire_leases: timedelta(seconds=TICK),
            _widen: timedelta(seconds=TICK),
            _match: timedelta(seconds=TICK),
            healing.lose_silent_agents: timedelta(seconds=TICK),
            healing.queue_due_callbacks: timedelta(seconds=TICK),
        },
        "connections": {healing.settle_connections: timedelta(seconds=TICK)},
        "monitoring": {healing.settle_monitoring: timedelta(seconds=TICK)},
        "alone": {consult_healing.end_loneliness: timedelta(seconds=2.5)},
        "consults": {consult_healing.settle_consults: timedelta(seconds=TICK)},
        "rooms": {healing.settle_rooms: timedelta(seconds=TICK), consult_healing.ring_back_holds: timedelta(seconds=1)},
        "phones": {healing.settle_phones: timedelta(seconds=TICK)},
        "dials": {healing.settle_dials: timedelta(seconds=TICK)},
        "index": {healing.compare_index: timedelta(seconds=15)},  # half of what P3 allows
        "ear": {_listen: timedelta(seconds=LISTENS)},
        "messages": {ask_broker: timedelta(seconds=LISTENS)},
        "lines": {healing.compare_carrier: timedelta(seconds=30)},
        "callbacks": {
            healing.keep_callbacks: timedelta(seconds=5),
            healing.ask_satisfaction: minute,
            healing.watch_workers: minute,
            _ping: timedelta(seconds=15),
            _roll_up: minute,
            _tidy: timedelta(hours=1),
        },
    }
    pulse.start()
    threads = [
        threading.Thread(target=_goes_round, args=(name, lane, pulse, stop), daemon=True)
        for name, lane in lanes.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pulse.stop()


def _goes_round(name: str, lane: dict[Step, timedelta], pulse: ProcessPulse, stop: threading.Event) -> None:
    """One lane: its steps, each when its time has come; soon again where it could not be done."""
    progress.watch_with(lambda: pulse.goes_round(name))
    following = {step: clock.now() + (WORKERS_COME if step is healing.watch_workers else NOW) for step in lane}
    while not stop.is_set():
        for step, every in lane.items():
            at = clock.now()
            if at >= following[step]:
                done = _try(step, at)
                following[step] = at + (every if done else min(every, AGAIN))
            pulse.goes_round(name)
        stop.wait(TICK / 5)


def _listen(_at: datetime) -> None:
    """Whether the carrier answers, where nothing that was asked of it lately tells."""
    if reach.questions.quiet_for() >= LISTENS:
        telephone().answers()


def _widen(at: datetime) -> None:
    queue.widen(at.timestamp())


def _match(_at: datetime) -> None:
    dispatch.offer_all()


def _ping(_at: datetime) -> None:
    jobs.send([(jobs.Job.PING, {})])


def _roll_up(_at: datetime) -> None:
    jobs.send([(jobs.Job.ROLL_UP, {})])


def _tidy(_at: datetime) -> None:
    jobs.send([(jobs.Job.TIDY, {})])


def _try(step: Step, at: datetime) -> bool:
    """Whether the step was done; nothing that goes wrong in it stops the others."""
    name, began, done = step.__name__, time.monotonic(), False
    try:
        step(at)
        done = True
    except StoreDown as down:
        log.warning("a store is down", step=name, store=type(down).__name__)
    except Exception:
        log.exception("the sweep goes on without one of its steps", step=name)
    if time.monotonic() - began > 2:
        log.warning("a step of the sweep was slow", step=name, seconds=round(time.monotonic() - began, 1))
    return done


def main() -> None:
    """`python -m callcenter.sweep`"""
    logs.configure()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    run(stop)


if __name__ == "__main__":
    main()
