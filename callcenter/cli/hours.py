"""`callcenter hours …`: the hours as an operator writes them, in OpenStreetMap's syntax."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, NoReturn

import typer
from rich.table import Table

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.actions.hours import except_day, forget_exception, override_holiday, write_week
from callcenter.cli.running_service import console
from callcenter.db import reading
from callcenter.errors import BadAnswer, Sentence
from callcenter.records.hours import exceptions_from
from callcenter.rules.opening_hours import OFF, DatedException, on_their_clock, opening
from callcenter.rules.territory import NATION, national_day
from callcenter.web.pages.words import say

app = typer.Typer(no_args_is_help=True, help="The hours of the line, of its queues, exceptions and holidays.")

Scope = Annotated[str, typer.Argument(help="a territory (46), a region (R76) or the nation (N)")]
Topic = Annotated[str, typer.Option(help="one queue rather than the line")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])]


@app.command("show")
def show(department: Annotated[str, typer.Argument()] = "inconnu", topic: Topic = "") -> None:
    """What is written, and how a citizen of this department finds the line now."""
    at = clock.now()
    with reading() as session:
        line = config_snapshot.line_hours(session, at)
        exceptions = exceptions_from(session, national_day(at))
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
    with _refusals():
        write_week(None, scope, topic, hours, clock.now())


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
    with _refusals():
        exception = DatedException(scope, first.date(), last.date(), hours, reason, topic)
        console.print(except_day(None, exception, clock.now()))


@app.command("forget")
def forget(exception_id: Annotated[str, typer.Argument()]) -> None:
    """Take a dated exception back."""
    with _refusals():
        forget_exception(None, exception_id, clock.now())


@app.command("holiday")
def holiday(
    scope: Scope,
    day: Day,
    is_holiday: Annotated[bool | None, typer.Option("--yes/--no", help="neither: as the calendar says")] = None,
) -> None:
    """Say that a day is a holiday there, or is not, whatever the calendar says."""
    with _refusals():
        override_holiday(None, scope, day.date(), is_holiday, clock.now())


@contextmanager
def _refusals() -> Iterator[None]:
    """What is wrong is said, and nothing is written."""
    config_snapshot.refresh()  # the topics as they are
    try:
        yield
    except BadAnswer as refusal:
        _refuse(" ".join(say("en", f"error.{code}") for code in refusal.args))
    except Sentence as refusal:
        _refuse(refusal.sentence("en"))


def _refuse(sentence: str) -> NoReturn:
    console.print(f"[red]{sentence}[/]")
    raise typer.Exit(1)
