"""Calls: one row each, from the first ring to the logged outcome, and the moves they may make.

A callback that is due is a call too, of channel `callback`, without a carrier's id until it is dialled. It is moved by
`moves.move`: None when somebody got there first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    Uuid,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber
from callcenter.records import contacts, events
from callcenter.records.identifiers import new_id
from callcenter.records.moves import Stateful
from callcenter.rules.crowding import Crowd
from callcenter.rules.endings import SERVED
from callcenter.rules.hearing import Hearing
from callcenter.rules.routing import ANYBODY, Answerers, call_queues
from callcenter.rules.state_machines import CALL
from callcenter.rules.states import CallState, Ending
from callcenter.rules.territory import UNKNOWN, local_day
from callcenter.rules.whys import Why

LAST_WORDS = timedelta(minutes=3)  # a line that nobody said was closed is, so long after its call ended
RINGS = timedelta(hours=12)  # no line is older
IN_HAND = "state in ('offered', 'connecting', 'talking', 'wrap_up')"


class Call(Stateful, Base):
    """One call. `epoch` counts its offers; only the answer that carries the present one counts."""

    __tablename__ = "calls"
    states = CALL
    __table_args__ = (
        Index("calls_one_per_agent", "agent_id", unique=True, postgresql_where=IN_HAND),
        Index("calls_live", "state", postgresql_where="state <> 'ended'"),
        Index("calls_live_by_number", "number_key", postgresql_where="state <> 'ended'"),
        Index("calls_by_number", "number_key", "arrived_at"),
        Index("calls_recent", "arrived_at"),
        CheckConstraint("(ending is not null) = (state = 'ended')", name="calls_ending"),
        CheckConstraint(f"(agent_id is not null) >= ({IN_HAND})", name="calls_have_an_agent"),
        CheckConstraint("state in ('menu', 'ended') or queued_at is not null", name="calls_were_queued"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    carrier_id: Mapped[str | None] = mapped_column(String(40), unique=True)
    channel: Mapped[str] = mapped_column(String(10), default="phone")
    callback_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False), index=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), unique=True)

    number: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed; None: anonymous
    number_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # its pseudonym

    department: Mapped[str] = mapped_column(String(7), default=UNKNOWN)
    topic: Mapped[str] = mapped_column(String(40), default="autre")
    language: Mapped[str] = mapped_column(String(2), default="fr")  # that is spoken
    asked_language: Mapped[str | None] = mapped_column(String(2))  # that was chosen, where nobody of ours speaks it
    for_anybody: Mapped[bool] = mapped_column(default=False)  # no account serves the topic: whoever is on duty does
    hard_of_hearing: Mapped[bool] = mapped_column(default=False)  # they asked us to speak slowly
    relay: Mapped[bool] = mapped_column(default=False)  # a relay service speaks for them

    state: Mapped[str] = mapped_column(String(12), default=CallState.MENU)
    for_agent: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))  # stands in their own queue first
    own_until: Mapped[datetime | None]  # then in everybody's
    arrived_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    priority: Mapped[float] = mapped_column(Float, default=0.0)  # seconds taken off the arrival in the one order
    reasons: Mapped[list[str]] = mapped_column(ARRAY(String(12)), default=list)  # for it (`rules.priority`)
    widens_after: Mapped[list[float] | None] = mapped_column(ARRAY(Float))  # ages, as they stood when it joined
    epoch: Mapped[int] = mapped_column(default=0)
    agent_id: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    lease_until: Mapped[datetime | None]
    dial_at: Mapped[datetime | None]  # when the carrier may dial a callback's citizen, where that is not at once
    inside: Mapped[bool] = mapped_column(default=False)  # the citizen's line is in the room
    warned: Mapped[bool] = mapped_column(default=False)  # the citizen was told that a supervisor may take part
    private: Mapped[bool] = mapped_column(default=False)  # the citizen refuses that a supervisor takes part
    extended: Mapped[bool] = mapped_column(default=False)  # the wrap-up's one extension was taken
    not_for: Mapped[str | None] = mapped_column(
        ForeignKey("agents.id")
    )  # who has passed it on: it is not offered to them
    cut: Mapped[bool] = mapped_column(default=False)  # its agent's line ended, and nobody said that it was meant
    alone_since: Mapped[datetime | None]  # its agent's line was first missed in the room
    turned_away: Mapped[str | None] = mapped_column(
        String(12)
    )  # why it could not wait: its ending, unless it promises a callback
    heard_until: Mapped[datetime | None]  # when their last conversation ended, where they wait again after it
    talking_at: Mapped[datetime | None]
    line_over_at: Mapped[
        datetime | None
    ]  # the carrier said that the line is closed; the last words come after `ended_at`
    ended_at: Mapped[datetime | None]  # when the carrier's line ended, or the agent ended the conversation
    ending: Mapped[str | None] = mapped_column(String(16))

    @property
    def phone(self) -> PhoneNumber | None:
        """The citizen's number; None for an anonymous caller."""
        return PhoneNumber(sealing.unseal(self.number, _number_of(self.id))) if self.number else None

    def written_with(self, to: str, at: datetime, columns: dict[str, Any]) -> dict[str, Any]:
        """A call that goes back to waiting is nobody's; of one that is over only a conversation keeps its agent."""
        if to == CallState.WAITING:
            return {"agent_id": None, "lease_until": None, "inside": False} | columns
        if to == CallState.ENDED:
            theirs = self.agent_id if columns.get("ending") == Ending.ANSWERED else None
            return {"lease_until": None, "ended_at": self.ended_at or at, "agent_id": theirs} | columns
        return columns

    @property
    def waits_since(self) -> datetime | None:
        """When this wait began: an earlier conversation is no part of it. Their place is still that of their
        arrival."""
        return self.heard_until or self.queued_at

    @property
    def hearing(self) -> Hearing:
        """How whoever calls hears us."""
        return Hearing.of(relay=self.relay, hard_of_hearing=self.hard_of_hearing)

    @property
    def served_topic(self) -> str:
        """The topic of its queue."""
        return ANYBODY if self.for_anybody else self.topic

    @property
    def queues(self) -> tuple[str, ...]:
        """Where it may stand, nearest ring first."""
        return call_queues(self.department, self.served_topic, self.language, self.for_agent)


@dataclass(frozen=True)
class Wish:
    """What the menu learnt."""

    department: str = UNKNOWN
    topic: str = "autre"
    language: str = "fr"
    relay: bool = False
    hard_of_hearing: bool = False


def arrive(session: Session, carrier_id: str, number: PhoneNumber | None, at: datetime, relay: bool = False) -> Call:
    """The call of this carrier id: the first webhook that reaches us creates it, with its contact."""
    known = by_carrier_id(session, carrier_id)
    if known:
        if known.number is None and number:  # the sweep found the line at the carrier before any webhook reached us
            known.number, known.number_key = sealed(known.id, number), sealing.pseudonym(number.e164)
            contacts.identify_caller(session, known.contact_id, number)
        return known
    contact_id, call_id = new_id(), new_id()
    contacts.open_contact(session, contact_id, "phone", at, number)
    created = session.scalar(
        insert(Call)
        .values(
            id=call_id,
            carrier_id=carrier_id,
            channel="phone",
            contact_id=contact_id,
            number=sealed(call_id, number) if number else None,
            number_key=sealing.pseudonym(number.e164) if number else None,
            relay=relay,
            state=CallState.MENU,
            arrived_at=at,
        )
        .on_conflict_do_nothing(index_elements=[Call.carrier_id])
        .returning(Call)
    )
    if created is None:  # a twin of this webhook was quicker
        contacts.discard(session, contact_id)
        arrived = by_carrier_id(session, carrier_id)
        assert arrived is not None
        return arrived
    events.note(session, at, "call", call_id, "", CallState.MENU, Why.RANG)
    return cast(Call, created)


def sealed(call_id: str, number: PhoneNumber) -> bytes:
    """A call's number, as it rests in its row."""
    return sealing.seal(number.e164, _number_of(call_id))


def _number_of(call_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("calls", "number", call_id)


def asked_otherwise(language: str, answer: Answerers) -> str | None:
    """The language that was chosen, where it is not the one spoken."""
    return None if language == answer.language else language


def unclosed(session: Session, at: datetime, ended_before: datetime) -> list[Call]:
    """Calls that ended lately and whose line nobody said was closed: as long as that is so, nobody dials its owner."""
    recent = select(Call).where(Call.arrived_at > at - RINGS, Call.carrier_id.is_not(None))
    silent = recent.where(Call.line_over_at.is_(None), Call.ended_at.between(at - LAST_WORDS, ended_before))
    return list(session.scalars(silent))


def lingering(session: Session, carrier_ids: Sequence[str], ended_before: datetime) -> list[Call]:
    """Calls that ended a while ago though their citizen's line is one of these."""
    over = select(Call).where(Call.carrier_id.in_(carrier_ids), Call.ended_at < ended_before)
    return list(session.scalars(over))


def mark_served_by_menu(session: Session, call: Call, wish: Wish, at: datetime) -> None:
    """The menu has done what they telephoned for: so their call ends, unless they go on to a queue."""
    if call.state == CallState.MENU:
        call.turned_away, call.relay = SERVED, call.relay or wish.relay
        call.hard_of_hearing = wish.hard_of_hearing and not call.relay
        call.department, call.topic, call.language = wish.department, wish.topic, wish.language
        describe_contact(session, call, at)


def describe_contact(session: Session, call: Call, at: datetime) -> None:
    """What the menu learnt of a call is so of its contact."""
    contacts.describe(
        session, call.contact_id, department=call.department, topic=call.topic, language=call.language,
        relay=call.relay, hard_of_hearing=call.hard_of_hearing, local_day=local_day(call.department, at),
    )  # fmt: skip


def close_line(session: Session, call: Call, at: datetime) -> None:
    """The carrier has closed a call's line."""
    call.line_over_at = call.line_over_at or at


def by_carrier_id(session: Session, carrier_id: str) -> Call | None:
    """The call on this line."""
    return session.scalar(_on_line(carrier_id))


def lock_by_carrier_id(session: Session, carrier_id: str) -> Call | None:
    """The same, held as `lock` holds it."""
    return session.scalar(_on_line(carrier_id).with_for_update())


def _on_line(carrier_id: str) -> Select[Call]:
    return select(Call).where(Call.carrier_id == carrier_id).execution_options(populate_existing=True)


def of_lines(session: Session, carrier_ids: Sequence[str]) -> set[str]:
    """Which of these lines we know as calls."""
    known = select(Call.carrier_id).where(Call.carrier_id.in_(carrier_ids))
    return {line for line in session.scalars(known) if line}


def first_since(session: Session, since: datetime) -> Call | None:
    """The first call that arrived since then."""
    return session.scalar(select(Call).where(Call.arrived_at >= since).order_by(Call.arrived_at).limit(1))


def of_contact(session: Session, contact_id: str) -> Call | None:
    """The call that a contact was."""
    return session.scalar(select(Call).where(Call.contact_id == contact_id))


def of_contacts(session: Session, contact_ids: Sequence[str]) -> dict[str, Call]:
    """The calls that these contacts were, by contact."""
    return {call.contact_id: call for call in session.scalars(select(Call).where(Call.contact_id.in_(contact_ids)))}


def contacts_of(session: Session, call_ids: Sequence[str]) -> dict[str, str]:
    """The contacts that these calls were, by call."""
    return {row[0]: row[1] for row in session.execute(select(Call.id, Call.contact_id).where(Call.id.in_(call_ids)))}


def of_callback(session: Session, callback_id: str) -> Call | None:
    """The live call that keeps a promise now."""
    live = select(Call).where(Call.callback_id == callback_id, Call.state != CallState.ENDED)
    return session.scalar(live.execution_options(populate_existing=True))


def get(session: Session, call_id: str) -> Call | None:
    """The call as it is now, whatever was read before."""
    return session.get(Call, call_id, populate_existing=True)


def lock(session: Session, call_id: str) -> Call | None:
    """The call, held until this transaction ends: calls are locked before agents, always."""
    return session.get(Call, call_id, with_for_update=True, populate_existing=True)


def waiting(session: Session) -> list[Call]:
    """Every waiting call in the one order."""
    order = func.extract("epoch", Call.queued_at) - Call.priority
    return list(session.scalars(select(Call).where(Call.state == CallState.WAITING).order_by(order)))


def overdue(session: Session, states: Sequence[CallState], at: datetime, limit: int = 200) -> list[str]:
    """Calls whose lease has ended in one of these states."""
    due = select(Call.id).where(Call.state.in_(states), Call.lease_until < at).order_by(Call.lease_until).limit(limit)
    return list(session.scalars(due))


def live(session: Session) -> list[Call]:
    """Every call that is not ended."""
    return list(session.scalars(select(Call).where(Call.state != CallState.ENDED)))


def crowd(session: Session, number_key: bytes | None) -> Crowd:
    """How many wait in the nation, and of this number. Callbacks that are due are not counted: they were let in when
    they were promised."""
    every = (Call.state == CallState.WAITING) & (Call.channel == "phone")
    withheld = func.count().filter(Call.number_key.is_(None))
    theirs = func.count().filter(Call.number_key == number_key) if number_key else literal(0)
    return Crowd(*session.execute(select(func.count(), withheld, theirs).where(every)).one())


def hold_place(session: Session, number_key: bytes) -> None:
    """Whoever joins a queue waits here for others of their number who do so: until the transaction ends. Not the lock
    of whoever dials them."""
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(number_key[8:16], "big", signed=True))))
