"""What a connection may cost before it has asked for anything: the protocol of both webs (`--http` in the Procfile).

uvicorn waits for ever for the rest of a request, and keeps as much of it as comes. Here a head comes whole within ten
seconds and 64 kB, a body at no less than a telephone line's pace, and an answer is taken. Whoever is waited for counts
among a few hundred; beyond, the oldest connection of the address that has the most makes room. An answer that lasts (a
stream) is not waited for and counts for nothing.
"""

import asyncio
import json
import resource
from collections import Counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from callcenter.errors import BodyTooLarge, HeadTooLarge, Illegible, TooSlow

HEAD_IN = 10.0  # seconds from the first byte, or from the connection, to the end of the head
LARGEST_HEAD = 64 * 1024  # bytes
SLICE = 8 * 1024  # bytes read at once: how far a head may pass its bound before it is seen
BODY_GRACE = 20.0  # seconds before a body must have come at the slowest pace
SLOWEST = 4_000  # bytes a second of a body
LARGEST_BODY = 256 * 1024 * 1024  # bytes of any body at all; each app has much lower bounds of its own
TAKEN_IN = 60.0  # seconds in which some of an answer must be taken
LINGER = 2.0  # seconds in which the rest of what was refused is thrown away, so that the refusal is read before a reset
LINGERED = 1024 * 1024  # bytes of it at most
LOOK = 2.0  # seconds between two looks at the pace of a body
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
MOST_AWAITED = 512 if FILES == resource.RLIM_INFINITY else max(32, min(512, FILES // 2))
HEADERS = (
    b"content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n"
    b"x-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n"
)
REFUSALS = {400: Illegible(), 408: TooSlow(), 413: BodyTooLarge(), 431: HeadTooLarge()}


class Awaited:
    """The connections of which something is awaited, the longest first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._all: dict[Guarded, str] = {}

    def add(self, connection: "Guarded") -> None:
        """It goes to the end; beyond the most, one leaves."""
        self._all.pop(connection, None)
        self._all[connection] = connection.address
        if len(self._all) > self.most:
            busiest = Counter(self._all.values()).most_common(1)[0][0]
            oldest = next(each for each, address in self._all.items() if address == busiest)
            oldest.drop()

    def discard(self, connection: "Guarded") -> None:
        self._all.pop(connection, None)

    def __len__(self) -> int:
        return len(self._all)


awaited = Awaited(MOST_AWAITED)


class Guarded(HttpToolsProtocol):
    """One connection. It is awaited from when it opens, or has its answer, until a request is whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = ""
        self._in_head = True
        self._head = 0  # bytes of it so far
        self._body = 0
        self._between = 0  # bytes since the last of a body: what a chunk says of itself, headers after the last
        self._body_since = 0.0
        self._refused = False
        self._thrown = 0  # bytes that came after the refusal
        self._timer: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._wait(HEAD_IN, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwait()
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A slice at a time, for the head's bound to hold whatever comes at once."""
        if self._refused:
            self._throws_away(len(data))
            return
        view = memoryview(data)
        while view and not self._refused and not self.transport.is_closing():
            most = min(SLICE, LARGEST_HEAD - self._head) if self._in_head else SLICE
            piece, view = bytes(view[:most]), view[most:]
            if self._in_head:
                if self._head == 0 and self._body == 0 and self._timer is None:
                    self._wait(HEAD_IN, self._head_is_late)
                self._head += len(piece)
            came = self._body
            super().data_received(piece)
            self._between = 0 if self._in_head or self._body != came else self._between + len(piece)
            if max(self._head if self._in_head else 0, self._between) >= LARGEST_HEAD:
                self.refuse(431)

    def on_header(self, name: bytes, value: bytes) -> None:
        """What comes after a body is no header: a proxy has not seen it, and the app has begun."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._head = False, 0
        self._body_since = self.loop.time()
        self._wait(LOOK, self._look_at_pace)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        if self._body > LARGEST_BODY:
            self.refuse(413)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._unwait()
        self._in_head, self._head, self._body = True, 0, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing() and self._timer is None and not self.pipeline:
            awaited.add(self)  # idle: uvicorn ends it in seconds, and it makes room before that

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(TAKEN_IN, self.transport.abort)

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self.refuse(400)

    def refuse(self, status: int) -> None:
        """The connection ends with this status, unless an answer has begun. Who is still sending is heard out for a
        moment: a socket closed over what it has not read resets the connection, and the refusal with it."""
        if self._refused:
            return
        self._refused = True
        begun = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if begun or self.transport.is_closing():
            self.transport.close()
            return
        kind, told = _told(status, is_api=getattr(self, "url", b"").startswith(b"/api/"))
        length = b"content-type: %s; charset=utf-8\r\ncontent-length: %d\r\n" % (kind, len(told))
        said = b"" if self.parser.get_method() == b"HEAD" else told  # a body after a head alone is no HTTP
        self.transport.write(b"".join((STATUS_LINE[status], HEADERS, length, b"\r\n", said)))
        if self.cycle is not None:  # the app hears that nobody listens to it any more
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.flow.resume_reading()
        self.transport.write_eof()
        self._wait(LINGER, self.transport.close)

    def drop(self) -> None:
        """The connection ends at once: others need its place."""
        awaited.discard(self)
        self.transport.abort()

    def _throws_away(self, many: int) -> None:
        self._thrown += many
        if self._thrown > LINGERED:
            self.transport.abort()

    def _wait(self, seconds: float, then: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, then)
        awaited.add(self)

    def _unwait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        awaited.discard(self)

    def _taken(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _head_is_late(self) -> None:
        if self._head:
            self.refuse(408)
        else:
            self.transport.close()

    def _look_at_pace(self) -> None:
        """A body that the app has not asked for yet is not late."""
        now = self.loop.time()
        if self.flow.read_paused:
            self._body_since = now - self._body / SLOWEST
        elif now - self._body_since > BODY_GRACE + self._body / SLOWEST:
            self.refuse(408)
            return
        self._timer = self.loop.call_later(LOOK, self._look_at_pace)


def _told(status: int, *, is_api: bool) -> tuple[bytes, bytes]:
    """The kind and the words of a refusal, in both languages: what its reader speaks has not been read."""
    refusal = REFUSALS[status]
    sentence = f"{refusal.sentence('fr')} {refusal.sentence('en')}"
    if is_api:
        return b"application/json", json.dumps({"refusal": type(refusal).__name__, "sentence": sentence}).encode()
    return b"text/plain", sentence.encode()
