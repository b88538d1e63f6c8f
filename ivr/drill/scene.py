"""What a fault is, and what it may lay hands on."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from callcenter.config import settings
from ivr.drill import probes
from ivr.drill.ledger import Ledger
from ivr.drill.probes import Probe
from ivr.drill.stage import Stage
from ivr.drill.town import Agents, Person

TRIES = 5  # a busy machine answers late
BROWSER_LOST = 17.0

Mended = tuple[Probe | None, float | None]  # the probe, and within how many seconds it must come true
NOTHING: Mended = (None, None)


@dataclass
class DrillScene:
    """The processes, the people, what crossed the border, and a way to ask the carrier."""

    stage: Stage
    agents: Agents
    ledger: Ledger
    http: aiohttp.ClientSession

    async def carrier(self, **faults: Any) -> None:
        """What the carrier does wrong from now on; no word: nothing."""
        for _ in range(TRIES):
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self.http.put(f"{self.stage.carrier}/practice/faults", json=faults) as answer:
                    return answer.raise_for_status()
        raise TimeoutError("the practice carrier does not answer")

    async def lines(self) -> list[dict[str, Any]]:
        """Every line that is open at the carrier."""
        async with self.http.get(f"{self.stage.carrier}/practice/calls") as answer:
            found: list[dict[str, Any]] = await answer.json()
            return found

    async def hang_up(self, sid: str) -> None:
        """As whoever is at its far end."""
        async with self.http.post(f"{self.stage.carrier}/practice/calls/{sid}/hangup", json={}):
            return

    def close_browsers(self, gone: list[Person]) -> Mended:
        """For longer than a connection may be silent; then they are open again."""
        opened = asyncio.get_running_loop()
        for person in gone:
            person.closed = True
            opened.call_later(settings().silence_limit + 8, person.open_again)
        return probes.are_lost({person.id for person in gone}), BROWSER_LOST


Strike = Callable[[DrillScene, random.Random], Awaitable[Mended]]


@dataclass(frozen=True)
class Fault:
    name: str
    lane: str
    strike: Strike


def carrier(**wrong: Any) -> Strike:
    """REST, or its webhooks, for a while."""

    async def strike(scene: DrillScene, dice: random.Random) -> Mended:
        await scene.carrier(seed=dice.randrange(1 << 30), **wrong)
        try:
            await asyncio.sleep(dice.uniform(2, 6))
        finally:
            await scene.carrier()
        return probes.is_answered, None

    return strike


def rest(mode: str, share: float = 0.7, seconds: float = 6, path: str = "", method: str = "") -> Strike:
    one = {"mode": mode, "times": None, "share": share, "seconds": seconds, "path": path, "method": method}
    return carrier(rest=[one])
