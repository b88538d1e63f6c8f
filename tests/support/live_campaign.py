"""Random steps taken in the index and in the oracle at once; also run by the bench, on more seeds."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from callcenter.live import floor, offers, queue
from callcenter.live.offers import Reservation
from tests.support.live_oracle import Oracle
from tests.support.live_whole import assert_whole

TOPICS = ("impots", "sante", "logement")
DEPARTMENTS = ("46", "48", "12")
NATION = [f"N:{topic}" for topic in TOPICS]


def rings(department: str, topic: str) -> list[str]:
    return [f"{department}:{topic}", f"R76:{topic}", f"N:{topic}"]


EVERY_QUEUE = [
    *NATION,
    *(q for d in DEPARTMENTS for t in TOPICS for q in rings(d, t)[:2]),
    *(f"A:a{n}" for n in range(9)),
]


@dataclass
class Campaign:
    """A few callers and agents, so that everything soon happens to everybody. Coarse times, so that many are equal."""

    dice: random.Random
    oracle: Oracle = field(default_factory=Oracle)
    now: float = 1_760_000_000.0
    tokens: int = 0
    known: list[Reservation] = field(default_factory=list)  # settled ones too: late messages come for these

    def run(self, steps: int) -> None:
        for step in range(steps):
            self.now += self.dice.choice((0, 0, 0.25, 1, 5))
            self.dice.choice(STEPS)(self)
            if step % 25 == 0:
                assert_whole()
        assert_whole()
        for call_id in list(self.oracle.calls):
            self.same(queue.leave(call_id), self.oracle.leave(call_id))
        for agent_id in list(self.oracle.agents):
            self.same(floor.leave(agent_id), self.oracle.goes(agent_id))
        for held in offers.overdue(self.now + 1e6):
            self.same(offers.give_back(held, True, True), self.oracle.give_back(held, True, True))
        assert_whole(empty=True)

    def same(self, given: Any, right: Any) -> None:
        assert given == right, (given, right)

    def call(self) -> str:
        return f"c{self.dice.randrange(25)}"

    def agent(self) -> str:
        return f"a{self.dice.randrange(9)}"

    def joins(self) -> None:
        call_id = self.call()
        arrival = self.now - self.dice.choice((0, 0, 5, 30, 60, 600.123456789))
        queues = rings(self.dice.choice(DEPARTMENTS), self.dice.choice(TOPICS))[self.dice.choice((0, 0, 0, 2)) :]
        if self.dice.random() < 0.2:
            queues = [f"A:{self.agent()}", *queues]
        widen_at = [arrival + 20, arrival + 45, arrival + 70][: len(queues) - 1]
        topic = self.dice.choice(TOPICS)
        asked = call_id, queues, arrival - self.dice.choice((0, 0, 60)), arrival, widen_at, self.now, topic
        self.same(queue.join(*asked), self.oracle.join(*asked))

    def joins_again(self) -> None:
        """The same webhook twice, or a refused offer."""
        if self.oracle.calls:
            call_id, call = self.dice.choice(list(self.oracle.calls.items()))
            asked = call_id, call.queues, call.score, call.arrival, call.widen_at, self.now, call.topic
            self.same(queue.join(*asked), self.oracle.join(*asked))

    def leaves(self) -> None:
        call_id = self.call()
        self.same(queue.leave(call_id), self.oracle.leave(call_id))

    def comes(self) -> None:
        topics = self.dice.sample(TOPICS, self.dice.randint(0, 3))
        department = self.dice.choice(DEPARTMENTS)
        agent_id = self.agent()
        queues = [q for topic in topics for q in rings(department, topic)]
        if self.dice.random() < 0.5:
            queues.append(f"A:{agent_id}")
        if self.dice.random() < 0.1:
            queues.append(f"A:{self.agent()}")  # stands in for a colleague
        floor.enter(agent_id, queues, self.now)
        self.oracle.comes(agent_id, queues, self.now)

    def frees(self) -> None:
        agent_id, since = self.agent(), self.now - self.dice.choice((0, 0, 1, 10))
        self.same(floor.free(agent_id, since), self.oracle.free(agent_id, since))

    def becomes_busy(self) -> None:
        agent_id = self.agent()
        self.same(floor.busy(agent_id), self.oracle.busy(agent_id))

    def goes(self) -> None:
        agent_id = self.agent()
        self.same(floor.leave(agent_id), self.oracle.goes(agent_id))

    def beats(self) -> None:
        agent_id = self.agent()
        self.same(floor.beat(agent_id, self.now), self.oracle.beat(agent_id, self.now))

    def proposes(self) -> None:
        self.tokens += 1
        token, deadline = f"t{self.tokens}", self.now + 5
        how = self.dice.choice(("agent", "call", "any"))
        if how == "agent":
            agent_id = self.agent()
            held, right = offers.reserve_for_agent(agent_id, token, deadline), self.oracle.best_for_agent(agent_id)
        elif how == "call":
            call_id = self.call()
            held, right = offers.reserve_for_call(call_id, token, deadline), self.oracle.best_for_call(call_id)
        else:
            held, right = offers.reserve_any(token, deadline), self.oracle.best_of_all()
        if held is None:
            assert not right, (how, right)
        else:
            assert (held.call_id, held.agent_id) in right, (how, held, right)
            assert held.token == token
            self.oracle.reserved(held, deadline)
            self.known.append(held)

    def settles(self) -> None:
        """In time, late, or for the second time."""
        if not self.known:
            return
        held = self.dice.choice(self.known[-6:])
        if self.dice.random() < 0.5:
            at = self.now - self.dice.choice((0, 0.25, 1, 3))
            self.same(offers.confirm(held, at), self.oracle.confirm(held, at))
        else:
            back = self.dice.random() < 0.7, self.dice.random() < 0.7
            self.same(offers.give_back(held, *back), self.oracle.give_back(held, *back))

    def sweeps(self) -> None:
        self.same(sorted(queue.widen(self.now)), sorted(self.oracle.widen(self.now)))
        self.same(sorted(queue.stranded()), sorted(self.oracle.stranded()))
        self.same(sorted(floor.silent(self.now - 15)), sorted(self.oracle.silent(self.now - 15)))
        late = offers.overdue(self.now)
        self.same(sorted(late, key=str), sorted(self.oracle.overdue(self.now), key=str))
        for held in late:
            self.same(offers.give_back(held, True, True), self.oracle.give_back(held, True, True))

    def looks(self) -> None:
        call_id = self.call()
        self.same(queue.place(call_id, self.now), self.oracle.place(call_id, self.now))
        self.same(queue.waiting(), self.oracle.waiting())
        self.same(floor.present(), self.oracle.present())
        some = self.dice.sample(EVERY_QUEUE, 6)
        self.same(queue.lines(some), self.oracle.lines(some))
        self.same(floor.on_duty(some), self.oracle.on_duty(some))


STEPS: list[Callable[[Campaign], None]] = [
    *[Campaign.joins] * 5,
    Campaign.joins_again,
    Campaign.leaves,
    *[Campaign.comes] * 2,
    *[Campaign.frees] * 5,
    Campaign.becomes_busy,
    Campaign.goes,
    Campaign.beats,
    *[Campaign.proposes] * 6,
    *[Campaign.settles] * 3,
    *[Campaign.sweeps] * 2,
    *[Campaign.looks] * 2,
]
