"""Links that open the wall on a screen: made and revoked by whoever sees as much."""

from datetime import datetime
from secrets import token_urlsafe

from callcenter.db import transaction
from callcenter.errors import NotFound
from callcenter.records import sessions, wall_settings
from callcenter.records.agents import Agent
from callcenter.rules.audited_acts import AuditedAct

LABEL = 80  # characters


def make_link(overseer: Agent, label: str, at: datetime) -> str:
    """A link to what this supervisor sees; gives the secret part of its address."""
    token = token_urlsafe(24)
    with transaction() as session:
        link_id = wall_settings.make_link(session, token, label.strip()[:LABEL], overseer.scope, overseer.id, at)
        sessions.audit(session, overseer.id, AuditedAct.OPENS_THE_WALL_TO_A_SCREEN, "wall_link", link_id, at)
    return token


def revoke_link(overseer: Agent, link_id: str, at: datetime) -> None:
    """The screen is told within seconds. Raises NotFound for another's link to more than one sees."""
    with transaction() as session:
        if link_id not in {link.id for link, _ in wall_settings.links(session) if link.is_seen_by(overseer)}:
            raise NotFound
        wall_settings.revoke_link(session, link_id, at)
        sessions.audit(session, overseer.id, AuditedAct.CLOSES_THE_WALL_TO_A_SCREEN, "wall_link", link_id, at)
