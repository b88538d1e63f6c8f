"""Accounts of staff: who they are, whom they serve, what they may see."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from callcenter import clock, passwords
from callcenter.actions import accounts as accounts_actions
from callcenter.actions.accounts import Imported
from callcenter.db import reading
from callcenter.errors import NotFound
from callcenter.records import agents, sessions
from callcenter.records.agents import Agent
from callcenter.records.sessions import Act
from callcenter.rules import accounts
from callcenter.rules.accounts import Profile
from callcenter.screens import directory_screen


class Account(BaseModel):
    """One account as it is. `phone`: masked, for the list is long and few need it whole; `phone_is_not_called`: one
    that the service does not ring, written before it was judged."""

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

    def profile(self) -> Profile:
        """Raises BadAnswer."""
        return checked(self.model_dump())


class NewAccount(AccountGiven):
    """Without a password they cannot sign in until one is set."""

    password: Annotated[str, Field(max_length=200)] = ""


def listed(text: str = "", department: str = "", role: str = "", *, active: bool = True) -> list[Account]:
    """Staff by a part of their name or login, at most 200 of them."""
    with reading() as session:
        return [account(row) for row in agents.search(session, text.strip(), department, role, active=active)]


def one(agent_id: str) -> tuple[Agent, list[Act]]:
    """An account with its history. Raises NotFound."""
    with reading() as session:
        row = agents.get(session, agent_id)
        if row is None:
            raise NotFound
        return row, sessions.history(session, ["agent"], agent_id)


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
    )


def checked(given: Mapping[str, object]) -> accounts.Profile:
    """Fields as a form has them. Raises BadAnswer."""
    return accounts.checked(given, tuple(directory_screen.topics()), every_topic)


def every_topic(department: str) -> tuple[str, ...]:
    """What somebody of this department may be expected to know: no neighbour's own services."""
    return tuple(directory_screen.topics_of([department]))


def engage(admin: Agent, given: Mapping[str, object], password: str) -> str:
    """A new account from fields as a form has them; its id. Raises BadAnswer, BadPassword."""
    profile = checked(given)
    return accounts_actions.create_account(admin, profile, _hashed(password) if password else "", clock.now())


def take_in(admin: Agent | None, content: bytes) -> Imported:
    """A whole table, or nothing of it. Raises NotStaff."""
    entries, wrong = accounts.read(content, tuple(directory_screen.topics()), every_topic)
    hashes = {entry.profile.login: _hashed(entry.password) for entry in entries if entry.password and not wrong}
    return accounts_actions.import_accounts(admin, entries, wrong, hashes, clock.now())


def set_password(admin: Agent, agent_id: str, password: str) -> None:
    """Raises BadPassword, NotFound."""
    accounts_actions.set_password(admin, agent_id, _hashed(password), clock.now())


def _hashed(password: str) -> str:
    return passwords.hashed(accounts.checked_password(password))
