"""`callcenter up --once`: one practice call, from the first ring to the recorded outcome, and what it became.

Run by `up` beside the service, with its settings. Exits 0 only if the accompaniment is there and no promise is broken.
"""

import subprocess
import sys
import time
from datetime import datetime

from rich.console import Console
from rich.table import Table

from callcenter import clock
from callcenter.actions import promise_check
from callcenter.config import environment, settings
from callcenter.db import reading
from callcenter.records import calls, contacts, timeline
from callcenter.records.calls import Call
from callcenter.records.contacts import Accompaniment
from callcenter.rules.states import CallState
from callcenter.web.pages import words

CITIZEN = "+33565051234"
KEYS = "46000,1,3"  # Cahors, yes, taxes
PATIENCE = 120.0  # seconds for the whole conversation, and again for its outcome
console = Console(width=110)


def main() -> int:
    """The exit code."""
    began = clock.now()
    console.print(f"[bold]A citizen calls {settings().twilio_number} and types {KEYS}.[/]")
    telephone = [sys.executable, "-m", "ivr.practice.terminal", "--carrier", settings().twilio_api_url]
    try:
        subprocess.run(
            [*telephone, "--from", CITIZEN, "--keys", KEYS],
            env=environment(), timeout=PATIENCE, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.SubprocessError as failure:
        console.print(f"[red]The call did not come to its end:[/] {failure}")
    call = _recorded(began)
    if call is None:
        console.print("[red]No call was recorded.[/]")
        return 1
    _print_timeline(call)
    row = _print_accompaniment(call)
    found = promise_check.check(clock.now())
    for breach in found.breaches:
        console.print(f"[red]{breach.promise} is broken:[/] {breach.what}")
    console.print(f"Promises broken: {len(found.breaches)}")
    return 0 if row and not found.breaches else 1


def _recorded(since: datetime) -> Call | None:
    """The call that arrived since then, once it has ended."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with reading() as session:
            call = calls.first_since(session, since)
        if call is not None and call.state == CallState.ENDED:
            return call
        time.sleep(0.2)
    return call


def _print_timeline(call: Call) -> None:
    with reading() as session:
        events = timeline.of_call(session, call.id)
    table = Table("after", "what", "from", "to", "why", title="The timeline")
    for event in events:
        after = f"{(event.at - call.arrived_at).total_seconds():.2f} s"
        table.add_row(after, event.noun, event.was or "—", event.now, words.say("en", f"trail.{event.why}"))
    console.print(table)


def _print_accompaniment(call: Call) -> Accompaniment | None:
    with reading() as session:
        rows = contacts.accompaniments(session, [call.contact_id])
        contact = contacts.get(session, call.contact_id)
    if not rows or contact is None:
        console.print("[red]No accompaniment was recorded.[/]")
        return None
    table = Table(
        "reference", "department", "waited", "partner", "procedure", "outcome", "settled", title="What it became"
    )
    for row in rows:
        waited = f"{contact.waited:.1f} s" if contact.waited is not None else "not recorded"
        settled = "yes" if row.settled else "no"
        table.add_row(contact.reference, contact.department, waited, row.partner, row.procedure, row.outcome, settled)
    console.print(table)
    return rows[0]


if __name__ == "__main__":
    sys.exit(main())
