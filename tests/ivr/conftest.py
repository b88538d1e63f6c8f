"""A caller's line, and the agent whom they wait for."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from callcenter.actions.agent import pause, take_post
from callcenter.clock import now
from callcenter.demonstration import embedded
from callcenter.rules.states import PauseReason
from tests.support.town import line_hours, settle
from tests.support.voice_line import Carrier, in_front_of_the_app


@pytest.fixture
def carrier(database: embedded.Server, live: embedded.Server) -> Iterator[Carrier]:
    with in_front_of_the_app() as carrier:
        yield carrier


@pytest.fixture
def agent(database: embedded.Server, live: embedded.Server) -> str:
    """Somebody of the Lot is at their post for taxes, and has gone for a coffee: whoever calls waits. Their id."""
    karim = settle("karim", "46", ["impots", "autre"])
    take_post(karim, "phone", now())
    pause(karim, PauseReason.BREAK, now())
    return karim


MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten o'clock in Cahors


@pytest.fixture
def monday(database: embedded.Server, live: embedded.Server) -> Iterator[None]:
    with time_machine.travel(MONDAY), line_hours():
        yield
