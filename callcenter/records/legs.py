"""Legs: an agent's part in a call, with the seconds spent talking, holding and wrapping up.

What is wished of the carrier and what it said it has done are two columns each: `hold` and `held_since`, `mute` and
`muted`, `mode` and `told`. `answer_by` stands while an answer of the carrier's is awaited, for these or for whatever a
move of the leg asks of it: nobody else asks until then, and the sweep does afterwards.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.records import calls, events, moves
from callcenter.records.calls import Call
from callcenter.records.identifiers import new_id
from callcenter.rules.state_machines import LEG
from callcenter.rules.states import LegState
from callcenter.rules.whys import Why

ANSWERS = timedelta(seconds=6)  # whoever asks the carrier has its answer by then, or has died


class Leg(Base):
    """`kind` serve: the agent whose call it is; consult: somebody asked along; monitor: a supervisor, who takes part as
    `mode` says. Only epoch and agent decide whose the call is."""

    __tablename__ = "legs"
    __table_args__ = (
        CheckConstraint("kind in ('serve', 'consult', 'monitor')", name="legs_kind"),
        CheckConstraint("(mode is not null) = (kind = 'monitor')", name="legs_mode"),
        Index("legs_by_agent", "agent_id", "asked_at"),
        Index("legs_by_call", "call_id"),
        Index("legs_open", "state", postgresql_where="state <> 'left'"),
        Index("legs_unanswered", "answer_by", postgresql_where="answer_by is not null"),
        Index("legs_monitors", "agent_id", unique=True, postgresql_where="kind = 'monitor' and state <> 'left'"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    epoch: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8), default="serve")
    mode: Mapped[str | None] = mapped_column(String(8))  # a monitor's, as it was asked for
    told: Mapped[str | None] = mapped_column(String(8))  # the same, as the carrier has taken it
    shift: Mapped[bool] = mapped_column(default=False)  # on a line open all shift: given back, not hung up
    carrier_id: Mapped[str | None] = mapped_column(String(40), index=True)
    room: Mapped[str | None] = mapped_column(String(40))  # the carrier's id of the room it is in
    state: Mapped[str] = mapped_column(String(8), default=LegState.ASKED)
    asked_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    talked_from: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    hold: Mapped[bool] = mapped_column(default=False)  # the citizen is to hear music, as it was asked for
    held_since: Mapped[datetime | None]  # they do, as the carrier has said
    held: Mapped[float] = mapped_column(default=0.0)  # seconds
    mute: Mapped[bool] = mapped_column(default=False)
    muted: Mapped[bool] = mapped_column(default=False)
    answer_by: Mapped[datetime | None]
    wrapped_at: Mapped[datetime | None]

    @property
    def as_wished(self) -> bool:
        """Whether the carrier has said that all which was wished is so."""
        done = (self.held_since is not None, self.muted, self.told)
        return self.answer_by is None and done == (self.hold, self.mute, self.mode)

    @property
    def talked(self) -> float:
        """Seconds in conversation, hold excluded."""
        if self.talked_from is None or self.left_at is None:
            return 0.0
        return max((self.left_at - self.talked_from).total_seconds() - self.held, 0.0)

    @property
    def wrapped(self) -> float:
        """Seconds from the end of the conversation to the recorded outcome."""
        return max((self.wrapped_at - self.left_at).total_seconds(), 0.0) if self.wrapped_at and self.left_at else 0.0


def ask(
    session: Session, call_id: str, contact_id: str, agent_id: str, epoch: int, at: datetime, shift_line: str | None
) -> Leg:
    """The row stands before the carrier is asked, so whatever the carrier answers has a place to go."""
    leg = Leg(
        id=new_id(), call_id=call_id, contact_id=contact_id, agent_id=agent_id, epoch=epoch, asked_at=at,
        shift=shift_line is not None, carrier_id=shift_line, state=LegState.ASKED, kind="serve", held=0.0, hold=False,
        mute=False, muted=False, answer_by=at + ANSWERS if shift_line else None,
    )  # fmt: skip
    session.add(leg)
    session.flush()
    events.note(session, at, "leg", leg.id, "", LegState.ASKED, Why.ACCEPTED, agent_id)
    return leg


def get(session: Session, leg_id: str) -> Leg | None:
    """One leg as it is now."""
    return session.get(Leg, leg_id, populate_existing=True)


def held(session: Session, leg_id: str) -> tuple[Leg | None, Call | None]:
    """A leg and its call, read after the call is held: nobody changes either until this transaction ends."""
    leg = get(session, leg_id)
    call = calls.lock(session, leg.call_id) if leg else None
    return get(session, leg_id), call


def serving(session: Session, call_id: str) -> Leg | None:
    """The leg of the agent who serves this call now."""
    serve = select(Leg).where(Leg.call_id == call_id, Leg.kind == "serve").order_by(Leg.epoch.desc()).limit(1)
    return session.scalar(serve.execution_options(populate_existing=True))


def by_carrier_id(session: Session, carrier_id: str) -> Leg | None:
    """The latest leg on this line."""
    mine = select(Leg).where(Leg.carrier_id == carrier_id).order_by(Leg.asked_at.desc()).limit(1)
    return session.scalar(mine)


def unfinished(session: Session) -> list[Leg]:
    """Legs that have not left."""
    return list(session.scalars(select(Leg).where(Leg.state != LegState.LEFT)))


def unsettled(session: Session, at: datetime) -> list[str]:
    """Legs of which the carrier has not said that it did what was asked, or said otherwise, and nobody is asking."""
    otherwise = Leg.hold.is_distinct_from(Leg.held_since.is_not(None)) | (Leg.mute != Leg.muted)
    differs = otherwise | Leg.mode.is_distinct_from(Leg.told)
    open_ = (Leg.state == LegState.JOINED) & Leg.answer_by.is_(None) & differs
    return list(session.scalars(select(Leg.id).where((Leg.answer_by < at) | open_)))


def note_held(leg: Leg, on: bool, at: datetime) -> None:
    """The carrier plays music to the citizen from now on, or no more."""
    if on and leg.held_since is None:
        leg.held_since = at
    elif leg.held_since and not on:
        leg.held, leg.held_since = leg.held + (at - leg.held_since).total_seconds(), None


def move(session: Session, leg: Leg, to: LegState, at: datetime, why: StrEnum) -> bool:
    """Forward only; a leg that has left stays left."""
    if not LEG.allows(leg.state, to):
        return False
    columns: dict[str, datetime | None] = {"joined_at": at} if to == LegState.JOINED else {}
    if to == LegState.LEFT:
        note_held(leg, False, at)
        in_room = (leg.joined_at is not None or leg.shift) and leg.kind == "serve"  # lines are still to leave it
        columns = {"left_at": at, "answer_by": at + ANSWERS if in_room else None}
    return moves.move(session, leg, LEG, LEG.before(to), to, at, why, leg.agent_id, **columns)
