"""Legs: an agent's part in a call, with the seconds spent talking, holding and wrapping up.

What is wished of the carrier and what it said it has done are two columns each: `hold` and `held_since`, `aside` and
`is_aside`, `mute` and `muted`, `mode` and `told`. `answer_by` stands while an answer of the carrier's is awaited, for
these or for whatever a move of the leg asks of it: nobody else asks until then, and the sweep does afterwards.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid, exists, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from callcenter.db import Base
from callcenter.records import calls, events
from callcenter.records.calls import Call
from callcenter.records.identifiers import new_id
from callcenter.records.moves import Stateful
from callcenter.rules.state_machines import LEG
from callcenter.rules.states import CallState, LegState, Monitoring
from callcenter.rules.whys import Why

ANSWERS = timedelta(seconds=6)  # whoever asks the carrier one thing has its answer by then, or has died


class Leg(Stateful, Base):
    """`kind` serve: the agent whose call it is; consult: somebody asked along (of a `partner`'s, `agent_id` is who
    asked), until the conversation is handed over to them; monitor: a supervisor, who takes part as
    `mode` says. Only epoch and agent decide whose the call is."""

    __tablename__ = "legs"
    states = LEG
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
    partner: Mapped[bool] = mapped_column(default=False)  # a telephone that is not of ours, rung into the room
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
    rung_back_at: Mapped[datetime | None]  # when the limit of this hold was last told to the agent
    aside: Mapped[bool] = mapped_column(default=False)  # this line itself is to hear music, as it was asked for
    is_aside: Mapped[bool] = mapped_column(default=False)  # it does, as the carrier has said
    mute: Mapped[bool] = mapped_column(default=False)
    muted: Mapped[bool] = mapped_column(default=False)
    answer_by: Mapped[datetime | None]
    wrapped_at: Mapped[datetime | None]

    @property
    def mover(self) -> str:
        """A leg is its agent's."""
        return self.agent_id

    def written_with(self, to: str, at: datetime, columns: dict[str, Any]) -> dict[str, Any]:
        """When they joined and left; of an agent who leaves the room, lines are still to leave it."""
        if to == LegState.JOINED:
            return {"joined_at": at} | columns
        if to == LegState.LEFT:
            note_held(self, False, at)
            in_room = (self.joined_at is not None or self.shift or self.partner) and self.kind != "monitor"
            return {"left_at": at, "answer_by": at + ANSWERS if in_room else None} | columns
        return columns

    @property
    def as_wished(self) -> bool:
        """Whether the carrier has said that all which was wished is so."""
        done = (self.held_since is not None, self.is_aside, self.muted, self.told)
        return self.answer_by is None and done == (self.hold, self.aside, self.mute, self.mode)

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
    """Of the agent who serves. The row stands before the carrier is asked, so whatever it answers has a place to go."""
    return add(session, call_id, contact_id, epoch, agent_id, at, "serve", Why.ACCEPTED, shift_line)


def add(
    session: Session, call_id: str, contact_id: str, epoch: int, agent_id: str, at: datetime, kind: str, why: StrEnum,
    shift_line: str | None = None, *, mode: Monitoring | None = None, partner: bool = False,
) -> Leg:  # fmt: skip
    """A leg of any kind, asked for, and nothing of it done yet; `shift_line`: the open line that is led there."""
    leg = Leg(
        id=new_id(), call_id=call_id, contact_id=contact_id, agent_id=agent_id, epoch=epoch, asked_at=at,
        shift=shift_line is not None, carrier_id=shift_line, state=LegState.ASKED, kind=kind, mode=mode, held=0.0,
        hold=False, mute=False, muted=False, aside=False, is_aside=False, partner=partner,
        answer_by=at + ANSWERS if shift_line else None,
    )  # fmt: skip
    session.add(leg)
    session.flush()
    events.note(session, at, LEG.noun, leg.id, "", LegState.ASKED, why, agent_id)
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


def claim_asking(leg: Leg, at: datetime) -> bool:
    """Whoever writes a wish asks the carrier for it, and knows what it answers; the sweep does not come between. False
    where there is nothing to ask, or somebody asks for this leg already, who goes on to this wish too, or did not hear
    the answer."""
    if leg.as_wished or leg.answer_by:
        return False
    leg.answer_by = at + ANSWERS
    return True


def unfinished(session: Session) -> list[Leg]:
    """Legs that have not left."""
    return list(session.scalars(select(Leg).where(Leg.state != LegState.LEFT)))


def unsettled(session: Session, at: datetime) -> list[str]:
    """Legs of which the carrier has not said that it did what was asked, or said otherwise, and nobody is asking."""
    otherwise = Leg.hold.is_distinct_from(Leg.held_since.is_not(None)) | (Leg.mute != Leg.muted)
    differs = otherwise | (Leg.aside != Leg.is_aside) | Leg.mode.is_distinct_from(Leg.told)
    open_ = (Leg.state == LegState.JOINED) & Leg.answer_by.is_(None) & differs
    return list(session.scalars(select(Leg.id).where((Leg.answer_by < at) | open_)))


@dataclass(frozen=True)
class Conversation:
    """Who is to be in a room. `in_doubt`: that its agent's line lives does not say that they are there: it is open all
    shift, the citizen is on hold, or somebody was asked along."""

    call_id: str
    leg_id: str
    agent_line: str
    citizen_line: str
    room: str | None
    in_doubt: bool
    alone_since: datetime | None


def conversations(session: Session, begun_before: datetime) -> list[Conversation]:
    """Every conversation of now that began before then."""
    other = aliased(Leg)
    helped = exists().where(other.call_id == Call.id, other.kind == "consult", other.state != LegState.LEFT)
    talking = (
        select(
            Call.id, Leg.id, Leg.carrier_id, Call.carrier_id, Leg.room,
            Leg.shift | Leg.held_since.is_not(None) | helped, Call.alone_since,
        )
        .join(Leg, (Leg.call_id == Call.id) & (Leg.epoch == Call.epoch) & (Leg.kind == "serve"))
        .where(Call.state == CallState.TALKING, Leg.state == LegState.JOINED, Call.talking_at < begun_before)
        .where(Leg.carrier_id.is_not(None), Call.carrier_id.is_not(None))
    )  # fmt: skip
    return [
        Conversation(call_id, leg_id, agent_line or "", citizen_line or "", room, in_doubt, alone_since)
        for call_id, leg_id, agent_line, citizen_line, room, in_doubt, alone_since in session.execute(talking)
    ]


def held_too_long(session: Session, held_before: datetime, told_before: datetime) -> list[str]:
    """Legs whose citizen has been on hold since then, and whose agent was not told since."""
    untold = Leg.rung_back_at.is_(None) | (Leg.rung_back_at < told_before)
    held_ = select(Leg.id).where(Leg.kind == "serve", Leg.state == LegState.JOINED, Leg.held_since < held_before)
    return list(session.scalars(held_.where(untold)))


def note_held(leg: Leg, on: bool, at: datetime) -> None:
    """The carrier plays music to the citizen from now on, or no more."""
    if on and leg.held_since is None:
        leg.held_since, leg.rung_back_at = at, None
    elif leg.held_since and not on:
        leg.held, leg.held_since = leg.held + (at - leg.held_since).total_seconds(), None
