"""What a day of the average is, and what counts in it."""

from datetime import date, timedelta

import pytest
import time_machine

from callcenter.db import transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls, hours, rollout
from callcenter.records.callbacks import Callback, sealed
from callcenter.records.contacts import Contact
from callcenter.records.identifiers import new_id
from callcenter.rules.opening_hours import DatedException
from callcenter.screens import staffing_screen
from callcenter.sealing import pseudonym
from tests.support.kept import rolled_up
from tests.support.recount import instant
from tests.support.staffed_monday import NOW, monday
from tests.support.town import line_hours


def called_back(hour: int, asked_by: str | None, ending: str = "answered") -> None:
    """A callback that came due last Monday, and its dial; with the three minutes already waited, as it stands in the
    queue."""
    at = instant(2026, 11, 9, hour, 40)
    with transaction() as session:
        promise_id = new_id()
        promise = Callback(
            id=promise_id, state="reached", asked_by=asked_by, number=sealed(promise_id, PhoneNumber("+262262123456")),
            number_key=pseudonym(new_id()), department="974", topic="impots", language="fr", reference="1234567890",
            promised_at=at - timedelta(days=1), promised_from=at, promised_until=at + timedelta(hours=2),
            due_from=at, due_until=at + timedelta(hours=2), attempts=1, waited=180.0,
        )  # fmt: skip
        contact = Contact(channel="callback", department="974", arrived_at=at, local_day=at.date(), due="nothing")
        session.add_all([promise, contact])
        session.flush()
        session.add(
            calls.Call(
                id=new_id(), channel="callback", callback_id=promise.id, contact_id=contact.id, department="974",
                state="ended", ending=ending, arrived_at=at, queued_at=at - timedelta(seconds=180),
                talking_at=at if ending == "answered" else None, ended_at=at + timedelta(seconds=300),
            )
        )  # fmt: skip


def test_a_day_on_which_the_line_was_closed_is_not_one_of_the_average(database: None) -> None:
    with time_machine.travel(NOW, tick=True):
        for week in range(1, 8):
            monday(week, 5, 10)
            monday(week, 7, 10, "abandoned") if week != 2 else None
        rolled_up(NOW)

        def averages() -> list[float]:
            return [round(each.calls, 2) for each in staffing_screen.staffing("974", 1, 0.8, None).halves]

        assert averages() == [1, 0, 0, 0, 0.83]
        with transaction() as session:  # a strike one afternoon, and a day without any call
            day = date(2026, 11, 2)
            hours.except_(session, DatedException("974", day, day, "Mo-Su 08:00-10:30", "strike"))
        assert averages() == [1, 0, 0, 0, 1]
        with transaction() as session:  # not open yet before the last three Mondays: calls that came all the same count
            rollout.plan(session, "974", "closed", date(2026, 9, 1))
            rollout.plan(session, "974", "pilot", date(2026, 10, 20))
        found = staffing_screen.staffing("974", 1, 0.8, None)
        assert found.days == (date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9))
        assert found.left_out == (date(2026, 10, 5), date(2026, 10, 12), date(2026, 10, 19))
        with transaction() as session:
            hours.override(session, "974", date(2026, 10, 26), is_holiday=True)
        with line_hours("Mo-Fr 08:30-18:00; PH off"):
            assert staffing_screen.staffing("974", 1, 0.8, None).days == (date(2026, 11, 2), date(2026, 11, 9))


def test_a_day_that_is_left_out_is_no_part_of_the_average(database: None) -> None:
    """Closed by a flood once its calls had come: it is told as left out, and so it is."""
    with time_machine.travel(NOW, tick=True):
        monday(1, 5, 10)
        for minute in range(10):
            monday(2, 5, minute)
            monday(2, 6, minute)
        rolled_up(NOW)
        day = date(2026, 11, 2)
        with transaction() as session:
            hours.except_(session, DatedException("974", day, day, reason="flood"))
        found = staffing_screen.staffing("974", 1, 0.8, None)
        assert (found.days, day in found.left_out) == ((date(2026, 11, 9),), True)
        assert [(each.begins, each.calls) for each in found.halves] == [("09:00", 1)]
        with transaction() as session:
            monday_ = date(2026, 11, 9)
            hours.except_(session, DatedException("974", monday_, monday_, reason="flood"))
        assert staffing_screen.staffing("974", 1, 0.8, None).halves == ()


@pytest.mark.parametrize(("turned_away", "calls_then", "due"), [(None, 1, 0), ("closed", 0, 1)])
def test_every_demand_counts_once_callbacks_too(
    database: None, turned_away: str | None, calls_then: int, due: int
) -> None:
    """A callback is work of the half hour in which it is due, unless the call that made it counts already."""
    with time_machine.travel(NOW, tick=True):
        monday(1, 5, 10)
        asked = monday(1, 6, 10, "became_callback")
        with transaction() as session:
            row = session.get(calls.Call, asked)
            assert row is not None
            row.turned_away, row.queued_at = turned_away, None
        called_back(8, asked)
        called_back(8, None)
        called_back(8, None, "not_reached")
        rolled_up(NOW)
        counted = {
            each.begins: each.calls for each in staffing_screen.staffing("974", 1, 0.8, None).halves if each.calls
        }
        assert counted == {"09:00": 1, "12:30": 1 + due} | ({"10:00": calls_then} if calls_then else {})
