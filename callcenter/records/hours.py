"""The hours an administrator has written: for the line and its queues, dated exceptions of these and of single sites,
and holidays that win. No list that is imported touches them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, Uuid, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column

from callcenter.db import Base
from callcenter.records import config_revision
from callcenter.records.agents import Agent
from callcenter.records.identifiers import new_id
from callcenter.records.sites import Site
from callcenter.rules.opening_hours import DatedException, LineHours, Overrides, site_of


class Hours(Base):
    """OSM hours of a territory, a region (`R76`) or the nation (`N`); `topic` empty: the line, else one queue."""

    __tablename__ = "hours"

    scope: Mapped[str] = mapped_column(String(7), primary_key=True)
    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    hours: Mapped[str] = mapped_column(Text)


class HoursException(Base):
    """What holds from `first` to `last` whatever the ordinary hours. `scope`: as for hours, or one site (`S2023`)."""

    __tablename__ = "hours_exceptions"
    __table_args__ = (
        CheckConstraint("first <= last", name="hours_exceptions_order"),
        Index("hours_exceptions_by_last", "last"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(10))
    topic: Mapped[str] = mapped_column(String(40))
    first: Mapped[date]
    last: Mapped[date]
    hours: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(20))  # training, strike, flood, other
    made_by: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))  # None: an operator, from a terminal

    author: Mapped[str | None] = column_property(
        select(Agent.name).where(Agent.id == made_by).correlate_except(Agent).scalar_subquery()
    )

    @property
    def value(self) -> DatedException:
        """The same as a plain value."""
        return DatedException(
            self.scope, self.first, self.last, self.hours, self.reason, self.topic, self.author or "", self.id
        )


class HolidayOverride(Base):
    """Whether a day is a holiday there, whatever the calendar says."""

    __tablename__ = "holiday_overrides"

    scope: Mapped[str] = mapped_column(String(7), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    is_holiday: Mapped[bool]


@dataclass(frozen=True, slots=True)
class SiteClosure:
    """What holds for one site from a day to another, whatever its ordinary hours."""

    site_id: int
    name: str
    city: str
    department: str
    exception: DatedException


OF_A_SITE = HoursException.scope.startswith("S")
LONG_PAST = timedelta(days=2)  # no clock of ours is behind another by more


def line_hours(session: Session, opens: time, closes: time, *, always: bool, today: date) -> LineHours:
    """Everything that is written, over the deployer's ordinary hours. Exceptions long past are left out."""
    exceptions = select(HoursException).where(HoursException.last >= today - LONG_PAST, ~OF_A_SITE)
    return LineHours(
        opens,
        closes,
        always,
        own={(row.scope, row.topic): row.hours for row in session.scalars(select(Hours))},
        exceptions=tuple(
            row.value for row in session.scalars(exceptions.order_by(HoursException.first, HoursException.id))
        ),
        overrides=overrides(session),
    )


def of_sites(session: Session, today: date) -> dict[int, tuple[DatedException, ...]]:
    """The exceptions of single sites. Those long past are left out."""
    found = defaultdict[int, tuple[DatedException, ...]](tuple)
    written = select(HoursException).where(HoursException.last >= today - LONG_PAST, OF_A_SITE)
    for row in session.scalars(written.order_by(HoursException.first, HoursException.id)):
        site_id = site_of(row.scope)
        assert site_id is not None, row.scope
        found[site_id] += (row.value,)
    return dict(found)


def closed_sites(session: Session, today: date) -> tuple[SiteClosure, ...]:
    """The exceptions of single sites, with the names that their supervisors and agents read. Those long past are left
    out."""
    of_site = select(HoursException, Site).join(Site, HoursException.scope == func.concat("S", cast(Site.id, String)))
    written = of_site.where(HoursException.last >= today - LONG_PAST, OF_A_SITE)
    found = session.execute(written.order_by(HoursException.first, HoursException.id))
    return tuple(SiteClosure(site.id, site.name, site.city, site.department, row.value) for row, site in found)


def overrides(session: Session) -> Overrides:
    """Every override by where and when."""
    return {(row.scope, row.day): row.is_holiday for row in session.scalars(select(HolidayOverride))}


def exceptions_from(session: Session, day: date, scopes: Collection[str] | None = None) -> list[HoursException]:
    """Exceptions that hold on `day` or later, of these scopes or of all, soonest first."""
    later = select(HoursException).where(HoursException.last >= day)
    if scopes is not None:
        later = later.where(HoursException.scope.in_(scopes))
    return list(session.scalars(later.order_by(HoursException.first, HoursException.id)))


def exception(session: Session, exception_id: str) -> HoursException | None:
    """One exception."""
    return session.get(HoursException, exception_id)


def written(session: Session, scope: str, topic: str) -> str:
    """The hours of a scope; empty: none of its own."""
    return session.scalar(select(Hours.hours).where(Hours.scope == scope, Hours.topic == topic)) or ""


def write(session: Session, scope: str, topic: str, hours: str) -> None:
    """These hours from now on; empty: none of its own any more."""
    if hours:
        row = insert(Hours).values(scope=scope, topic=topic, hours=hours)
        session.execute(row.on_conflict_do_update(index_elements=["scope", "topic"], set_={"hours": hours}))
    else:
        session.execute(delete(Hours).where(Hours.scope == scope, Hours.topic == topic))
    config_revision.raise_revision(session)


def except_(session: Session, exception: DatedException, by: str | None = None) -> str:
    """One more dated exception, of a member of staff or an operator; its id."""
    row = HoursException(
        id=new_id(), scope=exception.scope, topic=exception.topic, first=exception.first, last=exception.last,
        hours=exception.hours, reason=exception.reason, made_by=by,
    )  # fmt: skip
    session.add(row)
    session.flush()
    config_revision.raise_revision(session)
    return row.id


def forget_exception(session: Session, exception_id: str) -> bool:
    """False when there was none."""
    gone = session.scalar(delete(HoursException).where(HoursException.id == exception_id).returning(HoursException.id))
    config_revision.raise_revision(session)
    return gone is not None


def override(session: Session, scope: str, day: date, is_holiday: bool | None) -> None:
    """The day is a holiday there, or is not; None: as the calendar says."""
    if is_holiday is None:
        session.execute(delete(HolidayOverride).where(HolidayOverride.scope == scope, HolidayOverride.day == day))
    else:
        row = insert(HolidayOverride).values(scope=scope, day=day, is_holiday=is_holiday)
        session.execute(row.on_conflict_do_update(index_elements=["scope", "day"], set_={"is_holiday": is_holiday}))
    config_revision.raise_revision(session)
