"""What is written to us, in forms and as JSON, in characters that every screen, voice and store can hold.

A vertical tab pasted into a message would otherwise be a document that no carrier can read, for every caller. Here they
go as they come in, before anybody counts letters. What cannot have been meant at all (a NUL, half of a character) stays
as it is, to be refused by whoever reads it.
"""

import json
import re
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.rules.plain_text import cleaned

NEVER_MEANT = re.compile("[\x00\ud800-\udfff]")
JSON = b"application/json"


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


def _plain(text: str) -> str:
    return text if NEVER_MEANT.search(text) else cleaned(text)


def _plain_body(body: bytes) -> bytes:
    try:
        given = json.loads(body)
        plain = _walked(given)
        return body if plain == given else json.dumps(plain).encode()
    except (ValueError, RecursionError):
        return body


def _walked(value: Any) -> Any:
    match value:
        case str():
            return _plain(value)
        case list():
            return [_walked(each) for each in value]
        case dict():
            return {_plain(name): _walked(each) for name, each in value.items()}
        case _:
            return value


def _is_json(scope: Scope) -> bool:
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    return any(kind.lstrip().lower().startswith(JSON) for kind in kinds)
