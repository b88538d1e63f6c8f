"""`callcenter figures …` and `callcenter import visits`: the operator's side of the quality measures."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, track

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.errors import Refusal
from callcenter.records import sessions, visits
from callcenter.records.figures import roll_up, tiers
from callcenter.rules.quality import Scale
from callcenter.rules.spreadsheets import spreadsheet
from callcenter.rules.visits import NotVisits, read_csv

app = typer.Typer(no_args_is_help=True, help="The quality measures.")
console = Console(highlight=False, soft_wrap=True)

LONGEST = 3600.0  # seconds one import, or one month of a rebuild, may take in the database
LARGEST = 2_000_000_000  # bytes of a file
SHOWN = 20  # refused lines shown on the screen; the report has them all


@app.command()
def rebuild() -> None:
    """Make every figure anew from the rows; a final month that comes out different is corrected under today's date."""
    with reading() as session:
        months = roll_up.months(session)
    for month in track(months, "Figures", console=console, transient=True):
        with transaction(LONGEST) as session:
            roll_up.rebuild(session, month, clock.now())
    console.print(f"{len(months)} months are made anew.")


@app.command()
def scale(
    top: Annotated[int, typer.Argument(help="the best score")],
    satisfied: Annotated[int, typer.Option(help="the lowest score of somebody satisfied")],
    very: Annotated[int, typer.Option(help="the lowest score of somebody very satisfied")],
) -> None:
    """Declare what the scores of a satisfaction scale mean, once, before visits with such scores are imported."""
    if not 0 < satisfied <= very <= top or top == Scale(4, 3, 4).top:
        console.print("[red]0 < satisfied ≤ very ≤ top; the scale of 4 needs no declaration.[/]")
        raise typer.Exit(1)
    with transaction() as session:
        if top in {known.top for known in tiers.policy(session).scales}:
            console.print("[red]This scale is declared already.[/]")
            raise typer.Exit(1)
        at = clock.now()
        tiers.declare_scale(session, Scale(top, satisfied, very), at)
        told = {"satisfied": ("", str(satisfied)), "very": ("", str(very))}
        sessions.audit(session, None, "declared a scale", "policy", str(top), at, told)
    console.print(f"Scores out of {top}: satisfied from {satisfied}, very satisfied from {very}.")


def import_visits(
    file: Annotated[Path, typer.Argument(help="a table of visits, CSV: docs/visits", exists=True, dir_okay=False)],
    report: Annotated[Path | None, typer.Option(help="write every refused line there, with its reason, as CSV")] = None,
) -> None:
    """Record the visits of a file, each whole or not at all; sending it again changes nothing."""
    try:
        taken = _take_in(file)
    except Refusal as refusal:
        console.print(f"[red]{refusal.sentence('en')}[/]")
        raise typer.Exit(1) from None
    console.print(
        f"[bold]{taken.contacts:,} visits, {taken.accompaniments:,} démarches[/] recorded; {taken.known:,} visits were "
        f"known, {len(taken.refused):,} lines are refused."
    )
    for each in taken.refused[:SHOWN]:
        console.print(f"[yellow]line {each.line}[/] {each.column} {each.why.sentence('en')}")
    if len(taken.refused) > SHOWN:
        console.print("…")
    if report:
        told = ((each.line, each.column, each.why.sentence(), each.why.sentence("en")) for each in taken.refused)
        report.write_bytes(spreadsheet([("ligne", "colonne", "motif", "reason"), *told]))


def _take_in(file: Path) -> visits.Report:
    """Raises NotVisits."""
    if file.stat().st_size > LARGEST:
        raise NotVisits("large", most=LARGEST)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with (
        shown as bar,
        bar.open(file, "rb", description="…") as content,
        transaction(LONGEST) as session,
    ):
        task = bar.task_ids[0]
        return visits.import_visits(
            session, read_csv(content), clock.now(), progress=lambda step: bar.update(task, description=step)
        )
