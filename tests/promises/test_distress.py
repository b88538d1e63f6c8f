"""A distress where no supervisor may take part in a conversation: their screens ring all the same."""

import pytest

from callcenter import clock
from callcenter.actions import distress
from callcenter.config import settings
from callcenter.db import transaction
from callcenter.errors import NotAllowed, NotPossibleNow
from callcenter.records.agents import Agent
from callcenter.screens import desk_screen
from tests.support.consulting import Scene
from tests.support.people import hires


def supervises(number: int, *departments: str) -> str:
    supervisor = hires(number)
    with transaction() as session:
        row = session.get_one(Agent, supervisor)
        row.role, row.departments = "supervisor", list(departments)
    return supervisor


def test_the_screens_of_its_supervisors_ring_though_none_may_take_part(scene: Scene) -> None:
    assert not settings().monitoring
    ines, elsewhere = supervises(3, "46"), supervises(4, "31")
    distress.declare(scene.karim, clock.now())
    (told,) = desk_screen.of(ines).distresses
    assert (told.agent, desk_screen.of(elsewhere).distresses) == ("Agent 1", ())
    with pytest.raises(NotAllowed):
        distress.take_on(elsewhere, told.contact_id, clock.now())
    distress.take_on(ines, told.contact_id, clock.now())
    assert desk_screen.of(ines).distresses == ()
    call = desk_screen.of(scene.karim).call
    assert call is not None
    assert call.distress_taken_by == "Agent 3"
    with pytest.raises(NotPossibleNow):
        distress.take_on(ines, told.contact_id, clock.now())
