"""What can matter no more is forgotten, though the trail and the audit are append-only."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from callcenter import clock
from callcenter.actions import accounts
from callcenter.db import reading, transaction
from callcenter.records import agents
from callcenter.records.agents import KEPT, Agent
from tests.support.town import settle
from workers import nightly

LONG_AGO = timedelta(days=800)


def _found(agent_id: str) -> Agent:
    with reading() as session:
        found = agents.get(session, agent_id)
    assert found is not None
    return found


@pytest.mark.usefixtures("database")
def test_the_night_tidies() -> None:
    nightly.tidy()


@pytest.mark.usefixtures("database", "live")
@pytest.mark.parametrize(
    ("closed", "is_blank"), [(timedelta(0), False), (KEPT - timedelta(days=1), False), (KEPT + timedelta(days=1), True)]
)
def test_an_account_is_blanked_two_years_after_it_was_closed(closed: timedelta, is_blank: bool) -> None:
    """Whenever it last took a call: one that nobody used for two years is not forgotten the day it is closed."""
    admin, vera = _found(settle("admin", role="admin")), settle("vera")
    with transaction() as session:
        session.get_one(Agent, vera).since = clock.now() - LONG_AGO
    accounts.deactivate(admin, vera, clock.now() - closed)
    nightly.tidy()
    assert (_found(vera).name == "") is is_blank


@pytest.mark.usefixtures("database", "live")
@pytest.mark.parametrize(
    "again",
    [
        pytest.param(lambda admin, vera, at: accounts.deactivate(admin, vera, at), id="closed twice: the first counts"),
        pytest.param(lambda admin, vera, at: accounts.reactivate(admin, vera, at), id="opened again"),
    ],
)
def test_what_counts_is_since_when_it_is_closed(again: Callable[[Agent, str, datetime], None]) -> None:
    admin, vera, long_ago = _found(settle("admin", role="admin")), settle("vera"), clock.now() - LONG_AGO
    accounts.deactivate(admin, vera, long_ago)
    again(admin, vera, clock.now())
    assert _found(vera).closed_at == (None if _found(vera).active else long_ago)
    nightly.tidy()
    assert (_found(vera).name == "") is not _found(vera).active
