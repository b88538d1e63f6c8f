"""Front desks' visits by the API: the same table, the same rules and the same report as `callcenter import visits`."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, create_model

from callcenter import clock
from callcenter.db import transaction
from callcenter.records import visits
from callcenter.records.agents import Agent
from callcenter.rules.plain_text import cleaned
from callcenter.rules.roles import SUPERVISOR
from callcenter.rules.visits import COLUMNS, REQUIRED, Refused
from callcenter.web.identity import Admitted, open_to

LONGEST = 30.0  # seconds
MOST = 2_000  # lines of one request
LARGEST = 4_000_000  # bytes of it: a line with every column has some 600

Value = (
    str | Annotated[int, Field(ge=-(10**15), le=10**15)] | Annotated[float, Field(allow_inf_nan=False)] | bool | None
)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


VisitLine = create_model(  # type: ignore[call-overload]
    "VisitLine",
    __base__=_Line,
    __doc__="One démarche of a visit, with the columns of docs/visits; yes and no as `oui` and `non`, or true, false.",
    **{name: (Value, ... if name in REQUIRED else None) for name in COLUMNS},
)


class Visits(BaseModel):
    """Lines as the table has them; those of one reference are one visit."""

    visits: Annotated[list[VisitLine], Field(min_length=1, max_length=MOST)]


class RefusedLine(BaseModel):
    """`line`: its place in the request, from 1; `column`: empty where it is the whole line."""

    line: int
    column: str
    reason: str
    sentence: str


class VisitsTaken(BaseModel):
    """What became of them. `known`: visits that were recorded before; they stay as they are."""

    contacts: int
    accompaniments: int
    known: int
    refused: list[RefusedLine]


router = APIRouter(prefix="/api/visits", tags=["visits"])


@router.post("")
@open_to("agent", "supervisor", "admin")
def record_visits(sent: Visits, visitor: Admitted) -> VisitsTaken:
    """Record visits, each whole or not at all, for sites of the departments that are yours. Sending them again changes
    nothing."""
    lines = ((n, _written(line.model_dump())) for n, line in enumerate(sent.visits, 1))
    with transaction(LONGEST) as session:
        report = visits.import_visits(session, lines, clock.now(), who=visitor.staff.id, scope=_scope(visitor.staff))
    return VisitsTaken(
        contacts=report.contacts,
        accompaniments=report.accompaniments,
        known=report.known,
        refused=[_refused(each, visitor.language) for each in report.refused],
    )


def _refused(each: Refused, language: str) -> RefusedLine:
    return RefusedLine(
        line=each.line, column=each.column, reason=each.why.name.lower(), sentence=each.why.sentence(language)
    )


def _scope(staff: Agent) -> frozenset[str] | None:
    """Whose sites they may speak for: an agent for their department, a supervisor for theirs, an admin for all."""
    return staff.scope if staff.role in SUPERVISOR else frozenset([staff.department])


def _written(line: Mapping[str, Value]) -> dict[str, str]:
    """As a CSV would have it."""
    return {name: _text(value) for name, value in line.items()}


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    return "" if value is None else cleaned(str(value)).strip()
