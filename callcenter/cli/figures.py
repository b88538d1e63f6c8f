"""`callcenter figures …`: the operator's side of the quality measures."""

from typing import Annotated

import typer
from rich.progress import track

from callcenter import clock
from callcenter.cli.running_service import console
from callcenter.db import reading, transaction
from callcenter.records import sessions
from callcenter.records.figures import roll_up, tiers
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.quality import Scale

app = typer.Typer(no_args_is_help=True, help="The quality measures.")
LONGEST = 3600.0  # seconds one month of a rebuild may take in the database


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
        sessions.audit(session, None, AuditedAct.DECLARED_A_SCALE, "policy", str(top), at, told)
    console.print(f"Scores out of {top}: satisfied from {satisfied}, very satisfied from {very}.")
