"""A report as a table for a spreadsheet, and for whoever it is sent to: what rests on fewer than 11 people is kept
back, all else is rounded."""

import re
import unicodedata
from collections.abc import Iterable

from callcenter.records.site_weeks import SiteWeek
from callcenter.rules.published_measures import (
    Measure,
    Value,
    published,
    published_mean,
    published_share,
    published_time,
)
from callcenter.rules.quality import FEW, Share
from callcenter.rules.report_places import ReportPlace
from callcenter.screens.report_query import ReportQuery, partner_names
from callcenter.screens.report_screen import Bar, Report
from callcenter.web.pages import place_names
from callcenter.web.pages.words import say

NONE_BEFORE = [""] * 6  # of what is told without the period before
NAME_PART = 80  # characters of a file's name: more departments than that are in its table


def figures_table(report: Report, language: str) -> Iterable[list[str]]:
    """Every table of the report under one another, in the reader's language; what a page shows beside the period
    before has it here too."""
    values = ("phone", "phone_part", "phone_of", "desk", "desk_part", "desk_of")
    head = ("table", "code", "name", "unit", *values, *(f"{each}_before" for each in values))
    yield [say(language, f"table.{each}") for each in head]
    for line in report.lines:
        name, unit = say(language, f"measure.{line.measure.code}"), say(language, f"unit.{line.measure.unit}")
        spans = (report.asked.first, report.asked.last), report.asked.before
        days, days_before = ((last - first).days + 1 for first, last in spans)
        sides = (
            (line.phone, line.people[0], days),
            (line.desk, line.people[1], days),
            (line.phone_before, line.people_before[0], days_before),
            (line.desk_before, line.people_before[1], days_before),
        )
        cells = [cell for value, people, of in sides for cell in _told(line.measure, value, people, of, language)]
        yield ["measure", line.measure.code, name, unit, *cells]
    for when, phone, desk in report.curve:
        yield _counts("period", str(when), str(when), phone, desk, language, "contacts")
    rankings: dict[str, tuple[Bar, ...]] = {
        "partner": report.partners, "procedure": report.procedures, "department": report.departments,
        "region": report.regions, "channel": report.channels,
    }  # fmt: skip
    for table, bars in rankings.items():
        for bar in bars:
            region = (
                place_names.place_name(ReportPlace(bar.code, bar.name, bar.only), language) if bar.only else bar.name
            )
            name = say(language, f"channel.{bar.code}") if table == "channel" else region
            yield _counts(table, bar.code, name, bar.phone, bar.desk, language, "accompaniments")
    for site in report.sites:
        demands = site.phone.contacts, site.desk.contacts
        yield _counts("site", str(site.id), site.name, *demands, language, "contacts")
    for week in report.opening.sites:
        for unit, told in _opening(week, language):
            yield ["opening", str(week.id), week.name, say(language, unit), "", "", "", told, "", "", *NONE_BEFORE]


def about_of(report: Report, language: str) -> dict[str, str]:
    """What every line of the table is about, in columns of their own, so that one line, or tables put under one
    another, still say it. Days as ISO has them."""
    asked = report.asked
    partner = partner_names(asked).get(asked.partner, say(language, "report.no_partner"))
    return {
        "first": str(asked.first),
        "last": str(asked.last),
        "first_before": str(asked.before[0]),
        "last_before": str(asked.before[1]),
        "territory": place_names.place_name(report.place, language),
        "partner": partner if asked.partner else say(language, "report.every_partner"),
        "side": say(language, f"report.{asked.side or 'both'}"),
        "policy": ", ".join(report.policies),
        "state": say(language, "table.final" if report.frozen_on else "table.provisional"),
        "final_since": str(report.frozen_on or ""),
        "corrected": str(max(report.corrected.values(), default="")),
    }


def file_name(asked: ReportQuery, of: ReportPlace, language: str, kind: str = "") -> str:
    """`france-services-lot-46-caf-2026-10-01-2026-10-31.csv`: what it is of, in letters, digits and dashes. `kind`: of
    which report, where it is not the figures."""
    side = say(language, f"report.{asked.side}") if asked.side else ""
    parts = (kind, place_names.place_name(of, language), asked.partner, side, str(asked.first), str(asked.last))
    plain = (unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode().lower() for part in parts if part)
    named = (re.sub("[^a-z0-9]+", "-", part).strip("-")[:NAME_PART] for part in plain)
    return "-".join(("france-services", *named)) + ".csv"


def _opening(site: SiteWeek, language: str) -> Iterable[tuple[str, str]]:
    """The week of one site and whether its commitment is kept: of places, not of persons, so nothing is kept back."""
    if site.week is not None:
        yield "report.hours", decimal_told(round(site.week.minutes / 60, 1), language)
        yield "report.days", str(site.week.days)
    if not site.is_principal:
        kept = "report.not_asked"
    elif site.week is None:
        kept = "report.unknown"
    else:
        kept = "report.kept" if site.week.kept else "report.not_kept"
    yield "report.commitment", say(language, kept)


def _counts(table: str, code: str, name: str, phone: int, desk: int, language: str, unit: str) -> list[str]:
    return [
        table,
        code,
        name,
        say(language, f"unit.{unit}"),
        count_told(phone),
        "",
        "",
        count_told(desk),
        "",
        "",
        *NONE_BEFORE,
    ]


def _told(measure: Measure, value: Value, people: int, days: int, language: str) -> list[str]:
    """The value as it may be published, with the two counts of a share, or of how many people a mean is; none where
    nothing is known."""
    if isinstance(value, Share) and measure.unit == "time":
        return [kept_back(published_time(value, days), language) if value.of else "", "", ""]
    if isinstance(value, Share):
        return [decimal_told(published_share(value), language), count_told(value.part), count_told(value.of)]
    if isinstance(value, int) or value is None:
        return ["" if value is None else count_told(value), "", ""]
    return [kept_back(published_mean(measure, value, people), language), "", count_told(people)]


def kept_back(told: float | None, language: str) -> str:
    return say(language, "table.kept_back") if told is None else decimal_told(told, language)


def count_told(count: int) -> str:
    told = published(count)
    return f"<{FEW}" if told is None else str(told)


def decimal_told(value: float | None, language: str) -> str:
    written = "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")
    return written.replace(".", ",") if language == "fr" else written
