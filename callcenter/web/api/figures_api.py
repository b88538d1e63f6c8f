"""The figures of any period, territory, partner and side, for other software: those of the report."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from callcenter.rules.roles import OVERSEER
<<<<<<< HEAD
from callcenter.rules.tally import Tally
from callcenter.rules.territory import TERRITORIES
from callcenter.screens.figures_screen import MOST_CELLS, Definition, Dimension, TooFine, definitions
from callcenter.screens.report_query import NO_PARTNER, PATIENCE, ReportQuery, frozen_on, partners_of
=======
from callcenter.screens.figures_screen import (
    Dimension,
    Figures,
    figures,
)
from callcenter.screens.report_query import ReportQuery
from callcenter.screens.scope import scope_of
>>>>>>> 09e0a54 (JSON routers hold no query: figures, the published table, shared lines and what may be recorded are screens; a screen imports no HTTP (import-linter))
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
<<<<<<< HEAD
    wanted = ReportQuery.of(first, last, territory, partner, side)
    scope = visitor.staff.scope
    departments, of = wanted.departments(scope), wanted.place(scope)
    keys = tuple(dict.fromkeys(by or ()))
    if wanted.partner_column is not None:
        partners: tuple[str, ...] | None = (wanted.partner_column,)
    else:
        partners = None if "partner" in keys else (EVERYBODY,)
    with reading(PATIENCE) as session:
        allow_time(session, PATIENCE - 5)
        names = partners_of(session, wanted)
        if _cells(wanted, keys, departments, partners or (*names, "")) > MOST_CELLS:
            raise TooFine
        found = totals.between(
            session, wanted.first, wanted.last, keys, departments=departments, partners=partners,
            channels=wanted.channels,
        )  # fmt: skip
        policies = totals.policies(session, wanted.first, wanted.last, departments, wanted.channels)
        corrected = corrections(session, wanted.first, wanted.last, departments, wanted.channels)
    of_partner = partners != (EVERYBODY,)
    cells = [_cell(dict(zip(keys, key, strict=True)), tally, of_partner) for key, tally in sorted(found.items())]
    return Figures(
        policies=list(policies),
        simulated=config_snapshot.current().simulated,
        territory=Counted(code=of.code, name=of.name, only=list(of.only)),
        first=wanted.first,
        last=wanted.last,
        final_since=frozen_on(wanted),
        corrections=[
            Correction(month=month, department=department, corrected_on=on)
            for (month, department), on in sorted(corrected.items())
        ],
        cells=cells,
        definitions=definitions(),
    )


def _cells(
    wanted: ReportQuery, by: Iterable[str], departments: Collection[str] | None, partners: Collection[str]
) -> int:
    """How many there may be at most."""
    days = (wanted.last - wanted.first).days + 1
    sizes = {
        "day": days,
        "month": days // 28 + 2,
        "department": len(TERRITORIES) + 1 if departments is None else len(departments),
        "partner": len(partners),
        "channel": len(wanted.channels),
    }
    return prod(sizes[each] for each in by)


def _cell(key: dict[str, Any], tally: Tally, of_partner: bool) -> Cell:
    side = DESK if key.get("channel") in SIDES[DESK] else PHONE
    shown = {
        each.code: _figure(shown_for(side, each, tally, of_partner))
        for each in MEASURES
        if each.by_partner or not of_partner
    }
    if key.get("partner") == "":
        key["partner"] = NO_PARTNER
    return Cell(**key, figures=shown)


def _figure(value: Value) -> Figure:
    if isinstance(value, Share):
        return Figure(value=value.value, part=value.part, of=value.of)
    return Figure(value=value)
=======
    return figures(ReportQuery.of(first, last, territory, partner, side), scope_of(visitor.staff), by or ())
>>>>>>> 09e0a54 (JSON routers hold no query: figures, the published table, shared lines and what may be recorded are screens; a screen imports no HTTP (import-linter))
