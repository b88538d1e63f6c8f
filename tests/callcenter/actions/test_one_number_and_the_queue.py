"""One number does not hold the queue: from its third waiting call it stands behind the others, with its reason; listed
lines, relay services and those who withhold their number are nobody's in particular."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from callcenter import clock
from callcenter.actions import (
    agent,
    agent_line,
    callback,
    callback_due,
    citizen,
    config_snapshot,
    live_index,
    offer_answers,
    shared_lines,
)
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.errors import LineHadEnough
from callcenter.live import queue, store
from callcenter.records import agents, assignments, calls, legs, offers
from callcenter.records.calls import Call
from callcenter.rules.priority import FRONT, Reason
from callcenter.rules.states import CallState, Ending, PauseReason
from tests.support.conversation import carrier
from tests.support.people import WISH, hires, joins, number_of, the_call
from tests.support.town import settle

HOME = 7  # the care home's number


@pytest.fixture(autouse=True)
def nobody_free(database: object, live: object) -> Iterator[None]:
    """One agent is on duty and never free: callers of theirs wait."""
    config_snapshot.refresh()
    karim = hires(1)
    agent.take_post(karim, "phone", clock.now())
    agent.pause(karim, PauseReason.LUNCH, clock.now())
    yield
    settings.cache_clear()


def order() -> list[str]:
    scores = queue.waiting()
    return sorted(scores, key=lambda call_id: scores[call_id])


def tries(line: str, from_: str) -> citizen.Waits | citizen.TurnedAway:
    return citizen.join_queue(line, from_, WISH, clock.now())


def test_from_its_third_waiting_call_a_number_stands_behind_the_others() -> None:
    theirs = [joins(f"CA{n}", HOME) for n in range(5)]
    others = [joins(f"CB{n}", 20 + n) for n in range(3)]
    assert order() == theirs[:2] + others + theirs[2:]
    third, other = the_call(theirs[2]), the_call(others[0])
    assert (third.priority, third.reasons) == (-FRONT, [Reason.SHARED])
    assert (other.priority, other.reasons) == (0, [])
    place = queue.place(theirs[2], clock.now().timestamp())
    assert place is not None
    assert place.position == 6
    assert place.waited < 60  # of its own arrival, whatever its score
    assert queue.lines(["46:impots:fr"])[0].arrival == pytest.approx(the_call(theirs[0]).queued_at.timestamp(), abs=1)  # type: ignore[union-attr]


def test_who_stands_behind_is_told_and_offered_a_callback() -> None:
    joins("CA1", HOME)
    joins("CA2", HOME)
    third = tries("CA3", number_of(HOME))
    assert isinstance(third, citizen.Waits)
    assert third.behind
    told_again = tries("CA3", number_of(HOME))
    assert told_again == citizen.Waits(third.call_id, behind=True)


def test_it_widens_by_its_true_age(nobody_free: None) -> None:
    joins("CA1", HOME)
    joins("CA2", HOME)
    third = the_call(joins("CA3", HOME))
    assert third.queued_at is not None
    ages = [when - third.queued_at.timestamp() for when in live_index.widens(third)]
    assert ages == [pytest.approx(20), pytest.approx(45)]


def test_its_place_is_fixed_when_it_joins() -> None:
    theirs = [joins(f"CA{n}", HOME) for n in range(3)]
    citizen.hang_up("CA0", clock.now() + timedelta(seconds=60))
    citizen.hang_up("CA1", clock.now() + timedelta(seconds=60))
    assert the_call(theirs[2]).priority == -FRONT
    fourth = joins("CA9", HOME)  # the second that waits now
    assert Reason.SHARED not in the_call(fourth).reasons


def test_a_rebuilt_index_has_the_same_order() -> None:
    for n in range(4):
        joins(f"CA{n}", HOME)
        joins(f"CB{n}", 20 + n)
    before = queue.waiting()
    store.client().flushall()
    with reading() as session:
        waiting = calls.waiting(session)
    for call in waiting:
        live_index.put_call(call)
    assert queue.waiting() == before
    assert [call.id for call in waiting] == order()


def test_beyond_its_part_of_the_queue_a_callback_is_all_it_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUEUE_LIMIT", "200")
    settings.cache_clear()
    for n in range(4):
        joins(f"CA{n}", HOME)
    away = tries("CA9", number_of(HOME))
    assert isinstance(away, citizen.TurnedAway)
    assert away.why == "shared"
    assert isinstance(tries("CB1", number_of(30)), citizen.Waits)
    citizen.hang_up("CA9", clock.now())
    with reading() as session:
        call = calls.by_carrier_id(session, "CA9")
    assert call is not None
    assert call.ending == Ending.FULL


def test_fifty_calls_at_once_from_one_number_leave_two_among_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUEUE_LIMIT", "500")
    settings.cache_clear()
    with ThreadPoolExecutor(8) as crowd:
        found = list(crowd.map(lambda n: tries(f"CA{n}", number_of(HOME)), range(30)))
    waits = [each for each in found if isinstance(each, citizen.Waits)]
    assert len(waits) == 10
    assert sum(not each.behind for each in waits) == 2
    other = joins("CB1", 30)
    assert order().index(other) == 2


def test_a_line_that_an_administrator_listed_is_exempt_from_the_next_call_on() -> None:
    with reading() as session:
        admin = agents.get(session, settle("admin", role="admin"))
    assert admin is not None
    assert [the_call(joins(f"CA{n}", HOME)).reasons for n in range(3)][2] == [Reason.SHARED]
    line = shared_lines.list_line(admin, number_of(HOME), "EHPAD Les Tilleuls", clock.now())
    assert the_call(joins("CA4", HOME)).reasons == []
    shared_lines.take_off(admin, line, clock.now())
    assert the_call(joins("CA5", HOME)).reasons == [Reason.SHARED]


def test_a_listed_line_may_ask_for_as_many_callbacks_as_people_live_there() -> None:
    with reading() as session:
        admin = agents.get(session, settle("admin", role="admin"))
    assert admin is not None
    for n in range(4):
        callback.draft_number(f"CA{n}", f"061234567{n}", clock.now())
    for n in range(3):
        callback.promise_to_caller(f"CA{n}", number_of(HOME), WISH, clock.now(), typed=True)
    with pytest.raises(LineHadEnough):
        callback.promise_to_caller("CA3", number_of(HOME), WISH, clock.now(), typed=True)
    shared_lines.list_line(admin, number_of(HOME), "EHPAD Les Tilleuls", clock.now())
    assert not callback.promise_to_caller("CA3", number_of(HOME), WISH, clock.now(), typed=True).already


def test_a_relay_service_is_exempt_but_whoever_only_says_so_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_NUMBERS", number_of(HOME))
    settings.cache_clear()
    reasons = [the_call(joins(f"CA{n}", HOME)).reasons for n in range(4)]
    assert reasons == [[Reason.RELAY]] * 4
    monkeypatch.undo()
    settings.cache_clear()
    assert Reason.SHARED in the_call(joins("CA9", HOME)).reasons


def test_who_withholds_their_number_are_not_one_number_and_fill_half_of_the_queue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUEUE_LIMIT", "10")
    settings.cache_clear()
    found = [tries(f"CA{n}", "anonymous") for n in range(6)]
    assert all(isinstance(each, citizen.Waits) and not each.behind for each in found[:5])
    assert isinstance(found[5], citizen.TurnedAway)
    assert found[5].why == "full"
    for n in range(5):  # the other half is everybody's
        assert isinstance(tries(f"CB{n}", number_of(20 + n)), citizen.Waits)
    assert isinstance(tries("CB9", number_of(40)), citizen.TurnedAway)


def test_callbacks_that_wait_take_no_callers_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUEUE_LIMIT", "3")
    settings.cache_clear()
    for n in range(3):
        callback.promise_to_caller(f"CA{n}", number_of(50 + n), WISH, clock.now(), typed=False)
        citizen.hang_up(f"CA{n}", clock.now())
    with transaction() as session:
        due = list(session.scalars(text("update callbacks set due_from = now() - interval '1 s' returning id::text")))
    for each in due:
        callback_due.queue_due(each, clock.now())
    with reading() as session:
        assert session.query(Call).filter(Call.state == CallState.WAITING, Call.channel == "callback").count() == 3
    assert isinstance(tries("CB1", number_of(20)), citizen.Waits)


def test_a_conversation_that_is_cut_off_goes_to_the_head_whatever_its_number() -> None:
    for line in ("CA1", "CA2"):
        joins(line, HOME)
    third = joins("CA3", HOME)
    assert the_call(third).reasons == [Reason.SHARED]
    for line in ("CA1", "CA2"):
        citizen.hang_up(line, clock.now() + timedelta(seconds=60))
    ines = hires(2)
    agent.take_post(ines, "phone", clock.now())
    with reading() as session:
        offer = offers.open_of_agent(session, ines)
    assert offer is not None
    with carrier():
        leg = offer_answers.accept_offer(ines, offer.id, clock.now())
        assert leg is not None
        with transaction() as session:
            call, own = calls.lock(session, third), legs.get(session, leg.id)
            assert call is not None
            assert own is not None
            assignments.begin_conversation(session, call, own, clock.now())
        agent_line.part_from_leg(leg.id, clock.now(), lost=True)
    assert (the_call(third).priority, the_call(third).reasons) == (FRONT, [Reason.DROPPED])
