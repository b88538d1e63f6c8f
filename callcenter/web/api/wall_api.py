"""The supervisors' board: a photograph of the service, cut to the departments of whoever looks."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.actions import agent, monitoring, supervisor
from callcenter.records.agents import Agent
from callcenter.rules.roles import OVERSEER, SUPERVISOR
from callcenter.rules.states import AgentState, Monitoring
from callcenter.screens.fields import Id
from callcenter.screens.wall_screen import Board, look
from callcenter.web.identity import Admitted, open_to


class MoveAgent(BaseModel):
    """Pause an agent, make them available again, or end their post for them: they read by whom and why. `other` is told
    in words."""

    agent_id: Id
    to: Literal["pause", "available", "offline"]
    why: Literal["forgot", "call_waits", "meeting", "technical", "shift_over", "absence", "other"]
    words: str = Field("", max_length=200)

    def carry_out(self, overseer: Agent, at: datetime) -> None:
        agent.change_state_of(overseer, self.agent_id, AgentState(self.to), at, self.why, self.words)


class TakePart(BaseModel):
    """Listen to an agent's conversation, whisper to them, barge in; `none`: leave the conversation that one is in."""

    agent_id: Id
    mode: Literal["listen", "whisper", "barge", "none"]

    def carry_out(self, overseer: Agent, at: datetime) -> None:
        if self.mode == "none":
            monitoring.leave(overseer.id, at)
        else:
            monitoring.take_part(overseer.id, self.agent_id, Monitoring(self.mode), at)


class Release(BaseModel):
    """A contact that will never have its outcome: its agent may take calls again."""

    contact_id: Id

    def carry_out(self, overseer: Agent, at: datetime) -> None:
        supervisor.release_contact(overseer, self.contact_id, at)


router = APIRouter(prefix="/api/board", tags=["board"])


@router.get("")
@open_to(*OVERSEER)
def board(visitor: Admitted) -> Board:
    """What this supervisor's departments look like now."""
    return look(visitor.staff.scope)


@router.post("/agent", status_code=204)
@open_to(*SUPERVISOR)
def move_agent(asked: MoveAgent, visitor: Admitted) -> None:
    asked.carry_out(visitor.staff, clock.now())


@router.post("/monitor", status_code=204)
@open_to(*SUPERVISOR)
def take_part(asked: TakePart, visitor: Admitted) -> None:
    asked.carry_out(visitor.staff, clock.now())


@router.post("/release", status_code=204)
@open_to(*SUPERVISOR)
def release(asked: Release, visitor: Admitted) -> None:
    asked.carry_out(visitor.staff, clock.now())
