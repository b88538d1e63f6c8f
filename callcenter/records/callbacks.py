"""Callbacks: a promise is a row, and nothing but its row.

A promise that is due becomes a call of channel `callback` in the ordinary queue, with the time already waited.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Uuid,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from callcenter import sealing
from callcenter.config import CALLING_CODES
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, events, presence
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.identifiers import new_id
from callcenter.records.moves import Stateful, move
from callcenter.rules.callbacks import OPEN_STATES, CallbackState, Source
from callcenter.rules.pools import Pool
from callcenter.rules.priority import Priority
from callcenter.rules.routing import Ages, Answerers, answerers
from callcenter.rules.state_machines import CALLBACK
from callcenter.rules.states import ON_DUTY, CallState, Ending
from callcenter.rules.territory import UNKNOWN
from callcenter.rules.whys import Why

OPEN = "state in ('promised', 'queued', 'dialling', 'talking')"


class Callback(Stateful, Base):
    """One promise to one number, between `due_from` and `due_until`."""

    __tablename__ = "callbacks"
    states = CALLBACK
    __table_args__ = (
        Index("callbacks_one_open_per_number", "number_key", unique=True, postgresql_where=OPEN),
        Index("callbacks_due", "due_from", postgresql_where="state = 'promised'"),
        Index("callbacks_by_number", "number_key", "promised_at"),
        Index("callbacks_by_asker", "asker_key", "promised_at"),
        Index("callbacks_recent", "promised_at"),
        Index("callbacks_drawn", "destination", "promised_at"),
        Index("callbacks_to_erase", "closed_at", postgresql_where="number_key <> ''"),
        CheckConstraint("due_from < due_until", name="callbacks_window"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    state: Mapped[str] = mapped_column(String(12), default=CallbackState.PROMISED)
    source: Mapped[str] = mapped_column(String(10), default=Source.CITIZEN)
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("calls.id"), index=True)
    asker_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # the pseudonym of the line it was asked from
    destination: Mapped[str] = mapped_column(String(4), default=CALLING_CODES[0])  # the number's calling code
    pool: Mapped[str] = mapped_column(String(8), default=Pool.OWN)  # of that destination, from which it was drawn
    promised_by: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))  # a member of staff
    for_agent: Mapped[str | None] = mapped_column(ForeignKey("agents.id"), index=True)  # theirs until `due_until`
    number: Mapped[bytes] = mapped_column(LargeBinary)
    number_key: Mapped[bytes] = mapped_column(LargeBinary)
    department: Mapped[str] = mapped_column(String(7))
    topic: Mapped[str] = mapped_column(String(40))
    also: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)  # topics added by asking again
    language: Mapped[str] = mapped_column(String(2))
    hard_of_hearing: Mapped[bool] = mapped_column(default=False)
    relay: Mapped[bool] = mapped_column(default=False)
    reference: Mapped[str] = mapped_column(String(10))
    waited: Mapped[float] = mapped_column(default=0.0)  # seconds already waited: the place that is kept
    promised_at: Mapped[datetime]
    promised_from: Mapped[datetime]  # what was said to the citizen; what is due now moves with each try
    promised_until: Mapped[datetime]
    due_from: Mapped[datetime]
    due_until: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    texted_at: Mapped[datetime | None]  # set before the carrier is asked: a text is never sent twice

    def written_with(self, to: str, at: datetime, columns: dict[str, Any]) -> dict[str, Any]:
        """Whatever ends a promise closes it."""
        return {"closed_at": at if to not in OPEN_STATES else None} | columns

    @property
    def phone(self) -> PhoneNumber | None:
        """Whom we promised to call; None once they are erased."""
        return PhoneNumber(sealing.unseal(self.number, _number_of(self.id))) if self.number else None


# Whoever asked for nothing is not written to.
_TAKES_TEXT = (
    Callback.state == CallbackState.NOT_REACHED, Callback.texted_at.is_(None), Callback.source != Source.SILENCE,
)  # fmt: skip


def open_for(session: Session, number: PhoneNumber) -> Callback | None:
    """The one open promise to a number."""
    return of_key(session, key(number))


def of_key(session: Session, number_key: bytes) -> Callback | None:
    """The one open promise to the number of this pseudonym."""
    mine = select(Callback).where(Callback.number_key == number_key, Callback.state.in_(OPEN_STATES))
    return session.scalar(mine.execution_options(populate_existing=True))


def sealed(callback_id: str, number: PhoneNumber) -> bytes:
    """A promise's number, as it rests in its row."""
    return sealing.seal(number.e164, _number_of(callback_id))


def _number_of(callback_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("callbacks", "number", callback_id)


def key(number: PhoneNumber) -> bytes:
    """What finds it again."""
    return sealing.pseudonym(number.e164)


def hold_number(session: Session, number_key: bytes) -> None:
    """Whoever dials a number, or finds that it calls us, waits here for the other: until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(number_key[:8], "big", signed=True))))


def asked_in(session: Session, call_id: str) -> Callback | None:
    """The latest promise made during this call."""
    mine = select(Callback).where(Callback.asked_by == call_id).order_by(Callback.promised_at.desc()).limit(1)
    return session.scalar(mine)


def was_asked_for(session: Session, call_id: str) -> bool:
    """Whether somebody asked for a callback during this call."""
    kept = asked_in(session, call_id)
    return kept is not None and kept.source != Source.SILENCE


def ask_for(session: Session, callback: Callback, source: Source, at: datetime, by: str | None = None) -> None:
    """Somebody asks for what is promised already: what was promised on a silence is theirs from now on."""
    if callback.source != Source.SILENCE:
        return
    held = lock(session, callback.id)
    if held is not None and held.source == Source.SILENCE:
        move(
            session, Callback, held.id, OPEN_STATES, held.state, at, Why.ASKED_FOR_AFTER_ALL, who=by,
            source=source, promised_by=by,
        )  # fmt: skip


def promise(session: Session, callback: Callback) -> Callback:
    """Write a promise; a second one to the same number is refused by constraint."""
    session.add(callback)
    session.flush()
    made = CallbackState.PROMISED
    events.note(
        session, callback.promised_at, "callback", callback.id, "", made, Source(callback.source), callback.promised_by
    )
    return callback


def get(session: Session, callback_id: str) -> Callback | None:
    """One promise as it is now."""
    return session.get(Callback, callback_id, populate_existing=True)


def lock(session: Session, callback_id: str) -> Callback | None:
    """One promise, held until this transaction ends; its call is locked before it."""
    return session.get(Callback, callback_id, with_for_update=True, populate_existing=True)


def due(session: Session, at: datetime, limit: int = 50) -> list[str]:
    """Promises whose time has come, the longest due first."""
    ready = select(Callback.id).where(*_ready(at))
    return list(session.scalars(ready.order_by(Callback.due_from).limit(limit)))


def lock_due(session: Session, callback_id: str, at: datetime) -> Callback | None:
    """A promise whose time has come, held by this sweep alone; None when another has it."""
    ready = select(Callback).where(Callback.id == callback_id, *_ready(at))
    return session.scalar(ready.with_for_update(skip_locked=True, of=Callback))


def _ready(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Not while its number is on the line with us, and not before its own agent is at their post, unless its window is
    over."""
    present = select(Agent.id).where(Agent.state.in_(ON_DUTY))
    return (
        Callback.state == CallbackState.PROMISED,
        Callback.due_from <= at,
        or_(Callback.for_agent.is_(None), Callback.due_until <= at, Callback.for_agent.in_(present)),
        ~presence.on_the_line(Callback.number_key, at),
    )


def queued(session: Session) -> list[Callback]:
    """Promises that wait in a queue."""
    return list(session.scalars(select(Callback).where(Callback.state == CallbackState.QUEUED)))


def listed(
    session: Session, departments: Sequence[str] | None, limit: int = 500, *, where: ColumnElement[bool] | None = None
) -> list[Callback]:
    """Open promises of these departments of the citizens' and of none that is known (None: all), the soonest due
    first."""
    open_ = select(Callback).where(Callback.state.in_(OPEN_STATES), _is_of(departments))
    if where is not None:
        open_ = open_.where(where)
    return list(session.scalars(open_.order_by(Callback.due_from, Callback.promised_at).limit(limit)))


def for_agent(session: Session, agent: Agent, limit: int = 100) -> list[Callback]:
    """Open promises that are this agent's, and those of the queues they serve."""
    return listed(session, None, limit, where=_theirs(session, agent))


def is_for(session: Session, callback_id: str, agent: Agent) -> bool:
    """Whether an open promise is among those of an agent."""
    return bool(listed(session, None, 1, where=_theirs(session, agent) & (Callback.id == callback_id)))


def _theirs(session: Session, agent: Agent) -> ColumnElement[bool]:
    mine = Callback.for_agent == agent.id
    spoken = agents.spoken_of(session)
    asked = select(Callback.topic, Callback.language).where(Callback.state.in_(OPEN_STATES)).distinct()
    queues = [
        (topic, language)
        for topic, language in session.execute(asked)
        for answer in [answerers(topic, language, lambda *served: served in spoken)]
        if answer.language in agent.languages and (answer.anybody or topic in agent.topics)
    ]
    served = Callback.for_agent.is_(None) & tuple_(Callback.topic, Callback.language).in_(queues)
    return mine | served


def closed_since(session: Session, departments: Sequence[str] | None, since: datetime, limit: int) -> list[Callback]:
    """Promises of these departments, and of none that is known, that ended since then, the latest first."""
    closed = select(Callback).where(Callback.closed_at >= since, _is_of(departments))
    return list(session.scalars(closed.order_by(Callback.closed_at.desc()).limit(limit)))


def _is_of(departments: Sequence[str] | None) -> ColumnElement[bool]:
    return true() if departments is None else Callback.department.in_([*departments, UNKNOWN])


def very_late(session: Session, at: datetime, limit: timedelta) -> int:
    """How many promises are open longer than `limit` past the end of their window."""
    late = select(func.count()).select_from(Callback)
    return session.scalar(late.where(Callback.state.in_(OPEN_STATES), Callback.due_until < at - limit)) or 0


def untexted(session: Session, since: datetime, limit: int = 100) -> list[str]:
    """Promises that ended since then without reaching anybody, and of which no text was sent."""
    unwritten = select(Callback.id).where(*_TAKES_TEXT, Callback.closed_at >= since)
    return list(session.scalars(unwritten.limit(limit)))


def takes_text(session: Session, callback_id: str, at: datetime) -> Callback | None:
    """Whoever gets the row sends the text; nobody else ever will."""
    taken = update(Callback).where(Callback.id == callback_id, *_TAKES_TEXT).values(texted_at=at).returning(Callback.id)
    return get(session, callback_id) if session.scalar(taken) else None


def queue_as_call(
    session: Session, callback: Callback, contact_id: str, topic: str, answer: Answerers, ahead: Priority,
    at: datetime, ages: Ages,
) -> Call:  # fmt: skip
    """A promise that is due becomes a call in the ordinary queue of this topic and of those who answer, with the time
    already waited for."""
    call_id, number = new_id(), callback.phone
    call = Call(
        id=call_id, channel="callback", callback_id=callback.id, contact_id=contact_id,
        number=calls.sealed(call_id, number) if number else None, number_key=callback.number_key,
        department=callback.department, topic=topic,
        language=answer.language, asked_language=calls.asked_otherwise(callback.language, answer),
        for_anybody=answer.anybody, relay=callback.relay, hard_of_hearing=callback.hard_of_hearing,
        state=CallState.WAITING, arrived_at=at,
        queued_at=at - timedelta(seconds=callback.waited), for_agent=callback.for_agent,
        own_until=callback.due_until if callback.for_agent else None, priority=ahead.seconds, epoch=0, inside=False,
        warned=False, private=False, extended=False, reasons=list(ahead.reasons), widens_after=list(ages),
    )  # fmt: skip
    session.add(call)
    session.flush()
    events.note(session, at, "call", call.id, "", CallState.WAITING, Why.A_CALLBACK_IS_DUE)
    return call


def unheard(session: Session, departments: Sequence[str] | None, since: datetime, limit: int = 200) -> list[Call]:
    """Who hung up unheard since then in these departments (None: all), one call a number, the latest first: nobody
    who was answered since, who was promised a callback since, or whose number is not known."""
    lost = (Ending.ABANDONED, Ending.FULL, Ending.CLOSED, Ending.TECHNICAL)
    after, promised = aliased(Call), Callback
    heard = exists().where(
        after.number_key == Call.number_key, after.arrived_at >= Call.arrived_at, after.talking_at.is_not(None)
    )
    kept = exists().where(promised.number_key == Call.number_key, promised.promised_at >= Call.arrived_at)
    missed = (
        select(Call)
        .ext(distinct_on(Call.number_key))
        .where(Call.ending.in_(lost), Call.arrived_at >= since, Call.number_key.is_not(None), ~heard, ~kept)
        .where(Call.channel == "phone")
        .order_by(Call.number_key, Call.arrived_at.desc())
    )
    if departments is not None:
        missed = missed.where(Call.department.in_([*departments, UNKNOWN]))
    return sorted(session.scalars(missed.limit(limit)), key=lambda call: call.arrived_at, reverse=True)
