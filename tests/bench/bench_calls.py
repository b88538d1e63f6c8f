"""Full calls, from the ring to the recorded outcome, through every process and the practice carrier.

    python -m tests.bench.bench_calls

Each line is `name ratio`: calls per second of the clock, calls per second of processor time that the service (voice,
web, sweep, worker) spent, the same with the stores, and how much slower the slowest hundredth of webhooks is than the
median one. Telephone time is 200 times faster and agents 200 times quicker than people, so waiting costs nothing.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import func, select

from callcenter import migrations
from callcenter.config import settings
from callcenter.db import reading
from callcenter.demonstration import embedded
from callcenter.records import agents
from callcenter.records.calls import Call
from callcenter.rules.states import CallState
from tests.support import cast
from tests.support.town import at_work, settle_many

AGENTS, CALLERS, SECONDS = 40, 60, 30.0
FASTER = 200.0
PATIENCE = 60.0


def main() -> None:
    os.environ.update(DEMONSTRATION="1", ALWAYS_OPEN="1", LOG_LEVEL="WARNING")
    with tempfile.TemporaryDirectory(prefix="bench-calls-") as directory:
        Path(directory).chmod(0o755)
        with embedded.stores(Path(directory)) as stores:
            os.environ.update(stores.environment())
            settings.cache_clear()
            migrations.upgrade()
            logins = settle_many(AGENTS)
            environment = os.environ | stores.environment()
            with _service(stores, Path(directory)) as service, at_work(service, environment, logins, FASTER):
                _until_everyone_is_at_work()
                _measure(service, [stores.postgresql.process.pid, stores.valkey.process.pid])


def _measure(service: cast.Service, stores: Sequence[int]) -> None:
    line = service.line().registers("default", "answer_and_press_1")
    ours = [service.processes[name].pid for name in ("voice", "web", "sweep", "worker")]
    first = len(line.log())
    ended, spent, stored, began = _ended(), _processor_time(ours), _processor_time(stores), time.monotonic()

    def calls_again_and_again(n: int) -> None:
        while time.monotonic() - began < SECONDS:
            caller = line.call(from_=f"+3363998{n:04}")
            caller.hears("code postal", PATIENCE).presses("0").is_hung_up(PATIENCE)

    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(calls_again_and_again, range(CALLERS)))
    calls, seconds = _ended() - ended, time.monotonic() - began
    spent, stored = _processor_time(ours) - spent, _processor_time(stores) - stored
    took = sorted(entry["seconds"] for entry in line.log(first) if entry["kind"] == "webhook" and entry["seconds"])
    print(f"full_calls_per_second {calls / seconds:.2f}")
    print(f"full_calls_per_cpu_second_of_the_service {calls / spent:.2f}")
    print(f"full_calls_per_cpu_second_with_the_stores {calls / (spent + stored):.2f}")
    print(f"webhook_p99_over_median {took[int(len(took) * 0.99)] / took[len(took) // 2]:.1f}")
    print(f"webhook_p99_over_the_four_seconds_allowed {took[int(len(took) * 0.99)] / 4:.3f}")


@contextmanager
def _service(stores: embedded.Stores, directory: Path) -> Iterator[cast.Service]:
    with cast.service(stores.environment(), directory, speed=FASTER) as service:
        os.environ.update(TWILIO_API_URL=service.carrier, PUBLIC_VOICE_URL=service.voice)
        settings.cache_clear()
        yield service


def _until_everyone_is_at_work() -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with reading() as session:
            if len(agents.on_duty(session)) == AGENTS:
                return
        time.sleep(0.2)
    raise SystemExit("the agents did not come to work")


def _ended() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).where(Call.state == CallState.ENDED)) or 0


def _processor_time(processes: Sequence[int]) -> float:
    """Seconds of user and system time, children included."""
    everyone = [each for pid in processes for each in (psutil.Process(pid), *psutil.Process(pid).children(True))]
    return sum(each.cpu_times().user + each.cpu_times().system for each in everyone)


if __name__ == "__main__":
    main()
