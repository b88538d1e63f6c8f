"""The index by brute force: lists walked from one end to the other, nothing derived and nothing to go wrong.

Where the index may choose between equals, the oracle names all of them and follows the choice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from callcenter.live.offers import Reservation
from callcenter.live.queue import PlaceInQueue, QueueView


@dataclass
class Call:
    queues: Sequence[str]
    widen_at: Sequence[float]
    score: float
    arrival: float
    ring: int
    topic: str
    held_by: str | None = None
    joined_at: float | None = None  # again, while held

    @property
    def queue(self) -> str:
        return self.queues[self.ring]


@dataclass
class Agent:
    queues: frozenset[str]
    beat: float
    since: float | None = None
    held_by: str | None = None
    freed: float | None = None  # again, while held

    @property
    def free(self) -> bool:
        return self.since is not None and self.held_by is None


@dataclass
class Oracle:
    calls: dict[str, Call] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    reservations: dict[str, tuple[Reservation, float]] = field(default_factory=dict)
    picks: list[tuple[str, float]] = field(default_factory=list)

    # calls

    def join(
        self,
        call_id: str,
        queues: Sequence[str],
        score: float,
        arrival: float,
        widen_at: Sequence[float],
        at: float,
        topic: str,
    ) -> str:
        before = self.calls.get(call_id)
        call = self.calls[call_id] = Call(queues, widen_at, score, arrival, 0, topic)
        call.ring = self._ring(call, at)
        if before and before.held_by:
            call.held_by, call.joined_at = before.held_by, at
        return call.queue

    def leave(self, call_id: str) -> bool:
        return self.calls.pop(call_id, None) is not None

    def place(self, call_id: str, at: float) -> PlaceInQueue | None:
        if call_id not in self.calls:
            return None
        call = self.calls[call_id]
        before = [c for c in self._in_line() if c.queue in call.queues and c.score < call.score]
        picked = [pick for queue, pick in self.picks if queue == call.queue and at - 900 <= pick <= at]
        return PlaceInQueue(
            len(before) + 1, call.queue, self._duty(call.queue), len(picked), at - call.arrival, call.topic
        )

    def widen(self, at: float) -> list[str]:
        # Who stands where nobody is on duty moves, whether or not the time has come; a reserved call only by time.
        moved = []
        for call_id, call in self.calls.items():
            due = call.ring + 1 < len(call.queues) and call.widen_at[call.ring] <= at
            deserted = not call.held_by and not self._duty(call.queue)
            ring = self._ring(call, at)
            if (due or deserted) and ring != call.ring:
                call.ring = ring
                moved.append(call_id)
        return moved

    def stranded(self) -> list[str]:
        return [
            call_id
            for call_id, call in self.calls.items()
            if not call.held_by and not any(self._duty(queue) for queue in call.queues)
        ]

    def waiting(self) -> dict[str, float]:
        return {call_id: call.score for call_id, call in self.calls.items()}

    def lines(self, queues: Sequence[str]) -> list[QueueView]:
        return [self._line(queue) for queue in queues]

    # agents

    def comes(self, agent_id: str, queues: Sequence[str], at: float) -> None:
        served = frozenset([*queues, f"A:{agent_id}"])
        agent = self.agents.setdefault(agent_id, Agent(served, at))
        agent.queues, agent.beat = served, max(at, agent.beat)

    def free(self, agent_id: str, since: float) -> bool:
        agent = self.agents.get(agent_id)
        if agent and agent.held_by:
            agent.freed = since
        elif agent:
            agent.since = since
        return agent is not None

    def busy(self, agent_id: str) -> bool:
        agent = self.agents.get(agent_id)
        if agent:
            agent.since = agent.held_by = agent.freed = None
        return agent is not None

    def goes(self, agent_id: str) -> bool:
        return self.agents.pop(agent_id, None) is not None

    def beat(self, agent_id: str, at: float) -> bool:
        agent = self.agents.get(agent_id)
        if agent:
            agent.beat = max(at, agent.beat)
        return agent is not None

    def silent(self, before: float) -> list[str]:
        return [agent_id for agent_id, agent in self.agents.items() if agent.beat < before]

    def on_duty(self, queues: Sequence[str]) -> list[int]:
        return [self._duty(queue) for queue in queues]

    def present(self) -> dict[str, float | None]:
        return {
            agent_id: agent.freed if agent.freed is not None else agent.since for agent_id, agent in self.agents.items()
        }

    # proposals

    def best_for_agent(self, agent_id: str) -> set[tuple[str, str]]:
        """Every (call, agent) that is right."""
        agent = self.agents.get(agent_id)
        if not agent or not agent.free:
            return set()
        return {(call_id, agent_id) for call_id in self._best(agent.queues)}

    def best_for_call(self, call_id: str) -> set[tuple[str, str]]:
        call = self.calls.get(call_id)
        if not call or call.held_by:
            return set()
        return {(call_id, agent_id) for agent_id in self._longest_free(call.queue)}

    def best_of_all(self) -> set[tuple[str, str]]:
        served = {queue for agent in self.agents.values() if agent.free for queue in agent.queues}
        return {pair for call_id in self._best(served) for pair in self.best_for_call(call_id)}

    def reserved(self, held: Reservation, deadline: float) -> None:
        self.reservations[held.token] = held, deadline
        self.calls[held.call_id].held_by = held.token
        self.agents[held.agent_id].held_by = held.token

    def confirm(self, held: Reservation, at: float) -> bool:
        if self.reservations.pop(held.token, None) is None:
            return False
        call, agent = self._held(held)
        if call:
            self.picks.append((call.queue, at))
            self._settle_call(held.call_id, back=call.joined_at is not None and call.joined_at > at)
        if agent:
            self._settle_agent(agent, back=agent.freed is not None and agent.freed > at)
        return True

    def give_back(self, held: Reservation, call: bool, agent: bool) -> bool:
        if self.reservations.pop(held.token, None) is None:
            return False
        held_call, held_agent = self._held(held)
        if held_call:
            self._settle_call(held.call_id, back=call or held_call.joined_at is not None)
        if held_agent:
            freed_again = held_agent.freed is not None and held_agent.freed > (held_agent.since or 0)
            self._settle_agent(held_agent, back=agent or freed_again)
        return True

    def overdue(self, now: float) -> list[Reservation]:
        return [held for held, deadline in self.reservations.values() if deadline <= now]

    def _held(self, held: Reservation) -> tuple[Call | None, Agent | None]:
        call, agent = self.calls.get(held.call_id), self.agents.get(held.agent_id)
        return (
            call if call and call.held_by == held.token else None,
            agent if agent and agent.held_by == held.token else None,
        )

    def _settle_call(self, call_id: str, back: bool) -> None:
        call = self.calls[call_id]
        call.held_by = call.joined_at = None
        if not back:
            del self.calls[call_id]

    def _settle_agent(self, agent: Agent, back: bool) -> None:
        freed = agent.freed if agent.freed is not None else agent.since
        agent.since = freed if back else None
        agent.held_by = agent.freed = None

    def _ring(self, call: Call, at: float) -> int:
        by_age = max([call.ring, *(ring + 1 for ring, time in enumerate(call.widen_at) if time <= at)])
        return next((ring for ring in range(by_age, len(call.queues)) if self._duty(call.queues[ring])), -1) % len(
            call.queues
        )

    def _in_line(self) -> list[Call]:
        return [call for call in self.calls.values() if not call.held_by]

    def _best(self, queues: Iterable[str]) -> list[str]:
        allowed = {c: call.score for c, call in self.calls.items() if not call.held_by and call.queue in set(queues)}
        return [call_id for call_id, score in allowed.items() if score == min(allowed.values())]

    def _longest_free(self, queue: str) -> list[str]:
        since = {a: agent.since or 0.0 for a, agent in self.agents.items() if agent.free and queue in agent.queues}
        return [agent_id for agent_id, time in since.items() if time == min(since.values())]

    def _duty(self, queue: str) -> int:
        return sum(queue in agent.queues for agent in self.agents.values())

    def _line(self, queue: str) -> QueueView:
        there = [(c.score, c_id, c.arrival) for c_id, c in self.calls.items() if not c.held_by and c.queue == queue]
        score, _, arrival = min(there, default=(None, "", None))
        return QueueView(queue, len(there), score, self._duty(queue), arrival)
