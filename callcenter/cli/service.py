"""`callcenter migrate`, `rebuild`, `check`: the service's stores, brought up to date, rebuilt and compared."""

import typer

from callcenter.cli.running_service import DEFAULT_DATA, Data, console, join

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring the database that DATABASE_URL names to this version."""
    from callcenter import migrations

    migrations.upgrade()


@app.command()
def rebuild(data: Data = DEFAULT_DATA) -> None:
    """Make the live index anew from PostgreSQL; the sweep does it by itself when the index is lost."""
    join(data)
    from callcenter import clock
    from callcenter.actions import healing

    if not healing.rebuild(clock.now()):
        console.print("Another process is rebuilding it already.")
        raise typer.Exit(1)
    console.print("The index is rebuilt.")


@app.command()
def check(data: Data = DEFAULT_DATA) -> None:
    """Count what breaks each promise: the rows, the index and the carrier compared. Exit 1 when something does."""
    join(data)
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
