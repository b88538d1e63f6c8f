"""A call joins its queue: how far ahead, why, when it widens, and who is asked first. Through the verbs, on the real
stores and the practice carrier, whose desk phones nobody picks up."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from callcenter import clock
from callcenter.actions import agent, citizen, config_snapshot, conversation, live_index, offer_answers
from callcenter.db import reading, transaction
from callcenter.live import queue
from callcenter.records import assignments, calls, contacts, legs, offers, rollout
from callcenter.records.agents import Agent
from callcenter.records.calls import Call, Wish
from callcenter.records.moves import move
from callcenter.rules.priority import BONUS, FRONT, Reason
from callcenter.rules.states import AgentState, CallState, Ending, PauseReason
from callcenter.rules.whys import Why
from ivr.practice.telephones import PracticeLine as Line
from tests.support.conversation import carrier
from tests.support.people import hires, joins, number_of, the_agent, the_call

MONDAY = "2026-11-23T09:00:00+00:00"


@pytest.fixture(scope="module", autouse=True)
def telephones() -> Iterator[Line]:
    with carrier() as line:
        yield line.registers("default", "manual")


@pytest.fixture(autouse=True)
def clockwork(database: object, live: object) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=True) as traveller:
        config_snapshot.refresh()
        yield traveller


def at_post(number: int, topics: tuple[str, ...] = ("impots",), department: str = "46") -> str:
    agent_id = hires(number, department, topics)
    agent.take_post(agent_id, "phone", clock.now())
    return agent_id


def busy(number: int) -> str:
    """On duty, and not free: callers of theirs wait."""
    agent_id = at_post(number)
    agent.pause(agent_id, PauseReason.LUNCH, clock.now())
    return agent_id


def gives_up(carrier_id: str, number: int) -> None:
    call_id = joins(carrier_id, number)
    citizen.hang_up(carrier_id, clock.now() + timedelta(seconds=60))
    assert the_call(call_id).ending == Ending.ABANDONED


def is_answered(carrier_id: str, number: int, agent_id: str) -> str:
    """A call that is answered, as far as the conversation."""
    call_id = joins(carrier_id, number)
    with reading() as session:
        offer = offers.open_of_agent(session, agent_id)
    assert offer is not None
    offer_answers.accept_offer(agent_id, offer.id, clock.now())
    with transaction() as session:
        call, leg = calls.lock(session, call_id), legs.serving(session, call_id)
        assert call is not None
        assert leg is not None
        assignments.begin_conversation(session, call, leg, clock.now())
    return call_id


def order() -> list[str]:
    return sorted(queue.waiting(), key=lambda call_id: queue.waiting()[call_id])


def test_who_hung_up_unheard_twice_goes_ahead_and_once_does_not() -> None:
    busy(1)
    gives_up("CA1", 1)
    first, once = joins("CA2", 2), joins("CA3", 1)
    assert order() == [first, once]
    citizen.hang_up("CA3", clock.now() + timedelta(seconds=60))
    twice = the_call(joins("CA4", 1))
    assert (twice.priority, twice.reasons) == (BONUS[Reason.FAILED], [Reason.FAILED])
    assert order() == [twice.id, first]


def test_what_failed_two_days_ago_or_before_an_answer_counts_no_more(clockwork: time_machine.Traveller) -> None:
    karim = at_post(1)
    agent.pause(karim, PauseReason.LUNCH, clock.now())
    gives_up("CA1", 1)
    gives_up("CA2", 1)
    clockwork.shift(timedelta(hours=49))
    assert the_call(joins("CA3", 1)).reasons == []
    citizen.hang_up("CA3", clock.now() + timedelta(seconds=60))
    clockwork.shift(timedelta(minutes=2))
    gives_up("CA4", 1)
    agent.become_available(karim, clock.now())
    is_answered("CA5", 1, karim)
    conversation.hang_up(karim, clock.now())
    assert the_call(joins("CA6", 1)).reasons == []


def test_a_conversation_that_broke_off_is_resumed_at_the_front(clockwork: time_machine.Traveller) -> None:
    karim = at_post(1)
    is_answered("CA1", 1, karim)
    citizen.hang_up("CA1", clock.now())
    waits = joins("CA2", 2)
    clockwork.shift(timedelta(minutes=4))
    again = the_call(joins("CA3", 1))
    assert (again.priority, again.reasons) == (FRONT, [Reason.DROPPED])
    assert order() == [again.id, waits]


def test_a_conversation_that_the_agent_ended_or_that_is_long_over_is_not(clockwork: time_machine.Traveller) -> None:
    karim = at_post(1)
    is_answered("CA1", 1, karim)
    conversation.hang_up(karim, clock.now())
    assert the_call(joins("CA2", 1)).reasons == []
    lea = at_post(2)  # is offered the one that waits
    with reading() as session:
        assert offers.open_of_agent(session, lea) is not None
    ines = at_post(3)
    is_answered("CA3", 3, ines)
    citizen.hang_up("CA3", clock.now())
    clockwork.shift(timedelta(minutes=6))
    assert the_call(joins("CA4", 3)).reasons == []


def test_a_relay_goes_ahead_and_says_why() -> None:
    busy(1)
    plain = joins("CA1", 1)
    relayed = the_call(joins("CA2", 2, Wish("46", "impots", "fr", relay=True)))
    assert relayed.reasons == [Reason.RELAY]
    assert order() == [relayed.id, plain]


def helped_by(agent_id: str, number: int, ago: timedelta, topic: str = "impots") -> None:
    is_answered(f"CA-{number}", number, agent_id)
    citizen.hang_up(f"CA-{number}", clock.now())
    with transaction() as session:
        call = calls.by_carrier_id(session, f"CA-{number}")
        assert call is not None
        contact = contacts.get(session, call.contact_id)
        assert contact is not None
        contact.arrived_at, contact.topic = clock.now() - ago, topic
        call.ended_at = call.talking_at = call.arrived_at = clock.now() - ago
        move(
            session,
            Call,
            call.id,
            [CallState.WRAP_UP],
            CallState.ENDED,
            clock.now(),
            Why.OUTCOME,
            ending=Ending.ANSWERED,
        )
        move(
            session,
            Agent,
            agent_id,
            [AgentState.WRAP_UP],
            AgentState.AVAILABLE,
            clock.now(),
            Why.THE_OUTCOME_IS_RECORDED,
        )
    live_index.put_agent(the_agent(agent_id))


def test_the_agent_who_helped_is_asked_first_if_free_though_another_is_free_longer() -> None:
    karim = at_post(2)
    helped_by(karim, 1, timedelta(days=6))
    lea = hires(3)
    agent.take_post(lea, "phone", clock.now() - timedelta(hours=1))  # free for longer
    call_id = joins("CA9", 1)
    with reading() as session:
        offer = offers.open_of_agent(session, karim)
        assert offer is not None
        assert (offer.call_id, offers.open_of_agent(session, lea)) == (call_id, None)


@pytest.mark.parametrize(("ago", "topic"), [(timedelta(days=8), "impots"), (timedelta(days=1), "sante")])
def test_another_topic_or_an_earlier_week_goes_to_who_is_free_longest(ago: timedelta, topic: str) -> None:
    karim = at_post(2)
    helped_by(karim, 1, ago, topic)
    lea = hires(3)
    agent.take_post(lea, "phone", clock.now() - timedelta(hours=1))
    joins("CA9", 1)
    with reading() as session:
        assert offers.open_of_agent(session, lea) is not None


def test_if_the_one_who_helped_is_not_free_they_wait_like_anyone() -> None:
    karim = at_post(2)
    helped_by(karim, 1, timedelta(days=1))
    agent.pause(karim, PauseReason.LUNCH, clock.now())
    waits = the_call(joins("CA9", 1))
    assert (waits.for_agent, waits.queues[0]) == (None, "46:impots:fr")


def test_the_thresholds_of_a_queue_are_those_of_the_moment_a_call_joined() -> None:
    busy(1)
    _widens("46", (5.0, 9.0))
    early = the_call(joins("CA1", 1))
    _widens("46", (100.0, 200.0))
    late = the_call(joins("CA2", 2))
    live_index.recheck_call(early.id)  # as the comparison with PostgreSQL does
    queue.widen(_after(early, 6))
    assert (early.widens_after, late.widens_after) == ([5.0, 9.0], [100.0, 200.0])
    assert [_ring(early, 6), _ring(late, 6)] == ["R76:impots:fr", "46:impots:fr"]
    _widens("46", None)
    assert the_call(joins("CA3", 3)).widens_after == [20.0, 45.0]


def _widens(scope: str, ages: tuple[float, float] | None) -> None:
    with transaction() as session:
        rollout.widen_after(session, scope, "", ages, clock.now())
    config_snapshot.refresh()


def _after(call: Call, seconds: float) -> float:
    assert isinstance(call.queued_at, datetime)
    return call.queued_at.timestamp() + seconds


def _ring(call: Call, seconds: float) -> str:
    place = queue.place(call.id, _after(call, seconds))
    assert place is not None
    return place.queue


def test_the_number_of_a_citizen_is_theirs_alone() -> None:
    """What is remembered of one number touches no other, and a masked number has no past."""
    busy(1)
    gives_up("CA1", 1)
    gives_up("CA2", 1)
    assert the_call(joins("CA3", 2)).reasons == []
    waits = citizen.join_queue("CA4", "anonymous", Wish("46", "impots"), clock.now())
    assert isinstance(waits, citizen.Waits)
    assert the_call(waits.call_id).reasons == []
    assert number_of(1) != number_of(2)
