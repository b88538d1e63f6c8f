"""Who is behind a request, and whether they may make it. Nobody may, unless the page says who.

`admit` is the app's one dependency: it reads the cookie, checks the role the endpoint is open to, and for whatever
changes something the Origin and the session's own token.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import compare_digest
from typing import Annotated, Any, TypeVar

from anyio import to_thread
from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from callcenter import clock, sealing
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.errors import Illegible, NotAllowed, NotSignedIn, Refusal, Sentence, StoreDown
from callcenter.records import agents, sessions
from callcenter.records.agents import Agent
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.roles import ANYBODY
from callcenter.web.legible import holds_text, is_legible, plain_form

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class ForeignPage(Refusal):
    """Cette demande vient d'une autre page : rechargez le poste puis recommencez."""

    status = 403
    english = "This request came from another page: reload the desk and try again."


@dataclass(frozen=True)
class Visitor:
    """Whoever makes a request: a member of staff, or nobody yet. `token` is what their forms must carry; `in_panel`:
    what they ask for opens beside what they have before them, without a frame of its own."""

    language: str
    agent: Agent | None = None
    token: str = ""
    session: bytes = b""
    in_panel: bool = False

    @property
    def staff(self) -> Agent:
        if self.agent is None:
            raise NotSignedIn
        return self.agent


def open_to(*roles: str) -> Callable[[Endpoint], Endpoint]:
    """Says who may reach an endpoint; one that says nothing is closed to everybody."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.roles = frozenset(roles)  # type: ignore[attr-defined]
        return endpoint

    return mark


async def form(request: Request) -> FormData:
    """The fields of a form; none for anything else. Raises Illegible for what is no form, or no text."""
    if not _is_form(request):
        return FormData()
    try:
        fields = plain_form(await request.form())
    except (ValueError, LookupError):  # a character set that does not exist, or that the text is not in
        raise Illegible from None
    if not all(is_legible(text) for pair in fields.multi_items() for text in pair if isinstance(text, str)):
        raise Illegible
    return fields


async def admit(request: Request) -> Visitor:
    """Lets through who may pass; whoever may is not kept waiting for a thread. Of a form nothing is read before it is
    known whose it is. Raises NotSignedIn, NotAllowed, ForeignPage, DatabaseDown."""
    roles: frozenset[str] = getattr(request.scope.get("endpoint"), "roles", frozenset())
    cookie = request.cookies.get(cookie_name("session"), "")
    if not roles:
        raise NotAllowed
    unsafe = request.method not in SAFE_METHODS
    if unsafe and not _is_from_our_page(request):
        raise ForeignPage
    if ANYBODY in roles:
        await _must_be_legible(request, unsafe=unsafe)
        return Visitor(_language_before(request))
    visitor = await to_thread.run_sync(visitor_of, cookie)
    of_page = request.headers.get("x-page-language", "")  # it stays open as it is, whatever is chosen in another tab
    visitor = replace(
        visitor,
        language=of_page if of_page in LANGUAGES else visitor.language,
        in_panel=request.headers.get("x-panel") == "1",
    )
    request.state.visitor = visitor
    if unsafe:
        given = request.headers.get("x-csrf-token") or str((await form(request)).get("csrf", ""))
        if not compare_digest(given.encode(), visitor.token.encode()):
            raise ForeignPage
    if visitor.staff.role not in roles:
        raise NotAllowed
    await _must_be_legible(request, unsafe=unsafe)
    return visitor


async def _must_be_legible(request: Request, *, unsafe: bool) -> None:
    """Of what is no form, which is looked at where it is read. Raises Illegible."""
    if unsafe and not _is_form(request) and not holds_text(await request.body()):
        raise Illegible


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith(FORM_TYPES)


async def is_staff(request: Request) -> bool:
    """Whether a page of ours asks this in the name of a member of staff: known before what it sends is read."""
    if not _is_from_our_page(request):
        return False
    try:
        await to_thread.run_sync(visitor_of, request.cookies.get(cookie_name("session"), ""))
    except Sentence:
        return False
    return True


Admitted = Annotated[Visitor, Depends(admit)]


def sign_out(visitor: Visitor) -> None:
    """This browser's session ends, here and for whoever copied its cookie."""
    with transaction() as session:
        sessions.revoke(session, visitor.staff.id, clock.now(), visitor.session)


def set_cookie(response: Response, name: str, value: str, kept: timedelta | None = None) -> None:
    """A cookie of this host alone, unseen by scripts; it goes with the browser, or is `kept` so long."""
    secure, age = settings().secure_cookies, int(kept.total_seconds()) if kept else None
    response.set_cookie(cookie_name(name), value, age, path="/", secure=secure, httponly=True, samesite="lax")


def forget_cookie(response: Response, name: str) -> None:
    secure = settings().secure_cookies
    response.delete_cookie(cookie_name(name), path="/", secure=secure, httponly=True, samesite="lax")


def cookie_name(name: str) -> str:
    return f"__Host-{name}" if settings().secure_cookies else name


def csrf_token(token: str) -> str:
    """What the forms of one session carry."""
    return sealing.tag("form", token)


def set_language(visitor: Visitor, language: str) -> None:
    """The language of this member of staff's screens, from now on."""
    with transaction() as session:
        agent = agents.get(session, visitor.staff.id)
        if agent and language in LANGUAGES:
            agent.interface = language


def visitor_of(cookie: str) -> Visitor:
    """Whose session this is. Raises NotSignedIn, DatabaseDown."""
    if not cookie:
        raise NotSignedIn
    with reading() as session:
        found = sessions.of_token(session, cookie, clock.now())
    if found is None:
        raise NotSignedIn
    return Visitor(found.agent.interface, found.agent, csrf_token(cookie), found.token)


def still_signed_in(tokens: Collection[bytes]) -> set[bytes]:
    """Which of these visitors' sessions still hold."""
    with reading() as session:
        return sessions.still_valid(session, tokens, clock.now())


def reader_of(request: Request, refusal: Sentence) -> Visitor:
    """For whom a refusal is written: whoever is signed in, even where no page was reached. A store that is down is not
    asked."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is not None:
        return known
    if isinstance(refusal, StoreDown):
        return Visitor(_language_before(request))
    try:
        return visitor_of(request.cookies.get(cookie_name("session"), ""))
    except Sentence:
        return Visitor(_language_before(request))


def _is_from_our_page(request: Request) -> bool:
    return request.headers.get("origin") == settings().public_web_url.rstrip("/")


def _language_before(request: Request) -> str:
    """Chosen before, else the browser's, else French."""
    chosen = request.cookies.get(cookie_name("language"))
    if chosen in LANGUAGES:
        return str(chosen)
    asked = request.headers.get("accept-language", "")[:2].lower()
    return "en" if asked == "en" else "fr"
