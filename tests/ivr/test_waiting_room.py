"""What a waiting caller hears, and the three ways in which waiting ends without an agent: closing time, nobody left,
too long. Each is explained and followed by the offer of a callback; nobody is hung up on."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from callcenter.actions import agent as desk
from callcenter.actions import config_snapshot, live_index
from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.live import queue
from callcenter.records import calls, hours
from callcenter.rules.opening_hours import DatedException
from callcenter.rules.states import CallState
from callcenter.rules.territory import national_day
from tests.support.voice_line import CALL, DURAND, Carrier, Document

QUEUE = "/voice/heard?s=topic&d=46"


class Waiting:
    """A caller in the carrier's waiting room."""

    def __init__(self, carrier: Carrier, from_: str = DURAND) -> None:
        self.carrier, self.from_ = carrier, from_
        held = carrier.asks(QUEUE, "3", From=from_)
        self.again, self.out = held.address("Enqueue", "waitUrl"), held.address("Enqueue", "action")

    def hears(self) -> Document:
        """The next announcement."""
        return self.carrier.asks(self.again)

    def leaves(self) -> Document:
        """Out of the carrier's queue, as after `Leave` or the key 1."""
        return self.carrier.asks(self.out, QueueResult="leave", From=self.from_)


@pytest.fixture
def waiting(carrier: Carrier, agent: str) -> Waiting:
    return Waiting(carrier)


def closes_today() -> None:
    today = national_day(now())
    with transaction() as session:
        hours.except_(session, DatedException("46", today - timedelta(days=1), today + timedelta(days=1)))
    config_snapshot.refresh()


def has_waited(time: timedelta) -> None:
    """The call began to wait that long ago, in both stores."""
    with transaction() as session:
        session.execute(text("update calls set queued_at = queued_at - :time"), {"time": time})
    with reading() as session:
        call = calls.by_carrier_id(session, CALL)
    assert call is not None
    live_index.forget_call(call.id)
    live_index.put_call(call)


def test_the_place_is_told_and_the_callback_offered(waiting: Waiting) -> None:
    said = waiting.hears()
    assert "la prochaine personne" in said
    assert said.verbs[-1] == "Redirect"
    has_waited(timedelta(minutes=5))
    assert "tapez 1" in waiting.hears()


def test_who_waits_at_closing_time_hears_when_we_open_and_may_choose_a_half_day(waiting: Waiting) -> None:
    closes_today()
    assert waiting.hears().verbs == ["Leave"]
    offered = waiting.leaves()
    assert "Ils vous répondront " in offered
    slots = waiting.carrier.asks(offered.action, "1")
    assert "le matin" in slots
    assert "dès que possible" not in slots
    assert "Nous vous rappellerons" in waiting.carrier.asks(slots.action, "1")


def test_who_waits_when_the_last_agent_goes_is_told_so(waiting: Waiting, agent: str) -> None:
    desk.leave_post(agent, now())
    queue.widen(now().timestamp())  # as the sweep does twice a second
    for _ in range(2):
        assert waiting.hears().verbs == ["Leave"]
        assert "Aucun conseiller" in waiting.leaves()


def test_who_has_waited_too_long_chooses_between_a_callback_and_more_music(waiting: Waiting) -> None:
    has_waited(timedelta(minutes=31))
    assert waiting.hears().verbs == ["Leave"]
    offered = waiting.leaves()
    assert "Vous attendez depuis longtemps" in offered
    patient = waiting.carrier.asks(offered.action, "3")
    assert "Enqueue" in patient.verbs
    waiting.again = patient.address("Enqueue", "waitUrl")
    assert waiting.hears().verbs != ["Leave"]
    with reading() as session:
        assert [(call.carrier_id, call.state) for call in calls.waiting(session)] == [(CALL, CallState.WAITING)]


def test_a_masked_caller_who_types_no_number_that_will_do_goes_on_waiting(carrier: Carrier, agent: str) -> None:
    waiting = Waiting(carrier, "anonymous")
    offered = waiting.leaves()
    asked = carrier.asks(offered.action, "1", From="anonymous")
    for typed in ("0899123456", "0112"):
        asked = carrier.asks(asked.action, typed, From="anonymous")
    for _ in range(3):
        if "Gather" in asked.verbs:
            asked = carrier.asks(asked.action, "", From="anonymous")
    assert "Nous gardons votre place" in asked
    assert asked.verbs[-1] != "Hangup"
    with reading() as session:
        assert [call.state for call in calls.waiting(session)] == [CallState.WAITING]
    closes_today()
    offered = waiting.leaves()
    asked = carrier.asks(offered.action, "1", From="anonymous")
    for _ in range(3):
        asked = carrier.asks(asked.action, "", From="anonymous")
    assert asked.verbs[-1] == "Hangup"  # nobody answers any more: they heard so, and when
