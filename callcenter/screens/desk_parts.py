"""What every part of the desk is."""

from pydantic import BaseModel, ConfigDict

from callcenter.rules.territory import clock_of


class Shown(BaseModel):
    """Something a screen shows. Instants are UTC."""

    model_config = ConfigDict(frozen=True)


def timezone_of(department: str) -> str:
    """Whose clock a department lives by; Paris's for one that is not known."""
    return clock_of(department).key
