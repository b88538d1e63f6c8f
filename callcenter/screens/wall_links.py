"""Links that open the wall on a screen, without a name and without acts, until somebody revokes them or their maker may
see as much no longer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.errors import NotFound
from callcenter.records import sessions, wall_settings
from callcenter.records.agents import Agent
from callcenter.rules.audited_acts import AuditedAct
from callcenter.screens.scope import Scope


@dataclass(frozen=True)
class Opened:
    """What a link opens."""

    scope: Scope
    token: bytes


@dataclass(frozen=True)
class Link:
    """A link as its makers see it: the address itself is shown once, when it is made. `opens`: whether its maker may
    still show that much."""

    id: str
    label: str
    departments: tuple[str, ...] | None
    made_at: datetime
    opens: bool


def opened(token: str) -> Opened:
    """What this address opens. Raises NotFound."""
    with reading() as session:
        link = wall_settings.link_of(session, token)
    if link is None:
        raise NotFound
    return Opened(None if link.departments is None else frozenset(link.departments), link.token)


def still_open(tokens: Collection[bytes]) -> set[bytes]:
    """Which links' screens may go on looking."""
    with reading() as session:
        return wall_settings.open_links(session, tokens)


def of(overseer: Agent) -> list[Link]:
    """One's own, and those that show no more than one may see."""
    with reading() as session:
        standing = wall_settings.links(session)
    return [
        Link(
            link.id, link.label, tuple(link.departments) if link.departments is not None else None, link.made_at, opens
        )
        for link, opens in standing
        if link.made_by == overseer.id or _is_within(link.departments, overseer.scope)
    ]


def make(overseer: Agent, label: str) -> str:
    """A link to what this supervisor sees; gives the secret part of its address."""
    token, at = token_urlsafe(24), clock.now()
    with transaction() as session:
        link_id = wall_settings.make_link(session, token, label.strip()[:80], overseer.scope, overseer.id, at)
        sessions.audit(session, overseer.id, AuditedAct.OPENS_THE_WALL_TO_A_SCREEN, "wall_link", link_id, at)
    return token


def revoke(overseer: Agent, link_id: str) -> None:
    """The screen is told within seconds. Raises NotFound for another's link to more than one sees."""
    if link_id not in {link.id for link in of(overseer)}:
        raise NotFound
    at = clock.now()
    with transaction() as session:
        wall_settings.revoke_link(session, link_id, at)
        sessions.audit(session, overseer.id, AuditedAct.CLOSES_THE_WALL_TO_A_SCREEN, "wall_link", link_id, at)


def _is_within(departments: Collection[str] | None, scope: Scope) -> bool:
    return scope is None or (departments is not None and {*departments} <= scope)
