"""The national list of sites and the rounds of buses, as an administrator brings them."""

from typing import Annotated

from fastapi import APIRouter, File, Form

from callcenter.rules.roles import ADMIN
from callcenter.screens.national_list_screen import (
    ListTaken,
    RoundsTaken,
    TownsTaken,
    take_in_list,
    take_in_rounds,
    take_in_towns,
)
from callcenter.web.identity import Admitted, open_to

router = APIRouter(prefix="/api/admin/sites", tags=["administration"])


@router.post("/import")
@open_to(*ADMIN)
def import_list(
    table: Annotated[bytes, File()], visitor: Admitted, all_that_go: Annotated[bool, Form()] = False
) -> ListTaken:
    """The national list (CSV, at most 20 MB), whole or refused with nothing changed. `all_that_go`: even if many of the
    known sites are no longer listed."""
    return take_in_list(visitor.staff, table, all_that_go=all_that_go)


@router.post("/rounds/import")
@open_to(*ADMIN)
def import_rounds(table: Annotated[bytes, File()], visitor: Admitted) -> RoundsTaken:
    """The rounds of buses (CSV or JSON): each bus that is named has these stops, and no other."""
    return take_in_rounds(visitor.staff, table)


@router.post("/towns/import")
@open_to(*ADMIN)
def import_towns(table: Annotated[bytes, File()], visitor: Admitted) -> TownsTaken:
    """A table of towns (CSV: postal code, name, latitude, longitude), in place of the one before; with it the nearest
    sites are told first."""
    return take_in_towns(visitor.staff, table)
