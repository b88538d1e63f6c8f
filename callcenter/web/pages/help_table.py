"""The report of help as a table for a spreadsheet: one figure a line, small counts kept back as in every report that is
sent on. Of times there are means alone: the difference of two sums would tell how long one person spoke."""

from collections.abc import Iterable
from dataclasses import asdict

from callcenter.records.figures.of_help import HelpFigures
from callcenter.rules.published_measures import published_seconds
from callcenter.rules.report_places import ReportPlace
from callcenter.rules.territory import TERRITORIES, UNKNOWN
from callcenter.screens.report_query import NO_PARTNER, ReportQuery
from callcenter.web.pages import place_names
from callcenter.web.pages.report_table import count_told, kept_back
from callcenter.web.pages.words import say

OF_PARTNERS = ("asked", "answered", "reached", "busy", "no_answer", "failed", "given_up", "handed")
OF_REASONS = ("handed_over", "to_agent", "to_queue", "to_partner")


def help_table(found: HelpFigures, partners: dict[str, str], language: str) -> Iterable[list[str]]:
    """Its head, then every figure of the page."""
    head = ("table", "code", "name", "department", "figure", "value")
    yield [say(language, f"table.{each}") for each in head]
    for each in found.partners:
        name = partners.get(each.partner, each.partner) or say(language, "report.help_helplines")
        of = ["partner", each.partner or NO_PARTNER, name, _department(each.department, language)]
        counts = asdict(each)
        for figure in OF_PARTNERS:
            yield [*of, say(language, f"report.help_{figure}"), count_told(counts[figure])]
        yield [*of, say(language, "report.help_mean"), _mean(each.seconds, each.answered, language)]
    of = ["colleagues", "", say(language, "report.help_colleagues_asked"), ""]
    yield [*of, say(language, "report.help_asked"), count_told(found.colleagues.asked)]
    yield [*of, say(language, "report.help_came"), count_told(found.colleagues.came)]
    yield [*of, say(language, "report.help_mean"), _mean(found.colleagues.seconds, found.colleagues.came, language)]
    for reason in found.reasons:
        counts = asdict(reason)
        of = ["reason", reason.reason, say(language, f"passed.{reason.reason}"), ""]
        for figure in OF_REASONS:
            yield [*of, say(language, f"report.help_{figure}"), count_told(counts[figure])]
    of = ["calls", "", say(language, "report.help_passed"), ""]
    for figure, count in asdict(found.calls).items():
        yield [*of, say(language, f"report.help_calls_{figure}"), count_told(count)]


def help_about(asked: ReportQuery, of: ReportPlace, partners: dict[str, str], language: str) -> dict[str, str]:
    """What every line is about, in columns of their own. Days as ISO has them."""
    partner = partners.get(asked.partner, say(language, "report.help_helplines"))
    return {
        "first": str(asked.first),
        "last": str(asked.last),
        "territory": place_names.place_name(of, language),
        "partner": partner if asked.partner else say(language, "report.every_partner"),
    }


def _department(code: str, language: str) -> str:
    return say(language, "caller.unknown") if code == UNKNOWN else f"{TERRITORIES[code].name} ({code})"


def _mean(seconds: float, of: int, language: str) -> str:
    return kept_back(published_seconds(seconds / of, of), language) if of else ""
