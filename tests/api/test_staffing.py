"""Staffing: the calls of the last weeks, on the department's own clock, and what Erlang makes of them."""

from datetime import timedelta

import time_machine

from callcenter.api import staffing
from callcenter.db import transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls, contacts, legs
from callcenter.records.identity import new_id
from callcenter.rules import erlang
from tests.api.conftest import SignIn
from tests.kept import rolled_up
from tests.records.recount import instant
from tests.town import settle

NOW = instant(2026, 11, 16, 12)  # a Monday


def monday(weeks_ago: int, hour: int, minute: int, ending: str = "answered") -> None:
    """A call to the Réunion's queue, at an hour of UTC: four hours less than there."""
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
            return
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


def test_the_half_hours_of_reunion_are_on_its_own_clock(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["974"])
    with time_machine.travel(NOW, tick=True):
        for week in range(1, 7):
            for minute in (1, 12, 29):
                monday(week, 5, minute)
            monday(week, 6, 0)
        monday(2, 5, 20, "abandoned")
        monday(7, 5, 10)  # more than six weeks ago
        rolled_up(NOW)
        found = staffing.staffing("974", 1, 0.8, None)
        assert [(each.begins, round(each.calls * 6)) for each in found.halves] == [
            ("09:00", 19),
            ("09:30", 0),
            ("10:00", 6),
        ]
        assert found.handling == 300
        assert found.patience == 24 * 30 + 90
        busiest = found.halves[0]
        assert found.busiest == busiest
        assert busiest.needed == erlang.fewest(19 / 6 / 1800, 300, 810, 0.8, 60)
        assert busiest.needed is not None
        assert busiest.needed in found.around
        assert staffing.staffing("974", 2, 0.8, None).halves == ()
        page = sign_in("ines").get("/reports/staffing").text
        assert "La Réunion" in page
        assert "Erlang A" in page
        assert sign_in("ines").get("/reports/staffing?department=46").status_code == 403
        assert sign_in("ines").get("/reports/staffing?weekday=8").status_code == 422


def test_without_a_handled_call_nothing_is_worked_out(sign_in: SignIn) -> None:
    settle("root", role="admin")
    assert "rien ne peut être calculé" in sign_in("root").get("/reports/staffing?department=46").text
