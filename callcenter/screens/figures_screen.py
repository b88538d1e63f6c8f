"""The figures of any period, territory, partner and side, for other software: those of the report."""

from typing import Literal

from pydantic import BaseModel

from callcenter.errors import Refusal
from callcenter.rules.published_measures import MEASURES

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
