"""`python -m ivr.practice.agents`: practice agents who take their post, answer, talk and record, like people at desks.

They use the desk's own JSON interface, so what they can do an agent can do; their desk phones are the carrier's.
"""

import argparse
import asyncio
import contextlib
import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import structlog

from callcenter import logs
from callcenter.config import settings
from callcenter.reference import rows

log = structlog.get_logger()
LOOKS = 0.5  # seconds between two looks at the desk
BEATS = 4.0
AT_THE_DOOR = 2  # who sign in at the same time: a password costs the web a tenth of a second of one core on purpose


@dataclass(frozen=True)
class Pace:
    """How long things take, in real seconds: to pick up, to talk, to write."""

    picks_up: tuple[float, float] = (1.0, 4.0)
    talks: tuple[float, float] = (20.0, 60.0)
    writes: tuple[float, float] = (3.0, 8.0)

    def hurried(self, by: float) -> Self:
        """The same people, `by` times as fast."""
        spans = ((low / by, high / by) for low, high in (self.picks_up, self.talks, self.writes))
        return type(self)(*spans)


class PracticeDesk:
    """One agent's session at their desk."""

    def __init__(self, http: aiohttp.ClientSession, web: str, login: str, password: str) -> None:
        self._http, self._web = http, web
        self._login, self._password = login, password
        self._headers = {"Origin": web}

    async def sign_in(self) -> None:
        given = {"login": self._login, "password": self._password}
        async with self._http.post(f"{self._web}/api/session", json=given, headers=self._headers) as answer:
            answer.raise_for_status()
            self._headers["X-CSRF-Token"] = (await answer.json())["csrf"]
            self._headers["Cookie"] = "; ".join(f"{name}={kept.value}" for name, kept in answer.cookies.items())

    async def look(self) -> dict[str, Any]:
        desk: dict[str, Any] = await self.read("desk")
        return desk

    async def read(self, path: str) -> Any:
        async with self._http.get(f"{self._web}/api/{path}", headers=self._headers) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def do(self, what: str, **how: Any) -> bool:
        """False when the desk refuses, as it may to anybody."""
        return await self.ask(f"desk/{what}", **how)

    async def ask(self, path: str, **how: Any) -> bool:
        """The same of any page."""
        async with self._http.post(f"{self._web}/api/{path}", json=how, headers=self._headers) as answer:
            if answer.status >= 500:
                answer.raise_for_status()
            return answer.status < 400


async def work(desk: PracticeDesk, pace: Pace, chance: random.Random, door: asyncio.Semaphore) -> None:
    """A shift without end: whatever the desk shows, do what an agent would do next."""
    async with door:
        await desk.sign_in()
    await desk.do("post", line="phone")
    beating = asyncio.create_task(_beat(desk))
    talked: set[str] = set()
    try:
        while True:
            shown = await desk.look()
            call, offer = shown["call"], shown["offer"]
            if offer:
                await asyncio.sleep(chance.uniform(*pace.picks_up))
                await desk.do("accept", offer_id=offer["id"])
            elif call and call["state"] == "talking" and call["call_id"] not in talked:
                talked.add(call["call_id"])
                await asyncio.sleep(chance.uniform(*pace.talks))
                await desk.do("hangup")
            elif shown["contact_id"] and (call is None or call["state"] == "wrap_up"):
                await asyncio.sleep(chance.uniform(*pace.writes))
                await desk.do("outcome", contact_id=shown["contact_id"], entries=[entry(shown, chance)])
            elif shown["state"] in ("pause", "offline"):
                await desk.do("post" if shown["state"] == "offline" else "available")
            await asyncio.sleep(LOOKS)
    finally:
        beating.cancel()


def entry(shown: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A plausible démarche of the call's topic: four of five are settled."""
    topic = (shown["recording"] or {}).get("topic")
    known = rows("procedures.csv")
    procedure = chance.choice([row for row in known if row["topic"] == topic] or known)
    outcome = chance.choices(["accompaniment", "information", "orientation"], [70, 20, 10])[0]
    orientation = outcome == "orientation"
    return {
        "procedure": procedure["code"],
        "outcome": outcome,
        "settled": not orientation and chance.random() < 0.9,
        "reason": "must_come" if orientation else None,
    }


async def _beat(desk: PracticeDesk) -> None:
    while True:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            await desk.do("beat")
        await asyncio.sleep(BEATS)


async def _work_always(desk: PracticeDesk, pace: Pace, chance: random.Random, door: asyncio.Semaphore) -> None:
    """A desk that fails begins again: the service may be restarting."""
    while True:
        try:
            await work(desk, pace, chance, door)
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            log.info("a practice agent begins again", failure=type(failure).__name__)
            await asyncio.sleep(1)


async def work_all(web: str, accounts: Sequence[tuple[str, str]], pace: Pace, seed: int | None = None) -> None:
    """All of them, until cancelled."""
    chance = random.Random(seed)  # noqa: S311 - dice, not secrets
    limits = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=10)
    door = asyncio.Semaphore(AT_THE_DOOR)
    async with aiohttp.ClientSession(connector=limits, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        desks = [PracticeDesk(http, web, login, password) for login, password in accounts]
        await asyncio.gather(*(_work_always(desk, pace, _dice(chance), door) for desk in desks))


def _dice(chance: random.Random) -> random.Random:
    return random.Random(chance.random())  # noqa: S311 - dice, not secrets


def main() -> None:
    """Practice agents for the accounts named, or for all the demonstration's agents."""
    ask = argparse.ArgumentParser(prog="python -m ivr.practice.agents", description=__doc__)
    ask.add_argument("--web", default=settings().public_web_url)
    ask.add_argument("--account", action="append", metavar="LOGIN:PASSWORD", help="may be given again")
    ask.add_argument("--hurry", type=float, default=1.0, help="how many times as fast as people")
    said = ask.parse_args()
    logs.configure()
    if said.account:
        accounts = [(login, password) for login, _, password in (each.partition(":") for each in said.account)]
    else:
        from callcenter.demonstration import practice_accounts

        accounts = [(each["login"], each["password"]) for each in practice_accounts.practice_agents()]
    with asyncio.Runner() as runner:
        task = work_all(said.web.rstrip("/"), accounts, Pace().hurried(said.hurry))
        loop = runner.get_loop()
        working = loop.create_task(task)
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, working.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(working)


if __name__ == "__main__":
    main()
