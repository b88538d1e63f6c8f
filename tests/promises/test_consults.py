"""Help brought into a conversation, verb by verb, against the practice carrier, and whatever may go wrong with it:
nobody is left alone, and no help outlives its call unless the citizen was handed over to it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from callcenter import clock
from callcenter.actions import (
    agent,
    agent_line,
    citizen,
    consult,
    consult_healing,
    consult_lines,
    conversation,
    healing,
    offer_answers,
    promise_check,
    sound,
    transfer,
)
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.errors import AlreadyTaken, CarrierDown, HelpIsOpen, NoHelp, NotPossibleNow
from callcenter.records import legs, offers, referents
from callcenter.records.agents import Agent
from callcenter.records.consults import Consult
from callcenter.records.legs import Leg
from callcenter.rules.carrier_news import LineEnd
from callcenter.rules.consults import PassReason
from callcenter.rules.states import AgentState, CallState, PauseReason
from tests.support.consulting import CAF, SECONDS, Scene, is_well, the_consult
from tests.support.patience import until
from tests.support.people import joins, rings, the_agent, the_call

NO_REASON = PassReason.SPECIALIST


def state_of(agent_id: str) -> AgentState:
    return AgentState(the_agent(agent_id).state)


def test_a_completed_transfer_raises_the_epoch_once_whoever_presses_it(scene: Scene) -> None:
    scene.asks_lea()
    before = the_call(scene.call_id).epoch

    def hands() -> None:
        with suppress(NotPossibleNow, NoHelp):
            transfer.hand_over(scene.karim, NO_REASON, clock.now())

    with ThreadPoolExecutor(4) as many:
        for done in [many.submit(hands) for _ in range(4)]:
            done.result(20)
    call = the_call(scene.call_id)
    assert (call.epoch, call.agent_id, call.state) == (before + 1, scene.lea, CallState.TALKING)
    assert (state_of(scene.karim), state_of(scene.lea)) == (AgentState.AVAILABLE, AgentState.TALKING)
    is_well()
    agent_line.part_from_leg(scene.leg_id, clock.now(), lost=True)  # old news
    assert the_call(scene.call_id).state == CallState.TALKING
    conversation.hang_up(scene.lea, clock.now())
    is_well()


def test_one_help_at_a_time(scene: Scene) -> None:
    scene.asks_colleague()
    with pytest.raises(HelpIsOpen):
        scene.asks_colleague()
    with pytest.raises(HelpIsOpen):
        conversation.hold(scene.karim, False, clock.now())
    is_well()


@pytest.mark.parametrize("how", ["refused", "missed", "lost", "leaves", "paused"])
def test_a_colleague_who_does_not_answer_is_as_free_as_they_chose(scene: Scene, how: str) -> None:
    scene.asks_colleague()
    assert state_of(scene.lea) == AgentState.ASKED
    with reading() as session:
        offer = offers.open_of_agent(session, scene.lea)
    assert offer is not None
    at = clock.now()
    if how == "refused":
        offer_answers.refuse_offer(scene.lea, offer.id, at)
    elif how == "missed":
        healing.expire_leases(at + 30 * SECONDS)
    elif how == "lost":  # their browser died
        agent.lose_connection(scene.lea, at)
    elif how == "leaves":
        agent.leave_post(scene.lea, at)
    else:
        agent.pause(scene.lea, PauseReason.BREAK, at)
    ended = {"refused": "refused", "missed": "missed", "lost": "missed"}.get(how, "refused")
    assert (the_consult().state, the_consult().ended) == ("over", ended)
    wanted = {"refused": "available", "missed": "pause", "lost": "lost", "leaves": "offline", "paused": "pause"}[how]
    assert state_of(scene.lea) == wanted
    assert the_call(scene.call_id).state == CallState.TALKING
    with pytest.raises(AlreadyTaken):
        offer_answers.accept_offer(scene.lea, offer.id, at)
    is_well()


def test_cancelled_before_they_come_lets_their_telephone_go(scene: Scene) -> None:
    scene.asks_colleague()
    leg = scene.accepts()
    assert state_of(scene.lea) == AgentState.HELPING
    consult.come_back(scene.karim, clock.now())
    assert (the_consult().ended, state_of(scene.lea)) == ("cancelled", AgentState.AVAILABLE)
    scene.comes(leg)  # the key was pressed at the same moment
    assert the_consult().state == "over"
    is_well()


@pytest.mark.parametrize("lost", [True, False])
def test_a_helper_who_leaves_leaves_the_citizen_with_their_agent(scene: Scene, lost: bool) -> None:
    leg = scene.asks_lea()
    consult_lines.leave(leg.id, clock.now(), lost=lost)
    assert the_consult().ended == ("lost" if lost else "helper_left")
    assert (state_of(scene.lea), the_call(scene.call_id).state) == (AgentState.AVAILABLE, CallState.TALKING)
    is_well()


@pytest.mark.parametrize("lost", [True, False])
def test_the_agents_line_ends_and_the_colleague_in_the_room_goes_on(scene: Scene, lost: bool) -> None:
    scene.asks_lea()
    agent_line.part_from_leg(scene.leg_id, clock.now(), lost=lost)
    call = the_call(scene.call_id)
    assert (call.agent_id, call.state, state_of(scene.lea)) == (scene.lea, CallState.TALKING, AgentState.TALKING)
    assert state_of(scene.karim) == (AgentState.PAUSE if lost else AgentState.AVAILABLE)  # on a telephone that is gone
    is_well()


@pytest.mark.parametrize("whose", ["asker", "helper", "both"])
def test_a_browser_that_dies_in_mid_consult_leaves_all_three_on_the_line(scene: Scene, whose: str) -> None:
    leg = scene.asks_lea()
    for gone in {"asker": [scene.karim], "helper": [scene.lea], "both": [scene.karim, scene.lea]}[whose]:
        agent.lose_connection(gone, clock.now())
    call = the_call(scene.call_id)
    assert (call.state, call.agent_id, the_consult().state) == (CallState.TALKING, scene.karim, "joined")
    is_well()
    agent_line.part_from_leg(scene.leg_id, clock.now(), lost=True)  # and then their telephone
    assert (the_call(scene.call_id).agent_id, the_call(scene.call_id).state) == (scene.lea, CallState.TALKING)
    consult_lines.leave(leg.id, clock.now(), lost=True)  # of the earlier part: she serves
    assert the_call(scene.call_id).state == CallState.TALKING
    is_well()


def test_a_handover_by_which_nobody_serves_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """`PLANTED_BUG=handover`: the drill counts the same breaches."""
    scene.asks_lea()
    monkeypatch.setenv("PLANTED_BUG", "handover")
    settings.cache_clear()
    transfer.hand_over(scene.karim, NO_REASON, clock.now())
    monkeypatch.delenv("PLANTED_BUG")
    settings.cache_clear()
    found = {breach.promise for breach in promise_check.check(clock.now(), ask_carrier=False).breaches}
    assert {"P1", "P14"} <= found


@pytest.mark.parametrize("lost", [True, False])
def test_the_agents_line_ends_before_the_colleague_came(scene: Scene, lost: bool) -> None:
    scene.asks_colleague()
    scene.accepts()
    agent_line.part_from_leg(scene.leg_id, clock.now(), lost=lost)
    call = the_call(scene.call_id)
    if lost:
        assert (call.state, call.reasons) in ((CallState.WAITING, ["dropped"]), (CallState.OFFERED, ["dropped"]))
    else:
        assert (call.state, call.cut) == (CallState.WRAP_UP, True)
    assert the_consult().ended == "call_over"
    is_well()


def test_a_citizen_who_hangs_up_while_held_ends_the_help(scene: Scene) -> None:
    leg = scene.asks_lea()
    scene.caller.hangs_up()
    citizen.hang_up(scene.caller.sid, clock.now())
    assert (the_consult().ended, state_of(scene.lea)) == ("call_over", AgentState.AVAILABLE)
    with reading() as session:
        assert session.get_one(Leg, leg.id).state == "left"
    is_well()


def test_cut_off_goes_back_to_the_same_agent_first_and_only_once(scene: Scene) -> None:
    agent_line.part_from_leg(scene.leg_id, clock.now(), lost=False)
    agent.lose_connection(scene.lea, clock.now())
    assert citizen.go_on_after_cut(scene.call_id, clock.now()) is not None
    assert citizen.go_on_after_cut(scene.call_id, clock.now()) is None
    call = the_call(scene.call_id)
    assert (call.state, call.agent_id, call.ended_at) == (CallState.OFFERED, scene.karim, None)
    is_well()


def test_a_pass_keeps_the_arrival_and_shuns_who_passed_it_for_a_minute(scene: Scene) -> None:
    before = the_call(scene.call_id)
    agent.pause(scene.lea, PauseReason.BREAK, clock.now())
    transfer.pass_to_queue(scene.karim, "46", "impots", "fr", NO_REASON, clock.now())
    call = the_call(scene.call_id)
    assert (call.state, call.queued_at, call.reasons) == (CallState.WAITING, before.queued_at, ["passed"])
    assert state_of(scene.karim) == AgentState.AVAILABLE
    healing.compare_index(clock.now())
    assert the_call(scene.call_id).state == CallState.WAITING
    other = rings(scene.line, 2)
    second = joins(other.sid, 2)  # and they are free for anybody else
    assert the_call(second).agent_id == scene.karim
    is_well()
    agent.pause(scene.karim, PauseReason.BREAK, clock.now())
    agent.pause(scene.karim, PauseReason.BREAK, clock.now())
    other.hangs_up()
    citizen.hang_up(other.sid, clock.now())
    agent.become_available(scene.karim, clock.now())
    consult_healing.settle_consults(clock.now() + 61 * SECONDS)
    assert the_call(scene.call_id).agent_id == scene.karim
    is_well()


def test_whoever_leaves_unheard_after_a_pass_is_owed_by_who_spoke_with_them(scene: Scene) -> None:
    agent.pause(scene.lea, PauseReason.BREAK, clock.now())
    transfer.pass_to_agent(scene.karim, scene.lea, NO_REASON, clock.now())
    scene.caller.hangs_up()
    citizen.hang_up(scene.caller.sid, clock.now())
    assert (the_call(scene.call_id).ending, state_of(scene.karim)) == ("answered", AgentState.PAUSE)
    assert the_agent(scene.karim).pause_reason == "outcome_owed"
    is_well()


@pytest.mark.parametrize(
    ("end", "ended"),
    [
        (LineEnd.BUSY, "busy"),
        (LineEnd.NO_ANSWER, "no_answer"),
        (LineEnd.FAILED, "failed"),
        (LineEnd.HUNG_UP, "no_answer"),
    ],
)
def test_however_a_telephone_is_not_picked_up_the_help_is_over(scene: Scene, end: LineEnd, ended: str) -> None:
    scene.asks_colleague()
    leg = scene.accepts()
    for _ in range(2):
        consult_lines.end_line(leg.id, f"CA{leg.id}", end, clock.now())
    assert (the_consult().ended, state_of(scene.lea)) == (ended, AgentState.AVAILABLE)
    is_well()


def test_a_hold_that_the_carrier_does_not_do_rings_nobody(scene: Scene) -> None:
    with transaction() as session:
        leg = session.get_one(Leg, scene.leg_id)
        leg.hold, leg.held_since = False, None
        referent_id = referents.add_referent(session, "46", "caf", "CAF", CAF, "")
    scene.line.faults(rest=[{"mode": "503", "method": "POST", "times": None}])
    with pytest.raises(CarrierDown):
        consult.ask_referent(scene.karim, referent_id, clock.now())
    scene.line.faults()
    assert (the_consult().state, the_consult().ended) == ("over", "failed")
    assert [each for each in scene.line.live() if each["number"] == CAF] == []
    assert not is_to_be_held(scene)  # or the sweep would give her music, and her agent would speak to nobody
    is_well()


@pytest.mark.parametrize("held", [True, False])
def test_a_colleague_taken_at_the_same_moment_leaves_the_citizen_as_they_were(scene: Scene, held: bool) -> None:
    with transaction() as session:
        leg = session.get_one(Leg, scene.leg_id)
        leg.hold, leg.held_since = held, clock.now() if held else None
    with ThreadPoolExecutor(1) as other:
        with transaction() as session:
            session.get_one(Agent, scene.lea).state = AgentState.PAUSE
            session.flush()
            asked = other.submit(scene.asks_colleague)
            until(lambda: session.query(Consult).count() == 1)
        with pytest.raises(NotPossibleNow, match="colleague_not_free"):
            asked.result(20)
    assert (the_consult().state, the_consult().ended) == ("over", "nobody")
    assert is_to_be_held(scene) == held


def is_to_be_held(scene: Scene) -> bool:
    with reading() as session:
        return session.get_one(Leg, scene.leg_id).hold


def test_help_that_nobody_is_free_for_ends_in_time(scene: Scene) -> None:
    agent.pause(scene.lea, PauseReason.BREAK, clock.now())
    consult.ask_queue(scene.karim, "R76", "impots", "fr", clock.now())
    assert the_consult().state == "sought"
    agent.become_available(scene.lea, clock.now())
    consult_healing.settle_consults(clock.now())
    assert (the_consult().state, state_of(scene.lea)) == ("offered", AgentState.ASKED)
    agent.lose_connection(scene.lea, clock.now())
    assert the_consult().state == "sought"
    consult_healing.settle_consults(clock.now() + 50 * SECONDS)
    assert (the_consult().state, the_consult().ended) == ("over", "nobody")
    is_well()


def test_whoever_was_left_with_a_partners_person_is_not_led_away_from_them(scene: Scene) -> None:
    """Their agent's outcome is recorded or not: the two speak on, and nobody hangs up on them."""
    with transaction() as session:
        referent_id = referents.add_referent(session, "46", "caf", "CAF", CAF, "")
    scene.line.faults(rest=[{"mode": "500", "path": "/Participants.json"}])  # in it nobody knows: the room is not real
    consult.ask_referent(scene.karim, referent_id, clock.now())
    with reading() as session:
        leg = session.query(Leg).filter_by(kind="consult").one()
    consult_lines.enter(leg.id, leg.carrier_id or "", clock.now(), "CF" + "1" * 32)
    with transaction() as session:  # the three have spoken, as the carrier would say
        held = session.get_one(Leg, scene.leg_id)
        held.hold, held.held_since = False, None
        session.query(Consult).update({"together_at": clock.now()})
    transfer.hand_over(scene.karim, PassReason.PARTNER, clock.now(), "Mme Petit")
    assert (the_call(scene.call_id).state, the_consult().state) == (CallState.WRAP_UP, "handed")
    asked = scene.line.log_goes_on_from()
    healing.compare_carrier(clock.now() + 20 * SECONDS)
    healing.compare_carrier(clock.now() + 300 * SECONDS)
    moved = [entry for entry in scene.line.log(asked) if entry["kind"] == "rest" and scene.caller.sid in entry["path"]]
    assert [entry for entry in moved if entry["method"] == "POST"] == []
    assert scene.caller.state["over"] is False


def test_a_line_whose_end_is_told_before_the_row_follows_was_sent_away_all_the_same(scene: Scene) -> None:
    leg = scene.asks_lea()
    with transaction() as session:  # the agent came back, and the carrier tells of the line before the verb goes on
        session.query(Consult).update({"wanted": False})
    consult_lines.end_line(leg.id, leg.carrier_id or "", LineEnd.HUNG_UP, clock.now())
    assert (the_consult().state, the_consult().ended) == ("over", "dismissed")


def test_whoever_wishes_asks_and_hears_the_refusal_and_nobody_comes_between(scene: Scene) -> None:
    """The sweep, which looks for wishes that nobody asks for, finds none between the wish and its question."""
    with transaction() as session:  # they are in conversation, as the carrier would say
        leg = session.get_one(Leg, scene.leg_id)
        leg.hold, leg.held_since = False, None
    with transaction() as session:
        leg = session.get_one(Leg, scene.leg_id)
        leg.hold = True
        assert legs.claim_asking(leg, clock.now())
        assert not legs.claim_asking(leg, clock.now())
    with reading() as session:
        assert legs.unsettled(session, clock.now()) == []
    asked = scene.line.log_goes_on_from()
    sound.apply(scene.leg_id)
    assert [each for each in scene.line.log(asked) if each["kind"] == "rest"] == []
    scene.line.faults(rest=[{"mode": "503", "method": "POST", "path": "/Participants/", "times": None}])
    with pytest.raises(CarrierDown):
        sound.apply(scene.leg_id, claimed=True)
    with reading() as session:
        assert legs.unsettled(session, clock.now() + SECONDS) == [scene.leg_id]
