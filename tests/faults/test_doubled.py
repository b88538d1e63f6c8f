"""Webhooks commute: doubled, late or out of order, a whole call ends in the same rows."""

from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.actions import agent, conversation, healing, offer_answers, outcome_form, promise_check
from callcenter.records.contacts import WrapUpEntry
from callcenter.rules.states import Outcome
from ivr.practice.telephones import Caller
from tests.faults.conftest import KARIM, Town, until

ENTRY = WrapUpEntry("dgfip", "declaration-revenus", Outcome.ACCOMPANIMENT, settled=True)
NEWS = ["call_status", "conference_status"]
FAULTS: dict[str, dict[str, object]] = {
    "as it should be": {},
    "every webhook twice": {"twice": 1.0},
    "news late and out of order": {"reordered": 1.0, "delayed": 1.0, "delay": 1.0, "topics": NEWS},
    "all of it": {"twice": 1.0, "reordered": 0.5, "delayed": 0.5, "delay": 1.0, "seed": 7},
}
CHANGES = """select was, now from events where noun = %s and noun_id in (
               select case %s when 'call' then id else contact_id end from calls where carrier_id = %s) order by id"""


def speaks_with_karim(town: Town, number: str) -> Caller:
    """A citizen who has said where they live and what the matter is, and whom Karim has accepted."""
    caller = town.line.call(from_=number)
    caller.hears("code postal", 30).presses("46000").hears("Lot", 30).presses("1").hears("impôts", 30).presses("3")
    until(lambda: town.offer() is not None)
    offer = town.offer()
    assert offer is not None
    offer_answers.accept_offer(town.karim, offer.id, clock.now())
    caller.is_connected_with(KARIM, 30)
    until(lambda: town.is_("talking"))
    return caller


@pytest.mark.parametrize("fault", FAULTS)
def test_the_same_rows_come_of_a_whole_call(town: Town, fault: str) -> None:
    town.line.faults(**FAULTS[fault])
    agent.beat(town.karim, clock.now())
    caller = speaks_with_karim(town, "+33565051234")
    caller.hangs_up()
    until(lambda: town.is_("wrap_up"))
    contact_id = str(town.rows("select contact_id from calls where carrier_id = %s", caller.sid)[0][0])
    outcome_form.record_outcome(town.karim, contact_id, [ENTRY], clock.now())
    until(lambda: not town.line.live())
    call = town.rows(CHANGES, "call", "call", caller.sid)
    assert [now for _, now in call] == ["menu", "waiting", "offered", "connecting", "talking", "wrap_up", "ended"]
    assert town.rows(CHANGES, "contact", "contact", caller.sid) == [("nothing", "recorded")]
    assert town.rows("select count(*) from accompaniments where contact_id = %s", contact_id) == [(1,)]
    assert town.rows("select count(*) from contacts") == town.rows("select count(*) from calls")
    assert town.is_("available")
    town.line.faults()
    healing.compare_carrier(clock.now() + timedelta(seconds=20))
    assert promise_check.check(clock.now()).breaches == []


def test_a_citizen_left_in_an_empty_room_hears_the_last_words_after_all(town: Town) -> None:
    agent.beat(town.karim, clock.now())
    until(lambda: town.is_("available"))
    caller = speaks_with_karim(town, "+33565051235")
    town.line.faults(rest=[{"mode": "500", "times": None, "share": 1.0}])
    conversation.hang_up(town.karim, clock.now())
    town.line.faults()
    healing.compare_carrier(clock.now() + timedelta(seconds=20))
    caller.hears("référence", 30)
