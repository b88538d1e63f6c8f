"""`callcenter seed --year`: a simulated year for the demonstration, so that screens and benches look like life."""

from datetime import timedelta

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from callcenter import clock
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.demonstration import simulated_rows as simulation
from callcenter.errors import Refusal
from callcenter.records.figures import roll_up
from callcenter.rules.territory import national_day

console = Console(highlight=False, soft_wrap=True)
YEAR = timedelta(days=365)
LONGEST = 3600.0  # seconds the writing, or one month of the figures, may take in the database


def write_year(calls: int, visits: int) -> None:
    """The twelve months up to yesterday, and their figures."""
    if not settings().demonstration:
        console.print("[red]Only the demonstration may be filled with simulated life.[/]")
        raise typer.Exit(1)
    first = national_day(clock.now()) - YEAR
    try:
        with console.status("…") as status, transaction(LONGEST) as session:
            report = simulation.write(session, first, (calls, visits), clock.now(), status.update)
    except Refusal as refusal:
        console.print(f"[red]{refusal.sentence('en')}[/]")
        raise typer.Exit(1) from None
    with reading() as session:
        months = [month for month in roll_up.months(session) if month >= first.replace(day=1)]
    columns = (TextColumn("figures"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        for month in bar.track(months):
            with transaction(LONGEST) as session:
                roll_up.rebuild(session, month, clock.now())
    console.print(
        f"[bold]Simulated, not real:[/] a year from {first}, about {calls:,} calls and {report.contacts:,} visits with "
        f"{report.accompaniments:,} démarches."
    )
