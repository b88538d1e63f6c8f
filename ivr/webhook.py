"""What every webhook passes: its signature, its form, and the one exception handler. The carrier's words stop here.

A caller never meets an error: whatever goes wrong behind a webhook, the answer is a turn they can live with.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from unicodedata import normalize
from urllib.parse import unquote_plus

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from callcenter.actions.config_snapshot import Standing
from callcenter.rules.menu import Menu
from callcenter.thread_pools import Lane
from ivr.menu_progress import Footsteps
from ivr.signature import HEADER, KEY_HEADER, Signatures, body_holds
from ivr.spoken_languages import Languages
from ivr.turns import Move, Turn
from ivr.twiml import twiml

LARGEST = 64 * 1024  # bytes of a form; the carrier's are below 4 kB
MOST_FIELDS = 500
FALLBACK = "/voice/fallback"
MOST_SAID = 2_000  # characters of what was said or written; a recogniser sends a sentence or two

log = structlog.get_logger()


@dataclass(eq=False)
class Voice:
    """What the webhooks of this process share; `app.state.voice`."""

    signatures: Signatures
    menu: Menu
    footsteps: Footsteps
    records: Lane
    """Threads for what touches PostgreSQL."""
    live: Lane
    """Threads for what makes one trip to the live store and none to PostgreSQL."""
    readiness: Lane
    """Threads for whoever asks whether the service is well."""

    languages: Languages = field(init=False)
    """Those that somebody on duty speaks."""

    def __post_init__(self) -> None:
        self.languages = Languages(lambda: self.menu)

    def stand(self, standing: Standing) -> None:
        """From now on the callers hear this menu."""
        self.menu = standing.menu


@dataclass(slots=True)
class Asked:
    """A signed request of the carrier: its raw query and its form (the last of a repeated name)."""

    query: str
    form: dict[str, str]
    voice: Voice

    @property
    def carrier_id(self) -> str:
        return self.form.get("CallSid", "")

    @property
    def keys(self) -> str:
        """What was pressed; empty for silence."""
        return self.form.get("Digits", "")

    @property
    def said(self) -> str:
        """What was said, in the carrier's words; empty when keys were pressed, or nothing was heard."""
        return _bounded(self.form.get("SpeechResult", ""))

    @property
    def written(self) -> str:
        """What was written in a text."""
        return _bounded(self.form.get("Body", ""))

    @property
    def from_(self) -> str:
        return self.form.get("From", "")

    @property
    def to(self) -> str:
        return self.form.get("To", "")


Answer = Callable[[Asked], Awaitable[Turn | bytes | None]]


def apology(asked: Asked) -> Turn:
    """When a webhook of the menu fails: on to the fallback, which needs no store and keeps the answers."""
    return Move((), f"{FALLBACK}?{asked.query}" if asked.query else FALLBACK)


@dataclass(frozen=True)
class Webhook:
    """The endpoint of `answer`: 403 unless signed; a turn becomes its document, None is 204.

    `otherwise` is the turn when `answer` raises, whatever it raises. Spoken to as ASGI: most of a menu step's time
    would otherwise go into request objects nobody reads.
    """

    answer: Answer
    otherwise: Callable[[Asked], Turn | bytes | None] = apology

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        voice: Voice = scope["app"].state.voice
        query: bytes = scope["query_string"]
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        sent = _sent(_header(headers, b"content-type"), query, body)
        path = scope["raw_path"].partition(b"?")[0]
        signed = _header(headers, HEADER), _header(headers, KEY_HEADER)
        if sent is None or not voice.signatures.hold(path, query, sent, *signed):
            response = Response(status_code=403)
        else:
            response = await self._respond(Asked(query.decode("latin-1"), dict(sent), voice), scope["path"])
        await response(scope, receive, send)

    async def _respond(self, asked: Asked, path: str) -> Response:
        try:
            return _document(await self.answer(asked))
        except Exception:
            log.exception("webhook failed", path=path, carrier_id=asked.carrier_id)
        try:
            return _document(self.otherwise(asked))
        except Exception:
            log.exception("webhook failed twice", path=path, carrier_id=asked.carrier_id)
            return _document(Move((), FALLBACK))  # which needs nothing of what was asked


def _bounded(words: str) -> str:
    """As long as we read, and no longer once it is written in plain letters: one character may stand for eighteen."""
    return normalize("NFKC", words[:MOST_SAID])[:MOST_SAID]


def _document(turn: Turn | bytes | None) -> Response:
    if turn is None:
        return Response(status_code=204)
    return Response(turn if isinstance(turn, bytes) else twiml(turn), media_type="text/xml")


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= LARGEST:
        message = await receive()
        body += message.get("body", b"")
    return body


def _sent(kind: bytes, query: bytes, body: bytes) -> list[tuple[str, str]] | None:
    """The form of a request. Other bodies hold nothing that we ask for, and must be those that were signed."""
    if kind.lstrip().lower().startswith(b"application/json"):
        return [] if len(body) <= LARGEST and body_holds(query, body) else None
    return form_of(body)


def form_of(body: bytes) -> list[tuple[str, str]] | None:
    """Name and value of every field in their order, blank ones included; None for what is no form of the carrier's.

    `urllib.parse.parse_qsl` gives the same (tested) and takes four times as long: most fields have nothing to decode.
    """
    fields = body.decode("latin-1").split("&")
    if len(body) > LARGEST or len(fields) > MOST_FIELDS:
        return None
    return [(_decoded(name), _decoded(value)) for name, _, value in [field.partition("=") for field in fields if field]]


def _decoded(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    if "+" not in text and "%" not in (plain := text.replace("%2B", "+")):
        return plain  # the plus sign of a telephone number is nearly all there ever is to decode
    return unquote_plus(text)


def _header(headers: list[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    return next((value for name, value in headers if name == wanted), b"")
