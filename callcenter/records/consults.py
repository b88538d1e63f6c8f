"""Consults: help that an agent brings into a conversation, from being asked for to the end of it.

A row stands before the carrier or a colleague is asked. Whoever comes has a leg of kind `consult`; a colleague is asked
by an offer of purpose `consult`. Of one call one help is open at a time. A supervisor in a distress is a monitor.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    Uuid,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls, desk_phone_rings, events, legs, moves
from callcenter.records.calls import Call
from callcenter.records.identifiers import new_id
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer
from callcenter.rules.consults import OPEN, ConsultEnd, ConsultKind, ConsultState
from callcenter.rules.state_machines import CONSULT
from callcenter.rules.states import CallState, LegState
from callcenter.rules.whys import Why

UNANSWERED = timedelta(seconds=9)  # the carrier's answer to a dial has come by then, or is not known
IS_OPEN = "state <> 'over'"


class Consult(moves.Stateful, Base):
    """`asked_by`: the agent who asked; `helper_id`: the colleague who is asked now; `desk`: whom, as the directory
    named them then. `queue`: the one that is asked (`R76:retraite:fr`). `turn_at`: when the carrier may be asked to
    ring a partner; `rung_at`: it was, once. `wanted`: no more once the agent sends them away: the row follows the
    carrier."""

    __tablename__ = "consults"
    states = CONSULT
    __table_args__ = (
        CheckConstraint("kind in ('referent', 'agent', 'queue', 'line')", name="consults_kind"),
        CheckConstraint("state in ('sought', 'offered', 'rung', 'joined', 'handed', 'over')", name="consults_state"),
        CheckConstraint(f"({IS_OPEN}) = (over_at is null)", name="consults_over"),
        CheckConstraint("(ended is null) = (over_at is null)", name="consults_ended"),
        Index("consults_one_open", "call_id", unique=True, postgresql_where=IS_OPEN),
        Index("consults_open", "state", postgresql_where=IS_OPEN),
        Index("consults_by_call", "call_id"),
        Index("consults_by_asker", "asked_by", "asked_at"),
        Index("consults_by_leg", "leg_id"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    asked_by: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    kind: Mapped[str] = mapped_column(String(10))
    partner: Mapped[str | None] = mapped_column(String(40))
    referent_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    desk: Mapped[str] = mapped_column(Text, default="")
    number: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed
    queue: Mapped[str | None] = mapped_column(String(60))
    helper_id: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    leg_id: Mapped[str | None] = mapped_column(ForeignKey("legs.id"))
    state: Mapped[str] = mapped_column(String(8))
    ended: Mapped[str | None] = mapped_column(String(12))
    wanted: Mapped[bool] = mapped_column(default=True)
    asked_at: Mapped[datetime]
    turn_at: Mapped[datetime | None]
    rung_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    together_at: Mapped[datetime | None]  # the agent brought the two together
    handed_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    keys: Mapped[bytes | None] = mapped_column(LargeBinary)  # pressed last, sealed: they may be a person's own number
    keys_pressed: Mapped[int] = mapped_column(default=0)  # how often
    taken_by: Mapped[bytes | None] = mapped_column(LargeBinary)  # who took the citizen, sealed

    @property
    def sent_away(self) -> ConsultEnd | None:
        """How it ends, once its agent wants it no more, whatever the carrier then tells of the line."""
        if self.wanted:
            return None
        return ConsultEnd.DISMISSED if self.joined_at else ConsultEnd.CANCELLED

    @property
    def mover(self) -> str:
        """Help is of whoever asked for it."""
        return self.asked_by

    @property
    def phone(self) -> PhoneNumber | None:
        """The number of a partner's desk."""
        return PhoneNumber(sealing.unseal(self.number, _place("number", self.id))) if self.number else None

    @property
    def last_keys(self) -> str:
        return sealing.unseal(self.keys, _place("keys", self.id)) if self.keys else ""

    @property
    def taker(self) -> str | None:
        """Who took the citizen at the partner's, where the agent noted it."""
        return sealing.unseal(self.taken_by, _place("taken_by", self.id)) if self.taken_by else None

    @property
    def is_outside(self) -> bool:
        """Whether a telephone that is not of ours is rung."""
        return self.kind in (ConsultKind.REFERENT, ConsultKind.LINE)


def ask(session: Session, call: Call, agent_id: str, kind: ConsultKind, state: ConsultState, at: datetime) -> Consult:
    """Its row; whom is written by the caller. Conflict: one of this call is open."""
    row = Consult(
        id=new_id(), call_id=call.id, contact_id=call.contact_id, asked_by=agent_id, kind=kind, state=state,
        asked_at=at, desk="", wanted=True, keys_pressed=0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    events.note(session, at, "consult", row.id, "", state, Why.ASKED_FOR_HELP, agent_id)
    return row


def write_number(row: Consult, number: PhoneNumber) -> None:
    row.number = sealing.seal(number.e164, _place("number", row.id))


def write_keys(row: Consult, keys: str) -> int:
    """The keys to be pressed next; how many times any were."""
    row.keys = sealing.seal(keys, _place("keys", row.id))
    row.keys_pressed += 1
    return row.keys_pressed


def write_taker(row: Consult, name: str) -> None:
    row.taken_by = sealing.seal(name, _place("taken_by", row.id)) if name else None


def open_leg(
    session: Session, consult: Consult, call: Call, agent_id: str, at: datetime, shift_line: str | None
) -> Leg:
    """The leg of whoever comes. `agent_id`: whose it is; of a partner's, who asked for it."""
    leg = legs.add(
        session, call.id, call.contact_id, call.epoch, agent_id, at, "consult", Why.ASKED_FOR_HELP, shift_line,
        partner=consult.is_outside,
    )  # fmt: skip
    consult.leg_id = leg.id
    return leg


def get(session: Session, consult_id: str) -> Consult | None:
    """One consult as it is now."""
    return session.get(Consult, consult_id, populate_existing=True)


def held(session: Session, consult_id: str) -> tuple[Consult | None, Call | None]:
    """A consult and its call, read after the call is held."""
    consult = get(session, consult_id)
    call = calls.lock(session, consult.call_id) if consult else None
    return get(session, consult_id), call


def of_leg(session: Session, leg_id: str) -> Consult | None:
    """The consult that a leg was opened for."""
    return session.scalar(select(Consult).where(Consult.leg_id == leg_id).execution_options(populate_existing=True))


def help_of_call(session: Session, call_id: str) -> Consult | None:
    """The one open help of a call."""
    mine = select(Consult).where(Consult.call_id == call_id, Consult.state.in_(OPEN))
    return session.scalar(mine.execution_options(populate_existing=True))


def last_of_call(session: Session, call_id: str) -> Consult | None:
    """The latest help of a call, open or over."""
    mine = select(Consult).where(Consult.call_id == call_id).order_by(Consult.asked_at.desc()).limit(1)
    return session.scalar(mine.execution_options(populate_existing=True))


def leads_on(session: Session, leg: Leg) -> bool:
    """Whether the citizen goes on when this leg leaves: that of whoever was left with them last."""
    handed = select(Consult.leg_id).join(Leg, Leg.id == Consult.leg_id).where(Consult.handed_at.is_not(None))
    left_with = session.scalar(handed.where(Consult.call_id == leg.call_id, Leg.epoch == leg.epoch))
    return leg.id == left_with if left_with else leg.kind == "serve"


def with_partners(session: Session, over_before: datetime) -> set[str]:
    """Calls whose citizen speaks with a partner's person without us, or did until lately: their line is theirs."""
    return set(session.scalars(select(Consult.call_id).where(left_with_partner(over_before))))


def left_with_partner(over_before: datetime) -> ColumnElement[bool]:
    """Whether it is one by which a citizen was left with a partner's person, and was so lately."""
    return Consult.handed_at.is_not(None) & (Consult.over_at.is_(None) | (Consult.over_at > over_before))


def open_of_helper(session: Session, agent_id: str) -> Consult | None:
    """What a colleague is asked for, or helps with."""
    asked = Consult.state.in_(OPEN) & (Consult.state != ConsultState.SOUGHT)
    mine = select(Consult).where(Consult.helper_id == agent_id, asked)
    return session.scalar(mine.execution_options(populate_existing=True))


def offer_of(session: Session, consult_id: str) -> Offer | None:
    """Its open offer."""
    return session.scalar(select(Offer).where(Offer.consult_id == consult_id, Offer.state == "open"))


def asked_already(session: Session, consult_id: str) -> set[str]:
    """The colleagues who were offered it."""
    return set(session.scalars(select(Offer.agent_id).where(Offer.consult_id == consult_id)))


def last_used(session: Session, agent_id: str, among: Collection[str], most: int) -> list[str]:
    """Those of these referents whom an agent called last, the latest first."""
    mine = select(Consult.referent_id).where(Consult.asked_by == agent_id, Consult.referent_id.in_(among))
    latest = mine.group_by(Consult.referent_id).order_by(func.max(Consult.asked_at).desc()).limit(most)
    return [str(each) for each in session.scalars(latest)]


def move(
    session: Session, consult: Consult, to: ConsultState, at: datetime, why: Any, who: str | None = None, **columns: Any
) -> bool:
    """Along an arrow of CONSULT; False where there is none from where it stands."""
    return moves.move(session, Consult, consult.id, CONSULT.before(to), to, at, why, who=who, **columns) is not None


def end(session: Session, consult: Consult, how: ConsultEnd, at: datetime, who: str | None = None) -> bool:
    """It is over; what was pressed is forgotten. False: it was already."""
    return move(session, consult, ConsultState.OVER, at, how, who, ended=how, over_at=at, keys=None)


def sought(session: Session) -> list[str]:
    """Those for whom nobody is free yet."""
    return list(session.scalars(select(Consult.id).where(Consult.state == ConsultState.SOUGHT)))


def unsettled(session: Session, at: datetime, came_by: datetime) -> list[str]:
    """Those that outlive their conversation, whose partner is to be rung now or may be rung, who are wanted no more, or
    (rung before `came_by`) who did not come."""
    went = aliased(Leg)
    over = (Call.state != CallState.TALKING) & (Consult.state != ConsultState.HANDED)
    left = exists().where(went.id == Consult.leg_id, went.state == LegState.LEFT)
    unrung = (Consult.state == ConsultState.RUNG) & Consult.rung_at.is_(None) & (Consult.turn_at <= at)
    unknown = exists().where(
        went.id == Consult.leg_id, went.carrier_id.is_(None), Consult.rung_at < at - UNANSWERED
    ) & (Consult.state == ConsultState.RUNG)
    rung = func.greatest(Consult.rung_at, desk_phone_rings.since(went))
    late = (Consult.state == ConsultState.RUNG) & exists().where(went.id == Consult.leg_id, rung < came_by)
    handed = Consult.state == ConsultState.HANDED
    found = select(Consult.id).join(Call, Call.id == Consult.call_id).where(Consult.state.in_(OPEN))
    return list(session.scalars(found.where(or_(over, left, unrung, unknown, late, handed, ~Consult.wanted))))


def _place(column: str, row_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("consults", column, row_id)
