"""How much a request may bring, before anybody knows whose it is.

FastAPI's own `max_body_size` answers with two English words, and gives a stranger as much as an administrator (decision
W7)."""

from collections.abc import Callable, Mapping

import structlog
from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.errors import BodyTooLarge
from callcenter.web import identity

log = structlog.get_logger()
SMALL = 256 * 1024  # bytes: a form of ours, answer sheets included, has some thousands
LONGEST_NUMBER = 18  # figures of a length that is worth reading
WRAPPING = 64 * 1024  # bytes: what a form adds to a file


class BodyLimit:
    """Refuses bodies over SMALL; over as many bytes as stand in `files`, where a member of staff sends them there. Of a
    body that says its length nothing is read then; of one that does not, no more than is allowed."""

    def __init__(
        self, app: ASGIApp, files: Mapping[str, int], refused: Callable[[Request, Exception], Response]
    ) -> None:
        self.app, self.files, self.refused = app, files, refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        most = SMALL
        if scope["path"] in self.files and await identity.is_staff(request):
            most = self.files[scope["path"]] + WRAPPING
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > LONGEST_NUMBER or int(declared) > most):
            answer = await to_thread.run_sync(self.refused, request, BodyTooLarge())
            await answer(scope, receive, send)
            return
        read, is_whole = 0, False

        async def receive_no_more() -> Message:
            nonlocal read, is_whole
            message = await receive()
            if message["type"] == "http.disconnect" and not is_whole:
                is_whole = True  # said once
                log.info("a body broke off", read=read, file=scope["path"] in self.files)
            read += len(message.get("body", b""))
            is_whole = is_whole or not message.get("more_body", False)
            if read > most:
                raise HTTPException(BodyTooLarge.status)  # which parsers let through to the one error handler
            return message

        await self.app(scope, receive_no_more, send)
