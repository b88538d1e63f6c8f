"""The sites of the network, as every member of staff may look them up. Hours inform; they never route a call."""

from fastapi import APIRouter

from callcenter.rules.roles import STAFF
from callcenter.screens.sites_screen import SitesFound, SiteShown, found, one
from callcenter.web.identity import Admitted, open_to

router = APIRouter(prefix="/api/sites", tags=["directory"])


@router.get("")
@open_to(*STAFF)
def find(visitor: Admitted, words: str = "", department: str = "") -> SitesFound:
    """Sites by every word of their name, town, postal code or number, and the rounds of a department."""
    return found(words, department, visitor.language)


@router.get("/{site_id}")
@open_to(*STAFF)
def read(site_id: int, visitor: Admitted) -> SiteShown:
    """One site."""
    return one(site_id)
