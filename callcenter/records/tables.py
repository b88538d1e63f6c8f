"""Every table, so that whoever needs the whole schema imports one name."""

from callcenter.db import Base
from callcenter.records import (
    agents,
    beacon,
    callbacks,
    calls,
    carrier_events,
    contacts,
    drafts,
    legs,
    offers,
    sessions,
    trail,
)

metadata = Base.metadata
__all__ = [
    "agents",
    "beacon",
    "callbacks",
    "calls",
    "carrier_events",
    "contacts",
    "drafts",
    "legs",
    "metadata",
    "offers",
    "sessions",
    "trail",
]
