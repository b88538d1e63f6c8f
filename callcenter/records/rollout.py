"""Where the line is open, what is said before anything else, which queues are closed or led elsewhere now, and when
their calls widen."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Uuid,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.records import config_revision
from callcenter.records.agents import Agent
from callcenter.records.identifiers import new_id
from callcenter.rules.orders import Given, Message, QueueOrder
from callcenter.rules.routing import Ages


class Rollout(Base):
    """What a department is from a day on; one of which nothing is written is open."""

    __tablename__ = "rollouts"
    __table_args__ = (CheckConstraint("state in ('closed', 'pilot', 'open')", name="rollouts_state"),)

    department: Mapped[str] = mapped_column(String(7), primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(6))


class Ordered:
    """What every order has: when it was given, by whom (None: an operator), and until when it holds (None: until
    somebody lifts it)."""

    begun_at: Mapped[datetime]
    until: Mapped[datetime | None]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))


class MessageRow(Ordered, Base):
    """A supervisor's emergency message: said before the menu to the callers of its scope."""

    __tablename__ = "messages"
    __table_args__ = (Index("messages_standing", "scope", unique=True, postgresql_where="ended_at is null"),)

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(7))
    words: Mapped[dict[str, str]] = mapped_column(JSONB)
    ended_at: Mapped[datetime | None]


class QueueOrderRow(Ordered, Base):
    """A queue closed, or led to another topic, until the order ends."""

    __tablename__ = "queue_orders"
    __table_args__ = (
        CheckConstraint("(act = 'redirect') = (to_topic <> '')", name="queue_orders_target"),
        CheckConstraint("act in ('close', 'redirect')", name="queue_orders_act"),
        Index("queue_orders_standing", "scope", "topic", unique=True, postgresql_where="ended_at is null"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(7))
    topic: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(8))
    to_topic: Mapped[str] = mapped_column(String(40), default="")
    ended_at: Mapped[datetime | None]


class RingThreshold(Ordered, Base):
    """After how many seconds a call of this queue is open to the region, then to the nation; `topic` empty: every
    queue of the scope."""

    __tablename__ = "thresholds"
    __table_args__ = (CheckConstraint("0 <= region_after and region_after <= nation_after", name="thresholds_order"),)

    scope: Mapped[str] = mapped_column(String(7), primary_key=True)
    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    region_after: Mapped[float]
    nation_after: Mapped[float]


def states(session: Session, on: date) -> Mapping[str, str]:
    """What each department is on that day, where anything is written."""
    written = select(Rollout).where(Rollout.since <= on).order_by(Rollout.since)
    return {row.department: row.state for row in session.scalars(written)}


def opening_days(session: Session, on: date) -> Mapping[str, date]:
    """From which day on departments are planned to be open, of those that are not on that day; a pilot is announced to
    nobody."""
    planned = select(Rollout).where(Rollout.since > on, Rollout.state == "open").order_by(Rollout.since.desc())
    now = states(session, on)
    return {row.department: row.since for row in session.scalars(planned) if now.get(row.department) == "closed"}


def plans(session: Session) -> list[Rollout]:
    """Everything written, by department and day."""
    return list(session.scalars(select(Rollout).order_by(Rollout.department, Rollout.since)))


def plan(session: Session, department: str, state: str, since: date) -> None:
    """The department is that from that day on."""
    row = insert(Rollout).values(department=department, since=since, state=state)
    session.execute(row.on_conflict_do_update(index_elements=["department", "since"], set_={"state": state}))
    config_revision.raise_revision(session)


def forget(session: Session, department: str, since: date) -> str | None:
    """Takes back what was written for that day: the state it named; None when there was nothing."""
    of_day = delete(Rollout).where(Rollout.department == department, Rollout.since == since)
    gone: str | None = session.scalar(of_day.returning(Rollout.state))
    config_revision.raise_revision(session)
    return gone


def messages(session: Session, at: datetime) -> tuple[Message, ...]:
    """What is said now."""
    standing = select(MessageRow, Agent.name).where(MessageRow.ended_at.is_(None)).order_by(MessageRow.scope)
    found = session.execute(_holding(standing, MessageRow, at))
    return tuple(Message(row.scope, row.words, _given(row, name)) for row, name in found)


def orders(session: Session, at: datetime) -> tuple[QueueOrder, ...]:
    """What holds now."""
    standing = select(QueueOrderRow, Agent.name).where(QueueOrderRow.ended_at.is_(None))
    found = session.execute(_holding(standing, QueueOrderRow, at).order_by(QueueOrderRow.scope, QueueOrderRow.topic))
    return tuple(QueueOrder(row.scope, row.topic, row.to_topic, _given(row, name)) for row, name in found)


def say(
    session: Session,
    scope: str,
    words: Mapping[str, str],
    at: datetime,
    until: datetime | None = None,
    by: str | None = None,
) -> None:
    """This message in place of the one before; no words: none."""
    standing = update(MessageRow).where(MessageRow.scope == scope, MessageRow.ended_at.is_(None))
    session.execute(standing.values(ended_at=func.least(MessageRow.until, at)))
    if words:
        session.add(MessageRow(scope=scope, words=dict(words), begun_at=at, ended_at=None, until=until, made_by=by))
        session.flush()
    config_revision.raise_revision(session)


def order(
    session: Session,
    scope: str,
    topic: str,
    act: str,
    to_topic: str,
    at: datetime,
    until: datetime | None = None,
    by: str | None = None,
) -> None:
    """Close or redirect a queue in place of the order before; `act` open: nothing holds any more."""
    standing = update(QueueOrderRow).where(
        QueueOrderRow.scope == scope, QueueOrderRow.topic == topic, QueueOrderRow.ended_at.is_(None)
    )
    session.execute(standing.values(ended_at=func.least(QueueOrderRow.until, at)))
    if act != "open":
        session.add(
            QueueOrderRow(
                scope=scope, topic=topic, act=act, to_topic=to_topic, begun_at=at, ended_at=None, until=until,
                made_by=by,
            )
        )  # fmt: skip
        session.flush()
    config_revision.raise_revision(session)


def thresholds(session: Session, at: datetime) -> Mapping[tuple[str, str], tuple[Ages, Given]]:
    """Every queue's own, by scope and topic, with who set them."""
    found = session.execute(_holding(select(RingThreshold, Agent.name), RingThreshold, at))
    return {(row.scope, row.topic): ((row.region_after, row.nation_after), _given(row, name)) for row, name in found}


def widen_after(
    session: Session,
    scope: str,
    topic: str,
    ages: Ages | None,
    at: datetime,
    until: datetime | None = None,
    by: str | None = None,
) -> None:
    """From the next call on; None: none of its own any more."""
    session.execute(delete(RingThreshold).where(RingThreshold.scope == scope, RingThreshold.topic == topic))
    if ages:
        session.add(
            RingThreshold(
                scope=scope, topic=topic, region_after=ages[0], nation_after=ages[1], begun_at=at, until=until,
                made_by=by,
            )
        )  # fmt: skip
        session.flush()
    config_revision.raise_revision(session)


def _holding(written: Any, row: Any, at: datetime) -> Any:
    """Those that are not over by themselves, each with its author's name."""
    lasts: ColumnElement[bool] = or_(row.until.is_(None), row.until > at)
    return written.outerjoin(Agent, Agent.id == row.made_by).where(lasts)


def _given(row: Ordered, name: str | None) -> Given:
    return Given(name or "", row.begun_at, row.until)
