"""An agent's line that a fault cut in a conversation: their caller is before everybody, they keep what they chose."""

from collections.abc import Iterator

import pytest

from callcenter import clock
from callcenter.actions import agent, agent_line, config_snapshot
from callcenter.db import reading
from callcenter.records import legs, offers
from callcenter.rules.priority import Reason
from callcenter.rules.states import AgentState, CallState, OfferState, PauseReason
from tests.support.conversation import carrier, speaks
from tests.support.people import hires, number_of, the_agent, the_call


@pytest.fixture
def karim(database: object, live: object) -> Iterator[str]:
    config_snapshot.refresh()
    karim = hires(1)
    agent.take_post(karim, "phone", clock.now())
    with carrier():
        yield karim


def loses_their_line(call_id: str) -> None:
    with reading() as session:
        leg = legs.serving(session, call_id)
    assert leg is not None
    agent_line.part_from_leg(leg.id, clock.now(), lost=True)


def test_who_is_cut_off_has_not_failed_to_answer(karim: str) -> None:
    call_id = speaks(karim, "CA1", number_of(1), clock.now())
    loses_their_line(call_id)
    call, cut_off = the_call(call_id), the_agent(karim)
    assert (call.state, call.reasons) == (CallState.WAITING, [Reason.DROPPED])
    assert (cut_off.state, cut_off.pause_reason) == (AgentState.PAUSE, PauseReason.LINE_LOST)
    with reading() as session:
        last = offers.last_of_agent(session, karim)
    assert last is not None
    assert last.state == OfferState.ACCEPTED  # nothing that a report counts as missed


@pytest.mark.parametrize(
    ("to", "reason"), [(AgentState.PAUSE, PauseReason.LUNCH), (AgentState.OFFLINE, None)], ids=["lunch", "leaves"]
)
def test_what_they_chose_for_after_the_call_holds(karim: str, to: AgentState, reason: PauseReason | None) -> None:
    call_id = speaks(karim, "CA1", number_of(1), clock.now())
    agent.choose_next_state(karim, to, reason, clock.now())
    loses_their_line(call_id)
    assert the_call(call_id).state == CallState.WAITING
    assert (the_agent(karim).state, the_agent(karim).pause_reason) == (to, reason)
