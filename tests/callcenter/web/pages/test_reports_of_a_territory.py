"""The report as a supervisor opens it: her territory with data, the period before, her agents, a marked field."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from callcenter.rules.published_measures import GROUPS, MEASURES
from callcenter.screens import agents_report, report_screen
from callcenter.screens.report_query import ReportQuery
from tests.callcenter.web.conftest import SignIn
from tests.support.october import NOW, OCTOBER
from tests.support.town import settle


def asked(first: str, last: str) -> ReportQuery:
    return ReportQuery.of(date.fromisoformat(first), date.fromisoformat(last), "", "", "")


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-10-01", "2026-10-31", ("2026-09-01", "2026-09-30")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2024-02-01", "2024-02-29", ("2024-01-01", "2024-01-31")),
        ("2026-11-01", "2026-11-12", ("2026-10-01", "2026-10-12")),
        ("2026-03-01", "2026-03-30", ("2026-02-01", "2026-02-28")),
        ("2026-10-05", "2026-10-11", ("2026-09-28", "2026-10-04")),
        ("2026-10-05", "2026-10-05", ("2026-10-04", "2026-10-04")),
        ("2000-01-01", "2000-01-31", ("1999-12-01", "1999-12-31")),
    ],
)
def test_the_period_before_is_as_many_months_the_same_days_or_as_many_days(
    first: str, last: str, before: tuple[str, str]
) -> None:
    assert tuple(map(str, asked(first, last).before)) == before


def test_every_measure_is_in_one_of_four_groups() -> None:
    assert len(GROUPS) == 4
    assert sorted(code for group in GROUPS.values() for code in group) == sorted(each.code for each in MEASURES)


def test_each_measure_has_that_of_the_period_before_beside_it(october: None) -> None:
    """The same as a report of that period says."""
    second = report_screen.report(asked("2026-10-16", "2026-10-29"), None, str)
    first = report_screen.report(asked("2026-10-02", "2026-10-15"), None, str)
    assert second.asked.before == (first.asked.first, first.asked.last)
    assert [(x.phone_before, x.desk_before) for x in second.lines] == [(x.phone, x.desk) for x in first.lines]
    assert any(line.phone_before not in (None, 0) for line in second.lines)


def test_it_opens_on_the_latest_month_of_which_something_is_known(sign_in: SignIn, october: None) -> None:
    """On the first days of a month too, when it has no figure yet."""
    settle("ines", role="supervisor", departments=["46"])
    with time_machine.travel(datetime(2027, 2, 3, 9, tzinfo=UTC), tick=True):
        page = sign_in("ines").get("/reports").text
    begins, ends = report_screen.with_data(frozenset(["46"]))
    assert f'value="{begins}"' in page
    assert "Département 46" in page or "Lot" in page
    assert (begins.day, report_screen.with_data(frozenset(["987654"]))[0]) == (1, NOW.date().replace(day=1))
    assert begins <= NOW.date() <= date(2027, 1, 1)
    assert ends >= begins


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first": "2026-10-31", "last": "2026-10-01"}, "last"),
        ({"first": "2026-02-31", "last": "2026-03-01"}, "first"),
        ({"first": "2026-10-01", "last": "demain"}, "last"),
        ({"first": "1990-01-01", "last": "2026-10-01"}, "first"),
        ({"first": "2010-01-01", "last": "2026-10-01"}, "first"),
        ({"first": "2026-10-01", "last": "2300-01-01"}, "last"),
    ],
)
def test_a_period_that_cannot_be_is_marked_at_its_field_and_what_was_typed_is_kept(
    sign_in: SignIn, october: None, typed: dict[str, str], field: str
) -> None:
    settle("ines", role="supervisor", departments=["46", "12"])
    refused = sign_in("ines").get("/reports", params=typed | {"territory": "46", "side": "phone"})
    assert refused.status_code == 422
    assert [each for each in ("first", "last") if f'id="{each}-error"' in refused.text] == [field]
    for value in typed.values():
        assert f'value="{value}"' in refused.text
    assert '<option value="46" selected>' in refused.text
    assert '<option value="phone" selected>' in refused.text
    assert 'class="top__nav"' in refused.text


def test_her_agents_are_told_in_counts_and_times_and_to_nobody_else(sign_in: SignIn, october: None) -> None:
    """By name; never what people said of them, and never those of another department."""
    settle("ines", role="supervisor", departments=["46"])
    settle("vera", role="auditor", departments=["46"])
    found = agents_report.of(asked("2026-10-01", "2026-10-31"), frozenset(["46"])).agents
    assert [(each.name, each.department) for each in found] == [("W0", "46")]
    (mine,) = found
    assert mine.calls > 0
    assert mine.demarches > 0
    assert mine.talked
    assert mine.busy
    assert mine.available
    page = sign_in("ines").get("/reports/agents", params=OCTOBER).text
    assert f'<tr id="agent-{mine.id}"><th scope="row">W0</th><td>Lot (46)</td><td class="num">{mine.calls}</td>' in page
    assert "atisfai" not in page.partition("<table")[2]
    assert sign_in("ines").get("/reports/agents", params=OCTOBER | {"territory": "974"}).status_code == 403
    assert sign_in("vera").get("/reports/agents", params=OCTOBER).status_code == 403
    assert "/reports/agents" not in sign_in("vera").get("/reports", params=OCTOBER).text
    everybody = agents_report.of(asked("2026-10-01", "2026-10-31"), None).agents
    assert [each.name for each in everybody] == sorted(each.name for each in everybody)
    longer = agents_report.of(asked("2026-01-01", "2026-10-31"), None)
    assert (longer.cut, str(longer.first)) == (True, "2026-10-01")


def test_the_counts_of_an_agent_are_those_of_their_legs(october: None) -> None:
    """One day at a time they add up to the whole."""
    whole = agents_report.of(asked("2026-10-02", "2026-10-31"), None).agents
    days = [agents_report.of(asked(f"2026-10-{n:02}", f"2026-10-{n:02}"), None).agents for n in range(2, 32)]
    for agent in whole:
        parts = [each for day in days for each in day if each.id == agent.id]
        assert sum(each.calls for each in parts) == agent.calls
        assert sum(each.offers for each in parts) == agent.offers
        assert sum(each.busy or 0 for each in parts) == pytest.approx(agent.busy or 0, abs=1)
