"""What the owner of an account does with its password, which nobody else knows; every other session of theirs ends."""

from collections.abc import Callable
from datetime import datetime

from callcenter.db import Session, transaction
from callcenter.errors import NotFound, Refusal
from callcenter.records import agents, password_links, sessions
from callcenter.records.agents import Agent
from callcenter.rules.accounts import must_not_be_own_name
from callcenter.rules.audited_acts import AuditedAct


class LinkSpent(Refusal):
    """Ce lien ne sert plus : il a déjà servi, il a expiré, ou un plus récent l'a remplacé. Demandez-en un autre."""

    status = 422
    english = "This link is of no more use: it was used, it expired, or a newer one took its place. Ask for another."


def choose_by_link(token: str, password: str, hashed: Callable[[str], str], session_token: str, at: datetime) -> Agent:
    """The link is used, and its owner signed in with a fresh session. Raises LinkSpent, OwnNamePassword."""
    kept = hashed(password)  # whatever the link: it takes as long
    with transaction() as session:
        agent = password_links.take(session, token, at)
        if agent is None:
            raise LinkSpent
        _keep(session, agent, password, kept, session_token, at)
    return agent


def change(agent_id: str, password: str, hashed: Callable[[str], str], session_token: str, at: datetime) -> Agent:
    """Another password; a link that was made and not used opens nothing any more. Raises OwnNamePassword, NotFound."""
    kept = hashed(password)
    with transaction() as session:
        agent = agents.lock(session, agent_id)
        if agent is None:
            raise NotFound
        password_links.revoke(session, agent_id)
        _keep(session, agent, password, kept, session_token, at)
    return agent


def _keep(session: Session, agent: Agent, password: str, kept: str, session_token: str, at: datetime) -> None:
    must_not_be_own_name(password, agent.login, agent.name)
    agent.password_hash = kept
    sessions.revoke(session, agent.id, at)
    sessions.begin(session, agent.id, session_token, at)
    sessions.audit(session, agent.id, AuditedAct.SET_THEIR_OWN_PASSWORD, "agent", agent.id, at)
