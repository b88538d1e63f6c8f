"""The week of every listed site, for the opening commitment."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.records.sites import Site
from callcenter.rules.opening_commitment import OpeningWeek, opening_week

PRINCIPAL = "principal"
GOING_ROUND = ("bus", "itin")


@dataclass(frozen=True)
class SiteWeek:
    """One site and its week; `week` None: its hours are not known. `is_principal`: the commitment is asked of it."""

    id: int
    name: str
    city: str
    department: str
    kind: str
    is_principal: bool
    week: OpeningWeek | None


def opening(session: Session, departments: Collection[str] | None) -> list[SiteWeek]:
    """Every listed site with its week, in order of department and town."""
    listed = select(Site).where(Site.gone_at.is_(None)).order_by(Site.department, Site.city, Site.name, Site.id)
    if departments is not None:
        listed = listed.where(Site.department.in_(departments))
    return [
        SiteWeek(
            site.id, site.name, site.city, site.department, site.kind, _is_principal(site), opening_week(site.week)
        )
        for site in session.scalars(listed)
    ]


def site_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """What sites are called, gone ones too."""
    return {site.id: site.name for site in session.scalars(select(Site).where(Site.id.in_(ids)))}


def _is_principal(site: Site) -> bool:
    """Antennas belong to a principal site, buses and itinerant sites go round: the commitment is not asked of them."""
    goes_round = site.format.strip().lower().startswith(GOING_ROUND)
    return site.kind.strip().lower() == PRINCIPAL and not goes_round
