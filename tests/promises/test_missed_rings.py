"""A pause « non-réponse » is for whoever let a telephone ring: no end of a line that never rang is an agent's fault."""

import pytest

from callcenter import clock
from callcenter.actions import agent_line, healing, offer_answers, room
from callcenter.db import reading
from callcenter.records import legs, offers
from callcenter.records.legs import Leg
from callcenter.rules.carrier_news import LineEnd
from callcenter.rules.states import AgentState, CallState, PauseReason
from callcenter.screens import desk_screen
from ivr.practice.telephones import PracticeLine
from tests.support.people import joins, rings, the_agent, the_call

pytestmark = pytest.mark.usefixtures("telephones")


@pytest.fixture
def leg(carrier: PracticeLine, telephones: PracticeLine, karim: str) -> Leg:
    """Karim has accepted a call, and his desk phone is being asked for."""
    joins(rings(carrier, 1).sid, 1)
    with reading() as session:
        offer = offers.open_of_agent(session, karim)
    assert offer is not None
    leg = offer_answers.accept_offer(karim, offer.id, clock.now())
    assert leg is not None
    with reading() as session:
        asked = legs.get(session, leg.id)
    assert asked is not None
    return asked


def _is_free_or_offered_again(karim: str, leg: Leg) -> bool:
    mine, call = the_agent(karim), the_call(leg.call_id)
    return mine.state in (AgentState.AVAILABLE, AgentState.OFFERED) and call.state in (
        CallState.WAITING,
        CallState.OFFERED,
    )


@pytest.mark.parametrize("end", list(LineEnd))
def test_a_line_that_never_rang_is_nobodys_missed_call(karim: str, leg: Leg, end: LineEnd) -> None:
    room.end_leg_line(leg.id, str(leg.carrier_id), end, clock.now())
    assert _is_free_or_offered_again(karim, leg)


@pytest.mark.parametrize("end", list(LineEnd))
def test_one_that_rang_is_missed_unless_it_failed_or_was_called_off(karim: str, leg: Leg, end: LineEnd) -> None:
    room.mark_leg_ringing(leg.id, str(leg.carrier_id), clock.now())
    room.end_leg_line(leg.id, str(leg.carrier_id), end, clock.now())
    if end in (LineEnd.FAILED, LineEnd.CANCELLED):
        assert _is_free_or_offered_again(karim, leg)
    else:
        assert (the_agent(karim).state, the_agent(karim).pause_reason) == (AgentState.PAUSE, PauseReason.NO_ANSWER)


def test_one_of_which_the_carrier_knows_nothing_any_more_is_not(karim: str, leg: Leg) -> None:
    room.mark_leg_ringing(leg.id, str(leg.carrier_id), clock.now())
    healing._leg_is_gone(leg, clock.now())
    assert _is_free_or_offered_again(karim, leg)


def test_a_telephone_that_the_carrier_refuses_pauses_for_that_reason_and_says_so(karim: str, leg: Leg) -> None:
    agent_line.return_unrung(leg.id, clock.now(), may_ring=False)
    shown = desk_screen.of(karim)
    assert (shown.state, shown.reason, shown.offer_gone) == (AgentState.PAUSE, PauseReason.NO_PHONE, None)


def test_a_line_that_is_lost_in_conversation_is_no_missed_call_either(karim: str, leg: Leg) -> None:
    call = the_call(leg.call_id)
    room.admit_leg(leg.id, str(leg.carrier_id), clock.now())
    room.admit_citizen(call.id, clock.now(), "")
    assert the_agent(karim).state == AgentState.TALKING
    agent_line.part_from_leg(leg.id, clock.now(), lost=True)
    assert (the_agent(karim).state, the_agent(karim).pause_reason) == (AgentState.PAUSE, PauseReason.LINE_LOST)
