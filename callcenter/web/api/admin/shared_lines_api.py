"""The lines that many people call from, as administrators list them."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.actions import shared_lines
from callcenter.records.agents import Agent
from callcenter.rules.roles import ADMIN
from callcenter.screens.fields import Id
from callcenter.screens.shared_lines_screen import SharedLineShown, every
from callcenter.web.identity import Admitted, open_to


class ListLine(BaseModel):
    """A line whose calls wait like those of as many numbers. `name`: whose it is."""

    number: str = Field(description="national or E.164", examples=["05 65 05 12 34"], max_length=30)
    name: str = Field(examples=["EHPAD Les Tilleuls"], max_length=80)

    def carry_out(self, admin: Agent, at: datetime) -> str:
        return shared_lines.list_line(admin, self.number, self.name, at)


@dataclass(frozen=True)
class LineListed:
    """The id of a line."""

    id: str


router = APIRouter(prefix="/api/admin/shared-lines", tags=["administration"])


@router.get("")
@open_to(*ADMIN)
def list_all(visitor: Admitted) -> list[SharedLineShown]:
    """Care homes, prisons, switchboards: every line that is exempt from what one number may hold of the queue."""
    return every()


@router.post("", status_code=201)
@open_to(*ADMIN)
def add(asked: ListLine, visitor: Admitted) -> LineListed:
    """List a line; it holds for the next caller."""
    return LineListed(asked.carry_out(visitor.staff, clock.now()))


@router.delete("/{line_id}", status_code=204)
@open_to(*ADMIN)
def take_off(line_id: Id, visitor: Admitted) -> None:
    """This line is one number like any other again."""
    shared_lines.take_off(visitor.staff, line_id, clock.now())
