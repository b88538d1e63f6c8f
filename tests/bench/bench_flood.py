"""What a flood of calls costs the other callers: the 95th percentile of their webhooks with it ÷ without it.

The base load is as many calls a second as take a fiftieth of a core from the voice app, which is measured first. The
flood is twenty times as many, from one number and then from as many numbers as calls. Everybody says their postal code,
confirms and chooses; each answer is followed to the next question at once. All on loopback, on stores of its own, for
as long as ROUNDS and SECONDS say, with no more than MOST calls of a flood at any time.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

import aiohttp
import psutil
from yarl import URL

from callcenter.config import PRACTICE_TOKEN
from callcenter.demonstration import embedded
from ivr.practice.webhooks import sign
from tests.fuzz.known import ADDRESS
from tests.support import cast

CORE = 0.02  # of one, that the base load uses
TIMES = 20  # the base load
MOST = 40  # calls of the flood at once: a flood may not be slower than what it measures, nor endless
ROUNDS = 7
SECONDS = 6.0  # of each load in each round
TUNING = 100  # calls that show what one costs
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
        await self._asks("/voice/status", said | {"CallStatus": "completed"})

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


async def measure(voice: str, process: psutil.Process) -> Iterator[tuple[str, float]]:
    """Each ratio by its name: the median over the rounds."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=3)) as http:
        rate = await _base(voice, http, process)
        told(f"base load: {rate:.1f} calls a second; flood: {rate * TIMES:.0f}")
        ratios: dict[str, list[float]] = {name: [] for name in FLOODS}
        for n in range(ROUNDS):
            alone, busy, _ = await _p95(voice, http, process, rate, None)
            told(f"round {n + 1}: {alone * 1000:.1f} ms alone, {busy:.1%} of a core")
            for name, number in FLOODS.items():
                flooded, busy, came = await _p95(voice, http, process, rate, number)
                ratios[name].append(flooded / alone)
                told(f"round {n + 1}: {flooded * 1000:.1f} ms beside {came} calls from {name}, {busy:.1%} of a core")
        for name, several in ratios.items():
            told(f"{name}: {min(several):.2f} to {max(several):.2f} in {ROUNDS} rounds")
    return iter([(f"webhooks of others beside a flood from {name}", median(found)) for name, found in ratios.items()])


async def _base(voice: str, http: aiohttp.ClientSession, process: psutil.Process) -> float:
    """Calls a second that take CORE of a core, after as many again have warmed it up."""
    callers = Callers(voice, http)
    for prefix in "ab":
        before = _spent(process)
        for n in range(TUNING):
            await callers.call(prefix, other(n))
    return CORE * TUNING / (_spent(process) - before)


async def _p95(
    voice: str, http: aiohttp.ClientSession, process: psutil.Process, rate: float, flood: Callable[[int], str] | None
) -> tuple[float, float, int]:
    """Of the base load's webhooks; the share of a core that the voice app used; the calls of the flood."""
    others, strangers = Callers(voice, http, calls=_SIDS), Callers(voice, http, calls=_SIDS)
    before, began = _spent(process), time.monotonic()
    loads = [calls_come(others, "c", other, rate, MOST)]
    if flood:
        loads.append(calls_come(strangers, "d", flood, rate * TIMES, MOST))
    came = (await asyncio.gather(*loads))[1:]
    busy = (_spent(process) - before) / (time.monotonic() - began)
    return quantiles(others.took, n=20)[-1], busy, sum(came)


_SIDS = count()


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def told(line: str) -> None:
    print(f"# {line}", file=sys.stderr, flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="callcenter-flood-") as scratch:
        Path(scratch).chmod(0o755)  # for root PostgreSQL runs as `nobody`, who must be able to walk in
        logs = Path(scratch, "logs")
        logs.mkdir()
        with embedded.stores(Path(scratch)) as stores:
            os.environ.update({"DEMONSTRATION": "1", "ALWAYS_OPEN": "1", "LOG_LEVEL": "ERROR"} | stores.environment())
            from callcenter import migrations  # it reads the settings

            migrations.upgrade()
            told(f"load of the machine: {os.getloadavg()[0]:.1f}")
            with cast.service(dict(os.environ), logs, only={"voice", "carrier"}) as service:
                voice = psutil.Process(service.processes["voice"].pid)
                for name, ratio in asyncio.run(measure(service.voice, voice)):
                    print(f"{name} {ratio:.2f}")


if __name__ == "__main__":
    main()
