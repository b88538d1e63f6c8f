"""What the state machine of `test_machine` may do with help: ask for it, bring it in, hand over, pass on, leave."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from callcenter import clock
from callcenter.actions import citizen, consult, consult_healing, consult_lines, offer_answers, transfer
from callcenter.errors import (
    AlreadyTaken,
    HelpIsOpen,
    NoHelp,
    NotFound,
    NotPossibleNow,
    OutcomeIncomplete,
    OutcomeOwed,
)
from callcenter.records.calls import Call
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer
from callcenter.rules.consults import PassReason

REFUSALS = (AlreadyTaken, HelpIsOpen, NoHelp, NotFound, NotPossibleNow, OutcomeIncomplete, OutcomeOwed)
STAFF = 3
any_one = st.integers(0, 99)
T = TypeVar("T")


def pick(many: Sequence[T], which: int) -> T | None:
    """One of them, the same for the same draw; None of none."""
    return many[which % len(many)] if many else None


class Help(RuleBasedStateMachine):
    """The rules of help alone; whoever has them knows staff, calls and rows."""

    staff: list[str]

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
                consult_lines.enter(leg.id, f"CA{leg.id}", clock.now(), "CF1")

    @rule(which=any_one)
    def helper_enters(self, which: int) -> None:
        if leg := pick([leg for leg in self._all(Leg) if leg.kind == "consult"], which):
            consult_lines.enter(leg.id, f"CA{leg.id}", clock.now(), "CF1")

    @rule(which=any_one, lost=st.booleans())
    def helper_leaves(self, which: int, lost: bool) -> None:
        if leg := pick([leg for leg in self._all(Leg) if leg.kind == "consult"], which):
            consult_lines.leave(leg.id, clock.now(), lost=lost)

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

    @rule()
    def help_is_settled(self) -> None:
        consult_healing.settle_consults(clock.now())
