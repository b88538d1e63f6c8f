"""Messages of supervisors to their agents: written, seen on the desk, acknowledged; gone at the end of the day."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.actions import staff_messages
from callcenter.records.agents import Agent
from callcenter.rules.roles import SUPERVISOR
from callcenter.screens import staff_messages_screen
from callcenter.screens.fields import Id
from callcenter.screens.staff_messages_screen import MessageWritten
from callcenter.web.api.desk_api import Command, route_of
from callcenter.web.identity import Admitted, open_to


@dataclass(frozen=True)
class Written:
    """`addressees`: how many read it."""

    addressees: int


class WriteToStaff(BaseModel):
    """`to`: one agent (`agent:` and their id), a department of one's own (`team:46`), or `all` of one's own."""

    to: str = Field(max_length=50)
    words: str = Field(max_length=2000)

    def carry_out(self, writer: Agent, at: datetime) -> Written:
        return Written(staff_messages.write(writer, self.to, self.words, at))


class Acknowledge(Command):
    """They have read it: it is shown no more."""

    message_id: Id

    def carry_out(self, agent_id: str, at: datetime) -> None:
        staff_messages.acknowledge(agent_id, self.message_id, at)


router = APIRouter(prefix="/api/messages", tags=["messages"])


@router.get("")
@open_to(*SUPERVISOR)
def written(visitor: Admitted) -> list[MessageWritten]:
    """What one wrote today, and who has acknowledged it."""
    return staff_messages_screen.written_by(visitor.staff)


@router.post("")
@open_to(*SUPERVISOR)
def write(asked: WriteToStaff, visitor: Admitted) -> Written:
    """Write to one agent, a team or all."""
    return asked.carry_out(visitor.staff, clock.now())


router.add_api_route(
    "/acknowledge", route_of(Acknowledge), methods=["POST"], name="acknowledge", description=Acknowledge.__doc__
)
