"""Moves of a consult with whoever is asked."""

from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.actions import agent
from callcenter.db import reading, transaction
from callcenter.records import agents, calls, consults, helping, offers
from callcenter.rules.consults import ConsultEnd, ConsultKind, ConsultState
from callcenter.rules.states import AgentState
from tests.support.people import hires, joins

pytestmark = pytest.mark.usefixtures("database", "live")


def test_a_colleague_whom_another_has_asked_is_not_freed_by_help_that_was_sought_in_vain() -> None:
    """Two agents ask the same colleague at one instant: one offer is made, and the other's consult ends."""
    at, karim, lea, zoe = clock.now(), *(hires(number) for number in (1, 2, 3))
    agent.take_post(hires(4), "phone", at)  # somebody serves: they are offered one citizen, and the others wait
    _, first, second = (joins(f"CA{number}", number) for number in (1, 2, 3))
    with transaction() as session:
        colleague = agents.lock(session, lea)
        assert colleague is not None
        colleague.state = AgentState.AVAILABLE
    sought: list[str] = []
    with transaction() as session:
        for call_id, asker in ((first, karim), (second, zoe)):
            call = calls.lock(session, call_id)
            assert call is not None
            row = consults.ask(session, call, asker, ConsultKind.AGENT, ConsultState.SOUGHT, at)
            row.helper_id = lea
            sought.append(row.id)
        mine, call = consults.held(session, sought[0])
        assert mine is not None
        assert call is not None
        assert helping.offer(session, mine, call, lea, at, at + timedelta(seconds=20)) is not None
    with transaction() as session:
        theirs, _ = consults.held(session, sought[1])
        assert theirs is not None
        assert helping.close(session, theirs, ConsultEnd.NOBODY, at).agents == ()
    with reading() as session:
        helped = consults.open_of_helper(session, lea)
        offer = offers.open_of_agent(session, lea)
        colleague = agents.get(session, lea)
    assert helped is not None
    assert helped.id == sought[0]
    assert colleague is not None
    assert colleague.state == AgentState.ASKED
    assert offer is not None
    assert offer.consult_id == sought[0]
