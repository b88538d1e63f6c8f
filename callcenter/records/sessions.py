"""Who is signed in: sessions live in PostgreSQL, so a flushed index signs nobody out, and each can be revoked.

The cookie holds a random token; the row holds its SHA-256. Tries are counted in `tries`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, Uuid, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.records.agents import Agent
from callcenter.rules.audited_acts import AuditedAct

LIFETIME = timedelta(hours=12)  # a working day; the cookie goes with the browser
LOGS_KEPT = timedelta(days=366)

Changes = Mapping[str, tuple[Any, Any]]
"""By field, what was and what is."""
NOTHING: Changes = MappingProxyType({})


class StaffSession(Base):
    """One browser of one member of staff."""

    __tablename__ = "staff_sessions"
    __table_args__ = (Index("staff_sessions_by_agent", "agent_id"),)

    token: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)  # SHA-256 of the cookie
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Base):
    """An act of a supervisor or an administrator, or a look at a full number. Kept for a year, then PostgreSQL lets it
    be deleted."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_by_noun", "noun", "noun_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))  # None: an operator at the command line
    act: Mapped[str] = mapped_column(String(40))
    noun: Mapped[str] = mapped_column(String(12))
    noun_id: Mapped[str] = mapped_column(String(60))
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)  # field -> [before, after]; settings and codes, no person's


@dataclass(frozen=True)
class Act:
    """One entry of a history, as it is read. `who`: a name."""

    at: datetime
    who: str
    act: str
    noun: str
    noun_id: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class SignedIn:
    """The member of staff behind a request."""

    agent: Agent
    token: bytes


def begin(session: Session, agent_id: str, token: str, at: datetime) -> None:
    """A browser signs in with a fresh random token."""
    session.add(StaffSession(token=sealing.digest(token), agent_id=agent_id, created_at=at, expires_at=at + LIFETIME))


def of_token(session: Session, token: str, at: datetime) -> SignedIn | None:
    """Whose cookie this is; None if it is unknown, expired, revoked, or its owner is no longer active."""
    row = session.execute(
        select(StaffSession, Agent)
        .join(Agent, Agent.id == StaffSession.agent_id)
        .where(
            StaffSession.token == sealing.digest(token),
            StaffSession.revoked_at.is_(None),
            StaffSession.expires_at > at,
            Agent.active,
        )
    ).first()
    return SignedIn(row[1], row[0].token) if row else None


def still_valid(session: Session, tokens: Collection[bytes], at: datetime) -> set[bytes]:
    """Which of these digests belong to a browser that is still signed in, in one query whatever their number."""
    valid = (
        select(StaffSession.token)
        .join(Agent, Agent.id == StaffSession.agent_id)
        .where(
            StaffSession.token.in_(tokens),
            StaffSession.revoked_at.is_(None),
            StaffSession.expires_at > at,
            Agent.active,
        )
    )
    return set(session.scalars(valid))


def revoke(session: Session, agent_id: str, at: datetime, token: bytes | None = None) -> None:
    """Sign out one browser, or all of an agent's."""
    mine = update(StaffSession).where(StaffSession.agent_id == agent_id, StaffSession.revoked_at.is_(None))
    session.execute((mine.where(StaffSession.token == token) if token else mine).values(revoked_at=at))


def audit(
    session: Session,
    who: str | None,
    act: AuditedAct,
    noun: str,
    noun_id: str,
    at: datetime,
    changes: Changes = NOTHING,
) -> None:
    """Write down an act that must be answerable for. `who` None: an operator, from a terminal."""
    session.add(AuditEntry(at=at, who=who, act=act, noun=noun, noun_id=noun_id, changes=dict(changes)))


def history(session: Session, nouns: Sequence[str], noun_id: str | None = None, limit: int = 20) -> list[Act]:
    """What was done to these, the latest first; with `noun_id` to that one and to its parts (`46`: `46:impots` too)."""
    done = select(AuditEntry, Agent.name).outerjoin(Agent, Agent.id == AuditEntry.who)
    done = done.where(AuditEntry.noun.in_(nouns))
    if noun_id is not None:
        part = AuditEntry.noun_id.startswith(f"{noun_id}:", autoescape=True)
        done = done.where((AuditEntry.noun_id == noun_id) | part)
    found = session.execute(done.order_by(AuditEntry.id.desc()).limit(limit))
    return [Act(entry.at, name or "", entry.act, entry.noun, entry.noun_id, entry.changes) for entry, name in found]


def tidy(session: Session, at: datetime) -> None:
    """Forget sessions that can matter no more."""
    session.execute(delete(StaffSession).where(StaffSession.expires_at < at - timedelta(days=30)))
    session.execute(delete(AuditEntry).where(AuditEntry.at < at - LOGS_KEPT))
