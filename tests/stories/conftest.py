"""The stage: the whole service as processes on the tests' stores, started once; empty before each story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.db import engine
from callcenter.demonstration import embedded
from ivr.practice.telephones import Caller, PracticeLine
from tests.support import cast
from tests.support.desk import Desk, DeskAgent
from tests.support.helping import DURAND, KARIM, LEA
from tests.support.town import PASSWORD, settle


@pytest.fixture(scope="package")
def running(
    stores: embedded.Stores, schema: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[cast.Service]:
    """Voice, web, sweep, worker and carrier; telephone time is twenty times faster. One for all stories, and for
    nothing after them: other tests have the same stores, and it would keep the promises that they write."""
    logs = tmp_path_factory.mktemp("logs")
    with cast.service(stores.environment(), Path(logs)) as service, cast.in_settings(service):
        yield service


@pytest.fixture
def service(running: cast.Service, database: object, live: object) -> Iterator[cast.Service]:
    """The running service with nothing in it, every webhook delivered twice, and once unsigned."""
    line = running.line()
    line.faults()
    for call in line.live():
        line.ask("POST", f"/calls/{call['sid']}/hangup", {})
    line.faults(twice=1.0, unsigned=1.0)
    yield running
    line.faults()
    engine().dispose()


@pytest.fixture
def line(service: cast.Service) -> PracticeLine:
    """The telephones of the citizens; every desk phone answers and presses 1."""
    return service.line().registers("default", "answer_and_press_1")


@pytest.fixture
def desk(service: cast.Service) -> Iterator[Desk]:
    """The agents' desks."""
    with Desk(service.web) as desk:
        yield desk


@pytest.fixture
def karim(line: PracticeLine, desk: Desk) -> DeskAgent:
    """At their post."""
    settle("karim", phone=KARIM)
    return desk.sign_in("karim", PASSWORD).takes_post()


@pytest.fixture
def durand(line: PracticeLine, karim: DeskAgent) -> Caller:
    """Mme Durand, who speaks with Karim."""
    durand = line.call(from_=DURAND).presses("0").waits_in_queue()
    karim.is_offered()
    karim.accepts()
    durand.speaks_with(KARIM)
    karim.is_("talking")
    return durand


@pytest.fixture
def lea(durand: Caller, desk: Desk) -> DeskAgent:
    """A colleague of the region's, free."""
    settle("lea", "31", phone=LEA)
    return desk.sign_in("lea", PASSWORD).takes_post()
