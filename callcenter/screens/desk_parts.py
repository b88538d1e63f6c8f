"""What every part of the desk is."""

from pydantic import BaseModel, ConfigDict

from callcenter.rules.territory import TERRITORIES


class Shown(BaseModel):
    """Something a screen shows. Instants are UTC."""

    model_config = ConfigDict(frozen=True)


def timezone_of(department: str) -> str:
    """Whose clock a department lives by; Paris's for one that is not known."""
    territory = TERRITORIES.get(department)
    return territory.timezone if territory and territory.timezone else "Europe/Paris"
