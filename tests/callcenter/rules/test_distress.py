"""Whose services are told of in a distress, and where the numbers are certain."""

from callcenter.rules import distress
from callcenter.rules.territory import UNKNOWN


def test_the_citizens_own_department_else_the_agents() -> None:
    assert distress.place_of("31", "46") == "31"
    assert distress.place_of(UNKNOWN, "46") == "46"


def test_territories_with_services_of_their_own_are_told_apart() -> None:
    assert distress.is_certain("46")
    assert distress.is_certain("974")
    assert not distress.is_certain("988")
