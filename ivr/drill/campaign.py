"""`python -m ivr.drill.campaign`: one drill on the stores that its parent keeps, played to its verdict.

Each lane takes its faults in an order drawn from the seed, every one before any again; what was struck is mended, and
then timed until the probe says that the service is well. At the end everything comes to rest and is counted.
"""

import argparse
import asyncio
import contextlib
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import aiohttp
from rich.console import Console

from callcenter import clock
from callcenter.config import settings
from callcenter.db import reading
from callcenter.errors import StoreDown
from callcenter.live import floor, queue
from callcenter.records import attempts, drill_counts, promises
from callcenter.records.promises import Breach, Outside
from ivr.drill import probes, report, town
from ivr.drill.alone import ALONE, Loneliness
from ivr.drill.faults import FAULTS
from ivr.drill.ledger import Ledger
from ivr.drill.scene import DrillScene, Fault
from ivr.drill.stage import Stage
from ivr.drill.starvation import MOST, Strain
from ivr.drill.tally import DrillTally, Struck

CALLS, CALLBACKS, AGENTS = 8.0, 4.0, 64  # a second, a second, and at work: the whole load
PER_CORE = 0.5  # calls a second, beside the stores, the carrier and the people: what one core carries and still heals
THREADS = 32  # of probes, each of which may wait for a store that is broken
CHECKS = 4.0  # seconds between two counts of broken promises
AT_REST = timedelta(seconds=61)  # what is allowed to last a minute is looked at as if that minute were over
SOON = timedelta(minutes=10)  # a promise for later than that is for another half-day
PAUSES = {"stores": (1.0, 4.0), "processes": (1.0, 4.0), "carrier": (0.5, 2.0), "people": (0.5, 2.0)}
console = Console(highlight=False, soft_wrap=True)


class Campaign:
    """The lanes, and when the stores were last broken."""

    def __init__(self, scene: DrillScene, tally: DrillTally, strain: Strain) -> None:
        self._scene, self._tally, self._slack, self._strain = scene, tally, tally.slack, strain
        self._broken = 0  # stores that are broken now
        self._mended = 0.0  # when the last was whole again
        self._timing: set[asyncio.Task[None]] = set()

    async def play(self, faults: Sequence[Fault], seconds: float) -> None:
        """Every lane, for so long; then what is still being timed."""
        until = time.monotonic() + seconds
        lanes = sorted({fault.lane for fault in faults})
        dice = {lane: random.Random(f"{self._tally.seed} {lane}") for lane in lanes}  # noqa: S311 - dice, not secrets
        await asyncio.gather(*(self._lane([f for f in faults if f.lane == lane], dice[lane], until) for lane in lanes))
        await asyncio.gather(*self._timing)

    async def _lane(self, faults: list[Fault], dice: random.Random, until: float) -> None:
        pause = PAUSES[faults[0].lane]
        while True:
            for fault in dice.sample(faults, len(faults)):
                await asyncio.sleep(dice.uniform(*pause))
                if time.monotonic() > until:
                    return
                await self._strike(fault, random.Random(dice.random()))  # noqa: S311 - dice, not secrets

    async def _strike(self, fault: Fault, dice: random.Random) -> None:
        one = Struck(fault.name, clock.now())
        self._tally.struck.append(one)
        breaks = fault.lane == "stores"
        self._broken += breaks
        try:
            well, one.within = await fault.strike(self._scene, dice)
        except (aiohttp.ClientError, TimeoutError) as failure:  # the practice carrier is too busy to be told
            self._tally.struck.remove(one)
            console.print(f"{fault.name} was not struck: {type(failure).__name__}")
            return
        finally:
            self._broken -= breaks
            self._mended = time.monotonic() if breaks else self._mended
        if well is None:
            return
        timing = asyncio.create_task(self._time(one, well, time.monotonic()))
        self._timing.add(timing)
        timing.add_done_callback(self._timing.discard)
        if breaks:
            await timing  # the next store is broken when this one is well

    async def _time(self, one: Struck, well: probes.Probe, since: float) -> None:
        """A probe that asks for something of the rarer kind, and finds that nobody wanted it, is not late."""
        at = clock.now()
        patience = (one.within or 60.0) * self._slack * (1 + MOST) + 20
        came = await probes.until(well, at, patience)
        now = time.monotonic()
        disturbed = self._broken or self._mended > since
        counted_from = max(since, self._mended) if disturbed else since
        one.recovered = now - counted_from if came else None
        await asyncio.to_thread(self._strain.measure)
        one.starved = self._strain.over(counted_from, now)
        allowed = one.allowed(self._slack)
        if allowed is not None and (not came or now - counted_from > allowed):
            one.late = not (self._broken and came) and not (one.name.startswith("worker") and await _nothing_to_dial())


async def _nothing_to_dial() -> bool:
    """Whether a worker was never missed: no agent waits in a room for a dial that nobody makes."""

    def none() -> bool:
        try:
            with reading() as session:
                return not attempts.undialled(session, clock.now() - probes.FAR)
        except StoreDown:
            return False

    return await asyncio.to_thread(none)


async def drill(tally: DrillTally, only: Sequence[str], minutes: float, load: float, rest: float, logs: Path) -> None:
    """One drill, from the first process to the count."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    chosen = [fault for fault in FAULTS if not only or any(fault.name.startswith(word) for word in only)]
    if not chosen:
        raise SystemExit(f"No such fault. They are: {', '.join(fault.name for fault in FAULTS)}")
    dice = random.Random(tally.seed)  # noqa: S311 - dice, not secrets
    staff = town.settle(max(4, round(AGENTS * load)))
    stage = Stage(logs, sweeps=dice.choice((2, 3, 4)) if load >= 0.5 else 2, speed=20)
    with stage.playing():
        agents = town.Agents(stage.web, staff, dice)
        citizens = town.Citizens(stage.carrier, CALLS * load, CALLBACKS * load, dice)
        ledger, strain, loneliness = Ledger(stage.carrier), Strain(), Loneliness(stage.carrier)
        timeout = aiohttp.ClientTimeout(total=15)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(keepalive_timeout=3)) as http:
            await town.answer_phones(stage.carrier)
            await agents.begin()
            followed = _tend(stage), ledger.follow(), _count(tally), strain.follow(), loneliness.follow()
            aside = [asyncio.create_task(each) for each in followed]
            await _until_at_work(len(staff))
            calling = asyncio.create_task(citizens.live())
            await probes.until(probes.is_answered, clock.now(), 30)
            console.print(
                f"Seed {tally.seed}: {len(staff)} agents are at work for {CALLS * load:g} calls a second and "
                f"{CALLBACKS * load:g} requests to be called back; the first citizen is answered."
            )
            began, before = time.monotonic(), citizens.called
            scene = DrillScene(stage, agents, ledger, http)
            await Campaign(scene, tally, strain).play(chosen, minutes * 60)
            tally.starved = strain.over(began, time.monotonic())
            tally.seconds, tally.called = time.monotonic() - began, citizens.called - before
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)
            tally.unrest = await _come_to_rest(stage, http, rest)
            tally.rest_after = time.monotonic() - began - tally.seconds
            await ledger.read(http)
            await asyncio.to_thread(_close, tally, ledger, loneliness, await _lines(stage, http))
            for task in aside:
                task.cancel()
            await asyncio.gather(*aside, return_exceptions=True)
            await agents.end()


async def _tend(stage: Stage) -> None:
    while True:
        stage.tend()
        await asyncio.sleep(0.2)


async def _count(tally: DrillTally) -> None:
    """Broken promises while everything happens: those that may at no instant be broken."""
    while True:
        await asyncio.sleep(CHECKS)
        found = await asyncio.to_thread(_broken)
        known = {(breach.promise, breach.ids) for breach in tally.breaches}
        tally.breaches += [breach for breach in found if (breach.promise, breach.ids) not in known]


def _broken() -> list[Breach]:
    try:
        with reading(10) as session:
            return promises.broken(session, clock.now())
    except StoreDown:
        return []


async def _until_at_work(count: int) -> None:
    def all_there(_since: object) -> bool:
        return len(floor.present()) == count

    if not await probes.until(all_there, clock.now(), 60):
        raise SystemExit("The agents did not come to work.")


async def _come_to_rest(stage: Stage, http: aiohttp.ClientSession, patience: float) -> list[str]:
    """Nobody calls any more: every call ends, every promise is kept, every dial is settled. What did not."""
    deadline = time.monotonic() + patience
    while True:
        left = await asyncio.to_thread(_unsettled)
        lines = await _lines(stage, http)
        left |= {"lines at the carrier": len(lines)}
        if not any(left.values()) or time.monotonic() > deadline:
            return [f"{count} {what}" for what, count in left.items() if count]
        await asyncio.sleep(1)


def _unsettled() -> dict[str, int]:
    try:
        with reading() as session:
            return {
                "live calls": drill_counts.live_calls(session),
                "open callbacks": drill_counts.open_callbacks(session, clock.now() + SOON),
                "dials of unknown end": drill_counts.open_attempts(session),
            }
    except StoreDown:
        return {"stores that do not answer": 1}


async def _lines(stage: Stage, http: aiohttp.ClientSession) -> list[str]:
    while True:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with http.get(f"{stage.carrier}/practice/calls") as answer:
                return [call["sid"] for call in await answer.json()]
        await asyncio.sleep(1)


def _close(tally: DrillTally, ledger: Ledger, loneliness: Loneliness, lines: list[str]) -> None:
    """The last count: what may last a while may last no longer."""
    at = clock.now()
    outside = Outside(
        standing=list(queue.waiting()),
        free=[agent for agent, since in floor.present().items() if since is not None],
        silent=floor.silent(at.timestamp() - settings().silence_limit - 2),
        lines=lines,
    )
    with reading(30) as session:
        found = promises.broken(session, at + AT_REST, outside)
        tally.counts, tally.help = drill_counts.counts(session), drill_counts.help_given(session)
    known = {(breach.promise, breach.ids) for breach in tally.breaches}
    tally.breaches += [breach for breach in found if (breach.promise, breach.ids) not in known]
    allowed = ALONE * tally.slack * tally.starved.stretch
    tally.losses = ledger.losses() | loneliness.losses(allowed)
    tally.longest_alone = max(loneliness.alone.values(), default=0.0)


def main() -> int:
    """The exit code: 0 only if nothing was broken, lost or late."""
    ask = argparse.ArgumentParser(prog="callcenter drill", description=__doc__)
    add_arguments(ask)
    ask.add_argument("--logs", type=Path, required=True)
    said = ask.parse_args()
    only = [word for word in said.only.split(",") if word]
    tally = DrillTally(said.seed, said.slack)
    asyncio.run(drill(tally, only, said.minutes, said.calls_per_second / CALLS, said.rest, said.logs))
    report.print_verdict(console, tally, Counter(one.name for one in tally.struck))
    return 0 if tally.is_good else 1


def add_arguments(ask: argparse.ArgumentParser) -> None:
    """What `callcenter drill` takes."""
    ask.add_argument("--minutes", type=float, default=5.0, help="of faults; starting and coming to rest are besides")
    ask.add_argument("--seed", type=int, default=1, help="the same seed strikes the same faults in the same order")
    ask.add_argument("--only", default="", metavar="FAULT,…", help="faults whose names begin so")
    ask.add_argument(
        "--calls-per-second",
        type=float,
        default=min(CALLS, PER_CORE * (os.cpu_count() or 1)),
        help=f"as many as this machine's cores carry, at most {CALLS:g}; half as many ask to be called back",
    )
    ask.add_argument("--rest", type=float, default=300.0, help="seconds until everything must have come to rest")
    ask.add_argument("--slack", type=float, default=1.0, help="times the promised recovery, for a slower machine")


if __name__ == "__main__":
    sys.exit(main())
