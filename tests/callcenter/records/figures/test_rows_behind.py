"""The rows behind a figure."""

from datetime import date

import pytest

from callcenter.db import reading
from callcenter.records.figures import rows_behind, totals
from callcenter.screens import report_screen
from callcenter.screens.report_query import ReportQuery


def test_the_rows_are_looked_for_further_back_when_the_latest_do_not_count(
    october: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_behind, "_WINDOW", rows_behind._WINDOW.replace("limit 5000", "limit 20"))
    monkeypatch.setattr(rows_behind, "WINDOW", 20)
    monkeypatch.setattr(rows_behind, "WINDOWS", 100)
    wanted = ReportQuery.of(date(2026, 10, 1), date(2026, 10, 31), "", "", "phone")
    _, rows, _ = report_screen.behind(wanted, "relay_handling_time", None)
    with reading() as session:
        (tally,) = totals.between(session, wanted.first, wanted.last, channels=wanted.channels).values()
    assert len(rows) == tally.relay_handled > 0
