"""Every table, so that whoever needs the whole schema imports one name."""

from callcenter.db import Base
from callcenter.records import (
    agents,
    beacon,
    callbacks,
    calls,
    carrier_events,
    contacts,
    directory,
    drafts,
    figures,
    hands,
    hours,
    legs,
    offers,
    revision,
    rollout,
    sessions,
    sites,
    trail,
    visits,
)

metadata = Base.metadata
__all__ = [
    "agents",
    "beacon",
    "callbacks",
    "calls",
    "carrier_events",
    "contacts",
    "directory",
    "drafts",
    "figures",
    "hands",
    "hours",
    "legs",
    "metadata",
    "offers",
    "revision",
    "rollout",
    "sessions",
    "sites",
    "trail",
    "visits",
]
