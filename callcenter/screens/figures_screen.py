"""The figures of any period, territory, partner and side, for other software: those of the report."""

from collections.abc import Collection, Iterable
from datetime import date
from math import prod
from typing import Any, Literal

from pydantic import BaseModel, Field

from callcenter.actions import config_snapshot
from callcenter.db import reading
from callcenter.errors import Refusal
from callcenter.records.figures import totals
from callcenter.records.figures.corrections import corrections
from callcenter.records.figures.roll_up import allow_time
from callcenter.records.figures.tiers import EVERYBODY
from callcenter.rules.published_measures import DESK, MEASURES, PHONE, SIDES, Value, shown_for
from callcenter.rules.quality import Share
from callcenter.rules.tally import Tally
from callcenter.rules.territory import TERRITORIES
from callcenter.screens.report_query import NO_PARTNER, PATIENCE, ReportQuery, frozen_on, partners_of
from callcenter.screens.scope import Scope

MOST_CELLS = 15_000  # of one answer, which is some 30 MB of JSON

Dimension = Literal["day", "month", "department", "partner", "channel"]


class TooFine(Refusal):
    """Ce découpage compte trop de cellules : demandez une période plus courte, un territoire ou moins de dimensions."""

    status = 422
    english = "This cut has too many cells: ask for a shorter period, a territory, or fewer dimensions."


class Definition(BaseModel):
    """What a measure is, as it is computed, with its unit and its source."""

    definition: str
    unit: str
    telephone_only: bool


def definitions() -> dict[str, Definition]:
    """Every measure as its own function says it."""
    return {
        each.code: Definition(
            definition=" ".join((each.of.__doc__ or "").split()),
            unit=each.unit,
            telephone_only=not each.on_both_sides,
        )
        for each in MEASURES
    }


class Figure(BaseModel):
    """`value`: a share between 0 and 1, seconds, dials or a count; null where nothing is known, which is not 0. A share
    also says its two counts."""

    value: float | None
    part: int | None = None
    of: int | None = None


class Cell(BaseModel):
    """The figures of one combination of what was asked `by`; the other keys are null."""

    day: date | None = None
    month: date | None = None
    department: str | None = None
    partner: str | None = None
    channel: str | None = None
    figures: dict[str, Figure] = Field(description="by the measure's code: see `definitions`")


class Counted(BaseModel):
    """What is counted. `only`: the departments that are, where you may not see all of the region, or of the nation."""

    code: str
    name: str
    only: list[str]


class Correction(BaseModel):
    """A final month whose figures changed in a department after they were first published: the last day they did."""

    month: date
    department: str
    corrected_on: date


class Figures(BaseModel):
    """`policies`: the versions of the thresholds by which the rows were counted; `simulated`: the database holds an
    invented year. Counts are exact here: before you publish, mask those under 11 and round the others."""

    policies: list[str]
    simulated: bool
    territory: Counted
    first: date
    last: date
    final_since: date | None = Field(description="of whole months that are final; null: the figures may still move")
    corrections: list[Correction]
    cells: list[Cell]
    definitions: dict[str, Definition]


def figures(wanted: ReportQuery, scope: Scope, by: Iterable[Dimension]) -> Figures:
    """The figures of what is asked, cut `by` these. Raises TooFine, NotAllowed, NoSuchPlace, DatabaseDown."""
    departments, of = wanted.departments(scope), wanted.place(scope)
    keys = tuple(dict.fromkeys(by))
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
