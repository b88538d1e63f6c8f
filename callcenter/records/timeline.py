"""The timeline of one call: its own changes, and those of everything that was its."""

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from callcenter.records import events
from callcenter.records.attempts import Attempt
from callcenter.records.calls import Call
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer


def of_call(session: Session, call_id: str) -> list[events.Event]:
    """Every change of a call, of its contact, and of the offers, legs and attempts that were its, oldest first."""
    parts = [select(table.id).where(table.call_id == call_id) for table in (Offer, Leg, Attempt)]
    contact = select(Call.contact_id).where(Call.id == call_id)
    return events.of(session, [call_id, *session.scalars(union_all(contact, *parts))])
