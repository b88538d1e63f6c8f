"""Eight requests at a time, each begun when one has ended; every fault asked again alone and made smaller."""

import asyncio
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hmac import digest
from random import Random

import aiohttp
from yarl import URL

from callcenter.config import PRACTICE_TOKEN
from callcenter.errors import StoreDown
from ivr.inbound import form_of
from ivr.signature import HEADER
from tests.fuzz import values
from tests.fuzz.asking import Request, asks
from tests.fuzz.judge import Answer, Judge, reasons
from tests.fuzz.routes import DOOR, ENDS_A_SESSION, Route
from tests.fuzz.world import Ticket, World
from tests.support.cast import Service

AT_ONCE = 8
DOORS = frozenset(path for _, path in DOOR)
LARGE = 30_000  # bytes: what may be too much is asked for before it is sent, so that a refusal is heard
PATIENCE = 30.0  # seconds after which an answer is given up
RENEWED = 10.0  # seconds between two rounds of fresh sessions


@dataclass
class Tally:
    """What was asked, what came of it."""

    asked: int = 0
    answers: Counter[tuple[str, str, str, int]] = field(default_factory=Counter)
    faults: dict[tuple[str, str, str], list[Request]] = field(default_factory=dict)
    unready: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    @property
    def found(self) -> int:
        return sum(map(len, self.faults.values()))

    def by_route(self) -> dict[tuple[str, str, str], Counter[int]]:
        """How often each status was answered, by web, path and method."""
        found: dict[tuple[str, str, str], Counter[int]] = {}
        for (web, method, path, status), times in self.answers.items():
            found.setdefault((web, path, method), Counter())[status] += times
        return found


class Loop:
    """One campaign against a running service."""

    def __init__(self, service: Service, world: World, routes: list[Route], seed: int, within: float) -> None:
        self._service, self._world, self._seed = service, world, seed
        self._deck = _dealt(routes, Random(f"{seed} deck"))
        self._judge, self.tally = Judge(within), Tally()
        self._tickets: dict[str, list[Ticket]] = {}

    async def runs(self, seconds: float, most: int | None = None) -> Tally:
        """For so long, or until so many were asked."""
        until = time.monotonic() + seconds
        self._tickets = await asyncio.to_thread(self._world.tickets)
        limits = aiohttp.TCPConnector(limit=0, force_close=True)
        patience = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(
            connector=limits, timeout=patience, cookie_jar=aiohttp.DummyCookieJar()
        ) as http:
            renewing = asyncio.create_task(self._renews())
            try:
                await asyncio.gather(*(self._asks_on(http, n, until, most) for n in range(AT_ONCE)))
            finally:
                renewing.cancel()
        return self.tally

    async def _asks_on(self, http: aiohttp.ClientSession, lane: int, until: float, most: int | None) -> None:
        dice = Random(f"{self._seed} {lane}")
        while time.monotonic() < until and (most is None or self.tally.asked < most):
            route = next(self._deck)
            await self._one(http, route, asks(route, dice, self._world.known), dice)

    async def _one(self, http: aiohttp.ClientSession, route: Route, asked: Request, dice: Random) -> None:
        self.tally.asked += 1
        asked = asked.marked(self.tally.asked)
        answer = await self._sends(http, asked, dice)
        key = (route.web, route.method, route.path, answer.status)
        self.tally.answers[key] += 1
        self.tally.unready.update(reasons(asked, answer))
        self.tally.slowest = max(self.tally.slowest, answer.seconds)
        if answer.status == 200:
            self._world.known.learns(answer.body, is_twiml=route.is_webhook)
        for fault in self._judge.faults(asked, answer):
            same = self.tally.faults.setdefault((fault, route.method, route.path), [])
            same.append(asked)
        if (route.method, route.path) in ENDS_A_SESSION:
            await self._renew()

    async def smaller(self, asked: Request, fault: str) -> Request:
        """The same fault with less in the request, where it comes again; else the request itself."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as http:
            dice = Random(0)

            async def comes(one: Request) -> bool:
                return fault in self._judge.faults(one, await self._sends(http, one, dice))

            if not await comes(asked):
                return asked
            if "urlencoded" in asked.content_type:
                for part in asked.body.split(b"&"):
                    less = b"&".join(each for each in asked.body.split(b"&") if each != part)
                    if await comes(replace(asked, body=less)):
                        asked = replace(asked, body=less)
            for word in asked.query.split("&"):
                fewer = "&".join(each for each in asked.query.split("&") if each != word)
                if asked.query and await comes(replace(asked, query=fewer)):
                    asked = replace(asked, query=fewer)
            return asked

    async def again(self, asked: Request) -> Answer:
        """One request by itself."""
        self._tickets = await asyncio.to_thread(self._world.tickets)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as http:
            return await self._sends(http, asked, Random(0))

    async def _renews(self) -> None:
        while True:
            await asyncio.sleep(RENEWED)
            await self._renew()

    async def _renew(self) -> None:
        with suppress(StoreDown):  # somebody's row is locked: the old ones still hold
            self._tickets = await asyncio.to_thread(self._world.tickets)

    async def _sends(self, http: aiohttp.ClientSession, asked: Request, dice: Random) -> Answer:
        base = self._service.voice if asked.web == "voice" else self._service.web
        address = f"{asked.path}?{asked.query}" if asked.query else asked.path
        began = time.monotonic()
        try:
            async with http.request(
                asked.method, URL(base + address, encoded=True), data=asked.body or None,
                headers=self._headers(asked, base + address, dice), allow_redirects=False,
                expect100=len(asked.body) > LARGE,
            ) as answer:  # fmt: skip
                kind = answer.headers.get("content-type", "")
                streams = kind.startswith("text/event-stream")
                body = await (answer.content.readany() if streams else answer.read())
                return Answer(answer.status, kind, body.decode("utf-8", "replace"), time.monotonic() - began)
        except TimeoutError:
            return Answer(598, "", "", time.monotonic() - began)
        except aiohttp.ClientError as failure:
            return Answer(599, "", type(failure).__name__, time.monotonic() - began)

    def _headers(self, asked: Request, url: str, dice: Random) -> dict[str, str]:
        headers = {"Content-Type": asked.content_type} if asked.content_type else {}
        if asked.web == "voice":
            return headers | {HEADER.decode(): signature(url, asked.body)}
        if asked.path in DOORS:
            headers["X-Forwarded-For"] = values.an_address(dice)
        headers |= {"Origin": self._service.web, "Accept-Language": dice.choice(("fr", "en", "", "zz;q=9"))}
        if asked.role:
            ticket = dice.choice(self._tickets[asked.role])
            headers |= {"Cookie": f"session={ticket.cookie}", "X-CSRF-Token": ticket.csrf}
        return headers


def _dealt(routes: list[Route], dice: Random) -> Iterator[Route]:
    """Every route once, in an order drawn, before any again: nothing is left out by chance."""
    while True:
        yield from dice.sample(routes, len(routes))


def signature(url: str, body: bytes) -> str:
    """The carrier's, over what it sends, whatever that is."""
    sent = form_of(body) or []
    text = url.encode() + "".join(name + value for name, value in sorted(set(sent))).encode("utf-8", "surrogatepass")
    return b64encode(digest(PRACTICE_TOKEN.encode(), text, "sha1")).decode()
