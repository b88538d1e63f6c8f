"""What is published for everybody: the pick-up rate by an agent, as Services Publics+ defines it.

One line a department and month, of months that are final; as they were corrected, if they were. Counts under 11 are
kept back and the others rounded, so that no difference tells a small one; a share is of the counts as published. Where
the database is a demonstration's or holds a simulated year, every line and the schema say that nothing of it is real.
"""

from collections.abc import Iterable
from datetime import date

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from callcenter import clock
from callcenter.config import settings
from callcenter.db import Session, reading
from callcenter.records import simulation_mark
from callcenter.records.figures import tiers, totals
from callcenter.records.figures.corrections import corrections
from callcenter.rules import quality
from callcenter.rules.published_measures import SIDES, published, published_share
from callcenter.rules.quality import Share
from callcenter.rules.roles import ANYBODY
from callcenter.rules.spreadsheets import spreadsheet
from callcenter.rules.tally import Tally, grouped
from callcenter.rules.territory import TERRITORIES, UNKNOWN, national_day
from callcenter.screens.open_data_table import COUNTED, DAY, FIELDS, FIRST, NAME, SCHEMA, SIMULATED
from callcenter.web.identity import open_to

router = APIRouter(prefix="/open-data", tags=["open data"])


@router.get(f"/{NAME}.csv", response_class=Response)
@open_to(ANYBODY)
def pick_up_rate() -> Response:
    """The table, UTF-8 with `;`."""
    with reading() as session:
        simulated = _is_simulated(session)
        found = totals.between(
            session, FIRST, _last_final(), ("month", "department", "channel"), departments=[*TERRITORIES, UNKNOWN],
            channels=SIDES["phone"], waits=False,
        )  # fmt: skip
        corrected = corrections(session, FIRST, _last_final(), None, SIDES["phone"], COUNTED)
    each = grouped(found, lambda key: (key[0], key[1]))  # both channels of the side together
    lines = (
        _line(*key, tally, corrected.get(key), simulated=simulated)
        for key, tally in sorted(each.items())
        if quality.requiring_an_agent(tally)
    )
    table = spreadsheet([[field["name"] for field in FIELDS], *lines])
    name = f"{NAME}{SIMULATED if simulated else ''}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


@router.get(f"/{NAME}.schema.json")
@open_to(ANYBODY)
def pick_up_rate_schema() -> JSONResponse:
    """What each column is: a Table Schema."""
    with reading() as session:
        simulated = _is_simulated(session)
    said = "DONNÉES SIMULÉES : rien de ce tableau ne s'est produit. " if simulated else ""
    return JSONResponse(SCHEMA | {"description": f"{said}{SCHEMA['description']}", "simulated": simulated})


def _is_simulated(session: Session) -> bool:
    """Whether anything here was invented: a simulated year, or the practice calls of a demonstration."""
    return settings().demonstration or simulation_mark.is_written(session)


def _last_final() -> date:
    """The last day of the last month that is final."""
    today = national_day(clock.now())
    month = today.replace(day=1)
    while tiers.freezes_on(month) >= today:
        month = (month - DAY).replace(day=1)
    return tiers.following(month) - DAY


def _line(month: date, department: str, tally: Tally, corrected: date | None, *, simulated: bool) -> Iterable[str]:
    live, with_callbacks = quality.picked_up_live(tally), quality.picked_up_or_called_back(tally)
    name = TERRITORIES[department].name if department in TERRITORIES else department
    return [
        f"{month:%Y-%m}", department, name, _count(live.of), _count(live.part), _rate(live),
        _count(with_callbacks.part), _rate(with_callbacks), str(corrected or ""), "oui" if simulated else "non",
    ]  # fmt: skip


def _count(count: int) -> str:
    told = published(count)
    return "" if told is None else str(told)


def _rate(share: Share) -> str:
    told = published_share(share)
    return "" if told is None else f"{told:.4f}".replace(".", ",")
