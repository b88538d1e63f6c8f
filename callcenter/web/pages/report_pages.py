"""The reports: the telephone beside the front desk, as a page, on paper and as a table for a spreadsheet."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, Response

from callcenter.actions import config_snapshot
from callcenter.rules.published_measures import BY_CODE, GROUPS, MEASURES, PHONE, shown_for
from callcenter.rules.report_places import place
from callcenter.rules.roles import OVERSEER, SUPERVISOR
from callcenter.rules.spreadsheets import spreadsheet as written
from callcenter.rules.territory import TERRITORIES, UNKNOWN
from callcenter.screens import agents_report, help_report, report_screen, staffing_screen
from callcenter.screens.report_query import BadPeriod, ReportQuery, partner_names
from callcenter.screens.report_screen import Report
from callcenter.screens.scope import Scope
from callcenter.screens.staffing_screen import GOAL, WEEKS
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import charts, render
from callcenter.web.pages.help_table import help_about, help_table
from callcenter.web.pages.report_table import about_of, figures_table, file_name
from callcenter.web.pages.words import say

router = APIRouter(prefix="/reports", include_in_schema=False)
FIRST_BAR = 15  # of a ranking; the rest is unfolded
FIRST_SITES = 60  # on a page; the spreadsheet has them all
SPREADSHEET = "text/csv; charset=utf-8"


def asked(first: str = "", last: str = "", territory: str = "", partner: str = "", side: str = "") -> ReportQuery:
    """The form's answers; an empty one is no answer. Raises BadPeriod, NoSuchPlace."""
    ends = _day(first, "period_first"), _day(last, "period_last")
    return ReportQuery.of(*ends, territory, partner, side)


def _day(typed: str, code: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise BadPeriod(code) from None


Wanted = Annotated[ReportQuery, Depends(asked)]


@router.get("")
@open_to(*OVERSEER)
def report_page(
    visitor: Admitted, first: str = "", last: str = "", territory: str = "", partner: str = "", side: str = ""
) -> Response:
    """Without a period, the latest of which something is known; one that cannot be is marked where it was typed."""
    try:
        wanted = asked(first, last, territory, partner, side)
    except BadPeriod as refusal:
        typed = {"first": first, "last": last, "territory": territory, "partner": partner, "side": side}
        return HTMLResponse(_refused(visitor, typed, str(refusal.args[0])), status_code=refusal.status)
    if not first and not last:
        begins, ends = report_screen.with_data(wanted.departments(visitor.staff.scope))
        wanted = replace(wanted, first=begins, last=ends)
    return HTMLResponse(_page(visitor, wanted, printing=False))


@router.get("/agents")
@open_to(*SUPERVISOR)
def agents_page(visitor: Admitted, wanted: Wanted) -> Response:
    """By agent, for their supervisor."""
    found = agents_report.of(wanted, visitor.staff.scope)
    return HTMLResponse(render.page("report_agents.html", visitor, asked=wanted, found=found, **_names(wanted)))


@router.get("/help")
@open_to(*OVERSEER)
def help_page(visitor: Admitted, wanted: Wanted) -> Response:
    """Help that agents brought in, and conversations that they passed on."""
    found = help_report.of(wanted, visitor.staff.scope)
    return HTMLResponse(render.page("report_help.html", visitor, asked=wanted, found=found, **_names(wanted)))


@router.get("/help.csv")
@open_to(*OVERSEER)
def help_spreadsheet(visitor: Admitted, wanted: Wanted) -> Response:
    """The same for a spreadsheet, with what rests on few people kept back, as of the figures."""
    found, language = help_report.of(wanted, visitor.staff.scope), visitor.language
    of, names = wanted.place(visitor.staff.scope), partner_names(wanted)
    name = file_name(wanted, of, language, say(language, "report.help_file"))
    return _spreadsheet(help_table(found, names, language), help_about(wanted, of, names, language), name, language)


@router.get("/print")
@open_to(*OVERSEER)
def print_page(visitor: Admitted, wanted: Wanted) -> Response:
    return HTMLResponse(_page(visitor, wanted, printing=True))


@router.get("/figures.csv")
@open_to(*OVERSEER)
def spreadsheet(visitor: Admitted, wanted: Wanted) -> Response:
    """For a spreadsheet, and for whoever it is sent to: what rests on fewer than 11 people is kept back,
    all else is rounded."""
    report, language = _report(visitor, wanted), visitor.language
    name = file_name(wanted, report.place, language)
    return _spreadsheet(figures_table(report, language), about_of(report, language), name, language)


@router.get("/rows")
@open_to(*OVERSEER)
def rows_behind(
    visitor: Admitted,
    wanted: Wanted,
    measure: str = "",
    procedure: str = "",
    site: int | None = None,
    channel: str = "",
) -> Response:
    """What one figure was counted from: contacts, or for occupancy what agents did of their time."""
    scope = visitor.staff.scope
    if measure == "occupancy":
        agents = report_screen.time_behind(wanted, scope)
        return HTMLResponse(
            render.page(
                "report_time.html", visitor, asked=wanted, measure=BY_CODE[measure], rows=agents, **_names(wanted)
            )
        )
    found, rows, sites = report_screen.behind(wanted, measure, scope, procedure or None, site, channel or None)
    shown = [(row, shown_for(PHONE, found, row.tally)) for row in rows]
    procedures = report_screen.procedure_names(wanted.last, visitor.language)
    return HTMLResponse(
        render.page(
            "report_rows.html", visitor, asked=wanted, measure=found, rows=shown, sites=sites,
            procedures=procedures, only_procedure=procedures.get(procedure, ""), only_site=site, **_names(wanted),
        )
    )  # fmt: skip


@router.get("/definitions")
@open_to(*OVERSEER)
def definitions_page(visitor: Admitted) -> Response:
    return HTMLResponse(render.page("definitions.html", visitor, measures=MEASURES))


@router.get("/staffing")
@open_to(*OVERSEER)
def staffing_page(visitor: Admitted, department: str = "", weekday: int = 1, goal: float = 100 * GOAL) -> Response:
    """`goal` in per cent."""
    scope = visitor.staff.scope
    regions = _regions(scope)
    chosen = department or next((code for _, _, inside, _ in regions for code, _ in inside), UNKNOWN)
    found = staffing_screen.staffing(chosen, weekday, goal / 100, scope)
    labels = [each.begins for each in found.halves]
    needed = [each.needed.agents if each.needed else None for each in found.halves]
    drawn = charts.curve(labels, needed, [each.calls for each in found.halves], marks=12)
    served = charts.curve(
        [str(each.agents) for each in found.around], [100 * each.in_time for each in found.around], marks=12, top=100
    )
    return HTMLResponse(
        render.page("staffing.html", visitor, found=found, curve=drawn, served=served, regions=regions, weeks=WEEKS)
    )


def _spreadsheet(table: Iterable[list[str]], about: dict[str, str], name: str, language: str) -> Response:
    """Every line says what it is about; of a simulated year the first says so."""
    head, *lines = table
    if config_snapshot.current().simulated:
        lines = [["simulation", "", say(language, "simulation.banner"), *[""] * (len(head) - 3)], *lines]
    rows = [[*head, *(say(language, f"table.{each}") for each in about)], *([*line, *about.values()] for line in lines)]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written(rows), media_type=SPREADSHEET, headers=headers)


def _report(visitor: Visitor, wanted: ReportQuery) -> Report:
    names = report_screen.procedure_names(wanted.last, visitor.language)
    return report_screen.report(wanted, visitor.staff.scope, lambda code: names.get(code, code))


def _page(visitor: Visitor, wanted: ReportQuery, *, printing: bool) -> str:
    report, scope = _report(visitor, wanted), visitor.staff.scope
    by_code = {line.measure.code: line for line in report.lines}
    form = "%m/%Y" if report.by_month else "%d/%m"
    labels = [when.strftime(form) for when, _, _ in report.curve]
    drawn = charts.curve(labels, [phone for _, phone, _ in report.curve], [desk for _, _, desk in report.curve])
    return render.page(
        "report.html",
        visitor,
        asked=wanted,
        report=report,
        curve=drawn,
        first_bar=FIRST_BAR,
        first_sites=FIRST_SITES,
        greatest=lambda bars: max((bar.phone + bar.desk for bar in bars), default=0) or 1,
        printing=printing,
        span=lambda when: _span(wanted, when, by_month=report.by_month),
        query=query(wanted),
        groups={code: [by_code[each] for each in of if each in by_code] for code, of in GROUPS.items()},
        before=wanted.before,
        typed=asdict(wanted),
        wrong="",
        regions=_regions(scope),
        sees_all=scope is None,
        **_names(wanted),
    )


def _refused(visitor: Visitor, typed: dict[str, str], wrong: str) -> str:
    """The form as it was filled in, its fault beside the field; `wrong`: what is, as `BadPeriod` names it."""
    scope = visitor.staff.scope
    return render.page(
        "report_refused.html",
        visitor,
        typed=typed,
        wrong=wrong,
        regions=_regions(scope),
        sees_all=scope is None,
        partner_names=partner_names(ReportQuery.of(None, None, "", "", "")),
    )


def _span(wanted: ReportQuery, when: date, *, by_month: bool) -> dict[str, str]:
    """The days of one point of the curve, as a question."""
    ends = when + timedelta(days=monthrange(when.year, when.month)[1] - 1) if by_month else when
    return {"first": str(max(when, wanted.first)), "last": str(min(ends, wanted.last))}


def query(wanted: ReportQuery, **more: str) -> str:
    """The same question, for a link."""
    own = {
        "first": str(wanted.first), "last": str(wanted.last), "territory": wanted.territory,
        "partner": wanted.partner, "side": wanted.side,
    }  # fmt: skip
    return urlencode({name: value for name, value in (own | more).items() if value})


def _names(wanted: ReportQuery) -> dict[str, Any]:
    return {"partner_names": partner_names(wanted), "linked": query}


def _regions(scope: Scope) -> list[tuple[str, str, list[tuple[str, str]], bool]]:
    """The regions one may ask about, each with its departments, and whether those are all of them."""
    regions: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for code, each in TERRITORIES.items():
        if each.inhabited and (scope is None or code in scope):
            regions.setdefault(f"R{each.region}", (each.region_name, []))[1].append((code, each.name))
    return [(code, name, inside, not place(code, scope).only) for code, (name, inside) in regions.items()]
