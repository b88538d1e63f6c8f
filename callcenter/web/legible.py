"""What a request may say at all, before anybody looks at what it asks: days within reach, and text in characters that
every screen, voice and store can hold.

A vertical tab pasted into a message would otherwise be a document that no carrier can read, for every caller: such
characters go as they come in, before anybody counts letters. What cannot have been meant at all (a NUL, half of a
character) stays as it is, to be refused. A field of an address that was emptied is no answer: it goes, and what the
page has by default holds (decision I8).
"""

import json
import re
from collections.abc import Callable
from typing import Any

from anyio import to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.errors import Illegible
from callcenter.rules.plain_text import cleaned

NEVER_MEANT = re.compile("[\x00\ud800-\udfff]")
SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\xed[\xa0-\xbf]|\0")


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


class PlainJson:
    """Cleans every text of a JSON body, names included; what is no JSON goes on as it came."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_json(scope):
            await self.app(scope, receive, send)
            return
        read = False

        async def receive_plainly() -> Message:
            nonlocal read
            if read:
                return await receive()
            read, body, more = True, b"", True
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    return message
                body, more = body + message.get("body", b""), message.get("more_body", False)
            return {"type": "http.request", "body": _plain_body(body), "more_body": False}

        await self.app(scope, receive_plainly, send)


def plain_form(fields: FormData) -> FormData:
    """The same fields with every text cleaned; files are read by whoever knows what they are."""
    return FormData([(_plain(name), value if isinstance(value, UploadFile) else _plain(value))
                     for name, value in fields.multi_items()])  # fmt: skip


def holds_text(body: bytes) -> bool:
    """Whether every text of this JSON is legible; what is no JSON is refused by whoever reads it. Only what may hold a
    NUL or half a pair is looked at twice."""
    if not SUSPICIOUS.search(body):
        return True
    texts: list[str] = []
    try:
        _walked(json.loads(body), texts.append)
    except (ValueError, RecursionError):
        return True
    return all(map(is_legible, texts))


def is_legible(text: str) -> bool:
    """Whether it can be kept and sent on: no NUL, no half of a surrogate pair."""
    return not NEVER_MEANT.search(text)


def _plain(text: str) -> str:
    return cleaned(text) if is_legible(text) else text


def _plain_body(body: bytes) -> bytes:
    try:
        given = json.loads(body)
        plain = _walked(given, _plain)
        return body if plain == given else json.dumps(plain).encode()
    except (ValueError, RecursionError):
        return body


def _walked(given: Any, of: Callable[[str], Any]) -> Any:
    """What JSON holds, with `of` each of its texts, names too, in its place."""
    match given:
        case str():
            return of(given)
        case list():
            return [_walked(each, of) for each in given]
        case dict():
            return {of(name): _walked(each, of) for name, each in given.items()}
        case _:
            return given


def _is_json(scope: Scope) -> bool:
    """Whether a body is read as JSON: `application/json`, or any kind of it (`application/merge-patch+json`)."""
    kinds = (value.partition(b";")[0].strip().lower() for name, value in scope["headers"] if name == b"content-type")
    return any(kind.endswith(b"json") for kind in kinds)
