"""What the state machine of `test_machine` may do with help: ask for it, bring it in, hand over, pass on, leave;
declare a distress; telephone a person again."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from callcenter import clock
from callcenter.actions import (
    callback_now,
    citizen,
    consult,
    consult_healing,
    consult_lines,
    dial,
    distress,
    monitor_lines,
    monitoring,
    offer_answers,
    room,
    sound,
    transfer,
)
from callcenter.errors import CarrierDown, Refusal
from callcenter.records.attempts import Attempt
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.contacts import Contact
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer
from callcenter.rules.carrier_news import LineEnd
from callcenter.rules.consults import ConsultState, PassReason
from callcenter.rules.states import CallState
from callcenter.rules.whys import Why

REFUSALS = (Refusal, CarrierDown)
STAFF = 3
ROOM = "CF" + "1" * 32  # the carrier has none: what is asked of it meets nobody, and what it says is made up here
any_one = st.integers(0, 99)
T = TypeVar("T")


def pick(many: Sequence[T], which: int) -> T | None:
    """One of them, the same for the same draw; None of none."""
    return many[which % len(many)] if many else None


class Help(RuleBasedStateMachine):
    """The rules of help alone; whoever has them knows staff, calls and rows."""

    staff: list[str]
    partner: str

    def _calls(self) -> list[Call]:
        raise NotImplementedError

    def _all(self, noun: type[T]) -> list[T]:
        raise NotImplementedError

    @rule(which=any_one, kind=st.sampled_from(["queue", "queue", "agent"]))
    def asks_for_help(self, which: int, kind: str) -> None:
        asker, colleague = self.staff[which % STAFF], self.staff[(which + 1) % STAFF]
        with suppress(*REFUSALS):
            if kind == "agent":
                consult.ask_agent(asker, colleague, clock.now())
            else:
                consult.ask_queue(asker, "R76", "impots", "fr", clock.now())

    @rule(which=any_one)
    def asks_and_is_helped(self, which: int) -> None:
        """The road most help takes, so that much gets there."""
        self.asks_for_help(which, "queue")
        asked = [o for o in self._all(Offer) if o.state == "open" and o.purpose == "consult"]
        for offer in asked:
            with suppress(*REFUSALS):
                leg = offer_answers.accept_offer(offer.agent_id, offer.id, clock.now())
                assert leg is not None
                consult_lines.enter(leg.id, f"CA{leg.id}", clock.now(), ROOM)

    @rule(which=any_one)
    def helper_enters(self, which: int) -> None:
        if leg := pick([leg for leg in self._all(Leg) if leg.kind == "consult"], which):
            consult_lines.enter(leg.id, f"CA{leg.id}", clock.now(), ROOM)

    @rule(which=any_one, lost=st.booleans())
    def helper_leaves(self, which: int, lost: bool) -> None:
        if leg := pick([leg for leg in self._all(Leg) if leg.kind == "consult"], which):
            consult_lines.leave(leg.id, clock.now(), lost=lost)

    @rule(which=any_one)
    def asks_partner(self, which: int) -> None:
        with suppress(*REFUSALS):
            consult.ask_referent(self.staff[which % STAFF], self.partner, clock.now())

    @rule(which=any_one)
    def asks_partner_and_speaks(self, which: int) -> None:
        """The road that leads to being left with them."""
        self.asks_partner(which)
        rung = [each for each in self._all(Consult) if each.is_outside and each.state == ConsultState.RUNG]
        for each in rung:
            sound.note_fact(each.call_id, None, ROOM, held=True, muted=False, at=clock.now())
            consult_lines.ring_partner(each.id, clock.now())
            consult_lines.enter(each.leg_id or "", f"CA{each.leg_id}", clock.now(), ROOM)
            with suppress(*REFUSALS):
                consult.speak(each.asked_by, "both", clock.now())
            sound.note_fact(each.call_id, None, ROOM, held=False, muted=False, at=clock.now())

    @rule(which=any_one, held=st.booleans())
    def carrier_says_held(self, which: int, held: bool) -> None:
        if call := pick(self._calls(), which):
            sound.note_fact(call.id, None, ROOM, held=held, muted=False, at=clock.now())

    @rule(which=any_one, end=st.sampled_from(LineEnd))
    def help_line_ends(self, which: int, end: LineEnd) -> None:
        """However it does: also before anybody picked up, and again when it is over."""
        if leg := pick([leg for leg in self._all(Leg) if leg.kind == "consult"], which):
            consult_lines.end_line(leg.id, leg.carrier_id or f"CA{leg.id}", end, clock.now())

    @rule(which=any_one)
    def helper_goes_by_a_click(self, which: int) -> None:
        with suppress(*REFUSALS):
            consult.leave(self.staff[which % STAFF], clock.now())

    @rule(which=any_one, with_=st.sampled_from(["both", "helper", "citizen"]))
    def speaks(self, which: int, with_: Any) -> None:
        with suppress(*REFUSALS):
            consult.speak(self.staff[which % STAFF], with_, clock.now())

    @rule(which=any_one)
    def comes_back(self, which: int) -> None:
        with suppress(*REFUSALS):
            consult.come_back(self.staff[which % STAFF], clock.now())

    @rule(which=any_one)
    def hands_over(self, which: int) -> None:
        with suppress(*REFUSALS):
            transfer.hand_over(self.staff[which % STAFF], PassReason.SPECIALIST, clock.now())

    @rule(which=any_one, alone=st.booleans())
    def passes_on(self, which: int, alone: bool) -> None:
        """To a queue, or to one colleague."""
        asker, colleague = self.staff[which % STAFF], self.staff[(which + 1) % STAFF]
        with suppress(*REFUSALS):
            if alone:
                transfer.pass_to_agent(asker, colleague, PassReason.LANGUAGE, clock.now())
            else:
                transfer.pass_to_queue(asker, "N", "impots", "fr", PassReason.SPECIALIST, clock.now())

    @rule(which=any_one)
    def citizen_says_cut_off(self, which: int) -> None:
        if call := pick(self._calls(), which):
            citizen.go_on_after_cut(call.id, clock.now())

    @rule(seconds=st.sampled_from([0, 13, 50]))
    def help_is_settled(self, seconds: int) -> None:
        consult_healing.settle_consults(clock.now() + timedelta(seconds=seconds))

    # a distress

    @rule(which=any_one)
    def declares_distress(self, which: int) -> None:
        with suppress(*REFUSALS):
            distress.declare(self.staff[which % STAFF], clock.now())

    @rule(which=any_one)
    def takes_distress_back(self, which: int) -> None:
        with suppress(*REFUSALS):
            distress.take_back(self.staff[which % STAFF], clock.now())

    @rule(which=any_one, comes=st.booleans())
    def supervisor_comes_or_goes(self, which: int, comes: bool) -> None:
        if leg := pick([leg for leg in self._all(Leg) if leg.kind == "monitor"], which):
            if comes:
                monitoring.enter_conversation(leg.id, f"CA{leg.id}", clock.now())
            else:
                monitor_lines.end_part(leg.id, clock.now(), Why.HUNG_UP)

    # who is called out

    @rule(which=any_one, number=st.sampled_from(["", "", "0600000003"]))
    def calls_out(self, which: int, number: str) -> None:
        contact = pick([each for each in self._all(Contact) if each.agent_id], which)
        if contact and contact.agent_id:
            with suppress(*REFUSALS):
                callback_now.call_out(contact.agent_id, contact.id, clock.now(), number)

    @rule(which=any_one)
    def calls_out_and_is_in_the_room(self, which: int) -> None:
        """And their telephone is dialled."""
        self.calls_out(which, "")
        for call in [each for each in self._calls() if each.callback_id and each.state == CallState.CONNECTING]:
            for leg in [each for each in self._all(Leg) if each.call_id == call.id and each.epoch == call.epoch]:
                room.admit_leg(leg.id, f"CA{leg.id}", clock.now(), ROOM)
            dial.dial_citizen(call.id, call.epoch, clock.now())

    @rule(which=any_one, again=st.booleans())
    def person_called_comes_in(self, which: int, again: bool) -> None:
        """They pick up, press 1 and are in the room; of a dial of long ago too."""
        if attempt := pick(self._all(Attempt), which):
            for _ in range(1 + again):
                if dial.mark_ringing(attempt.id, attempt.carrier_id or f"CA{attempt.id}", clock.now(), answered=True):
                    room.admit_citizen(attempt.call_id, clock.now(), ROOM)

    @rule(which=any_one, end=st.sampled_from(LineEnd))
    def dial_ends(self, which: int, end: LineEnd) -> None:
        if attempt := pick(self._all(Attempt), which):
            dial.end_attempt(attempt.id, end, clock.now())
