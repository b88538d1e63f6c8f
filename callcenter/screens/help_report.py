"""Help and transfers of a period: time with partners, who was reached, why calls were passed on."""

from callcenter import clock
from callcenter.db import reading
from callcenter.records.figures import of_help
from callcenter.records.figures.of_help import HelpFigures
from callcenter.records.figures.roll_up import allow_time
from callcenter.screens.report_query import PATIENCE, ReportQuery, partners_of
from callcenter.screens.scope import Scope


def of(wanted: ReportQuery, scope: Scope) -> HelpFigures:
    """Of the citizens of the departments asked for. Raises NotAllowed, NoSuchPlace, DatabaseDown."""
    departments = wanted.departments(scope)
    with reading(PATIENCE) as session:
        allow_time(session, PATIENCE - 5)
        partners_of(session, wanted)
        return of_help.of_help(session, wanted.first, wanted.last, departments, clock.now(), wanted.partner_column)
