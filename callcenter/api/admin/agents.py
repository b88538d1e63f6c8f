"""Accounts of staff: who they are, whom they serve, what they may see."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, File, Response
from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.actions import staff as verbs
from callcenter.actions.staff import Imported
from callcenter.api import directory, passwords
from callcenter.api.identity import ADMIN, Admitted, Id, open_to
from callcenter.db import reading
from callcenter.errors import NotFound
from callcenter.records import agents, sessions
from callcenter.records.agents import Agent
from callcenter.records.sessions import Act
from callcenter.rules import staff as rules
from callcenter.rules.staff import Profile


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


class Member(BaseModel):
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


class NewMember(Member):
    """Without a password they cannot sign in until one is set."""

    password: Annotated[str, Field(max_length=200)] = ""


class Password(BaseModel):
    """At least twelve characters."""

    password: Annotated[str, Field(max_length=200)]


class Created(BaseModel):
    """The new account's id."""

    id: str


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


def checked(given: Mapping[str, object]) -> rules.Profile:
    """Fields as a form has them. Raises BadAnswer."""
    return rules.checked(given, tuple(directory.topics()), every_topic)


def every_topic(department: str) -> tuple[str, ...]:
    """What somebody of this department may be expected to know: no neighbour's own services."""
    return tuple(directory.topics_of([department]))


def engage(admin: Agent, given: Mapping[str, object], password: str) -> str:
    """A new account from fields as a form has them; its id. Raises BadAnswer, BadPassword."""
    profile = checked(given)
    return verbs.engages(admin, profile, _hashed(password) if password else "", clock.now())


def take_in(admin: Agent | None, content: bytes) -> Imported:
    """A whole table, or nothing of it. Raises NotStaff."""
    entries, wrong = rules.read(content, tuple(directory.topics()), every_topic)
    hashes = {entry.profile.login: _hashed(entry.password) for entry in entries if entry.password and not wrong}
    return verbs.imports(admin, entries, wrong, hashes, clock.now())


def set_password(admin: Agent, agent_id: str, password: str) -> None:
    """Raises BadPassword, NotFound."""
    verbs.sets_password(admin, agent_id, _hashed(password), clock.now())


def _hashed(password: str) -> str:
    return passwords.hashed(rules.checked_password(password))


router = APIRouter(prefix="/api/admin/agents", tags=["administration"])


@router.get("")
@open_to(*ADMIN)
def find(visitor: Admitted, text: str = "", department: str = "", role: str = "", active: bool = True) -> list[Account]:
    """Staff by a part of their name or login."""
    return listed(text, department, role, active=active)


@router.post("", status_code=201)
@open_to(*ADMIN)
def create(given: NewMember, visitor: Admitted) -> Created:
    """A new account."""
    return Created(id=engage(visitor.staff, given.model_dump(exclude={"password"}), given.password))


@router.put("/{agent_id}", status_code=204)
@open_to(*ADMIN)
def change(agent_id: Id, given: Member, visitor: Admitted) -> None:
    """The account as it is from now on; who is at their post serves the new queues at once."""
    verbs.changes(visitor.staff, agent_id, given.profile(), clock.now())


@router.post("/{agent_id}/password", status_code=204)
@open_to(*ADMIN)
def change_password(agent_id: Id, given: Password, visitor: Admitted) -> None:
    """Another password; every browser of theirs is signed out."""
    set_password(visitor.staff, agent_id, given.password)


@router.post("/{agent_id}/deactivate", status_code=204)
@open_to(*ADMIN)
def deactivate(agent_id: Id, visitor: Admitted) -> None:
    """They may sign in no more, and leave their post."""
    verbs.deactivates(visitor.staff, agent_id, clock.now())


@router.post("/{agent_id}/reactivate", status_code=204)
@open_to(*ADMIN)
def reactivate(agent_id: Id, visitor: Admitted) -> None:
    """They may sign in again, as before."""
    verbs.reactivates(visitor.staff, agent_id, clock.now())


@router.post("/import")
@open_to(*ADMIN)
def import_table(table: Annotated[bytes, File()], visitor: Admitted, response: Response) -> Imported:
    """A CSV table of accounts, whole or refused (422) with every line and reason."""
    done = take_in(visitor.staff, table)
    if done.refused:
        response.status_code = 422
    return done
