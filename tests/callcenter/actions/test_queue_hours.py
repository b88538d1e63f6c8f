"""A queue with hours of its own, narrower than the line's: whoever comes, whoever waits inside and whoever was promised
a callback is told by the same hours, those of the queue in which they really stand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callcenter import clock
from callcenter.actions import (
    agent,
    callback,
    callback_by_staff,
    callback_due,
    citizen,
    config_snapshot,
    live_index,
    orders,
)
from callcenter.db import reading, transaction
from callcenter.errors import NoSuchTime
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, callbacks, calls, hours, rollout
from callcenter.records.calls import Wish
from callcenter.rules.callbacks import CallbackState
from callcenter.rules.states import PauseReason
from callcenter.rules.waiting import Announcement
from tests.support.people import hires, joins, the_call
from tests.support.town import line_hours, settle

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 11, 50, tzinfo=PARIS)
TUESDAY_MORNING = datetime(2026, 11, 24, 8, 30, tzinfo=PARIS)
TAXES = Wish("46", "impots")
MORNINGS = "Mo-Fr 08:30-12:00; PH off"


@pytest.fixture(autouse=True)
def clockwork(database: object, live: object) -> Iterator[time_machine.Traveller]:
    """Taxes close at noon, everything else at 18:00; it is ten to twelve, and the one agent is away from their desk."""
    with time_machine.travel(MONDAY, tick=False) as traveller, line_hours():
        _writes("impots", MORNINGS)
        agent_id = hires(1, "46", ("impots", "autre"))
        agent.take_post(agent_id, "phone", clock.now())
        agent.pause(agent_id, PauseReason.BREAK, clock.now())
        yield traveller
        _writes("impots", "")
        _leads()


def _closes_at_noon_inside_as_at_the_door(waits: str, clockwork: time_machine.Traveller) -> None:
    first = _hears(waits)
    assert isinstance(first, Announcement)
    inside = _hears(waits, first.telling)  # after their place: the one agent is away, and ten minutes are left
    assert isinstance(inside, Announcement)
    assert inside.closes_at == datetime(2026, 11, 23, 12, tzinfo=PARIS)
    clockwork.shift(timedelta(minutes=19))
    away = citizen.TurnedAway("closed", TUESDAY_MORNING)
    assert _hears(waits) == away
    assert citizen.join_queue("CA2", "+33600000002", TAXES, clock.now()) == away


def test_who_waits_when_their_queue_closes_hears_so_like_who_comes_then(clockwork: time_machine.Traveller) -> None:
    waits = joins("CA1", 1)
    _closes_at_noon_inside_as_at_the_door(waits, clockwork)
    assert the_call(waits).state == "waiting"  # their place is theirs until they choose
    assert callback.offered_slots("46", "impots", clock.now())[0] == "20261124m"


def test_a_matter_that_no_account_serves_closes_at_its_own_hour_inside_as_at_the_door(
    clockwork: time_machine.Traveller,
) -> None:
    """It waits for whoever is on duty, in a queue that names no matter; merged into another, it has that one's."""
    with transaction() as session:
        session.query(agents.Agent).one().topics = ["sante", "autre"]
    waits = joins("CA1", 1)
    assert the_call(waits).for_anybody
    _closes_at_noon_inside_as_at_the_door(waits, clockwork)
    settle("ines", role="admin", topics=["sante"])
    with reading() as session:
        ines = agents.by_login(session, "ines")
    assert ines
    orders.order_queue(ines, "46", "impots", "merge", "retraite", clock.now())
    assert (the_call(waits).topic, the_call(waits).for_anybody) == ("retraite", True)
    assert not isinstance(_hears(waits), citizen.TurnedAway)


def test_what_waits_for_one_agent_alone_has_the_hours_of_its_matter(clockwork: time_machine.Traveller) -> None:
    waits = joins("CA1", 1)
    with transaction() as session:
        call = calls.lock(session, waits)
        assert call
        call.for_agent, call.own_until = session.query(agents.Agent.id).scalar(), clock.now() + timedelta(hours=1)
    live_index.put_call(the_call(waits))
    clockwork.shift(timedelta(minutes=19))
    assert _hears(waits) == citizen.TurnedAway("closed", TUESDAY_MORNING)


def test_the_queue_that_a_matter_is_led_to_is_the_one_whose_hours_count(clockwork: time_machine.Traveller) -> None:
    _leads(("impots", "autre"))
    waits = joins("CA1", 1)
    clockwork.shift(timedelta(minutes=19))
    assert not isinstance(_hears(waits), citizen.TurnedAway)
    assert isinstance(citizen.join_queue("CA2", "+33600000002", TAXES, clock.now()), citizen.Waits)
    assert callback.offered_slots("46", "impots", clock.now())[0] == "20261123m"
    _leads(("autre", "impots"))
    other = Wish("46", "autre")
    away = citizen.TurnedAway("closed", TUESDAY_MORNING)
    assert citizen.join_queue("CA3", "+33600000003", other, clock.now()) == away
    promised = callback.promise_to_caller("CA3", "+33600000003", other, clock.now(), typed=False, slot="20261123a")
    assert promised.starts == TUESDAY_MORNING  # this afternoon nobody would have called


def test_a_callback_that_waits_when_its_queue_closes_is_promised_for_the_next_opening(
    clockwork: time_machine.Traveller,
) -> None:
    clockwork.shift(timedelta(minutes=-25))
    callback.promise_to_caller("CA1", "+33600000001", TAXES, clock.now(), typed=False)
    citizen.hang_up("CA1", clock.now())
    kept = _the_promise()
    clockwork.shift(timedelta(minutes=25))
    callback_due.queue_due(kept.id, clock.now())
    callback_due.expire_for_the_day(kept.id, clock.now())
    assert _the_promise().state == CallbackState.QUEUED
    clockwork.shift(timedelta(minutes=11))
    callback_due.expire_for_the_day(kept.id, clock.now())
    assert (_the_promise().state, _the_promise().due_from) == (CallbackState.PROMISED, TUESDAY_MORNING)


def test_an_agent_does_not_promise_a_half_day_in_which_the_queue_is_closed() -> None:
    settle("ines", role="admin")
    with reading() as session:
        ines = agents.by_login(session, "ines")
    assert ines
    number = PhoneNumber("+33600000009")
    with pytest.raises(NoSuchTime):
        callback_by_staff.promise_to_number(ines, number, TAXES, "20261124a", clock.now())
    assert (
        callback_by_staff.promise_to_number(ines, number, TAXES, "20261124m", clock.now()).due_from == TUESDAY_MORNING
    )


def _hears(call_id: str, last: str = "") -> object:
    return citizen.tell_place(call_id, "46", 0, clock.now(), patient=False, last=last)


def _writes(topic: str, week: str) -> None:
    with transaction() as session:
        hours.write(session, "N", topic, week)
    config_snapshot.refresh()


def _leads(*orders: tuple[str, str]) -> None:
    """These topics are led to others, and no more."""
    with transaction() as session:
        for topic in ("impots", "autre"):
            to = dict(orders).get(topic)
            rollout.order(session, "46", topic, "redirect" if to else "open", to or "", clock.now())
    config_snapshot.refresh()


def _the_promise() -> callbacks.Callback:
    with reading() as session:
        return session.query(callbacks.Callback).one()
