"""The desks of partners that agents may call for help."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Index, String, Text, Uuid, false, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.records import config_revision
from callcenter.records.identifiers import new_id
from callcenter.rules.territory import NATION

NOTHING: Mapping[str, str] = MappingProxyType({})
COLUMNS = ("id", "scope", "partner", "desk", "phone", "hours", "phrases", "helpline")


class Referent(Base):
    """The desk of a partner that agents may call for help. A desk's number is not a person's. `helpline`: a helpline or
    a local service instead, of no partner, which comes in only in a distress."""

    __tablename__ = "referents"
    __table_args__ = (Index("referents_by_scope", "scope", "partner"),)

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(7))
    partner: Mapped[str] = mapped_column(String(40))
    desk: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(String(20))
    hours: Mapped[str] = mapped_column(Text, default="")
    phrases: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)  # what is said of it, by language
    helpline: Mapped[bool] = mapped_column(default=False, server_default=false())


@dataclass(frozen=True)
class PartnerDesk:
    """A referent as agents read it. `phone`: E.164; `hours`: in OpenStreetMap's syntax."""

    scope: str
    partner: str
    desk: str
    phone: str
    hours: str


def referents(session: Session, department: str, partner: str = "") -> list[Referent]:
    """The partners' desks that an agent of this department may call, its own before the nation's."""
    near = select(Referent).where(Referent.scope.in_([department, NATION]), ~Referent.helpline)
    near = near.where(Referent.partner == partner) if partner else near
    return list(session.scalars(near.order_by(Referent.scope == NATION, Referent.partner, Referent.desk)))


def helplines(session: Session, department: str) -> list[Referent]:
    """The helplines and local services that an administrator recorded for a department, before the nation's."""
    near = select(Referent).where(Referent.scope.in_([department, NATION]), Referent.helpline)
    return list(session.scalars(near.order_by(Referent.scope == NATION, Referent.desk)))


def get(session: Session, referent_id: str) -> Referent | None:
    """One desk, as it is now."""
    return session.get(Referent, referent_id)


def add_referent(
    session: Session,
    scope: str,
    partner: str,
    desk: str,
    phone: str,
    hours: str,
    phrases: Mapping[str, str] = NOTHING,
    *,
    helpline: bool = False,
) -> str:
    """One more desk; its id."""
    row = Referent(
        id=new_id(), scope=scope, partner=partner, desk=desk, phone=phone, hours=hours, phrases=dict(phrases),
        helpline=helpline,
    )  # fmt: skip
    session.add(row)
    session.flush()
    config_revision.raise_revision(session)
    return row.id


def change_referent(session: Session, referent_id: str, **columns: object) -> Referent | None:
    """The desk as it is from now on; what it was, None when there is none."""
    row = session.get(Referent, referent_id)
    if row is None:
        return None
    before = Referent(**{name: getattr(row, name) for name in COLUMNS})
    for name, value in columns.items():
        setattr(row, name, value)
    session.flush()
    config_revision.raise_revision(session)
    return before


def remove_referent(session: Session, referent_id: str) -> Referent | None:
    """What it was; None when there is none."""
    row = session.get(Referent, referent_id)
    if row is not None:
        session.delete(row)
        config_revision.raise_revision(session)
    return row


def partner_desks(session: Session) -> tuple[PartnerDesk, ...]:
    """Every partner's desk, in order of partner and desk."""
    rows = session.scalars(select(Referent).where(~Referent.helpline).order_by(Referent.partner, Referent.desk))
    return tuple(PartnerDesk(row.scope, row.partner, row.desk, row.phone, row.hours) for row in rows)
