"""What a request may say at all, before anybody looks at what it asks: text that can be kept, days within reach.

A field that was emptied is no answer: it goes, and what the page has by default holds."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Any

from anyio import to_thread
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from callcenter.errors import Illegible

SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\xed[\xa0-\xbf]|\0")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that has a before and an after in every zone, and a century in which somebody may mean it."""
Count = Annotated[int, Field(ge=0, le=2_000_000_000)]
"""A number that a column of ours can hold."""


class Legible:
    """Refuses an address that holds a NUL, and takes the emptied fields out of its query."""

    def __init__(self, app: ASGIApp, refused: Callable[[Request, Exception], Response]) -> None:
        self.app, self.refused = app, refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        query: bytes = scope.get("query_string", b"")
        if "\0" in scope["path"] or b"%00" in query or b"\0" in query:
            answer = await to_thread.run_sync(self.refused, Request(scope), Illegible())
            await answer(scope, receive, send)
            return
        filled = b"&".join(field for field in query.split(b"&") if field.partition(b"=")[2])
        await self.app({**scope, "query_string": filled}, receive, send)


def holds_text(body: bytes) -> bool:
    """Whether every text of this JSON is legible; what is no JSON is refused by whoever reads it. Only what may hold a
    NUL or half a pair is looked at twice."""
    if not SUSPICIOUS.search(body):
        return True
    try:
        return all(map(is_legible, _texts(json.loads(body))))
    except (ValueError, RecursionError):
        return True


def is_legible(text: str) -> bool:
    """Whether it can be kept and sent on: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _texts(given: Any) -> Iterator[str]:
    """Every text of what JSON may hold, names too."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, dict | list):
        for each in given:
            yield from _texts(each)
        for each in given.values() if isinstance(given, dict) else ():
            yield from _texts(each)
