"""`callcenter up`, `call`, `drill`, `seed`: the demonstration.

The service does without it, so nothing of it is imported here: its parts are named, and loaded when they are asked for.
"""

import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from callcenter.cli.running_service import DEFAULT_DATA, Data, console, join, settings_of
from callcenter.config import environment

OURS = ("callcenter", "ivr", "workers")
app = typer.Typer()


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
    supervisor = load("callcenter.demonstration.up")
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
    except supervisor.DoesNotStart as failure:
        console.print(f"[red]It does not start.[/] {escape(str(failure))}")
        raise typer.Exit(1) from None


@app.command(hidden=True)
def prepare() -> None:
    """For `up`: migrate, settle the demonstration's town, and print its accounts as one line of JSON."""
    from callcenter import migrations
    from callcenter.config import settings

    migrations.upgrade()
    accounts: list[dict[str, str]] = []
    if settings().demonstration:
        accounts = load("callcenter.demonstration.practice_accounts").settle()
    typer.echo(json.dumps(accounts))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def call(context: typer.Context, data: Data = DEFAULT_DATA) -> None:
    """Telephone the service that `up` runs on the same `--data` from this terminal: [--from NUMBER] [--keys 46000,1,3].
    Never another one: without it, it says so."""
    running = settings_of(data)
    asks = ["--help", "-h", "--carrier"]
    names_carrier = any(word.partition("=")[0] in asks for word in context.args)
    reached = running.get("TWILIO_API_URL")
    if not (names_carrier or reached):
        console.print(f"No service runs on {data}: start one with `callcenter up{_on(data)}`, or name its carrier.")
        raise typer.Exit(2)
    carrier = [] if names_carrier or not reached else ["--carrier", reached]
    command = [sys.executable, "-m", "ivr.practice.terminal", *carrier, *context.args]
    os.execve(sys.executable, command, environment() | running)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def drill(context: typer.Context) -> None:
    """Break the service on purpose, on stores of its own, and count: [--minutes M] [--seed S] [--only FAULT,…]."""
    load("callcenter.demonstration.embedded")  # said here if it is not installed, rather than by a traceback
    os.execve(sys.executable, [sys.executable, "-m", "ivr.drill", *context.args], environment())


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
    join(data)
    from callcenter.config import settings
    from callcenter.errors import Sentence

    if not settings().demonstration:
        console.print("[red]Only the demonstration may be filled with simulated life.[/]")
        raise typer.Exit(1)
    try:
        load("callcenter.demonstration.year_seeding").write_year(console, calls, visits)
    except Sentence as refusal:
        console.print(f"[red]{refusal.sentence('en')}[/]")
        raise typer.Exit(1) from None


def load(part: str) -> Any:
    """A module of the demonstration; where what it needs is not installed, the command ends with a sentence."""
    try:
        return import_module(part)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in OURS:
            raise
        console.print(
            f"[red]The demonstration is not installed here[/] ({missing.name} is missing). It comes with\n"
            + escape("pip install '.[demonstration]'")
        )
        raise typer.Exit(1) from None


def _welcome(run: Any, data: Path, seconds: float) -> None:
    console.print(f"\n[bold green]Ready in {seconds:.0f} s.[/] The desk: [bold]{run.environment['PUBLIC_WEB_URL']}[/]")
    if run.accounts:
        table = Table("account", "password", "who", box=None, pad_edge=False)
        for account in run.accounts:
            table.add_row(account["login"], account["password"], account["who"])
        console.print(table)
    call = f"callcenter call{_on(data)}"
    console.print(f"[dim]Logs in {data}/logs. `{call}` telephones from another terminal. Ctrl-C stops.[/]")


def _on(data: Path) -> str:
    """The option that names this service, where it is not the one meant without it."""
    return "" if data == DEFAULT_DATA else f" --data {data}"


def _say(sentence: str) -> None:
    console.print(escape(sentence))
