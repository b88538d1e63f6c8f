"""Accounts of staff: who they are, whom they serve, what they may see."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Response
from pydantic import BaseModel

from callcenter import clock
from callcenter.actions import account_forms, accounts
from callcenter.actions.accounts import Imported, NewLink
from callcenter.rules.roles import ADMIN
from callcenter.screens.accounts_screen import Account, AccountGiven, listed
from callcenter.screens.fields import Id
from callcenter.web.identity import Admitted, open_to


class Link(BaseModel):
    """The account's id, and the link by which its owner chooses a password: said this once, until when it holds."""

    id: str
    link: str
    until: datetime

    @classmethod
    def of(cls, made: NewLink) -> "Link":
        return cls(id=made.agent_id, link=made.address, until=made.until)


router = APIRouter(prefix="/api/admin/agents", tags=["administration"])


@router.get("")
@open_to(*ADMIN)
def find(visitor: Admitted, text: str = "", department: str = "", role: str = "", active: bool = True) -> list[Account]:
    """Staff by a part of their name or login."""
    return listed(text, department, role, active=active)


@router.post("", status_code=201)
@open_to(*ADMIN)
def create(given: AccountGiven, visitor: Admitted) -> Link:
    """A new account, with the link of its owner."""
    return Link.of(account_forms.create(visitor.staff, given.model_dump(), clock.now()))


@router.put("/{agent_id}", status_code=204)
@open_to(*ADMIN)
def change(agent_id: Id, given: AccountGiven, visitor: Admitted) -> None:
    """The account as it is from now on; who is at their post serves the new queues at once."""
    accounts.change_account(visitor.staff, agent_id, account_forms.judged(given.model_dump()), clock.now())


@router.post("/{agent_id}/link", status_code=201)
@open_to(*ADMIN)
def make_link(agent_id: Id, visitor: Admitted) -> Link:
    """Another link by which its owner chooses a password; the one before opens nothing any more."""
    return Link.of(accounts.make_link(visitor.staff, agent_id, clock.now()))


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
    done = account_forms.take_in(visitor.staff, table, clock.now())
    if done.refused:
        response.status_code = 422
    return done
