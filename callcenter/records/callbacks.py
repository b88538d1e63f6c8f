"""Callbacks: a promise is a row, and nothing but its row.

A promise that is due becomes a call of channel `callback` in the ordinary queue, with the time already waited. An
attempt's row exists before the carrier is asked to dial, and its id rides in what the carrier calls back.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Uuid, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber
from callcenter.records import trail
from callcenter.records.calls import Call
from callcenter.records.identity import new_id
from callcenter.records.legs import Leg
from callcenter.rules.callbacks import OPEN_STATES, CallbackState
from callcenter.rules.states import CallState, LegState

OPEN = "state in ('promised', 'queued', 'dialling', 'talking')"


class Callback(Base):
    """One promise to one number, between `due_from` and `due_until`."""

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("callbacks_one_open_per_number", "number_key", unique=True, postgresql_where=OPEN),
        Index("callbacks_due", "due_from", postgresql_where="state = 'promised'"),
        CheckConstraint("due_from < due_until", name="callbacks_window"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    state: Mapped[str] = mapped_column(String(12), default=CallbackState.PROMISED)
    asked_by: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    number: Mapped[bytes] = mapped_column(LargeBinary)
    number_key: Mapped[bytes] = mapped_column(LargeBinary)
    department: Mapped[str] = mapped_column(String(7))
    topic: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    relay: Mapped[bool] = mapped_column(default=False)
    reference: Mapped[str] = mapped_column(String(10))
    waited: Mapped[float] = mapped_column(default=0.0)  # seconds already waited: the place that is kept
    promised_at: Mapped[datetime]
    due_from: Mapped[datetime]
    due_until: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]

    @property
    def phone(self) -> PhoneNumber:
        """Whom we promised to call."""
        return PhoneNumber(sealing.unseal(self.number))


class Attempt(Base):
    """One dial. `carrier_id` is learnt from the carrier's answer, or by asking it."""

    __tablename__ = "attempts"
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
    asked_at: Mapped[datetime | None]  # when the carrier was asked: set before it is
    outcome: Mapped[str | None] = mapped_column(String(12))
    created_at: Mapped[datetime]
    lease_until: Mapped[datetime]


def open_for(session: Session, number: PhoneNumber) -> Callback | None:
    """The one open promise to a number."""
    return session.scalar(select(Callback).where(Callback.number_key == key(number), Callback.state.in_(OPEN_STATES)))


def sealed(number: PhoneNumber) -> bytes:
    """A number at rest."""
    return sealing.seal(number.e164)


def key(number: PhoneNumber) -> bytes:
    """What finds it again."""
    return sealing.pseudonym(number.e164)


def promised_since(session: Session, number: PhoneNumber, since: datetime) -> int:
    """How many promises were made to a number since then."""
    mine = select(func.count()).where(Callback.number_key == key(number), Callback.promised_at >= since)
    return session.scalar(mine) or 0


def attempt(session: Session, callback: Callback, call: Call, at: datetime, lease_until: datetime) -> Attempt:
    """The row of a dial, before the carrier is asked; refused by constraint while another to this number is live."""
    row = Attempt(
        id=new_id(), callback_id=callback.id, call_id=call.id, epoch=call.epoch, number_key=callback.number_key,
        asked_at=at, created_at=at, lease_until=lease_until,
    )  # fmt: skip
    session.add(row)
    session.flush()
    trail.note(session, at, "attempt", row.id, "", "dialling", "an agent is in the room", call.agent_id)
    return row


def dialling(session: Session, call_id: str, epoch: int) -> bool:
    """Whether this acceptance of the call was dialled already."""
    mine = select(func.count()).where(Attempt.call_id == call_id, Attempt.epoch == epoch)
    return bool(session.scalar(mine))


def asked_in(session: Session, call_id: str) -> Callback | None:
    """The promise made during this call."""
    return session.scalar(select(Callback).where(Callback.asked_by == call_id))


def promise(session: Session, callback: Callback) -> Callback:
    """Write a promise; a second one to the same number is refused by constraint."""
    session.add(callback)
    session.flush()
    trail.note(session, callback.promised_at, "callback", callback.id, "", CallbackState.PROMISED, "asked")
    return callback


def get(session: Session, callback_id: str) -> Callback | None:
    """One promise as it is now."""
    return session.get(Callback, callback_id, populate_existing=True)


def due(session: Session, at: datetime, limit: int = 50) -> list[str]:
    """Promises whose time has come, the longest due first."""
    ready = select(Callback.id).where(Callback.state == CallbackState.PROMISED, Callback.due_from <= at)
    return list(session.scalars(ready.order_by(Callback.due_from).limit(limit)))


def lock_due(session: Session, callback_id: str, at: datetime) -> Callback | None:
    """A promise whose time has come, held by this sweep alone; None when another has it."""
    ready = select(Callback).where(
        Callback.id == callback_id, Callback.state == CallbackState.PROMISED, Callback.due_from <= at
    )
    return session.scalar(ready.with_for_update(skip_locked=True))


def move(
    session: Session, callback_id: str, from_: tuple[CallbackState, ...], to: CallbackState, at: datetime, why: str
) -> Callback | None:
    """One change of a promise, if it is in one of `from_`."""
    callback = session.get(Callback, callback_id, with_for_update=True, populate_existing=True)
    if callback is None or callback.state not in from_:
        return None
    was, callback.state = callback.state, to
    if to not in OPEN_STATES:
        callback.closed_at = at
    session.flush()
    trail.note(session, at, "callback", callback.id, was, to, why)
    return callback


def attempt_of_call(session: Session, call_id: str) -> Attempt | None:
    """The attempt now being dialled for a call."""
    mine = select(Attempt).where(Attempt.call_id == call_id).order_by(Attempt.created_at.desc()).limit(1)
    return session.scalar(mine.execution_options(populate_existing=True))


def get_attempt(session: Session, attempt_id: str) -> Attempt | None:
    """One attempt, held until this transaction ends."""
    return session.get(Attempt, attempt_id, with_for_update=True, populate_existing=True)


def close_attempt(session: Session, row: Attempt, outcome: str, at: datetime) -> None:
    """What became of a dial."""
    row.outcome = outcome
    session.flush()
    trail.note(session, at, "attempt", row.id, "dialling", outcome, outcome)


def undialled(session: Session, before: datetime) -> list[tuple[str, int]]:
    """Calls to be dialled, with their epoch, whose agent has been in the room since `before`: the hint to dial was lost."""
    attempted = exists().where(Attempt.call_id == Call.id, Attempt.epoch == Call.epoch)
    waiting = (
        select(Call.id, Call.epoch)
        .join(Leg, (Leg.call_id == Call.id) & (Leg.epoch == Call.epoch))
        .where(
            Call.state == CallState.CONNECTING, Call.callback_id.is_not(None), Call.carrier_id.is_(None),
            Leg.state == LegState.JOINED, Leg.joined_at < before, ~attempted,
        )
    )  # fmt: skip
    return [(call_id, epoch) for call_id, epoch in session.execute(waiting)]


def is_over(session: Session, carrier_id: str) -> bool:
    """Whether a dialled line belongs to an attempt that has its outcome."""
    return bool(session.scalar(select(exists().where(Attempt.carrier_id == carrier_id, Attempt.outcome.is_not(None)))))


def stuck(session: Session, at: datetime) -> list[str]:
    """Attempts without an outcome whose lease has ended."""
    return list(session.scalars(select(Attempt.id).where(Attempt.outcome.is_(None), Attempt.lease_until < at)))


def live_lines(session: Session) -> set[str]:
    """The carrier's ids of the dials that have no outcome yet."""
    live = select(Attempt.carrier_id).where(Attempt.outcome.is_(None), Attempt.carrier_id.is_not(None))
    return {line for line in session.scalars(live) if line}


def waiting_or_due(session: Session) -> list[Callback]:
    """Every open promise, the soonest due first."""
    return list(session.scalars(select(Callback).where(Callback.state.in_(OPEN_STATES)).order_by(Callback.due_from)))


def count_open(session: Session) -> int:
    """How many promises are open."""
    return session.scalar(select(func.count()).where(Callback.state.in_(OPEN_STATES))) or 0
