"""What supervisors write to their agents: a message, and of each addressee until when it stands and whether they have
acknowledged it. Over at the end of their day, both go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Uuid, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.records.agents import TAKE_CALLS, Agent
from callcenter.records.identifiers import new_id


class StaffMessage(Base):
    """`audience`: to whom it was written (`agent`, `team:46`, `all`)."""

    __tablename__ = "staff_messages"
    __table_args__ = (Index("staff_messages_by_writer", "written_by", "at"),)

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    written_by: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime]
    audience: Mapped[str] = mapped_column(String(12))
    words: Mapped[bytes] = mapped_column(LargeBinary)  # sealed

    @property
    def text(self) -> str:
        return sealing.unseal(self.words, _words_of(self.id))


class StaffReceipt(Base):
    """One addressee of a message. `until`: the end of their day, on their own clock."""

    __tablename__ = "staff_receipts"
    __table_args__ = (Index("staff_receipts_by_agent", "agent_id", "until"),)

    message_id: Mapped[str] = mapped_column(ForeignKey("staff_messages.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    until: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Addressee:
    """Whether somebody has acknowledged a message, and when."""

    name: str
    acknowledged_at: datetime | None


def addressees(session: Session, writer: Agent, agent_id: str = "", department: str = "") -> list[Agent]:
    """Who takes calls in the departments that are the writer's: one of them, those of one department, or all."""
    found = select(Agent).where(Agent.active, Agent.role.in_(TAKE_CALLS), Agent.id != writer.id)
    if writer.scope is not None:
        found = found.where(Agent.department.in_(writer.scope))
    if agent_id:
        found = found.where(Agent.id == agent_id)
    if department:
        found = found.where(Agent.department == department)
    return list(session.scalars(found.order_by(Agent.name)))


def write(
    session: Session, writer_id: str, audience: str, text: str, until: Mapping[str, datetime], at: datetime
) -> StaffMessage:
    """A message to each of these, by their ids, which stands `until` then."""
    message_id = new_id()
    words = sealing.seal(text, _words_of(message_id))
    row = StaffMessage(id=message_id, written_by=writer_id, at=at, audience=audience, words=words)
    session.add(row)
    session.flush()
    session.execute(
        insert(StaffReceipt),
        [{"message_id": row.id, "agent_id": each, "until": until[each]} for each in until],
    )
    return row


def unread(session: Session, agent_id: str, at: datetime) -> list[tuple[StaffMessage, str]]:
    """What stands for an agent who has not acknowledged it, the oldest first, with the name of who wrote it."""
    mine = (
        select(StaffMessage, Agent.name)
        .join(StaffReceipt, StaffReceipt.message_id == StaffMessage.id)
        .join(Agent, Agent.id == StaffMessage.written_by)
        .where(StaffReceipt.agent_id == agent_id, StaffReceipt.until > at, StaffReceipt.acknowledged_at.is_(None))
    )
    return [(row[0], row[1]) for row in session.execute(mine.order_by(StaffMessage.at))]


def acknowledge(session: Session, message_id: str, agent_id: str, at: datetime) -> bool:
    """The first time counts; False where it is none of theirs."""
    mine = (StaffReceipt.message_id == message_id, StaffReceipt.agent_id == agent_id)
    read = func.coalesce(StaffReceipt.acknowledged_at, at)
    done = update(StaffReceipt).where(*mine).values(acknowledged_at=read).returning(StaffReceipt.message_id)
    return session.scalar(done) is not None


def written_by(session: Session, writer_id: str, at: datetime) -> list[tuple[StaffMessage, list[Addressee]]]:
    """What they wrote that stands for somebody still, the latest first, with all its addressees by name."""
    stands = exists().where(StaffReceipt.message_id == StaffMessage.id, StaffReceipt.until > at)
    rows = list(
        session.scalars(
            select(StaffMessage).where(StaffMessage.written_by == writer_id, stands).order_by(StaffMessage.at.desc())
        )
    )
    theirs = (
        select(StaffReceipt.message_id, Agent.name, StaffReceipt.acknowledged_at)
        .join(Agent, Agent.id == StaffReceipt.agent_id)
        .where(StaffReceipt.message_id.in_([row.id for row in rows]))
        .order_by(Agent.name)
    )
    by_message: dict[str, list[Addressee]] = {row.id: [] for row in rows}
    for message_id, name, acknowledged_at in session.execute(theirs):
        by_message[message_id].append(Addressee(name, acknowledged_at))
    return [(row, by_message[row.id]) for row in rows]


def tidy(session: Session, at: datetime) -> None:
    """Forget messages that stand for nobody any more."""
    stands = exists().where(StaffReceipt.message_id == StaffMessage.id, StaffReceipt.until > at)
    session.execute(delete(StaffMessage).where(~stands))


def _words_of(message_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("staff_messages", "words", message_id)
