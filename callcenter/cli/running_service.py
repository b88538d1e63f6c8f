"""How a command finds the service it speaks to: the environment names its database, or it runs on a directory here."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from callcenter.config import environment

console = Console(highlight=False, soft_wrap=True)

Data = Annotated[Path, typer.Option("--data", help="where the embedded stores and the logs live")]
DEFAULT_DATA = Path("var")


def join(data: Path) -> None:
    """Speak to the service that runs on `data`, unless the environment names a database: then to that one."""
    given = environment()
    if given.get("DATABASE_URL"):
        return
    running = settings_of(data)
    if not running:
        console.print(f"No service runs on {data}: start one with `callcenter up`, or set DATABASE_URL.")
        raise typer.Exit(2)
    os.execve(sys.executable, [sys.executable, "-m", "callcenter.cli", *sys.argv[1:]], given | running)


def join_unless_help(data: Data = DEFAULT_DATA) -> None:
    """For a group of commands, before any of them."""
    if "--help" not in sys.argv:
        join(data)


def settings_of(data: Path) -> dict[str, str]:
    """The variables of the demonstration that runs on `data`; none when it does not run."""
    found: dict[str, str] = import_module("callcenter.demonstration.run_directory").settings_of(data)
    return found
