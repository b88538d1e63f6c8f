"""Everything that crossed the border, in order: what the referee reads afterwards.

An entry is a flat dict: `n` its number, `at` an ISO instant, `kind` one of

- `rest`: method, path, query, form (lists of pairs), content_type, authorized, status, code (Twilio's error, or 0);
- `webhook`: topic, method, url (as requested, fragment stripped), params, signature, status (None while under way,
  0 when nobody answered), seconds, document (the TwiML that came back), content_type, and the words `repeated`,
  `unsigned`, `dropped` when a fault made it so;
- `media`: url, status;
- `error`: sid, code, url: a call met an application error;
- `apology`: sid, code: and no document was left to go on with, so it was dropped;
- `overlap`: to, sids: a dial of ours rings a number that another dial of ours is on.
"""

from collections import deque
from itertools import islice
from typing import Any

from callcenter import clock

JournalEntry = dict[str, Any]


class Journal:
    """The last `keeps` entries; numbers go on counting when old entries are forgotten."""

    def __init__(self, keeps: int = 20_000) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=keeps)
        self._count = 0

    def note(self, kind: str, **what: Any) -> JournalEntry:
        entry: JournalEntry = {"n": self._count, "at": clock.now().isoformat(), "kind": kind, **what}
        self._count += 1
        self._entries.append(entry)
        return entry

    def since(self, n: int) -> list[JournalEntry]:
        """Every entry numbered `n` or later that is still kept."""
        first = self._count - len(self._entries)
        return list(islice(self._entries, max(0, n - first), None))
