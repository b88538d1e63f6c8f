"""The report as values: every démarche once, every day of the curve."""

from datetime import date

from callcenter.rules.quality import Share
from callcenter.screens import report_screen
from callcenter.screens.report_query import ReportQuery
from tests.support.october import NOW


def test_rankings_count_every_demarche_once(october: None) -> None:
    report = report_screen.report(ReportQuery.of(date(2026, 10, 1), date(2026, 10, 31), "", "", ""), None, str)
    (line,) = (line for line in report.lines if line.measure.code == "accompaniments")
    assert isinstance(line.phone, int)
    assert isinstance(line.desk, int)
    total = line.phone + line.desk
    for bars in (report.procedures, report.partners, report.departments, report.regions, report.channels):
        assert sum(bar.phone + bar.desk for bar in bars) == total > 100
        assert [bar.phone + bar.desk for bar in bars] == sorted((bar.phone + bar.desk for bar in bars), reverse=True)
        assert [bar.share for bar in bars] == [Share(bar.phone + bar.desk, total) for bar in bars]
    assert {bar.code for bar in report.channels} == {"phone", "front_desk", "bus"}
    assert {bar.code for bar in report.regions} == {"R76", "R04", "R02", "R987", "inconnu"}


def test_the_curve_has_every_day_those_of_no_demand_too(october: None) -> None:
    report = report_screen.report(ReportQuery.of(date(2026, 9, 20), date(2026, 12, 31), "", "", ""), None, str)
    assert [when for when, _, _ in report.curve] == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert report.curve[0][1:] == (0, 0) < report.curve[1][1:]
    report = report_screen.report(ReportQuery.of(date(2026, 9, 28), date(2026, 10, 4), "", "", ""), None, str)
    assert [when.day for when, _, _ in report.curve] == [28, 29, 30, 1, 2, 3, 4]
    report = report_screen.report(ReportQuery.of(date(2026, 10, 30), date(2026, 11, 30), "", "", ""), None, str)
    assert report.curve[-1][0] == NOW.date()  # not what is to come
    assert report_screen.report(ReportQuery.of(date(2026, 1, 1), date(2026, 1, 9), "", "", ""), None, str).curve == ()
