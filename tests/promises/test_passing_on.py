"""Whoever was heard and waits again: where they may be passed to, what they are told, and how long they have waited."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callcenter import clock
from callcenter.actions import agent, agent_line, citizen, config_snapshot, live_index, transfer
from callcenter.db import reading, transaction
from callcenter.errors import QueueClosed
from callcenter.live import queue
from callcenter.records import agents, hours, legs, rollout
from callcenter.records.wall_photograph import photograph
from callcenter.rules.consults import PassReason
from callcenter.rules.states import CallState, PauseReason
from callcenter.rules.waiting import Announcement
from callcenter.screens import desk_screen
from ivr.practice.telephones import PracticeLine
from tests.support.conversation import speaks
from tests.support.people import hires, the_call
from tests.support.town import line_hours

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 11, 50, tzinfo=PARIS)
WHY = PassReason.SPECIALIST


@pytest.fixture
def clockwork(carrier: PracticeLine, database: object, live: object) -> Iterator[time_machine.Traveller]:
    """It is ten to twelve: pensions close at noon, the line at 18:00."""
    with time_machine.travel(MONDAY, tick=False) as traveller, line_hours():
        _opens("retraite", "Mo-Fr 08:30-12:00; PH off")
        yield traveller
        _opens("retraite", "")
        _orders("open")


@pytest.fixture
def call_id(clockwork: time_machine.Traveller, karim: str) -> str:
    """A citizen speaks with Karim; Lea knows pensions and taxes, and is on a break."""
    lea = hires(2, "46", ("impots", "retraite"))
    spoken = speaks(karim, "CA" + "7" * 32, "+33612340000", clock.now())
    agent.take_post(lea, "phone", clock.now())
    agent.pause(lea, PauseReason.BREAK, clock.now())
    return spoken


def test_nobody_is_passed_to_a_queue_that_is_closed_now(
    clockwork: time_machine.Traveller, karim: str, call_id: str
) -> None:
    clockwork.shift(timedelta(minutes=11))
    with pytest.raises(QueueClosed) as refused:
        transfer.pass_to_queue(karim, "46", "retraite", "fr", WHY, clock.now())
    assert refused.value.own("fr") == "Cette file est fermée : personne n'y répondrait. Elle ouvre le 24/11 à 08:30."
    assert the_call(call_id).state == CallState.TALKING


def test_nobody_is_passed_to_a_queue_that_a_supervisor_has_closed(clockwork: object, karim: str, call_id: str) -> None:
    _orders("close")
    with pytest.raises(QueueClosed) as refused:
        transfer.pass_to_queue(karim, "46", "retraite", "fr", WHY, clock.now())
    assert refused.value.own("en") == "This queue is closed: nobody would answer there."


def test_a_queue_that_is_led_to_another_leads_whoever_is_passed_to_it(
    clockwork: object, karim: str, call_id: str
) -> None:
    _orders("redirect", "impots")
    transfer.pass_to_queue(karim, "46", "retraite", "fr", WHY, clock.now())
    assert the_call(call_id).topic == "impots"


@pytest.mark.parametrize("how", ["passed", "lost"])
def test_whoever_was_heard_is_not_sent_away_by_the_hour_or_the_length_of_the_wait(
    clockwork: time_machine.Traveller, karim: str, call_id: str, how: str
) -> None:
    clockwork.shift(timedelta(minutes=8))
    if how == "passed":
        transfer.pass_to_queue(karim, "46", "retraite", "fr", WHY, clock.now())
    else:
        with reading() as session:
            leg = legs.serving(session, call_id)
        assert leg
        agent_line.part_from_leg(leg.id, clock.now(), lost=True)
    assert isinstance(_told(call_id), Announcement)
    clockwork.shift(timedelta(hours=9))  # everything is closed, and they have waited for longer than anybody may
    live_index.recheck_call(call_id)
    assert isinstance(_told(call_id), Announcement)


def test_the_conversation_is_no_part_of_the_wait_that_screens_show(
    clockwork: time_machine.Traveller, karim: str, call_id: str
) -> None:
    clockwork.shift(timedelta(minutes=8))
    passed = clock.now()
    transfer.pass_to_queue(karim, "46", "impots", "fr", WHY, passed)
    clockwork.shift(timedelta(seconds=30))
    place = queue.place(call_id, clock.now().timestamp())
    assert place is not None
    assert place.waited == pytest.approx(30, abs=1)
    with reading() as session:
        (waits,) = photograph(session).waiting
        lea = agents.by_login(session, "agent-2")
    assert waits.oldest == passed
    assert lea
    agent.become_available(lea.id, clock.now())
    offer = desk_screen.of(lea.id).offer
    assert offer is not None
    assert offer.waited == pytest.approx(30, abs=1)
    assert the_call(call_id).queued_at == MONDAY  # and their place is that of their arrival


def _opens(topic: str, week: str) -> None:
    with transaction() as session:
        hours.write(session, "N", topic, week)
    config_snapshot.refresh()


def _orders(what: str, to: str = "") -> None:
    with transaction() as session:
        rollout.order(session, "46", "retraite", what, to, clock.now())
    config_snapshot.refresh()


def _told(call_id: str) -> object:
    return citizen.tell_place(call_id, the_call(call_id).department, 0, clock.now(), patient=False)
