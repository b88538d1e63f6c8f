"""The timeline of one contact: the changes of its call, and of everything that was its."""

from collections.abc import Sequence

from sqlalchemy import or_, select, union_all
from sqlalchemy.orm import Session

from callcenter.records import events
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer
from callcenter.records.passes import Pass


def of_call(session: Session, call_id: str) -> list[events.Event]:
    """Every change of a call, of its contact, and of the offers, legs, attempts and help that were its, oldest
    first."""
    parts = [select(table.id).where(table.call_id == call_id) for table in (Offer, Leg, Attempt, Consult)]
    contact = select(Call.contact_id).where(Call.id == call_id)
    return events.of(session, [call_id, *session.scalars(union_all(contact, *parts))])


def of_contact(session: Session, contact_id: str) -> list[events.Event]:
    """Every change of a contact that was no call."""
    return events.of(session, [contact_id])


def legs_of(session: Session, contact_id: str) -> list[Leg]:
    """The agents' parts in a contact, the first first."""
    return list(session.scalars(select(Leg).where(Leg.contact_id == contact_id).order_by(Leg.asked_at)))


def help_of(session: Session, contact_id: str) -> list[Consult]:
    """Whom agents asked along in a contact, the first first."""
    return list(session.scalars(select(Consult).where(Consult.contact_id == contact_id).order_by(Consult.asked_at)))


def passes_of(session: Session, contact_id: str) -> list[Pass]:
    """Each time the conversation went from one to another, the first first."""
    return list(session.scalars(select(Pass).where(Pass.contact_id == contact_id).order_by(Pass.at)))


def promises_of(session: Session, call: Call) -> list[Callback]:
    """The callbacks that were asked for in a call, and the one that it keeps."""
    its = select(Callback).where(or_(Callback.asked_by == call.id, Callback.id == call.callback_id))
    return list(session.scalars(its.order_by(Callback.promised_at)))


def of_promises(session: Session, callback_ids: Sequence[str]) -> list[events.Event]:
    """Every change of these promises."""
    return events.of(session, callback_ids) if callback_ids else []


def attempts_of(session: Session, callback_id: str) -> list[Attempt]:
    """The dials of a promise, the first first."""
    return list(session.scalars(select(Attempt).where(Attempt.callback_id == callback_id).order_by(Attempt.asked_at)))
