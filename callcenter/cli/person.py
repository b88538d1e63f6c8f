"""`callcenter person`: what somebody may ask of us about themselves."""

import json
from typing import Annotated

import typer

from callcenter.cli.running_service import DEFAULT_DATA, Data, console, join

app = typer.Typer()


@app.command()
def person(
    number: Annotated[str, typer.Option(help="as it is dialled, or with its country's code")],
    erase: Annotated[bool, typer.Option("--erase", help="so that nothing leads to them any more")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """All that is held of the owner of a telephone number, as JSON; or its erasure. Either is written down."""
    join(data)
    from callcenter import clock
    from callcenter.actions import persons_rights
    from callcenter.errors import Sentence
    from callcenter.phone_number import PhoneNumber

    try:
        whose = PhoneNumber.written(number, None)
        if erase:
            console.print(f"{persons_rights.erase(whose, clock.now())} contacts lead to nobody any more.")
        else:
            typer.echo(json.dumps(persons_rights.disclose(whose, clock.now()), ensure_ascii=False, indent=2))
    except Sentence as refusal:
        console.print(f"[red]{refusal.sentence('en')}[/]")
        raise typer.Exit(1) from None
