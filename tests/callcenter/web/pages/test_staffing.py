"""Staffing: the calls of the last weeks, on the department's own clock, and what Erlang makes of them."""

from datetime import date

import time_machine

from callcenter.rules import erlang
from callcenter.screens import staffing_screen
from tests.callcenter.web.conftest import SignIn
from tests.support.kept import rolled_up
from tests.support.staffed_monday import NOW, monday
from tests.support.town import settle


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
        found = staffing_screen.staffing("974", 1, 0.8, None)
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
        assert staffing_screen.staffing("974", 2, 0.8, None).halves == ()
        page = sign_in("ines").get("/reports/staffing").text
        assert "La Réunion" in page
        assert "Erlang A" in page
        assert sign_in("ines").get("/reports/staffing?department=46").status_code == 403
        assert sign_in("ines").get("/reports/staffing?weekday=8").status_code == 422


def test_without_a_handled_call_nothing_is_worked_out(sign_in: SignIn) -> None:
    settle("root", role="admin")
    assert "rien ne peut être calculé" in sign_in("root").get("/reports/staffing?department=46").text


def test_a_line_opened_a_week_ago_is_staffed_by_its_one_monday(sign_in: SignIn) -> None:
    """Thirty calls in one half hour are thirty, not five: before its first call the line was not there."""
    settle("root", role="admin")
    with time_machine.travel(NOW, tick=True):
        for minute in range(30):
            monday(1, 5, minute)
        rolled_up(NOW)
        found = staffing_screen.staffing("974", 1, 0.8, None)
        assert found.days == (date(2026, 11, 9),)
        assert len(found.left_out) == 5
        (busiest,) = found.halves
        assert busiest.calls == 30
        assert busiest.needed == erlang.fewest(30 / 1800, 300, found.patience, 0.8, 60)
        assert busiest.needed is not None
        assert busiest.needed.agents == 8
        page = sign_in("root").get("/reports/staffing?department=974").text
        assert "Moyenne des jours où la ligne servait ce département : 09/11." in page
        assert "05/10, 12/10, 19/10, 26/10, 02/11." in page
        assert "un ordre de grandeur" in page
