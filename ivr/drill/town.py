"""The people of a drill: citizens who call, ask to be called back and hang up anywhere; agents who err as people do,
and bring help in; a supervisor who is in one conversation after the other, one who comes when there is a distress, and
one who never picks up."""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from typing import Any

import aiohttp
from argon2 import PasswordHasher

from callcenter import clock
from callcenter.db import transaction
from callcenter.records.agents import Agent, sealed_phone
from callcenter.records.identifiers import new_id
from callcenter.reference import rows
from callcenter.rules.consults import HelpAct
from ivr.drill import helping
from ivr.drill.helping import Wish
from ivr.practice.agents import BEATS, PracticeDesk, entry
from ivr.practice.citizens import POSTAL_CODES

PASSWORD = "un mot de passe de répétition"
DEPARTMENTS = ("46", "31", "12", "974", "2A", "67", "972", "59")
LOOKS = 0.7  # seconds between two looks at the desk
AT_THE_DOOR = 4  # agents who sign in at once
NUMBERS = 10_000
CITIZENS = "+3319900"  # and four digits: kept for fiction
SUPERVISOR, COMES, NEVER_COMES = SUPERVISORS = "ines", "paul", "odile"
SUPERVISORS_PHONE = "+3356500020"  # and one digit
LONG_TALKS = 0.3  # of the citizens: time for help to come
UNREACHED = ("busy", "no-answer", "voicemail", "reject")
Faults = aiohttp.ClientError, TimeoutError, OSError


def settle(count: int) -> list[tuple[str, str]]:
    """So many agents, who know every topic, and have a cheap password: they sign in a lot. Their (id, login). Beside
    them their supervisors, and the partners' desks."""
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    topics = [row["code"] for row in rows("topics.csv") if row["code"]] + ["autre"]
    made = [(new_id(), f"agent{n}") for n in range(count)]
    with transaction() as session:
        for n, (agent_id, login) in enumerate(made):
            session.add(
                Agent(
                    id=agent_id, login=login, name=login.capitalize(), password_hash=hashed, role="agent",
                    department=DEPARTMENTS[n % len(DEPARTMENTS)], departments=[], topics=topics, languages=["fr", "en"],
                    since=clock.now(), desk_phone=sealed_phone(agent_id, phone_of(n)), site_id=None,
                )
            )  # fmt: skip
        for n, login in enumerate(SUPERVISORS):
            supervisor_id = new_id()
            session.add(
                Agent(
                    id=supervisor_id, login=login, name=login.capitalize(), password_hash=hashed, role="supervisor",
                    department=DEPARTMENTS[0], departments=list(DEPARTMENTS), topics=[], languages=["fr"],
                    since=clock.now(), site_id=None, desk_phone=sealed_phone(supervisor_id, f"{SUPERVISORS_PHONE}{n}"),
                )
            )  # fmt: skip
        helping.settle_partners(session)
    return made


def phone_of(n: int) -> str:
    """The desk phone of the agent numbered so."""
    return f"+335650001{n:02}"


async def answer_phones(carrier: str) -> None:
    """How the telephones of partners and supervisors behave; all others answer and press 1."""
    async with aiohttp.ClientSession() as http:
        await helping.answer_for_partners(http, carrier)
        never = f"%2B{SUPERVISORS_PHONE[1:]}{SUPERVISORS.index(NEVER_COMES)}"
        async with http.put(f"{carrier}/practice/numbers/{never}", json={"kind": "no-answer"}) as answer:
            answer.raise_for_status()


class Person:
    """One agent at their desk. Whoever breaks things sets `closed`, `tabs`, a mood or a wish for a while."""

    def __init__(self, agent_id: str, phone: str, desk: PracticeDesk, dice: random.Random) -> None:
        self.id = agent_id
        self.phone = phone
        self.seen: dict[str, Any] = {}  # on their desk, at the last look
        self.desk = desk
        self.dice = dice
        self.closed = False  # their browser is
        self.tabs = 1  # each does everything
        self.mood = ""  # double, late, or ignore: how the next offer is answered
        self.ignored: asyncio.Future[str] | None = None  # the offer that was let go by
        self.wish: Wish | None = None  # with their next conversation
        self.then: list[HelpAct] = []  # each as soon as the desk shows it
        self.help_mood = ""  # refuse or ignore: how they answer whoever asks for their help
        self.calls_out = False  # with the next outcome

    async def work(self, door: asyncio.Semaphore) -> None:
        """A shift without end, begun again whenever it fails."""
        while True:
            beating = None
            try:
                async with door:
                    await self.desk.sign_in()
                    await self.desk.do("post", line="phone")
                beating = asyncio.create_task(self._beats())
                while True:
                    await asyncio.sleep(LOOKS * self.dice.uniform(0.7, 1.3))
                    if not self.closed:
                        await asyncio.gather(*(self._looks() for _ in range(self.tabs)))
            except Faults:
                await asyncio.sleep(1)
            finally:
                if beating:
                    beating.cancel()

    async def _beats(self) -> None:
        while True:
            if not self.closed:
                with contextlib.suppress(*Faults):
                    await asyncio.gather(*(self.desk.do("beat") for _ in range(self.tabs)))
            await asyncio.sleep(BEATS)

    async def _looks(self) -> None:
        shown = self.seen = await self.desk.look()
        call, offer, asked = shown["call"], shown["offer"], shown["help_asked"]
        if offer:
            await self._answers(offer["id"])
        elif asked:
            await helping.come(self, asked)
        elif call and call["state"] == "talking":
            # else the citizen ends it, or a later look
            if not await helping.go_on(self, call) and self.dice.random() < 0.4:
                await self.desk.do("hangup")
        elif shown["contact_id"] and (call is None or call["state"] == "wrap_up"):
            if not await helping.call_out(self, shown):
                await self._record(shown)
        elif shown["state"] == "available":
            await helping.keep_at_once(self)
        elif shown["state"] in ("pause", "offline"):
            await self.desk.do("post" if shown["state"] == "offline" else "available")

    def open_again(self) -> None:
        """Their browser."""
        self.closed = False

    def another_number(self) -> str:
        """Some citizen's."""
        return f"{CITIZENS}{self.dice.randrange(NUMBERS):04}"

    async def _answers(self, offer_id: str) -> None:
        mood, self.mood = self.mood, ""
        if mood == "ignore":
            if self.ignored and not self.ignored.done():
                self.ignored.set_result(offer_id)
            await asyncio.sleep(10)  # away from the desk, with the page open
        elif mood == "late":
            await self.desk.do("refuse", offer_id=offer_id)
            await self.desk.do("available")
            await asyncio.sleep(self.dice.uniform(0, 0.3))
            await self.desk.do("accept", offer_id=offer_id)
            await self.desk.do("refuse", offer_id=offer_id)
        else:
            await asyncio.sleep(self.dice.uniform(0, 0.5))
            clicks = 2 if mood == "double" else 1
            await asyncio.gather(*(self.desk.do("accept", offer_id=offer_id) for _ in range(clicks)))

    async def _record(self, shown: dict[str, Any]) -> None:
        one = entry(shown, self.dice)
        clicks = 2 if self.dice.random() < 0.1 else 1
        recorded = (self.desk.do("outcome", contact_id=shown["contact_id"], entries=[one]) for _ in range(clicks))
        await asyncio.gather(*recorded)


async def supervise(desk: PracticeDesk, staff: Sequence[str], dice: random.Random) -> None:
    """In one conversation after the other, in every way; most agents that are asked for are in none."""
    while True:
        with contextlib.suppress(*Faults):
            await desk.sign_in()
            while True:
                await asyncio.sleep(dice.uniform(0.2, 0.8))
                mode = dice.choice(("listen", "whisper", "barge", "none"))
                await desk.ask("board/monitor", agent_id=dice.choice(staff), mode=mode)
        await asyncio.sleep(1)


async def stand_by(desk: PracticeDesk) -> None:
    """A supervisor who is signed in, and takes part in no conversation unless they are rung in."""
    while True:
        with contextlib.suppress(*Faults):
            await desk.sign_in()
            return


class Agents:
    """Everybody at their desks, from `begin` to `end`."""

    def __init__(self, web: str, staff: Sequence[tuple[str, str]], dice: random.Random) -> None:
        self._web, self._staff, self._dice = web, staff, dice
        self.people: list[Person] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        # Connections are let go before the server closes them (5 s): no click meets a closing socket.
        limits = aiohttp.TCPConnector(limit=0, keepalive_timeout=3)
        self._http = aiohttp.ClientSession(
            connector=limits, timeout=aiohttp.ClientTimeout(total=10), cookie_jar=aiohttp.DummyCookieJar()
        )
        door = asyncio.Semaphore(AT_THE_DOOR)
        for n, (agent_id, login) in enumerate(self._staff):
            dice = random.Random(self._dice.random())  # noqa: S311 - dice, not secrets
            self.people.append(Person(agent_id, phone_of(n), self._desk(login), dice))
        self._tasks = [asyncio.create_task(person.work(door)) for person in self.people]
        dice = random.Random(self._dice.random())  # noqa: S311 - dice, not secrets
        staff = [agent_id for agent_id, _ in self._staff]
        self._tasks += [
            asyncio.create_task(supervise(self._desk(SUPERVISOR), staff, dice)),
            *(asyncio.create_task(stand_by(self._desk(login))) for login in (COMES, NEVER_COMES)),
        ]

    def _desk(self, login: str) -> PracticeDesk:
        return PracticeDesk(self._http, self._web, login, PASSWORD)

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()

    def pick_one_to_err(self, dice: random.Random) -> Person:
        """Somebody whose browser is open and who is in no mood yet."""
        free = [person for person in self.people if not person.closed and not person.mood and person.tabs == 1]
        return dice.choice(free or self.people)


class Citizens:
    """Those who call, `calls` a second, of whom `callbacks` a second ask to be called back."""

    def __init__(self, carrier: str, calls: float, callbacks: float, dice: random.Random) -> None:
        self._carrier, self._dice = carrier, dice
        self._rate, self._share = calls + callbacks, callbacks / (calls + callbacks)
        self._numbers = list(range(NUMBERS))
        dice.shuffle(self._numbers)
        self.called = 0

    async def live(self) -> None:
        """Until cancelled; nobody waits for a call to begin before the next."""
        calling: set[asyncio.Task[None]] = set()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
            try:
                while True:
                    await asyncio.sleep(self._dice.expovariate(self._rate))
                    one = asyncio.create_task(self._call(http))
                    calling.add(one)
                    one.add_done_callback(calling.discard)
            finally:
                await asyncio.gather(*calling, return_exceptions=True)

    async def _call(self, http: aiohttp.ClientSession) -> None:
        dice = self._dice
        number = f"{CITIZENS}{self._numbers[self.called % NUMBERS]:04}"
        self.called += 1
        body: dict[str, Any] = {"number": number, "postal_code": dice.choice(POSTAL_CODES)}
        body["talks"] = dice.uniform(120, 300) if dice.random() < LONG_TALKS else dice.uniform(10, 60)
        if dice.random() < self._share:
            body |= {"hurries": True, "patience": 600}
            if dice.random() < 0.25:
                how = {"kind": dice.choice(UNREACHED), "after": 2}
                await http.put(f"{self._carrier}/practice/numbers/%2B{number[1:]}", json=how)
        elif dice.random() < 0.2:
            body["patience"] = dice.uniform(0, 150)  # hangs up wherever they are by then
        else:
            body["patience"] = 1200
        with contextlib.suppress(*Faults):
            async with http.post(f"{self._carrier}/practice/citizens", json=body) as answer:
                answer.raise_for_status()
