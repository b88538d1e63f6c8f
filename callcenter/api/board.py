"""The supervisors' board: a photograph of the service, cut to the departments of whoever looks."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from callcenter import clock
from callcenter.actions import supervisor
from callcenter.api.identity import OVERSEER, SUPERVISOR, Admitted, Id, open_to
from callcenter.db import reading
from callcenter.records import board as records
from callcenter.records.agents import Agent
from callcenter.records.board import AtPost, Owed, Photograph, Waiting
from callcenter.rules.routing import UNKNOWN
from callcenter.rules.states import AgentState

Scope = frozenset[str] | None  # departments; None: all of them

TILES = (AgentState.AVAILABLE, AgentState.TALKING, AgentState.WRAP_UP, AgentState.PAUSE, AgentState.LOST)
COUNTED_AS = {AgentState.OFFERED: AgentState.TALKING, AgentState.CONNECTING: AgentState.TALKING}


@dataclass(frozen=True)
class Row:
    """One queue: what waits for a matter, and how many agents of the scope serve it."""

    topic: str
    language: str
    waiting: int
    oldest: datetime | None
    on_duty: int
    free: int


@dataclass(frozen=True)
class Board:
    """What one scope sees. Every instant is PostgreSQL's."""

    at: datetime
    waiting: int
    oldest: datetime | None
    states: Mapping[str, int]
    rows: tuple[Row, ...]
    agents: tuple[AtPost, ...]
    owed: tuple[Owed, ...]


def photograph() -> Photograph:
    """The whole service as it is now. Raises DatabaseDown."""
    with reading() as session:
        return records.photograph(session)


def scope_of(overseer: Agent) -> Scope:
    """An administrator sees everything, the others the departments that are theirs."""
    return None if overseer.role == "admin" else frozenset(overseer.departments)


def cut(taken: Photograph, scope: Scope) -> Board:
    """The part of a photograph that one scope may see. Callers of no known department are everybody's."""
    waiting = [w for w in taken.waiting if scope is None or w.department in scope or w.department == UNKNOWN]
    agents = tuple(a for a in taken.agents if scope is None or a.department in scope)
    return Board(
        at=taken.at,
        waiting=sum(w.waiting for w in waiting),
        oldest=min((w.oldest for w in waiting), default=None),
        states=_count(agents),
        rows=tuple(_rows(waiting, agents)),
        agents=agents,
        owed=tuple(o for o in taken.owed if scope is None or o.department in scope),
    )


def _count(agents: Iterable[AtPost]) -> dict[str, int]:
    """Agents by state; one who is being rung or connected is counted as in conversation."""
    found = Counter(COUNTED_AS.get(AgentState(a.state), AgentState(a.state)) for a in agents)
    return {state: found[state] for state in TILES}


def _rows(waiting: Iterable[Waiting], agents: Iterable[AtPost]) -> Iterable[Row]:
    """Every queue in which somebody waits, the longest wait first."""
    queues: dict[tuple[str, str], list[Waiting]] = {}
    for each in waiting:
        queues.setdefault((each.topic, each.language), []).append(each)
    on_duty = [a for a in agents if a.state != AgentState.LOST]
    for (topic, language), group in sorted(queues.items(), key=lambda item: min(w.oldest for w in item[1])):
        serving = [a for a in on_duty if topic in a.topics and language in a.languages]
        free = sum(a.state == AgentState.AVAILABLE for a in serving)
        oldest = min(w.oldest for w in group)
        yield Row(topic, language, sum(w.waiting for w in group), oldest, len(serving), free)


class MoveAgent(BaseModel):
    """Pause an agent, or end their post for them."""

    agent_id: Id
    to: Literal["pause", "offline"]

    def carry_out(self, overseer: Agent, at: datetime) -> None:
        supervisor.moves_agent(overseer, self.agent_id, AgentState(self.to), at)


class Release(BaseModel):
    """A contact that will never have its outcome: its agent may take calls again."""

    contact_id: Id

    def carry_out(self, overseer: Agent, at: datetime) -> None:
        supervisor.releases(overseer, self.contact_id, at)


router = APIRouter(prefix="/api/board", tags=["board"])


@router.get("")
@open_to(*OVERSEER)
def board(visitor: Admitted) -> Board:
    """What this supervisor's departments look like now."""
    return cut(photograph(), scope_of(visitor.staff))


@router.post("/agent", status_code=204)
@open_to(*SUPERVISOR)
def move_agent(asked: MoveAgent, visitor: Admitted) -> None:
    asked.carry_out(visitor.staff, clock.now())


@router.post("/release", status_code=204)
@open_to(*SUPERVISOR)
def release(asked: Release, visitor: Admitted) -> None:
    asked.carry_out(visitor.staff, clock.now())
