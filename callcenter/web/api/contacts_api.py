"""Contacts: one's own, one that somebody looks up, its correction, and the call back of whoever was cut off."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from callcenter import clock
from callcenter.actions import callback_now, contact_looks, correcting
from callcenter.rules.roles import AGENT, CONTACTS
from callcenter.screens import contact_lines, contact_screen, directory_screen
from callcenter.screens.contact_lines import Lines
from callcenter.screens.contact_screen import ContactShown
from callcenter.screens.fields import Id
from callcenter.web.api.desk_api import DemarcheGiven
from callcenter.web.identity import Admitted, open_to


class Named(BaseModel):
    """A reference, as the person says it."""

    reference: str = Field(min_length=1, max_length=30)


class Correct(BaseModel):
    """What came of a contact, from now on. `department`: of its person, `topic`: what it was about; left out, they stay
    as they are."""

    model_config = ConfigDict(extra="ignore")

    entries: list[DemarcheGiven] = Field(min_length=1, max_length=9)
    department: str | None = Field(None, max_length=7)
    topic: str | None = Field(None, max_length=40)

    def carry_out(self, staff_id: str, contact_id: str, at: datetime) -> None:
        own, citizens = directory_screen.departments_of_contact(staff_id, contact_id)
        served, kept = (own, self.department or citizens), directory_screen.recorded_of(contact_id)
        entries = [each.entry(served, kept) for each in self.entries]
        correcting.correct(staff_id, contact_id, entries, at, department=self.department, topic=self.topic)


router = APIRouter(prefix="/api/contacts", tags=["contacts"])


@router.get("/mine")
@open_to(*AGENT)
def list_mine(visitor: Admitted, page: int = 0) -> Lines:
    """One's own contacts, those that are still to be recorded first; 25 a page."""
    return contact_lines.mine(visitor.staff, max(page, 0))


@router.post("/named")
@open_to(*CONTACTS)
def find_named(asked: Named, visitor: Admitted) -> ContactShown:
    """The contact whose reference a person names. Looking is written down."""
    return contact_screen.of(
        visitor.staff, contact_looks.look_by_reference(visitor.staff, asked.reference, clock.now())
    )


@router.get("/{contact_id}")
@open_to(*CONTACTS)
def look(contact_id: Id, visitor: Admitted) -> ContactShown:
    """One contact that one may read: with its legs, démarches, notes, callbacks, trail and thread. Looking is written
    down."""
    contact_looks.look(visitor.staff, contact_id, clock.now())
    return contact_screen.of(visitor.staff, contact_id)


@router.post("/{contact_id}/correction", status_code=204)
@open_to(*CONTACTS)
def correct(contact_id: Id, asked: Correct, visitor: Admitted) -> None:
    """Correct what is recorded of a contact: its agent for a day, a supervisor of theirs later. The figures follow."""
    asked.carry_out(visitor.staff.id, contact_id, clock.now())


@router.post("/{contact_id}/call-back", status_code=204)
@open_to(*AGENT)
def call_back(contact_id: Id, visitor: Admitted) -> None:
    """Call back at once the person of one's own contact whose conversation broke off within the hour."""
    callback_now.call_back(visitor.staff.id, contact_id, clock.now())
