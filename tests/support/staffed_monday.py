"""Mondays of calls, for staffing."""

from datetime import timedelta

from callcenter.db import transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls, contacts, legs
from callcenter.records.identifiers import new_id
from tests.support.recount import instant
from tests.support.town import settle

NOW = instant(2026, 11, 16, 12)  # a Monday


def monday(weeks_ago: int, hour: int, minute: int, ending: str = "answered") -> str:
    """A call to the Réunion's queue, at an hour of UTC: four hours less than there; its id."""
    at = instant(2026, 11, 16, hour, minute) - timedelta(weeks=weeks_ago)
    with transaction() as session:
        row = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber("+262262123456"), at)
        row.queued_at, row.department, row.topic, row.state, row.ending = at, "974", "impots", "ended", ending
        talked = at + timedelta(seconds=30)
        row.ended_at = talked + timedelta(seconds=300)
        contact = contacts.get(session, row.contact_id)
        assert contact is not None
        contact.department, contact.due, contact.local_day = "974", "recorded", at.date()
        if ending != "answered":
            row.ended_at = at + timedelta(seconds=90)
            return row.id
        row.talking_at, contact.waited = talked, 30.0
        agent = settle(f"a{new_id()[:8]}", department="974")
        session.flush()
        session.add(
            legs.Leg(
                id=new_id(), call_id=row.id, contact_id=contact.id, agent_id=agent, epoch=1, kind="serve", state="left",
                asked_at=at, talked_from=talked, left_at=row.ended_at, wrapped_at=row.ended_at, held=0.0, shift=False,
                muted=False,
            )
        )  # fmt: skip
        return row.id
