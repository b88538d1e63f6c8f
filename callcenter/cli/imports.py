"""`callcenter import …`: files of others, taken in whole or not at all."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import requests
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from callcenter import clock
from callcenter.actions import account_forms, site_imports
from callcenter.cli.running_service import console
from callcenter.db import reading, transaction
from callcenter.errors import Refusal, Sentence
from callcenter.records import sites, visits
from callcenter.rules import accounts as accounts_rules
from callcenter.rules import national_list, rounds, towns
from callcenter.rules.spreadsheets import spreadsheet
from callcenter.rules.visits import NotVisits, read_csv
from callcenter.screens import national_list_screen
from callcenter.web.pages.words import say

app = typer.Typer(no_args_is_help=True, help="Take in the files of others.")

IN_REPORT = "write there, as CSV, each site that is new, changed, gone or back, and every doubt"
REPORT = ("what", "site", "name", "line", "detail")
SHOWN = 5  # doubts of a kind shown on the screen; the report has them all
PATIENCE = 30.0  # seconds without a byte from a web server
CHUNK = 65_536  # bytes
LARGEST_VISITS = 2_000_000_000  # bytes of a table of visits
LONGEST_VISITS = 3600.0  # seconds that taking one in may last in the database
SHOWN_LINES = 20  # refused lines shown on the screen; the report has them all


class NotFetched(Refusal):
    """Ce fichier n'a pas pu être lu : rien n'a été changé."""

    english = "This file could not be read: nothing was changed."


@app.command("sites")
def import_sites(
    source: Annotated[str, typer.Argument(help="the national list, a file or an http(s) address")],
    report: Annotated[Path | None, typer.Option(help=IN_REPORT)] = None,
    all_that_go: Annotated[bool, typer.Option(help="even if many of the known sites are no longer listed")] = False,
) -> None:
    """Make our sites what the national list says; doing it again changes nothing."""
    try:
        listed = national_list.read(fetch(source))
        taken = _take_in(listed, all_that_go=all_that_go)
    except Sentence as refusal:
        console.print(f"[red]{refusal.sentence('en')}[/]")
        raise typer.Exit(1) from None
    _tell(listed, taken)
    if report:
        report.write_bytes(spreadsheet([REPORT, *_report(listed, taken)]))


@app.command("rounds")
def import_rounds(
    source: Annotated[str, typer.Argument(help="stops of a bus, CSV or JSON; a file or an http(s) address")],
) -> None:
    """Make the rounds of the buses named in the file what it says."""
    try:
        stops, doubts = rounds.read(fetch(source))
        now, before = site_imports.import_rounds(None, stops, clock.now())
    except Sentence as refusal:
        console.print(f"[red]{refusal.sentence('en')}[/]")
        raise typer.Exit(1) from None
    console.print(f"{now} stops ({before} before).")
    for doubt in doubts:
        console.print(f"[yellow]line {doubt.line}[/] {doubt.column} {say('en', f'list.{doubt.code}')}")


@app.command("towns")
def import_towns(
    source: Annotated[str, typer.Argument(help="postal codes and towns with coordinates, CSV; a file or an address")],
) -> None:
    """Say where towns are, so that sites are told the nearest first; in place of the table before."""
    try:
        taken = national_list_screen.take_in_towns(None, fetch(source, towns.LARGEST))
    except Sentence as refusal:
        console.print(f"[red]{refusal.sentence('en')}[/]")
        raise typer.Exit(1) from None
    console.print(f"{taken.towns} towns ({taken.before} before).")
    for doubt in taken.doubts[:SHOWN_LINES]:
        console.print(f"[yellow]line {doubt.line}[/] {say('en', f'list.{doubt.code}')}")
    if len(taken.doubts) > SHOWN_LINES:
        console.print(f"… {len(taken.doubts):,} lines were left out.")


@app.command("agents")
def import_agents(
    source: Annotated[str, typer.Argument(help="accounts of staff, CSV; a file or an http(s) address")],
) -> None:
    """Write the accounts of a table, all of them or none: each line that is refused is told with its reason."""
    try:
        taken = account_forms.take_in(None, fetch(source, accounts_rules.LARGEST), clock.now())
    except Sentence as refusal:
        console.print(f"[red]{refusal.sentence('en')}[/]")
        raise typer.Exit(1) from None
    for each in taken.refused:
        console.print(f"[red]line {each.line}, {each.column or 'whole'}: {say('en', f'error.{each.code}')}[/]")
    if taken.refused:
        console.print("Nothing was changed.")
        raise typer.Exit(1)
    console.print(f"{len(taken.new)} new, {len(taken.changed)} changed, {taken.same} the same.")
    for login, codes in taken.lacking:
        console.print(f"[yellow]{login}[/]: {' '.join(say('en', f'staff.lacks_{code}') for code in codes)}")
    for made in taken.links:
        console.print(f"{made.login}: {made.address}", soft_wrap=True)


@app.command("visits")
def import_visits(
    file: Annotated[Path, typer.Argument(help="a table of visits, CSV: docs/visits", exists=True, dir_okay=False)],
    report: Annotated[Path | None, typer.Option(help="write every refused line there, with its reason, as CSV")] = None,
) -> None:
    """Record the visits of a file, each whole or not at all; sending it again changes nothing."""
    try:
        taken = _take_in_visits(file)
    except Sentence as refusal:
        console.print(f"[red]{refusal.sentence('en')}[/]")
        raise typer.Exit(1) from None
    console.print(
        f"[bold]{taken.contacts:,} visits, {taken.accompaniments:,} démarches[/] recorded; {taken.known:,} visits were "
        f"known, {len(taken.refused):,} lines are refused."
    )
    for each in taken.refused[:SHOWN_LINES]:
        console.print(f"[yellow]line {each.line}[/] {each.column} {each.why.sentence('en')}")
    if len(taken.refused) > SHOWN_LINES:
        console.print("…")
    if report:
        told = ((each.line, each.column, each.why.sentence(), each.why.sentence("en")) for each in taken.refused)
        report.write_bytes(spreadsheet([("ligne", "colonne", "motif", "reason"), *told]))


def fetch(source: str, largest: int = national_list.LARGEST) -> bytes:
    """A file's bytes, or what an http(s) address answers. Raises NotFetched, for what is larger too."""
    if "://" not in source:
        try:
            with Path(source).open("rb") as file:
                content = file.read(largest + 1)
        except OSError as failure:
            raise NotFetched(f"({failure.strerror})") from None
    elif urlsplit(source).scheme not in ("http", "https"):
        raise NotFetched("(only http and https)")
    else:
        content = _download(source, largest)
    if len(content) > largest:
        raise NotFetched(f"(more than {largest:,} bytes)")
    return content


def _download(url: str, largest: int) -> bytes:
    """The client follows redirections to http and https alone."""
    content = bytearray()
    try:
        with requests.get(url, timeout=PATIENCE, stream=True) as answer:
            answer.raise_for_status()
            for part in answer.iter_content(CHUNK):
                content += part
                if len(content) > largest:
                    break
    except requests.RequestException as failure:
        raise NotFetched(f"({failure})") from None
    return bytes(content)


def _take_in(listed: national_list.NationalList, *, all_that_go: bool) -> sites.ListChanges:
    columns = (TextColumn("Sites"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with shown as bar:
        task = bar.add_task("", total=len(listed.sites))
        return site_imports.import_list(
            None, listed, clock.now(), all_that_go=all_that_go, progress=lambda count: bar.advance(task, count)
        )


def _take_in_visits(file: Path) -> visits.ImportReport:
    """Raises NotVisits."""
    if file.stat().st_size > LARGEST_VISITS:
        raise NotVisits("large", most=LARGEST_VISITS)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with (
        shown as bar,
        bar.open(file, "rb", description="…") as content,
        transaction(LONGEST_VISITS) as session,
    ):
        task = bar.task_ids[0]
        return visits.import_visits(
            session, read_csv(content), clock.now(), progress=lambda step: bar.update(task, description=step)
        )


def _report(listed: national_list.NationalList, taken: sites.ListChanges) -> Iterator[tuple[object, ...]]:
    """Each site that is not what it was, with its line (a site that is gone has none) and, where it changed, what was
    and what is; then every doubt."""
    doubtful = {doubt.site_id for doubt in listed.doubts if doubt.site_id}
    with reading() as session:
        touched = [site_id for ids in taken.kinds.values() for site_id in ids]
        names = {each.id: str(each) for each in sites.names(session, {*touched, *doubtful})}
    for what, ids in taken.kinds.items():
        for site_id in ids:
            line = listed.sites[site_id].line if site_id in listed.sites else ""
            changes = taken.fields.get(site_id, {}).items()
            told = (f"{column}: {was or '–'} → {now or '–'}" for column, (was, now) in changes)
            yield what, site_id, names[site_id], line, "; ".join(told)
    for doubt in listed.doubts:
        yield "doubt", doubt.site_id or "", names.get(doubt.site_id or 0, ""), doubt.line, doubt.what


def _tell(listed: national_list.NationalList, taken: sites.ListChanges) -> None:
    console.print(
        f"[bold]{len(listed.sites):,} sites[/] of {listed.lines:,} lines: {len(taken.new):,} new, "
        f"{len(taken.changed):,} changed, {len(taken.back):,} back, {len(taken.gone):,} gone, {taken.same:,} the same."
    )
    for what, ids in taken.kinds.items():
        if ids and what != "new":
            console.print(f"{what.capitalize()}: {_some(ids)}")
    columns = Counter(column for changes in taken.fields.values() for column in changes)
    if columns:
        console.print(f"Columns that changed: {', '.join(f'{name} {count}' for name, count in columns.most_common())}.")
    table = Table("doubtful", "how many", "line (site)", box=None, pad_edge=False)
    for what, count in sorted(listed.kinds.items(), key=lambda kind: -kind[1]):
        first = [f"{d.line} ({d.site_id or '?'})" for d in listed.doubts if d.what == what][:SHOWN]
        table.add_row(what, str(count), ", ".join(first) + (" …" if count > SHOWN else ""))
    console.print(table)


def _some(ids: tuple[int, ...]) -> str:
    return ", ".join(map(str, ids[:20])) + (" …" if len(ids) > 20 else "")
