"""What every webhook passes: its signature, its form, and the one exception handler.

A caller never meets an error: whatever goes wrong behind a webhook, the answer is a turn they can live with.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from callcenter.actions.config_snapshot import ConfigSnapshot
from callcenter.rules.hearing import Hearing
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.menu import Menu
from callcenter.thread_pools import Lane
from ivr import addresses
from ivr.addresses import FALLBACK, again, count
from ivr.inbound import LARGEST, Inbound, form_of
from ivr.menu_progress import Footsteps
from ivr.rush import Rush
from ivr.signature import HEADER, KEY_HEADER, Signatures, body_holds
from ivr.spoken_languages import Languages
from ivr.steps import REPEATS
from ivr.turns import Move, Turn
from ivr.twiml import twiml

PATIENCE = 3.0  # seconds for what PostgreSQL decides
P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()


@dataclass(eq=False)
class Voice:
    """What the webhooks of this process share; `app.state.voice`."""

    signatures: Signatures
    menu: Menu
    footsteps: Footsteps
    records: Lane
    """Threads for what touches PostgreSQL."""
    rushed: Lane
    """One for the same of numbers that call in a rush: behind the others."""
    news: Lane
    """A few for what the carrier tells and nobody on the line waits for: behind the others too."""
    live: Lane
    """Threads for what makes one trip to the live store and none to PostgreSQL."""
    readiness: Lane
    """Threads for whoever asks whether the service is well."""

    languages: Languages = field(init=False)
    """Those that somebody on duty speaks."""
    rush: Rush = field(default_factory=Rush)

    def __post_init__(self) -> None:
        self.languages = Languages(lambda: self.menu)

    def stand(self, standing: ConfigSnapshot) -> None:
        """From now on the callers hear this menu."""
        self.menu = standing.menu


@dataclass(slots=True)
class CarrierRequest(Inbound):
    """A signed request of the carrier: what it tells, and the raw query of our address that it asks."""

    query: str
    voice: Voice

    def own(self, name: str) -> str:
        """What rides in our address under this name; empty where nothing does."""
        return addresses.own(self.query).get(name, "")

    @property
    def language(self) -> str:
        language = self.own(addresses.LANGUAGE)
        return language if language in LANGUAGES else "fr"

    @property
    def hearing(self) -> Hearing:
        """How whoever is on the line hears us."""
        mark = count(self.own(addresses.HEARING))
        return Hearing(mark) if mark in tuple(Hearing) else Hearing.ORDINARY

    @property
    def tries(self) -> int:
        """How often the question has been asked, this time included."""
        return count(self.own(addresses.TRIES)) or 1

    @property
    def lone_hash(self) -> int:
        """How often `#` alone has been pressed here, which is only the end of what was typed before: the question is
        asked again. 0 where something else was pressed, or it too often: then it is silence."""
        pressed = count(self.own(addresses.LONE)) + 1
        return pressed if self.keys and not self.keys.strip("#") and pressed <= REPEATS else 0

    @property
    def records(self) -> Lane:
        """Threads for what PostgreSQL does for this call."""
        return self.voice.rushed if self.voice.rush.holds(self.from_) else self.voice.records

    async def decided(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a verb answers that PostgreSQL decides. Raises StoreDown."""
        return await self.records.within(PATIENCE, verb, *args, **kwargs)


Answer = Callable[[CarrierRequest], Awaitable[Turn | bytes | None]]


def apology(request: CarrierRequest) -> Turn:
    """When a webhook of the menu fails: on to the fallback, which needs no store and keeps the answers."""
    return Move((), again(FALLBACK, request.query) if request.query else FALLBACK)


@dataclass(frozen=True)
class Webhook:
    """The endpoint of `answer`: 403 unless signed; a turn becomes its document, None is 204.

    `otherwise` is the turn when `answer` raises, whatever it raises. Spoken to as ASGI: most of a menu step's time
    would otherwise go into request objects nobody reads.
    """

    answer: Answer
    otherwise: Callable[[CarrierRequest], Turn | bytes | None] = apology

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
            response = await self._respond(CarrierRequest(dict(sent), query.decode("latin-1"), voice), scope["path"])
        await response(scope, receive, send)

    async def _respond(self, request: CarrierRequest, path: str) -> Response:
        try:
            return _document(await self.answer(request))
        except Exception:
            log.exception("webhook failed", path=path, carrier_id=request.carrier_id)
        try:
            return _document(self.otherwise(request))
        except Exception:
            log.exception("webhook failed twice", path=path, carrier_id=request.carrier_id)
            return _document(Move((), FALLBACK))  # which needs nothing of what was asked


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


def _header(headers: list[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    return next((value for name, value in headers if name == wanted), b"")


def take_no_notice(_request: CarrierRequest) -> None:
    """News that could not be taken in: the leases and the comparison with the carrier find what it would have told."""
