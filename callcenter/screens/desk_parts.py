"""What every part of the desk is."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from callcenter.rules.territory import clock_of


class Shown(BaseModel):
    """Something a screen shows. Instants are UTC."""

    model_config = ConfigDict(frozen=True)


def timezone_of(department: str) -> str:
    """Whose clock a department lives by; Paris's for one that is not known."""
    return clock_of(department).key


def midnight_of(timezone: str, at: datetime) -> datetime:
    """When the day of an instant began on this clock."""
    return at.astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
