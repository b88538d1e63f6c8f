"""`callcenter`: what an operator types."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from callcenter.cli import figures as cli_figures
from callcenter.cli import hours as cli_hours
from callcenter.cli import imports as cli_import
from callcenter.cli import seed as cli_seed
from callcenter.config import environment
from callcenter.demonstration import up as supervisor
from callcenter.demonstration.embedded import DoesNotStart

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The telephone service of France Services.")
console = Console(highlight=False, soft_wrap=True)

Data = Annotated[Path, typer.Option("--data", help="where the embedded stores and the logs live")]
DEFAULT_DATA = Path("var")
app.add_typer(cli_import.app, name="import")
app.add_typer(cli_hours.app, name="hours")
app.add_typer(cli_figures.app, name="figures")
cli_import.app.command("visits")(cli_figures.import_visits)


@app.command()
def up(
    port: Annotated[int, typer.Option(help="of the staff's pages")] = 8000,
    voice_port: Annotated[int, typer.Option(help="of the telephone webhooks")] = 8001,
    carrier_port: Annotated[int, typer.Option(help="of the practice carrier")] = 8002,
    data: Data = DEFAULT_DATA,
    citizens: Annotated[bool, typer.Option(help="practice citizens call, practice agents answer")] = True,
    once: Annotated[bool, typer.Option(help="one practice call to its recorded outcome, then stop")] = False,
) -> None:
    """Start the whole service; Ctrl-C stops it."""
    options = supervisor.Options(data, port, voice_port, carrier_port, citizens, once)
    started = time.monotonic()
    try:
        with supervisor.running(options, _say) as run:
            if once:
                raise typer.Exit(supervisor.witness(run))
            _welcome(run, data, time.monotonic() - started)
            while True:
                run.tend(_say)
                time.sleep(0.2)
    except KeyboardInterrupt:
        _say("Stopped.")
    except DoesNotStart as failure:
        console.print(f"[red]It does not start.[/] {escape(str(failure))}")
        raise typer.Exit(1) from None


@app.command()
def migrate() -> None:
    """Bring the database that DATABASE_URL names to this version."""
    from callcenter import migrations

    migrations.upgrade()


@app.command(hidden=True)
def prepare() -> None:
    """For `up`: migrate, settle the demonstration's town, and print its accounts as one line of JSON."""
    from callcenter.config import settings

    migrate()
    accounts: list[dict[str, str]] = []
    if settings().demonstration:
        from callcenter.demonstration import villagers as demo

        accounts = demo.settle()
    typer.echo(json.dumps(accounts))


@app.command()
def rebuild(data: Data = DEFAULT_DATA) -> None:
    """Make the live index anew from PostgreSQL; the sweep does it by itself when the index is lost."""
    _join(data)
    from callcenter import clock
    from callcenter.actions import healing

    if not healing.rebuild(clock.now()):
        console.print("Another process is rebuilding it already.")
        raise typer.Exit(1)
    console.print("The index is rebuilt.")


@app.command()
def check(data: Data = DEFAULT_DATA) -> None:
    """Count what breaks each promise: the rows, the index and the carrier compared. Exit 1 when something does."""
    _join(data)
    from callcenter import clock
    from callcenter.actions import promise_check
    from callcenter.records import promises

    found = promise_check.check(clock.now())
    for promise, count in promises.counts(found.breaches).items():
        console.print(f"{promise:<3} {promises.PROMISES[promise]:<24} {count}")
    for breach in found.breaches:
        console.print(f"[red]{breach.promise}[/] {breach.what}: {' '.join(breach.ids)}")
    if not found.carrier:
        console.print("The carrier does not answer: ghosts were not looked for.")
    if found.breaches:
        raise typer.Exit(1)


@app.command()
def seed(
    year: Annotated[bool, typer.Option("--year", help="the twelve months up to yesterday")] = False,
    calls: Annotated[int, typer.Option(help="on the telephone", min=1000)] = 60_000,
    visits: Annotated[int, typer.Option(help="at the front desks", min=1)] = 150_000,
    data: Data = DEFAULT_DATA,
) -> None:
    """Write a simulated year into the demonstration: nothing of it ever happened, and everything in it says so."""
    if not year:
        console.print("[red]--year is needed.[/]")
        raise typer.Exit(1)
    _join(data)
    cli_seed.write_year(calls, visits)


@app.command()
def person(
    number: Annotated[str, typer.Option(help="as it is dialled, or with its country's code")],
    erase: Annotated[bool, typer.Option("--erase", help="so that nothing leads to them any more")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """All that is held of the owner of a telephone number, as JSON; or its erasure. Either is written down."""
    _join(data)
    from callcenter import clock
    from callcenter.actions import persons_rights
    from callcenter.errors import Refusal
    from callcenter.phone_number import PhoneNumber

    try:
        whose = PhoneNumber.parse(number)
        if erase:
            console.print(f"{persons_rights.erase(whose, clock.now())} contacts lead to nobody any more.")
        else:
            typer.echo(json.dumps(persons_rights.disclose(whose, clock.now()), ensure_ascii=False, indent=2))
    except Refusal as refusal:
        console.print(f"[red]{refusal.sentence('en')}[/]")
        raise typer.Exit(1) from None


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def call(context: typer.Context) -> None:
    """Telephone the running service from this terminal: [--from NUMBER] [--keys 46000,1,3]."""
    settings = supervisor.settings_of(DEFAULT_DATA) | environment()
    carrier = ["--carrier", settings["TWILIO_API_URL"]] if settings.get("TWILIO_API_URL") else []
    os.execve(sys.executable, [sys.executable, "-m", "ivr.practice.terminal", *carrier, *context.args], settings)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def drill(context: typer.Context) -> None:
    """Break the service on purpose, on stores of its own, and count: [--minutes M] [--seed S] [--only FAULT,…]."""
    os.execve(sys.executable, [sys.executable, "-m", "ivr.drill", *context.args], environment())


@cli_import.app.callback()
@cli_hours.app.callback()
@cli_figures.app.callback()
def join(data: Data = DEFAULT_DATA) -> None:
    if "--help" not in sys.argv:
        _join(data)


def _join(data: Path) -> None:
    """Speak to the service that runs on `data`, unless the environment names a database."""
    given = environment()
    if given.get("DATABASE_URL"):
        return
    running = supervisor.settings_of(data)
    if not running:
        console.print(f"No service runs on {data}: start one with `callcenter up`, or set DATABASE_URL.")
        raise typer.Exit(2)
    os.execve(sys.executable, [sys.executable, "-m", "callcenter.cli", *sys.argv[1:]], given | running)


def _welcome(run: supervisor.Run, data: Path, seconds: float) -> None:
    console.print(f"\n[bold green]Ready in {seconds:.0f} s.[/] The desk: [bold]{run.environment['PUBLIC_WEB_URL']}[/]")
    if run.accounts:
        table = Table("account", "password", "who", box=None, pad_edge=False)
        for account in run.accounts:
            table.add_row(account["login"], account["password"], account["who"])
        console.print(table)
    console.print(f"[dim]Logs in {data}/logs. `callcenter call` telephones from another terminal. Ctrl-C stops.[/]")


def _say(sentence: str) -> None:
    console.print(escape(sentence))
