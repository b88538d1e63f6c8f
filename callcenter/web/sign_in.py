"""The door: a name and a password become a session. Whoever guesses is counted before the password is looked at.

Counting and looking each have a few threads of their own: neither a shift that begins nor a thousand guesses take any
from the pages. A browser that signed in keeps a signed cookie for that account, so that others' guesses do not lock its
owner out (decision W12).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import compare_digest, token_urlsafe

import structlog
from fastapi import Request, Response

from callcenter import clock, passwords, sealing
from callcenter.actions import own_password
from callcenter.db import transaction
from callcenter.errors import DoorBusy, TooManyTries, WrongPassword
from callcenter.records import agents, sessions, tries
from callcenter.records.agents import Agent
from callcenter.records.tries import Try
from callcenter.rules.logins import login_of
from callcenter.thread_pools import Lane
from callcenter.web.client_address import address_of
from callcenter.web.identity import cookie_name, set_cookie

IN_TIME = 20.0  # seconds for a step of a sign-in, its queue included
KNOWN_FOR = timedelta(days=180)  # since this browser last signed in with the account
_counting = Lane("sign-in", 2, waiting=100, full=DoorBusy)
_hashing = Lane("passwords", passwords.AT_ONCE, waiting=16, full=DoorBusy)

log = structlog.get_logger()


@dataclass(frozen=True)
class NewSession:
    """A fresh session: its token, for the cookie, and whose it is."""

    token: str
    agent: Agent

    def give(self, response: Response) -> None:
        """The session's cookie, and the one by which this browser is known to the account."""
        set_cookie(response, "session", self.token)
        login = login_of(self.agent.login)
        set_cookie(response, _device_cookie(login), _device(login, clock.now()), KNOWN_FOR)


async def sign_in(request: Request, login: str, password: str) -> NewSession:
    """Raises WrongPassword, TooManyTries, DoorBusy, DatabaseDown."""
    name, at = login_of(login), clock.now()
    agent, tried = await _is_them(request, name, password, at)
    if agent is None:
        log.info("a sign-in failed")
        raise WrongPassword
    return await _counting.within(IN_TIME, _succeeds, tried, agent, at)


async def choose_by_link(token: str, password: str) -> NewSession:
    """Raises LinkSpent, OwnNamePassword, DoorBusy, DatabaseDown."""
    fresh, at = token_urlsafe(32), clock.now()
    agent = await _hashing.within(IN_TIME, own_password.choose_by_link, token, password, passwords.hashed, fresh, at)
    return NewSession(fresh, agent)


async def change_own(request: Request, staff: Agent, present: str, password: str) -> NewSession:
    """Whoever sits at somebody's open session does not know their password, and guesses no longer than at the door.
    Raises WrongPassword, OwnNamePassword, TooManyTries, DoorBusy, DatabaseDown."""
    name, at = login_of(staff.login), clock.now()
    agent, tried = await _is_them(request, name, present, at)
    if agent is None:
        log.info("a change of password failed")
        raise WrongPassword
    fresh = token_urlsafe(32)
    agent = await _hashing.within(IN_TIME, own_password.change, staff.id, password, passwords.hashed, fresh, at)
    await _counting.within(IN_TIME, _was_right, tried)
    return NewSession(fresh, agent)


async def _is_them(request: Request, name: str, password: str, at: datetime) -> tuple[Agent | None, Try]:
    """Whose name and password these are, None for nobody's; the try is counted before the password is looked at.
    Raises TooManyTries, DoorBusy, DatabaseDown."""
    device = _known_device(request.cookies.get(cookie_name(_device_cookie(name)), ""), name, at)
    tried, agent = await _counting.within(IN_TIME, _begins, name, address_of(request), device, at)
    try:
        kept = agent.password_hash if agent else None
        is_right = await _hashing.within(IN_TIME, passwords.is_password, kept, password)
    except DoorBusy:
        await _counting.within(IN_TIME, _takes_back, tried)  # nobody has looked at the password
        raise
    return (agent if is_right else None), tried


def _was_right(tried: Try) -> None:
    with transaction() as session:
        tries.succeeded(session, tried)


def _begins(name: str, address: str, device: str, at: datetime) -> tuple[Try, Agent | None]:
    with transaction() as session:
        tried = tries.begin(session, name, address, device, at)
        if isinstance(tried, Try):
            return tried, agents.by_login(session, name)
    log.warning("a sign-in was refused: too many tries")
    raise TooManyTries(tried.wait)


def _takes_back(tried: Try) -> None:
    with transaction() as session:
        tries.take_back(session, tried)


def _succeeds(tried: Try, agent: Agent, at: datetime) -> NewSession:
    token = token_urlsafe(32)
    with transaction() as session:
        tries.succeeded(session, tried)
        sessions.begin(session, agent.id, token, at)
    return NewSession(token, agent)


def _device_cookie(login: str) -> str:
    """One cookie for each account that signs in here: a computer at a front desk has several."""
    return f"device-{sealing.tag('device of', login)[:16]}"


def _device(login: str, at: datetime) -> str:
    nonce, since = token_urlsafe(16), str(int(at.timestamp()))
    return f"{nonce}.{since}.{sealing.tag('device', login, nonce, since)}"


def _known_device(cookie: str, login: str, at: datetime) -> str:
    """What a browser that signed in with this account before is counted by; empty for any other."""
    nonce, _, rest = cookie.partition(".")
    since, _, signed = rest.partition(".")
    if not compare_digest(signed.encode(), sealing.tag("device", login, nonce, since).encode()):
        return ""
    return nonce if at.timestamp() - int(since) < KNOWN_FOR.total_seconds() else ""
