"""Messages of supervisors: what stands for an agent, and what became of those that a supervisor wrote today."""

from datetime import datetime

from callcenter import clock
from callcenter.db import Session, reading
from callcenter.records import staff_messages
from callcenter.records.agents import Agent
from callcenter.screens.desk_parts import Shown


class MessageShown(Shown):
    """What a supervisor wrote to this agent, who has not acknowledged it."""

    id: str
    by: str
    text: str
    at: datetime


class Reader(Shown):
    """One addressee, and when they acknowledged it; None: not yet."""

    name: str
    acknowledged_at: datetime | None


class MessageWritten(Shown):
    """What one wrote. `to`: `team:46`, `all`, or `agent`, who is the one reader."""

    id: str
    to: str
    text: str
    at: datetime
    readers: tuple[Reader, ...]

    @property
    def acknowledged(self) -> int:
        return sum(each.acknowledged_at is not None for each in self.readers)


class MayBeTold(Shown):
    """Somebody who may be written to."""

    agent_id: str
    name: str
    department: str


def unread(session: Session, agent_id: str, at: datetime) -> tuple[MessageShown, ...]:
    """What stands for an agent, the oldest first."""
    found = staff_messages.unread(session, agent_id, at)
    return tuple(MessageShown(id=row.id, by=by, text=row.text, at=row.at) for row, by in found)


def written_by(supervisor: Agent) -> list[MessageWritten]:
    """What this supervisor wrote that stands still, the latest first."""
    with reading() as session:
        return [
            MessageWritten(
                id=row.id,
                to=row.audience,
                text=row.text,
                at=row.at,
                readers=tuple(Reader(name=each.name, acknowledged_at=each.acknowledged_at) for each in readers),
            )
            for row, readers in staff_messages.written_by(session, supervisor.id, clock.now())
        ]


def may_be_told(supervisor: Agent) -> list[MayBeTold]:
    """Everybody whom this supervisor may write to, by name."""
    with reading() as session:
        return [
            MayBeTold(agent_id=each.id, name=each.name, department=each.department)
            for each in staff_messages.addressees(session, supervisor)
        ]
