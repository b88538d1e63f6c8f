"""What the carrier's journal shows, read as it is written: the drill's own account, which trusts nothing of ours."""

import asyncio
import contextlib
from collections import deque
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from callcenter import clock
from callcenter.db import reading
from callcenter.phone_number import PhoneNumber
from callcenter.records import callbacks, drill_counts
from ivr import addresses
from ivr.drill.helping import OF_PARTNERS
from ivr.drill.town import CITIZENS
from ivr.practice.journal import JournalEntry
from ivr.prompts import text
from ivr.room_labels import HELPER

READS = 1.0  # seconds between two readings
UNFINISHED = timedelta(seconds=25)  # a webhook that nobody answered for so long never will be
FORGIVEN = timedelta(seconds=30)  # a call this short may end before any of our stores is back
PROMISED = text("fr", "callback.promised", day="|", from_time="", until_time="").partition("|")[0].rpartition(". ")[2]


class Ledger:
    """Everything that crossed the border, judged entry by entry."""

    def __init__(self, carrier: str) -> None:
        self._url = f"{carrier}/practice/log"
        self._next = 0
        self.sent: deque[JournalEntry] = deque(maxlen=400)  # signed webhooks, to be replayed
        self.server_errors: list[str] = []
        self.let_in: list[str] = []  # unsigned, and not refused
        self.dropped: set[str] = set()
        self.overlapping: list[str] = []
        self.rung_twice: list[str] = []  # desk phones
        self.dials: set[str] = set()  # attempts the carrier was asked to make
        self.helps: set[str] = set()  # legs of partners whom the carrier was asked to ring
        self.promised: set[str] = set()  # numbers to which a promise was spoken
        self._inbound: set[str] = set()
        self._waits: dict[str, tuple[datetime, datetime]] = {}  # line -> first and last announcement asked for

    async def follow(self) -> None:
        """Until cancelled."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
            while True:
                await asyncio.sleep(READS)
                await self.read(http)

    async def read(self, http: aiohttp.ClientSession) -> None:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with http.get(self._url, params={"since": str(self._next)}) as answer:
                entries: list[JournalEntry] = await answer.json()
            for entry in entries:
                if not _is_finished(entry):
                    break
                self._next = entry["n"] + 1
                self._takes(entry)

    def losses(self) -> dict[str, list[str]]:
        """What was lost or done twice, by kind. Raises DatabaseDown."""
        keys = [callbacks.key(PhoneNumber.parse(number)) for number in self.promised]
        waited = {line for line, (first, last) in self._waits.items() if last - first > FORGIVEN}
        with reading(30) as session:
            return {
                "waited, and no call": drill_counts.unknown_lines(session, waited),
                "promised, and no callback": [key.hex()[:8] for key in drill_counts.unpromised(session, keys)],
                "callbacks ended, never dialled": drill_counts.never_dialled(session),
                "dialled without a row": drill_counts.unknown_attempts(session, self.dials),
                "help rung without a row": drill_counts.unknown_legs(session, self.helps),
                "overlapping dials": self.overlapping,
                "desk phones rung twice at once": self.rung_twice,
                "callers dropped": sorted(self.dropped & self._inbound),
                "5xx to the carrier": self.server_errors,
                "forged and let in": self.let_in,
            }

    def _takes(self, entry: JournalEntry) -> None:
        match entry["kind"]:
            case "webhook":
                self._takes_webhook(entry)
            case "rest" if entry["method"] == "POST" and entry["path"].endswith("/Calls.json"):
                url = dict(entry["form"]).get("Url", "")
                if (dialled := addresses.of_attempt(addresses.ATTEMPT, "")) in url:
                    self.dials.add(url.partition(dialled)[2].partition("#")[0])
            case "rest" if entry["method"] == "POST" and entry["path"].endswith("/Participants.json"):
                self.helps.add(dict(entry["form"]).get("Label", "").removeprefix(HELPER))
            case "overlap" if entry["to"].startswith(CITIZENS):
                self.overlapping.append(f"{entry['to']} {entry['at']} {entry['sids']}")
            case "overlap" if not entry["to"].startswith(OF_PARTNERS):  # whom two agents may call at once
                self.rung_twice.append(f"{entry['to']} {entry['at']} {entry['sids']}")
            case "apology":
                self.dropped.add(entry["sid"])

    def _takes_webhook(self, entry: JournalEntry) -> None:
        params, status = entry["params"], entry["status"] or 0
        line = params.get("CallSid", "")
        if status >= 500:
            self.server_errors.append(f"{entry['at']} {status} {entry['topic']}")
        if entry.get("unsigned"):
            if status not in (0, 403):
                self.let_in.append(f"{entry['at']} {status} {entry['topic']}")
            return
        if params.get("Direction") == "inbound":
            self._inbound.add(line)
        if entry["topic"] == "enqueue_wait":
            at = datetime.fromisoformat(entry["at"])
            self._waits[line] = (self._waits.get(line, (at, at))[0], at)
        if PROMISED in (entry.get("document") or "") and params.get("From", "").startswith(CITIZENS):
            self.promised.add(params["From"])
        if entry.get("signature") and entry["method"] == "POST":
            self.sent.append(entry)


def _is_finished(entry: JournalEntry) -> bool:
    if entry["kind"] not in ("webhook", "rest") or entry["status"] is not None or entry.get("dropped"):
        return True
    at: Any = datetime.fromisoformat(entry["at"])
    return bool(at < clock.now() - UNFINISHED)
