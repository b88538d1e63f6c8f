"""`callcenter hours …`: the hours as an operator writes them, in OpenStreetMap's syntax."""

from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from callcenter import clock
from callcenter.actions import standing
from callcenter.db import reading, transaction
from callcenter.errors import Refusal
from callcenter.records import hours as records
from callcenter.rules.opening_hours import NATION, OFF, DatedException, checked, on_their_clock, opening
from callcenter.rules.territory import TERRITORIES

app = typer.Typer(no_args_is_help=True, help="The hours of the line, of its queues, exceptions and holidays.")
console = Console(highlight=False, soft_wrap=True)

Scope = Annotated[str, typer.Argument(help="a territory (46), a region (R76) or the nation (N)")]
Topic = Annotated[str, typer.Option(help="one queue rather than the line")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])]


@app.command("show")
def show(department: Annotated[str, typer.Argument()] = "inconnu", topic: Topic = "") -> None:
    """What is written, and how a citizen of this department finds the line now."""
    at = clock.now()
    with reading() as session:
        line = standing.line_hours(session, at)
        exceptions = records.exceptions_from(session, at.date())
    table = Table("where", "queue", "hours", box=None, pad_edge=False)
    table.add_row(NATION, "", f"Mo-Fr {line.opens:%H:%M}-{line.closes:%H:%M} (settings)")
    for (scope, of_topic), written in sorted(line.own.items()):
        table.add_row(scope, of_topic, written)
    for exception in exceptions:
        days = f"{exception.first} to {exception.last}: {exception.hours} ({exception.reason}) {exception.id}"
        table.add_row(exception.scope, exception.topic, days)
    for (scope, day), is_holiday in sorted(line.overrides.items()):
        table.add_row(scope, "", f"{day}: {'a holiday' if is_holiday else 'no holiday'}")
    console.print(table)
    found = opening(line, department, at, topic)
    local = on_their_clock(department, at)
    console.print(
        f"{department}, {local:%Y-%m-%d %H:%M}: "
        + (f"open until {found.closes_at}" if found.is_open else f"closed ({found.why}), opens {found.next_opening}")
    )


@app.command("set")
def set_(
    scope: Scope,
    hours: Annotated[str, typer.Argument(help="“Mo-Fr 08:30-18:00; PH off”; nothing: no hours of its own")] = "",
    topic: Topic = "",
) -> None:
    """Write hours."""
    _known(scope)
    with transaction() as session:
        records.write(session, scope, topic, _checked(hours) if hours else "")


@app.command("except")
def except_(
    scope: Scope,
    first: Day,
    last: Day,
    reason: Annotated[str, typer.Option(help="training, strike, flood, other")] = "other",
    hours: Annotated[str, typer.Option(help="other hours on these days")] = OFF,
    topic: Topic = "",
) -> None:
    """Closed, or open at other hours, from one day to another."""
    _known(scope)
    if last < first:
        raise typer.BadParameter("the last day is before the first")
    exception = DatedException(scope, first.date(), last.date(), _checked(hours), reason[:20], topic)
    with transaction() as session:
        console.print(records.except_(session, exception))


@app.command("forget")
def forget(exception_id: Annotated[str, typer.Argument()]) -> None:
    """Take a dated exception back."""
    with transaction() as session:
        if not records.forget_exception(session, exception_id):
            raise typer.BadParameter("there is no such exception")


@app.command("holiday")
def holiday(
    scope: Scope,
    day: Day,
    is_holiday: Annotated[bool | None, typer.Option("--yes/--no", help="neither: as the calendar says")] = None,
) -> None:
    """Say that a day is a holiday there, or is not, whatever the calendar says."""
    _known(scope)
    chosen: date = day.date()
    with transaction() as session:
        records.override(session, scope, chosen, is_holiday)


def _known(scope: str) -> None:
    if scope not in {NATION, *TERRITORIES, *(f"R{territory.region}" for territory in TERRITORIES.values())}:
        raise typer.BadParameter(f"{scope} is no territory, region or N")


def _checked(hours: str) -> str:
    try:
        return checked(hours)
    except Refusal as refusal:
        raise typer.BadParameter(refusal.sentence("en")) from None
