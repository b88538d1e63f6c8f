"""The figures of any period, territory, partner and side, for other software: those of the report."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from callcenter.records.figures.of_help import HelpFigures
from callcenter.rules.roles import OVERSEER
from callcenter.screens import help_report
from callcenter.screens.figures_screen import Dimension, Figures, figures
from callcenter.screens.report_query import ReportQuery
from callcenter.web.identity import Admitted, open_to

router = APIRouter(prefix="/api/figures", tags=["figures"])


@router.get("")
@open_to(*OVERSEER)
def read_figures(
    visitor: Admitted,
    first: Annotated[date | None, Query(description="first local day; the first of this month by default")] = None,
    last: Annotated[date | None, Query(description="last local day; today by default")] = None,
    by: Annotated[list[Dimension] | None, Query(description="one cell for each of these; none: one cell")] = None,
    territory: Annotated[str, Query(description="a department (`46`), a region (`R76`) or `inconnu`")] = "",
    partner: Annotated[str, Query(description="a partner's code, `sans` for démarches of none")] = "",
    side: Annotated[Literal["", "phone", "front_desk"], Query(description="one side of the comparison")] = "",
) -> Figures:
    """The quality measures of the departments that are yours, by the definitions that the report and the wall use. An
    answer of more than 15,000 possible cells is refused (422): the days of a year by department, say, are asked for in
    quarters."""
    return figures(ReportQuery.of(first, last, territory, partner, side), visitor.staff.scope, by or ())


@router.get("/help")
@open_to(*OVERSEER)
def read_help(
    visitor: Admitted,
    first: Annotated[date | None, Query(description="first local day; the first of this month by default")] = None,
    last: Annotated[date | None, Query(description="last local day; today by default")] = None,
    territory: Annotated[str, Query(description="a department (`46`), a region (`R76`) or `inconnu`")] = "",
    partner: Annotated[str, Query(description="a partner's code, `sans` for helplines")] = "",
) -> HelpFigures:
    """Partners' desks that were called, by partner and department, with the time spent with them; colleagues asked
    along; conversations passed on, by reason."""
    return help_report.of(ReportQuery.of(first, last, territory, partner, ""), visitor.staff.scope)
