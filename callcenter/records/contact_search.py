"""Contacts found again: by the number they came from, by whoever served them, or by period, department and topic.

Whoever looks is given what they may read (`contact_reading`), the latest first, a page at a time.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.contact_reading import readable
from callcenter.records.contacts import Contact
from callcenter.rules.states import Due

PAGE = 25


def of_numbers(session: Session, staff: Agent, number_keys: Sequence[bytes], page: int) -> list[Contact]:
    """Those that came from one of these numbers, and those in which a callback to it was asked for."""
    asked = select(Call.contact_id).join(Callback, Callback.asked_by == Call.id)
    theirs = or_(Contact.pseudonym.in_(number_keys), Contact.id.in_(asked.where(Callback.number_key.in_(number_keys))))
    return _page(session, staff, page, theirs)


def between(
    session: Session, staff: Agent, first: date, last: date, page: int, *,
    department: str = "", topic: str = "", agents: Collection[str] | None = None,
) -> list[Contact]:  # fmt: skip
    """Those of these local days. `agents`: who served them; None: anybody, or nobody."""
    wanted: list[ColumnElement[bool]] = [Contact.local_day.between(first, last)]
    if department:
        wanted.append(Contact.department == department)
    if topic:
        wanted.append(Contact.topic == topic)
    if agents is not None:
        wanted.append(Contact.agent_id.in_(agents))
    return _page(session, staff, page, *wanted)


def of_agent(session: Session, agent_id: str, page: int) -> list[Contact]:
    """An agent's own, those that they have still to record first."""
    mine = select(Contact).where(Contact.agent_id == agent_id, Contact.erased_at.is_(None))
    order = ((Contact.due == Due.OWED).desc(), Contact.arrived_at.desc(), Contact.id)
    return list(session.scalars(mine.order_by(*order).offset(page * PAGE).limit(PAGE + 1)))


def of_day(session: Session, agent_id: str, since: datetime, most: int) -> list[Contact]:
    """Those that an agent has served since then, the latest first."""
    mine = select(Contact).where(
        Contact.agent_id == agent_id, Contact.arrived_at >= since, Contact.erased_at.is_(None)
    )  # fmt: skip
    return list(session.scalars(mine.order_by(Contact.arrived_at.desc(), Contact.id).limit(most)))


def _page(session: Session, staff: Agent, page: int, *wanted: ColumnElement[bool]) -> list[Contact]:
    """One more than a page where another page follows."""
    found = select(Contact).where(*wanted, Contact.erased_at.is_(None), readable(staff))
    order = (Contact.arrived_at.desc(), Contact.id)
    return list(session.scalars(found.order_by(*order).offset(page * PAGE).limit(PAGE + 1)))
