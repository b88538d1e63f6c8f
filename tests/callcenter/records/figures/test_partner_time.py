"""Time with a partner's person while the citizen waited is no part of our hold, nor of handling."""

from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.records import agent_days, contacts
from callcenter.records.figures import roll_up, totals
from callcenter.records.figures.by_agent import by_agent
from callcenter.records.figures.partner_time import held_apart
from callcenter.records.legs import Leg
from callcenter.rules.territory import local_day
from tests.support.consulted import consulted
from tests.support.town import settle
from tests.support.wrap_up import wraps_up

pytestmark = pytest.mark.usefixtures("database", "live")
SECOND = timedelta(seconds=1)


def test_time_with_a_partner_is_apart() -> None:
    """Two minutes of conversation, one of them on hold; the partner's person was there for 40 s before all three
    spoke, and for 30 s after."""
    karim = settle("karim")
    call_id, contact_id = wraps_up(karim)
    at, day = clock.now() - 200 * SECOND, local_day("46", clock.now())
    with transaction() as session:
        leg = session.query(Leg).one()
        leg.talked_from, leg.left_at, leg.held, leg.wrapped_at = at, at + 120 * SECOND, 60.0, at + 130 * SECOND
        contact = contacts.get(session, contact_id)
        assert contact is not None
        contact.due, contact.local_day = "recorded", day
        leg_id = leg.id
    consulted(call_id, karim, at + 20 * SECOND, 70, "dismissed", together_at=at + 60 * SECOND)
    consulted(call_id, karim, at, 30, "dismissed", kind="agent", partner=None)  # a colleague's is our own
    with transaction() as session:
        roll_up.mark(session, [day])
        roll_up.roll_up(session, clock.now())
    with reading() as session:
        assert held_apart(session, [leg_id]) == {leg_id: 40.0}
        tally = totals.between(session, day, day)[()]
        (mine,) = by_agent(session, day, day + timedelta(days=1), ["46"], clock.now())
        done = agent_days.of_agent(session, karim, clock.now() - timedelta(hours=1))
    assert (tally.talk_ms, tally.hold_ms, tally.wrap_up_ms) == (60_000, 20_000, 10_000)
    assert (mine.talked, mine.held, mine.wrapped) == (60.0, 20.0, 10.0)
    assert done.handling == 90.0
