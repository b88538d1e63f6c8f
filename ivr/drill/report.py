"""The verdict, on a terminal."""

from collections.abc import Mapping
from statistics import median

from rich.console import Console
from rich.table import Table

from callcenter.records import promises
from ivr.drill.tally import DrillTally, Struck

SHOWN = 5  # of each kind of loss


def print_verdict(console: Console, tally: DrillTally, times: Mapping[str, int]) -> None:
    """What was struck, how long the service took to be well, what was broken or lost."""
    table = Table("fault", "times", "recovered in (median, worst)", "promised", "late", box=None, pad_edge=False)
    for name in sorted(times):
        these = [one for one in tally.struck if one.name == name]
        took = [one.recovered for one in these if one.recovered is not None]
        within = next((one.within for one in these if one.within is not None), None)
        table.add_row(
            name, str(times[name]), f"{median(took):.1f} s, {max(took):.1f} s" if took else "—",
            f"{within:g} s" if within else "—", str(sum(one.late for one in these)),
        )  # fmt: skip
    console.print(table)
    for fault in tally.struck:
        if fault.late:
            console.print(f"[red]late[/]: {fault.name}, struck at {fault.at:%H:%M:%S}{_allowed(fault, tally.slack)}")
    counts = tally.counts
    console.print(
        f"{len(tally.struck)} faults in {tally.seconds:.0f} s; "
        f"{tally.called / max(tally.seconds, 1):.1f} citizens a second: "
        f"{counts['calls']} calls, {counts['conversations']} conversations ({counts['monitored']} with a supervisor), "
        f"{counts['offers']} offers, "
        f"{counts['callbacks']} callbacks ({counts['reached']} reached) in {counts['dials']} dials."
    )
    console.print(
        "Help: " + (", ".join(f"{count} {what}" for what, count in tally.help.items() if count) or "none") + "."
    )
    broken = promises.counts(tally.breaches)
    console.print("Promises broken: " + ", ".join(f"{promise} {count}" for promise, count in broken.items()))
    for breach in tally.breaches:
        console.print(f"[red]{breach.promise}[/] {breach.what}: {' '.join(breach.ids[:SHOWN])}")
    for what, lost in tally.losses.items():
        console.print(f"{what}: {len(lost)}")
        for one in lost[:SHOWN]:
            console.print(f"  [red]{one}[/]")
    console.print(f"nobody was alone for longer than {tally.longest_alone:.1f} s")
    console.print(
        f"at rest after {tally.rest_after:.0f} s"
        if not tally.unrest
        else f"[red]never at rest[/]: {', '.join(tally.unrest)}"
    )
    console.print(
        f"The machine kept the drill waiting {tally.starved.delay:.1f} s for a core for each second that it worked; "
        f"{tally.starved.others:.0%} of the machine's work was others'."
    )
    relaxed = [one for one in tally.struck if one.is_relaxed(tally.slack)]
    for kept in relaxed:
        console.print(
            f"[yellow]relaxed[/]: {kept.name}, struck at {kept.at:%H:%M:%S}, recovered in {kept.recovered:.1f} s "
            f"of {kept.within:g} s promised{_allowed(kept, tally.slack)}"
        )
    if relaxed and tally.is_good:
        console.print(f"[yellow]{len(relaxed)} of {len(tally.struck)} only as relaxed for a starved machine.[/]")
    console.print("[green]Every promise was kept.[/]" if tally.is_good else "[red]The drill has failed.[/]")


def _allowed(one: Struck, slack: float) -> str:
    """What it was given beyond the promise, and why; nothing where it was judged by the promise itself."""
    if one.starved.stretch == 1:
        return ""
    return (
        f", allowed {one.allowed(slack):.1f} s: each second of work waited {one.starved.delay:.1f} s for a core, "
        f"{one.starved.others:.0%} of the work being others'"
    )
