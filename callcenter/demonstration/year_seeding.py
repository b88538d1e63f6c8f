"""`callcenter seed --year`: a simulated year for the demonstration, so that screens and benches look like life."""

from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.demonstration import simulated_rows as simulation
from callcenter.records.figures import roll_up
from callcenter.rules.territory import national_day

YEAR = timedelta(days=365)
LONGEST = 3600.0  # seconds the writing, or one month of the figures, may take in the database


def write_year(console: Console, calls: int, visits: int) -> None:
    """The twelve months up to yesterday, and their figures. Raises AlreadySimulated."""
    first = national_day(clock.now()) - YEAR
    with console.status("…") as status, transaction(LONGEST) as session:
        report = simulation.write(session, first, (calls, visits), clock.now(), status.update)
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
