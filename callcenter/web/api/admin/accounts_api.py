"""Accounts of staff: who they are, whom they serve, what they may see."""

from typing import Annotated

from fastapi import APIRouter, File, Response
from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.actions import accounts
from callcenter.actions.accounts import Imported
from callcenter.rules.roles import ADMIN
from callcenter.screens.accounts_screen import Account, AccountGiven, NewAccount, engage, listed, set_password, take_in
from callcenter.screens.fields import Id
from callcenter.web.identity import Admitted, open_to


class Password(BaseModel):
    """At least twelve characters."""

    password: Annotated[str, Field(max_length=200)]


class Created(BaseModel):
    """The new account's id."""

    id: str


router = APIRouter(prefix="/api/admin/agents", tags=["administration"])


@router.get("")
@open_to(*ADMIN)
def find(visitor: Admitted, text: str = "", department: str = "", role: str = "", active: bool = True) -> list[Account]:
    """Staff by a part of their name or login."""
    return listed(text, department, role, active=active)


@router.post("", status_code=201)
@open_to(*ADMIN)
def create(given: NewAccount, visitor: Admitted) -> Created:
    """A new account."""
    return Created(id=engage(visitor.staff, given.model_dump(exclude={"password"}), given.password))


@router.put("/{agent_id}", status_code=204)
@open_to(*ADMIN)
def change(agent_id: Id, given: AccountGiven, visitor: Admitted) -> None:
    """The account as it is from now on; who is at their post serves the new queues at once."""
    accounts.change_account(visitor.staff, agent_id, given.profile(), clock.now())


@router.post("/{agent_id}/password", status_code=204)
@open_to(*ADMIN)
def change_password(agent_id: Id, given: Password, visitor: Admitted) -> None:
    """Another password; every browser of theirs is signed out."""
    set_password(visitor.staff, agent_id, given.password)


@router.post("/{agent_id}/deactivate", status_code=204)
@open_to(*ADMIN)
def deactivate(agent_id: Id, visitor: Admitted) -> None:
    """They may sign in no more, and leave their post."""
    accounts.deactivate(visitor.staff, agent_id, clock.now())


@router.post("/{agent_id}/reactivate", status_code=204)
@open_to(*ADMIN)
def reactivate(agent_id: Id, visitor: Admitted) -> None:
    """They may sign in again, as before."""
    accounts.reactivate(visitor.staff, agent_id, clock.now())


@router.post("/import")
@open_to(*ADMIN)
def import_table(table: Annotated[bytes, File()], visitor: Admitted, response: Response) -> Imported:
    """A CSV table of accounts, whole or refused (422) with every line and reason."""
    done = take_in(visitor.staff, table)
    if done.refused:
        response.status_code = 422
    return done
