"""Accounts of staff: who they are, whom they serve, what they may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.actions.accounts import profile_of
from callcenter.db import reading
from callcenter.errors import NotFound
from callcenter.records import agents, password_links, sessions
from callcenter.records.agents import NO_PASSWORD, Agent
from callcenter.records.sessions import Act
from callcenter.rules.accounts import lacks


class Account(BaseModel):
    """One account as it is. `phone`: masked, for the list is long and few need it whole; `phone_is_not_called`: one
    that the service does not ring, written before it was judged; `lacks`: what it still needs, as codes."""

    id: str
    active: bool
    state: str
    login: str
    name: str
    role: str
    department: str
    site: int | None
    topics: list[str]
    languages: list[str]
    departments: list[str]
    phone: str
    phone_is_not_called: bool
    lacks: list[str]


class AccountGiven(BaseModel):
    """One account as it is to be. `departments`: those a supervisor or an auditor sees; `phone`: of the desk."""

    login: Annotated[str, Field(max_length=60)]
    name: Annotated[str, Field(max_length=120)]
    role: Annotated[str, Field(max_length=20)] = "agent"
    department: Annotated[str, Field(max_length=7)]
    site: int | None = None
    topics: list[str] = []
    languages: list[str] = ["fr"]
    departments: list[str] = []
    phone: Annotated[str, Field(max_length=40)] = ""


@dataclass(frozen=True)
class AccountShown:
    """One account with its history. `lacks`: what it still needs, as codes; `link_until`: that of its owner, not used
    yet, holds until then."""

    row: Agent
    acts: list[Act]
    lacks: tuple[str, ...]
    link_until: datetime | None


def listed(text: str = "", department: str = "", role: str = "", *, active: bool = True) -> list[Account]:
    """Staff by a part of their name or login, at most 200 of them."""
    with reading() as session:
        return [account(row) for row in agents.search(session, text.strip(), department, role, active=active)]


def one(agent_id: str) -> AccountShown:
    """Raises NotFound."""
    with reading() as session:
        row = agents.get(session, agent_id)
        if row is None:
            raise NotFound
        acts = sessions.history(session, ["agent"], agent_id)
        return AccountShown(row, acts, _lacks(row), password_links.pending(session, clock.now()).get(row.id))


def id_of(login: str) -> str:
    """Whose login this is. Raises NotFound."""
    with reading() as session:
        found = agents.by_login(session, login)
    if found is None:
        raise NotFound
    return found.id


def account(row: Agent) -> Account:
    return Account(
        id=row.id,
        active=row.active,
        state=row.state,
        login=row.login,
        name=row.name,
        role=row.role,
        department=row.department,
        site=row.site_id,
        topics=list(row.topics),
        languages=list(row.languages),
        departments=list(row.departments),
        phone=str(row.phone) if row.phone else "",
        phone_is_not_called=row.phone is not None and not row.phone.may_be_rung,
        lacks=list(_lacks(row)),
    )


def _lacks(row: Agent) -> tuple[str, ...]:
    return lacks(profile_of(row), has_password=row.password_hash != NO_PASSWORD)
