"""What the carrier sends: signed requests for documents, and signed news that nobody waits for."""

import asyncio
import base64
import hmac
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin
from uuid import uuid4

import aiohttp
from yarl import URL

from ivr.practice.faults import Faults
from ivr.practice.journal import Journal, JournalEntry

Params = Mapping[str, str]

MAX_REDIRECTS = 10


@dataclass(frozen=True)
class Target:
    """Where to ask for the next document, and what to say there; or the document itself (`twiml`)."""

    url: str = ""
    method: str = "POST"
    twiml: str = ""
    topic: str = ""  # of the journal; empty: that of the document it comes from
    said: Params = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    url: str
    status: int
    content_type: str
    text: str


class Unanswered(Exception):
    """Nobody answered, or not in time, or with an HTTP error: Twilio's error code, and the URL."""

    def __init__(self, code: int, url: str) -> None:
        super().__init__(f"{code} {url}")
        self.code = code
        self.url = url


@dataclass(frozen=True)
class Patience:
    """How long one webhook may take, in seconds, and what is tried again: `#rc=2&rp=ct,5xx&rt=4000&tt=14000`."""

    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})
    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0

    @classmethod
    def of(cls, fragment: str) -> "Patience":
        said = {key: values[-1] for key, values in parse_qs(fragment).items()}
        return cls(
            retries=min(5, int(said.get("rc", 1))),
            policy=frozenset(said.get("rp", "ct").split(",")),
            connect=int(said.get("ct", 5000)) / 1000,
            read=int(said.get("rt", 15000)) / 1000,
            total=int(said.get("tt", 15000)) / 1000,
        )

    def tries_again(self, failure: str) -> bool:
        return bool({failure, "all"} & self.policy)


def sign(token: str, url: str, params: Params) -> str:
    """Twilio's X-Twilio-Signature: HMAC-SHA1 of the URL (without fragment) and the sorted POST parameters."""
    text = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), sha1).digest()).decode()


class Webhooks:
    """One HTTP session for every call. Callbacks of one stream (a call, a room) leave in their order."""

    def __init__(self, token: str, journal: Journal) -> None:
        self.token = token
        self.journal = journal
        self.faults = Faults()
        self._session: aiohttp.ClientSession | None = None
        self._streams: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def ask(self, topic: str, target: Target, params: Params) -> Answer:
        """The document at `target`. A caller who hangs up meanwhile does not break the request; raises Unanswered."""
        return await asyncio.shield(self.spawn(self._ask(topic, target.url, target.method, params)))

    async def _ask(self, topic: str, url: str, method: str, params: Params) -> Answer:
        if self.faults.chance(self.faults.unsigned, topic):
            await self._send(topic, url, method, params, unsigned=True)
        if self.faults.chance(self.faults.twice, topic):
            await self._send(topic, url, method, params, repeated=True)
        answer = await self._send(topic, url, method, params)
        if answer is None:
            raise Unanswered(11200, url.partition("#")[0])
        if answer.status >= 400:
            raise Unanswered(11200, answer.url)
        return answer

    def tell(self, topic: str, stream: str, target: Target, params: Params, last: bool = False) -> None:
        """News nobody waits for, after the earlier news of its stream; `last` is never dropped."""
        before = self._streams.get(stream)
        faults = self.faults
        if not last and faults.chance(faults.dropped, topic):
            self.journal.note("webhook", topic=topic, method=target.method, url=target.url, params=dict(params),
                              status=None, dropped=True)  # fmt: skip
            return
        if faults.chance(faults.reordered, topic):
            before = None
        wait = faults.dice.uniform(0, faults.delay) if faults.chance(faults.delayed, topic) else 0.0
        task = self.spawn(self._tell(topic, target, params, before, wait))
        self._streams[stream] = task
        if last:
            task.add_done_callback(lambda _: self._streams.pop(stream, None))

    async def _tell(
        self, topic: str, target: Target, params: Params, before: asyncio.Task[None] | None, wait: float
    ) -> None:
        if before:
            await asyncio.wait({before})
        if wait:
            await asyncio.sleep(wait)
        with suppress(Unanswered):  # as with Twilio: the journal knows, nobody else does
            await self._ask(topic, target.url, target.method, params)

    async def media(self, url: str) -> bytes:
        """A sound file; empty when it is not there."""
        try:
            async with self._open_session().get(URL(url, encoded=True)) as reply:
                body = await reply.read()
                self.journal.note("media", url=url, status=reply.status)
                return body if reply.status == 200 else b""
        except (aiohttp.ClientError, TimeoutError):
            self.journal.note("media", url=url, status=0)
            return b""

    async def _send(
        self, topic: str, url: str, method: str, params: Params, unsigned: bool = False, repeated: bool = False
    ) -> Answer | None:
        """One webhook with its retries and redirects; None when nobody answered."""
        url, _, fragment = url.partition("#")
        patience = Patience.of(fragment)
        token = str(uuid4())
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience.total
        marks = {word: True for word, is_so in (("unsigned", unsigned), ("repeated", repeated)) if is_so}
        attempt = redirects = 0
        while True:
            entry = self.journal.note(
                "webhook",
                topic=topic,
                method=method,
                url=url,
                params=dict(params),
                status=None,
                attempt=attempt,
                **marks,
            )
            started = loop.time()
            answer, failure, moved = await self._attempt(
                entry, url, method, params, patience, deadline, token, unsigned
            )
            entry["seconds"] = round(loop.time() - started, 4)
            if moved and redirects < MAX_REDIRECTS:
                # as a browser does: the POST becomes a GET and what was typed is lost
                url, method, params, redirects = moved, "GET", {}, redirects + 1
                continue
            if failure and attempt < patience.retries and patience.tries_again(failure) and loop.time() < deadline:
                attempt += 1
                continue
            return answer

    async def _attempt(
        self, entry: JournalEntry, url: str, method: str, params: Params, patience: Patience, deadline: float,
        token: str, unsigned: bool,
    ) -> tuple[Answer | None, str, str]:  # fmt: skip
        headers = {"I-Twilio-Idempotency-Token": token, "User-Agent": "TwilioProxy/1.1", "Accept": "*/*"}
        body = None
        address, signed = url, params
        if method == "GET":
            if params:
                address += ("&" if "?" in url else "?") + urlencode(params)
            signed = {}
        else:
            body = urlencode(params).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        entry["url"] = address
        if not unsigned:
            entry["signature"] = headers["X-Twilio-Signature"] = sign(self.token, address, signed)
        left = max(0.1, deadline - asyncio.get_running_loop().time())
        timeout = aiohttp.ClientTimeout(
            total=left, sock_connect=min(patience.connect, left), sock_read=min(patience.read, left)
        )
        try:
            async with self._open_session().request(
                method, URL(address, encoded=True), data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as reply:
                text = (await reply.read()).decode("utf-8", "replace")
        except aiohttp.ConnectionTimeoutError:
            entry.update(status=0, error="ct")
            return None, "ct", ""
        except TimeoutError:
            entry.update(status=0, error="rt")
            return None, "rt", ""
        except aiohttp.ClientError as error:
            entry.update(status=0, error=f"ct {type(error).__name__}")
            return None, "ct", ""
        entry.update(status=reply.status, content_type=reply.content_type, document=text)
        failure = f"{reply.status // 100}xx" if reply.status >= 400 else ""
        moved = urljoin(address, reply.headers["Location"]) if reply.status in (301, 302, 303, 307, 308) else ""
        return Answer(address, reply.status, reply.content_type, text), failure, moved

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            # connections are let go before uvicorn closes them (5 s): no request meets a closing socket
            connector = aiohttp.TCPConnector(limit=256, keepalive_timeout=3)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True
            )
        return self._session
