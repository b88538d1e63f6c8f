"""Links that open the wall on a screen, without a name and without acts, until somebody revokes them or their maker may
see as much no longer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from callcenter.db import reading
from callcenter.errors import NotFound
from callcenter.records import wall_settings
from callcenter.records.agents import Agent
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
        if link.is_seen_by(overseer)
    ]
