"""What belongs to the wall itself: the links that open it on a screen, and the thresholds of its alerts."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    Float,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    Uuid,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.records import agents
from callcenter.records.agents import Agent
from callcenter.records.identifiers import new_id
from callcenter.rules.alerts import Threshold


class WallLink(Base):
    """A screen's way to the wall without a name: who holds the address sees it, until it is revoked, and while its
    maker may see as much themselves. `departments` None: all of them."""

    __tablename__ = "wall_links"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    token: Mapped[bytes] = mapped_column(LargeBinary, unique=True)  # SHA-256 of what the address holds
    label: Mapped[str] = mapped_column(Text)
    departments: Mapped[list[str] | None] = mapped_column(ARRAY(String(7)))
    made_by: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    def is_seen_by(self, overseer: Agent) -> bool:
        """Whether it is theirs, or shows no more than they see."""
        if self.made_by == overseer.id or overseer.scope is None:
            return True
        return self.departments is not None and overseer.scope.issuperset(self.departments)


class WallThreshold(Base):
    """From when a figure is watched and an alarm, where it differs from the default. `topic` empty: of everything that
    has none of its own."""

    __tablename__ = "wall_thresholds"
    __table_args__ = (CheckConstraint("watch >= 0 and alarm >= 0", name="wall_thresholds_values"),)

    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    measure: Mapped[str] = mapped_column(String(20), primary_key=True)
    watch: Mapped[float] = mapped_column(Float)
    alarm: Mapped[float] = mapped_column(Float)


def make_link(
    session: Session, token: str, label: str, departments: Collection[str] | None, who: str, at: datetime
) -> str:
    """A new link; gives its id."""
    scope = sorted(departments) if departments is not None else None
    link = WallLink(
        id=new_id(), token=sealing.digest(token), label=label, departments=scope, made_by=who, made_at=at
    )  # fmt: skip
    session.add(link)
    session.flush()
    return link.id


def links(session: Session) -> list[tuple[WallLink, bool]]:
    """Every link that nobody revoked, the newest first, and whether it opens the wall now."""
    standing = select(WallLink, _is_warranted()).join(Agent, Agent.id == WallLink.made_by)
    found = session.execute(standing.where(WallLink.revoked_at.is_(None)).order_by(WallLink.made_at.desc()))
    return [(link, opens) for link, opens in found]


def revoke_link(session: Session, link_id: str, at: datetime) -> None:
    """This link opens nothing any more."""
    session.execute(update(WallLink).where(WallLink.id == link_id, WallLink.revoked_at.is_(None)).values(revoked_at=at))


def link_of(session: Session, token: str) -> WallLink | None:
    """The link with this address, if it still holds."""
    mine = select(WallLink).join(Agent, Agent.id == WallLink.made_by)
    held = WallLink.token == sealing.digest(token), WallLink.revoked_at.is_(None), _is_warranted()
    return session.scalar(mine.where(*held))


def open_links(session: Session, tokens: Collection[bytes]) -> set[bytes]:
    """Which of these digests are of links that still hold."""
    held = select(WallLink.token).join(Agent, Agent.id == WallLink.made_by)
    return set(session.scalars(held.where(WallLink.token.in_(tokens), WallLink.revoked_at.is_(None), _is_warranted())))


def _is_warranted() -> ColumnElement[bool]:
    """Whether a link's maker might make it now: their account is open, and they see as much as it shows."""
    return agents.seeing(Agent, WallLink.departments)


def thresholds(session: Session) -> dict[tuple[str, str], Threshold]:
    """Those that differ from the defaults, by topic and measure."""
    return {(row.topic, row.measure): Threshold(row.watch, row.alarm) for row in session.scalars(select(WallThreshold))}


def set_threshold(session: Session, topic: str, measure: str, threshold: Threshold | None) -> None:
    """From now on; None: the default again."""
    mine = (WallThreshold.topic == topic) & (WallThreshold.measure == measure)
    if threshold is None:
        session.execute(delete(WallThreshold).where(mine))
        return
    values = {"watch": threshold.watch, "alarm": threshold.alarm}
    written = upsert(WallThreshold).values(topic=topic, measure=measure, **values)
    session.execute(written.on_conflict_do_update(index_elements=["topic", "measure"], set_=values))
