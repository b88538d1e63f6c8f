"""Attempts: the dials of promised callbacks. An attempt's row exists before the carrier is asked to dial, and its id
rides in what the carrier calls back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Uuid,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.records import calls, events, presence
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.identifiers import new_id
from callcenter.records.legs import Leg
from callcenter.records.moves import Stateful
from callcenter.rules.callbacks import DialResult
from callcenter.rules.state_machines import ATTEMPT, DIALLING
from callcenter.rules.states import CallState, LegState
from callcenter.rules.whys import Why


class Attempt(Stateful, Base):
    """One dial. `carrier_id` is learnt from the carrier's answer, its first webhook, or by asking it."""

    __tablename__ = "attempts"
    states = ATTEMPT
    __table_args__ = (
        Index("attempts_one_live_per_number", "number_key", unique=True, postgresql_where="outcome is null"),
        Index("attempts_by_callback", "callback_id"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    callback_id: Mapped[str] = mapped_column(ForeignKey("callbacks.id"))
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    epoch: Mapped[int]
    number_key: Mapped[bytes] = mapped_column(LargeBinary)
    carrier_id: Mapped[str | None] = mapped_column(String(40), unique=True)
    asked_at: Mapped[datetime]  # before the carrier was asked
    answered_at: Mapped[datetime | None]  # picked up, by a person or a machine
    machine: Mapped[bool | None]  # what the carrier takes them for
    given_up: Mapped[str | None] = mapped_column(String(12))  # no longer wanted, and why: its line is being hung up
    outcome: Mapped[str | None] = mapped_column(String(12))
    lease_until: Mapped[datetime]

    @property
    def state(self) -> str:
        """Of ATTEMPT."""
        return self.outcome or DIALLING

    @state.setter
    def state(self, result: str) -> None:
        self.outcome = result


def open_attempt(session: Session, callback: Callback, call: Call, at: datetime, lease_until: datetime) -> Attempt:
    """The row of a dial, before the carrier is asked; refused by constraint while another to this number is live."""
    row = Attempt(
        id=new_id(), callback_id=callback.id, call_id=call.id, epoch=call.epoch, number_key=callback.number_key,
        asked_at=at, lease_until=lease_until,
    )  # fmt: skip
    session.add(row)
    session.flush()
    events.note(session, at, "attempt", row.id, "", DIALLING, Why.AN_AGENT_IS_IN_THE_ROOM, call.agent_id)
    return row


def is_dialled(session: Session, call_id: str, epoch: int) -> bool:
    """Whether this acceptance of the call was dialled already."""
    mine = select(func.count()).where(Attempt.call_id == call_id, Attempt.epoch == epoch)
    return bool(session.scalar(mine))


def of_call(session: Session, call_id: str) -> Attempt | None:
    """The last attempt made for a call."""
    mine = select(Attempt).where(Attempt.call_id == call_id).order_by(Attempt.asked_at.desc()).limit(1)
    return session.scalar(mine.execution_options(populate_existing=True))


def get(session: Session, attempt_id: str) -> Attempt | None:
    """One attempt as it is now."""
    return session.get(Attempt, attempt_id, populate_existing=True)


def hold(session: Session, attempt_id: str) -> tuple[Attempt, Call] | None:
    """An attempt and its call, both held until this transaction ends: the call first, always."""
    attempt = get(session, attempt_id)
    call = calls.lock(session, attempt.call_id) if attempt else None
    held = session.get(Attempt, attempt_id, with_for_update=True, populate_existing=True)
    return (held, call) if held and call else None


def give_up(session: Session, call_id: str, why: DialResult) -> Attempt | None:
    """The dial now made for a call is wanted no more: its line is to be hung up. None when there is none."""
    attempt = of_call(session, call_id)
    if attempt is None or attempt.outcome:
        return None
    attempt.given_up = attempt.given_up or why
    session.flush()
    return attempt


def is_over(session: Session, carrier_id: str) -> bool:
    """Whether a dialled line belongs to an attempt that has its outcome."""
    return bool(session.scalar(select(exists().where(Attempt.carrier_id == carrier_id, Attempt.outcome.is_not(None)))))


def unsettled(session: Session, at: datetime, silent_since: datetime) -> list[str]:
    """Dials to ask the carrier about: the lease has ended, nobody wants them, the answer to `create` never came, or the
    citizen is on another line with us."""
    live = select(Attempt.id).where(
        Attempt.outcome.is_(None),
        or_(
            Attempt.lease_until < at,
            Attempt.given_up.is_not(None),
            (Attempt.carrier_id.is_(None)) & (Attempt.asked_at < silent_since),
        ),
    )
    return list(session.scalars(live))


def crossed(session: Session, at: datetime) -> list[bytes]:
    """Numbers being dialled whose owner telephones us meanwhile."""
    live = (
        select(Attempt.number_key)
        .join(Call, Call.id == Attempt.call_id)
        .where(Attempt.outcome.is_(None), Attempt.given_up.is_(None), Call.talking_at.is_(None))
    )
    return list(session.scalars(live.where(presence.on_the_line(Attempt.number_key, at))))


def undialled(session: Session, joined_before: datetime) -> list[tuple[str, int]]:
    """Calls (with their epoch) whose agent is in the room and whose dial was never made: the hint was lost."""
    made = exists().where(Attempt.call_id == Call.id, Attempt.epoch == Call.epoch)
    waiting = (
        select(Call.id, Call.epoch)
        .join(Leg, (Leg.call_id == Call.id) & (Leg.epoch == Call.epoch) & (Leg.kind == "serve"))
        .where(
            Call.state == CallState.CONNECTING,
            Call.callback_id.is_not(None),
            Call.carrier_id.is_(None),
            Leg.state == LegState.JOINED,
            Leg.joined_at < joined_before,
            ~made,
        )
    )
    return [(call_id, epoch) for call_id, epoch in session.execute(waiting)]


def owned(session: Session, carrier_ids: Sequence[str]) -> set[str]:
    """Which of these lines an attempt, a leg or a call has already: none of them is ever adopted."""
    found: set[str] = set()
    for column in (Attempt.carrier_id, Leg.carrier_id, Call.carrier_id):
        found |= {line for line in session.scalars(select(column).where(column.in_(carrier_ids))) if line}
    return found


def live_lines(session: Session) -> set[str]:
    """The carrier's ids of the dials that have no outcome yet."""
    live = select(Attempt.carrier_id).where(Attempt.outcome.is_(None), Attempt.carrier_id.is_not(None))
    return {line for line in session.scalars(live) if line}
