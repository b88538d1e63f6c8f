"""The numbers that are read out in a distress, and never dialled by us: the carrier would reach the services of our own
address."""

from callcenter.rules.territory import TERRITORIES

EMERGENCY = ("15", "17", "18", "112", "114")
HELPLINES = ("119", "3114", "3919")
OWN_SERVICES = frozenset({"975", "977", "978", "986", "987", "988"})
"""Territories whose telephone plan or services are their own: some of these numbers lead nowhere there."""


def is_certain(department: str) -> bool:
    """Whether all of these numbers are answered there."""
    return department not in OWN_SERVICES


def place_of(citizens: str, agents: str) -> str:
    """Whose services are told of: the citizen's department, or the agent's where that is not known."""
    return citizens if citizens in TERRITORIES else agents
