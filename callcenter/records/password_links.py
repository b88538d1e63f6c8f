"""The link by which somebody chooses their own password: one an account, used once, over after three days.

The link holds a random token; the row holds its SHA-256, so that nobody who reads the table can use it.
"""

from datetime import datetime, timedelta
from secrets import compare_digest

from sqlalchemy import ForeignKey, LargeBinary, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.records.agents import Agent

HOLDS = timedelta(days=3)


class PasswordLink(Base):
    """What one account may still use."""

    __tablename__ = "password_links"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    token: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


def make(session: Session, agent_id: str, token: str, at: datetime) -> datetime:
    """The account's link from now on, in place of the one before; until when it holds."""
    row = {"token": sealing.digest(token), "made_at": at, "expires_at": at + HOLDS}
    made = insert(PasswordLink).values(agent_id=agent_id, **row)
    session.execute(made.on_conflict_do_update(index_elements=["agent_id"], set_=row))
    return at + HOLDS


def take(session: Session, token: str, at: datetime) -> Agent | None:
    """Whose link this is, which is used by that; None for one that is unknown, used, over, replaced, or of an account
    that is closed."""
    digest = sealing.digest(token)
    row = session.scalar(select(PasswordLink).where(PasswordLink.token == digest).with_for_update())
    if row is None or not compare_digest(row.token, digest) or row.expires_at <= at:
        return None
    agent = session.get(Agent, row.agent_id, with_for_update=True, populate_existing=True)
    if agent is None or not agent.active:
        return None
    session.delete(row)
    return agent


def revoke(session: Session, agent_id: str) -> None:
    """No link opens this account any more."""
    session.execute(delete(PasswordLink).where(PasswordLink.agent_id == agent_id))


def pending(session: Session, at: datetime) -> dict[str, datetime]:
    """Until when each link that was not used holds, by account."""
    rows = session.execute(select(PasswordLink.agent_id, PasswordLink.expires_at).where(PasswordLink.expires_at > at))
    return {row[0]: row[1] for row in rows}


def tidy(session: Session, at: datetime) -> None:
    """Forget the links that are over."""
    session.execute(delete(PasswordLink).where(PasswordLink.expires_at < at))
