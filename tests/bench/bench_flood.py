"""What a flood of calls costs the other callers: the 95th percentile of the webhooks that they wait for, with it ÷
without it.

The base load is as many calls a second as take a fiftieth of a core from the voice app, which is measured first, at
that pace. The flood is twenty times as many, from one number and then from as many numbers as calls. Everybody says
their postal code, confirms and chooses; each answer is followed to the next question at once, into a queue in which an
agent is on duty. The voice app runs as the Procfile has it, in VOICES processes; `python -m tests.bench.bench_flood 1`
is of one alone.
All on loopback, on stores of its own; the flood comes from a process of its own, so that what measures the others is
not what it keeps busy. The loads take turns, ROUNDS times SECONDS each, with no more than MOST calls of a flood at any
time; a percentile is that of all webhooks of its load, for one round alone has too few of them.
"""

import asyncio
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

import aiohttp
import psutil
from sqlalchemy import update
from yarl import URL

from callcenter.config import PRACTICE_TOKEN
from callcenter.db import transaction
from callcenter.demonstration import embedded
from callcenter.records.agents import Agent
from callcenter.rules.states import AgentState, PauseReason
from ivr.practice.webhooks import sign
from tests.fuzz.known import ADDRESS
from tests.support import cast

CORE = 0.02  # of one, that the base load uses
TIMES = 20  # the base load
VOICES = 2  # processes of the voice app
MOST = 40  # calls of the flood at once: a flood may not be slower than what it measures, nor endless
ROUNDS = 8
SECONDS = 12.0  # of each load in each round
TUNING = 100  # calls that warm the app up
FAR = 1_000_000  # from the ids of one round of a flood to those of the next
KEYS = ("46000#", "1", "1", "1")
ONE = "+33565059999"


@dataclass
class Callers:
    """Calls that are made one after the other, and how long each of their webhooks took."""

    voice: str
    http: aiohttp.ClientSession
    took: list[float] = field(default_factory=list)
    calls: Iterator[int] = field(default_factory=count)

    async def call(self, prefix: str, number: str) -> None:
        """From the first ring to the place in the queue, or to whatever is said instead; then they hang up."""
        said = {
            "CallSid": f"CA{prefix}{next(self.calls):031x}", "AccountSid": "AC" + "0" * 32, "From": number,
            "To": cast.NUMBER, "Direction": "inbound", "CallStatus": "in-progress",
        }  # fmt: skip
        address = await self._asks("/voice/incoming", said)
        for keys in KEYS:
            if not address:
                break
            address = await self._asks(address, said | {"Digits": keys})
        heard = len(self.took)
        await self._asks("/voice/status", said | {"CallStatus": "completed"})
        del self.took[heard:]  # they have hung up: nobody waits for it

    async def _asks(self, address: str, said: dict[str, str]) -> str:
        """Where the answer is to be sent; empty where none is asked for."""
        url, began = self.voice + address, time.perf_counter()
        headers = {"X-Twilio-Signature": sign(PRACTICE_TOKEN, url, said)}
        async with self.http.post(URL(url, encoded=True), data=said, headers=headers) as answer:
            document = await answer.text()
            assert answer.status in (200, 204), (answer.status, address)
        self.took.append(time.perf_counter() - began)
        asked = document.partition("<Gather")[2]
        found = ADDRESS.search(asked)
        if not found:
            return ""
        where = urlsplit(unescape(found[1] or found[2]))
        return f"{where.path}?{where.query}"


async def calls_come(callers: Callers, prefix: str, number: Callable[[int], str], rate: float, most: int) -> int:
    """So many a second, evenly, for SECONDS; whoever is beyond `most` at once is not let in. How many came."""
    living: set[asyncio.Task[None]] = set()
    came, began = 0, time.monotonic()
    for n in range(round(rate * SECONDS)):
        await asyncio.sleep(max(0.0, began + n / rate - time.monotonic()))
        if len(living) < most:
            came += 1
            one = asyncio.create_task(callers.call(prefix, number(n)))
            living.add(one)
            one.add_done_callback(living.discard)
    await asyncio.gather(*living)
    return came


def other(n: int) -> str:
    """Somebody who calls in the base load."""
    return f"+3356505{n % 9_000:04}"


def many(n: int) -> str:
    """Somebody of a flood from many numbers."""
    return f"+336{n * 7_919 % 100_000_000:08}"


FLOODS: dict[str, Callable[[int], str]] = {"one number": lambda _n: ONE, "many numbers": many}


async def measure(voice: str, process: psutil.Process, strangers: ProcessPoolExecutor) -> Iterator[tuple[str, float]]:
    """Each ratio by its name."""
    loads: dict[str, Load] = {name: Load() for name in ("alone", *FLOODS)}
    async with _telephones() as http:
        rate = await _base(voice, http, process)
        told(f"base load: {rate:.1f} calls a second; flood: {rate * TIMES:.0f}")
        for _ in range(ROUNDS):
            for name, load in loads.items():
                await load.runs(voice, http, process, rate, strangers, name)
    for name, load in loads.items():
        told(f"{name}: {load}")
    alone = p95(loads["alone"].took)
    return iter([(f"webhooks of others beside a flood from {name}", p95(loads[name].took) / alone) for name in FLOODS])


@dataclass
class Load:
    """What was measured of one of the loads, in all of its rounds."""

    rounds: list[list[float]] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    strangers: int = 0

    @property
    def took(self) -> list[float]:
        """Seconds, of every webhook of the base load."""
        return [each for several in self.rounds for each in several]

    def __str__(self) -> str:
        several = sorted(p95(each) * 1000 for each in self.rounds)
        return (
            f"{len(self.took)} webhooks beside {self.strangers} calls, "
            f"half within {quantiles(self.took, n=2)[0] * 1000:.1f} ms, 95 % within {p95(self.took) * 1000:.1f} ms "
            f"(round by round {several[0]:.1f} to {several[-1]:.1f}), {sum(self.busy) / len(self.busy):.1%} of a core"
        )

    async def runs(
        self, voice: str, http: aiohttp.ClientSession, process: psutil.Process, rate: float,
        strangers: ProcessPoolExecutor, name: str,
    ) -> None:  # fmt: skip
        """One more round."""
        others = Callers(voice, http, calls=_SIDS)
        before, began = _spent(process), time.monotonic()
        flood = None
        if name in FLOODS:
            flood = asyncio.wrap_future(strangers.submit(floods, voice, name, rate * TIMES, next(_SIDS) * FAR))
        await calls_come(others, "c", other, rate, MOST)
        self.strangers += await flood if flood else 0
        self.busy.append((_spent(process) - before) / (time.monotonic() - began))
        self.rounds.append(others.took)


def floods(voice: str, name: str, rate: float, first: int) -> int:
    """One round of a flood, in another process; how many calls came. `first`: what their ids begin from."""

    async def come() -> int:
        async with _telephones() as http:
            strangers = Callers(voice, http, calls=count(first))
            return await calls_come(strangers, "d", FLOODS[name], rate, MOST)

    return asyncio.run(come())


def p95(took: list[float]) -> float:
    return quantiles(took, n=20)[-1]


async def _base(voice: str, http: aiohttp.ClientSession, process: psutil.Process) -> float:
    """Calls a second that take CORE of a core beyond what the app uses while nobody calls. A call costs most when few
    come, since all that it needs was put away meanwhile: it is measured at the pace that it is for, twice."""
    callers = Callers(voice, http, calls=_SIDS)
    for n in range(TUNING):
        await callers.call("a", other(n))
    before = _spent(process)
    await asyncio.sleep(SECONDS)
    idle, rate = (_spent(process) - before) / SECONDS, 1.0
    for _ in range(2):
        before, began = _spent(process), time.monotonic()
        came = await calls_come(callers, "b", other, rate, MOST)
        took = time.monotonic() - began
        cost = (_spent(process) - before - idle * took) / came
        rate = CORE / cost
    told(f"the app uses {idle:.1%} of a core while nobody calls, and {cost * 1000:.0f} ms of it for a call")
    return rate


def at_their_post(agent_id: str) -> None:
    """An agent who is on duty and takes none of these calls."""
    with transaction() as session:
        busy = {"state": AgentState.PAUSE, "pause_reason": PauseReason.TRAINING}
        session.execute(update(Agent).where(Agent.id == agent_id).values(**busy))


def _telephones() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=3))


_SIDS = count(1)


def _spent(process: psutil.Process) -> float:
    """Processor seconds of it and of the processes that it has begun."""
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def told(line: str) -> None:
    print(f"# {line}", file=sys.stderr, flush=True)


def main(voices: int) -> None:
    with tempfile.TemporaryDirectory(prefix="callcenter-flood-") as scratch:
        Path(scratch).chmod(0o755)  # for root PostgreSQL runs as `nobody`, who must be able to walk in
        logs = Path(scratch, "logs")
        logs.mkdir()
        with embedded.stores(Path(scratch)) as stores:
            chosen = {"DEMONSTRATION": "1", "ALWAYS_OPEN": "1", "LOG_LEVEL": "ERROR", "WEB_CONCURRENCY": str(voices)}
            os.environ.update(chosen | stores.environment())
            from callcenter import migrations  # these read the settings
            from tests.support.town import settle

            migrations.upgrade()
            at_their_post(settle("karim"))
            told(f"load of the machine: {os.getloadavg()[0]:.1f}; processes of the voice app: {voices}")
            apart = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
            with apart, cast.service(dict(os.environ), logs, only={"voice", "carrier"}) as service:
                voice = psutil.Process(service.processes["voice"].pid)
                for name, ratio in asyncio.run(measure(service.voice, voice, apart)):
                    print(f"{name} {ratio:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else VOICES)
