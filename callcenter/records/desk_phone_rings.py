"""Rings: the one desk phone of an agent, from when it is to be rung until the carrier has said that its line is over.

Its keys are the agent and their number: a second ring at once is impossible, whichever of the accounts that share a
telephone it is for. A row stands before the carrier is asked, and goes when the line is known to be over, or never to
have been.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, Uuid, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber
from callcenter.records.agents import Agent
from callcenter.records.identifiers import new_id
from callcenter.records.legs import Leg
from callcenter.rules.states import AgentState, LegState

TURN = timedelta(seconds=3)  # whoever plans a ring has learnt its turn by then, or has died
WARY = timedelta(seconds=1)  # whoever ends a leg hangs up by themselves


class Ring(Base):
    """`leg_id`: for which it is rung; None: for a line open all shift. `turn_at`: when the carrier may be asked;
    `asked_at`: it was, once; `answer_by`: its answer comes by then, or is not known."""

    __tablename__ = "rings"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Uuid(as_uuid=False))
    phone_key: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)  # the number's pseudonym
    leg_id: Mapped[str | None] = mapped_column(ForeignKey("legs.id"))
    turn_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    carrier_id: Mapped[str | None] = mapped_column(String(40))


def plan(
    session: Session,
    agent_id: str,
    number: PhoneNumber | None,
    leg_id: str | None,
    at: datetime,
    carrier_id: str | None = None,
) -> str | None:
    """The ring's id; None while the phone still has another. `carrier_id`: of a line that we did not know of."""
    row = insert(Ring).values(
        agent_id=agent_id, id=new_id(), phone_key=_key(number), leg_id=leg_id, turn_at=at + TURN,
        carrier_id=carrier_id, asked_at=at if carrier_id else None,
    )  # fmt: skip
    made: str | None = session.scalar(row.on_conflict_do_nothing().returning(Ring.id))
    return made


def of_phone(session: Session, number: PhoneNumber | None) -> Ring | None:
    """What a telephone is rung for, whichever account it is of."""
    return session.scalar(select(Ring).where(Ring.phone_key == _key(number))) if number else None


def _key(number: PhoneNumber | None) -> bytes | None:
    return sealing.pseudonym(number.e164) if number else None


def of(session: Session, agent_id: str) -> Ring | None:
    """What an agent's phone is rung for, or was and is not known to be over."""
    return session.get(Ring, agent_id, populate_existing=True)


def hold(session: Session, agent_id: str) -> Ring | None:
    """The same, until this transaction ends."""
    return session.get(Ring, agent_id, with_for_update=True, populate_existing=True)


def forget(session: Session, ring: Ring) -> None:
    """Its line is over, or never was."""
    session.execute(delete(Ring).where(Ring.agent_id == ring.agent_id, Ring.id == ring.id))


def lines(session: Session) -> set[str]:
    """The carrier's ids of every line that is rung."""
    return set(session.scalars(select(Ring.carrier_id).where(Ring.carrier_id.is_not(None))))


def asked_before(session: Session, at: datetime) -> list[Ring]:
    """Rings whose line is known, and was asked for before an instant."""
    return list(session.scalars(select(Ring).where(Ring.carrier_id.is_not(None), Ring.asked_at < at)))


def unsettled(session: Session, at: datetime) -> list[str]:
    """Agents whose ring has its turn, has no answer, or is wanted no more."""
    has_turn = Ring.asked_at.is_(None) & (Ring.turn_at <= at)
    unanswered = Ring.carrier_id.is_(None) & (Ring.answer_by < at)
    left = (Leg.state == LegState.LEFT) & (Leg.left_at < at - WARY)
    off_duty = Ring.leg_id.is_(None) & (Agent.state == AgentState.OFFLINE) & (Agent.since < at - WARY)
    rung = select(Ring.agent_id).join(Agent).outerjoin(Leg, Leg.id == Ring.leg_id)
    return list(session.scalars(rung.where(has_turn | unanswered | left | off_duty)))


def since(leg: type[Leg]) -> ColumnElement[datetime]:
    """From when on a leg may be late: its telephone rings, or is to ring when its turn comes; without a ring, it was
    asked for."""
    ring = select(func.coalesce(Ring.asked_at, Ring.turn_at)).where(Ring.leg_id == leg.id).limit(1)
    return func.greatest(leg.asked_at, ring.correlate(leg).scalar_subquery())


def unrung(session: Session) -> list[Leg]:
    """Legs whose desk phone is still to be rung: it, or the carrier, was not free."""
    waiting = select(Leg).where(Leg.state == LegState.ASKED, ~Leg.shift, ~Leg.partner, Leg.carrier_id.is_(None))
    return list(session.scalars(waiting.where(~select(Ring.id).where(Ring.leg_id == Leg.id).exists())))
