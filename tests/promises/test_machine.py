"""The promises under any order of what people, carriers and clocks can do: a state machine on the real stores.

Every verb may be asked when it makes no sense, late and twice. After every step no promise is broken and the order of
the queues was kept; whenever the town comes to rest, the index equals the rows.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

import hypothesis
import pytest
import redis
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from callcenter import clock
from callcenter.actions import (
    agent,
    agent_line,
    citizen,
    consult_healing,
    conversation,
    dispatch,
    healing,
    live_index,
    monitoring,
    offer_answers,
    outcome_form,
    promise_check,
    room,
    room_events,
    room_healing,
)
from callcenter.actions.room_events import RoomEvent
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.live import floor, offers, queue, store
from callcenter.live.offers import Reservation
from callcenter.records import agents, calls, promises, referents, sessions
from callcenter.records.agents import Agent
from callcenter.records.attempts import Attempt
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.contacts import Contact, WrapUpEntry
from callcenter.records.events import Event
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer
from callcenter.rules.states import ON_DUTY, AgentState, CallState, Outcome, PauseReason
from ivr.practice.telephones import Caller, PracticeLine
from tests.promises.help_rules import REFUSALS, ROOM, STAFF, Help, any_one, pick
from tests.support.people import hires, joins, number_of, rings

ENTRY = WrapUpEntry("dgfip", "declaration-revenus", Outcome.ACCOMPANIMENT, settled=True)
MOST_CALLS = 8
T = TypeVar("T")


class Town(Help):
    """`ruffled`: the index was lost, rolled back or raced over, and is compared before it must equal the rows."""

    line: ClassVar[PracticeLine]
    empty: ClassVar[Callable[[], None]]

    @initialize()
    def opens(self) -> None:
        type(self).empty()
        self.raw = redis.Redis.from_url(settings().redis_url)
        self.staff = [hires(n) for n in range(STAFF)]
        with transaction() as session:
            self.partner = referents.add_referent(session, "46", "caf", "CAF", "+33565009900", "")
            supervisor = session.get_one(Agent, hires(STAFF))
            supervisor.role, supervisor.departments = "supervisor", ["46"]
            sessions.begin(session, supervisor.id, "a browser", clock.now())
        self.callers: list[Caller] = []
        self.proposals: list[Reservation] = []
        self.backup: dict[bytes, bytes] = {}
        self.ruffled = False
        self.told = 0
        for agent_id in self.staff[:2]:
            agent.take_post(agent_id, "phone", clock.now())
        healing.raise_beacon(clock.now())

    def teardown(self) -> None:
        self.comes_to_rest()
        for live in self.line.live():
            self.line.ask("POST", f"/calls/{live['sid']}/hangup", {})

    # citizens

    @precondition(lambda self: len(self.callers) < MOST_CALLS)
    @rule(joining=st.booleans())
    def arrives(self, joining: bool) -> None:
        number = len(self.callers)
        caller = rings(self.line, number)
        self.callers.append(caller)
        citizen.arrive(caller.sid, number_of(number), clock.now())
        if joining:
            self.joins_queue(number)

    @precondition(lambda self: self.callers)
    @rule(which=any_one)
    def joins_queue(self, which: int) -> None:
        number = which % len(self.callers)
        if any(self._agent(a).state in ON_DUTY for a in self.staff):
            joins(self.callers[number].sid, number)

    @rule(which=any_one)
    def hears_place(self, which: int) -> None:
        if call := pick(self._calls(), which):
            citizen.tell_place(call.id, call.department, 0, clock.now(), patient=False)

    @precondition(lambda self: self.callers)
    @rule(which=any_one, told=st.booleans())
    def citizen_hangs_up(self, which: int, told: bool) -> None:
        """The carrier may tell us late, or twice; what it never tells, the comparison with it finds."""
        caller = self.callers[which % len(self.callers)]
        caller.hangs_up()
        if told:
            citizen.hang_up(caller.sid, clock.now())

    # agents

    @rule(which=any_one)
    def takes_post(self, which: int) -> None:
        agent.take_post(self.staff[which % STAFF], "phone", clock.now())

    @rule(which=any_one)
    def leaves_post(self, which: int) -> None:
        agent.leave_post(self.staff[which % STAFF], clock.now())

    @rule(which=any_one)
    def pauses(self, which: int) -> None:
        with suppress(*REFUSALS):
            agent.pause(self.staff[which % STAFF], PauseReason.BREAK, clock.now())

    @rule(which=any_one)
    def is_available(self, which: int) -> None:
        with suppress(*REFUSALS):
            agent.become_available(self.staff[which % STAFF], clock.now())

    @rule(which=any_one)
    def beats(self, which: int) -> None:
        agent.beat(self.staff[which % STAFF], clock.now())

    @rule(which=any_one)
    def is_lost(self, which: int) -> None:
        agent.lose_connection(self.staff[which % STAFF], clock.now())

    @rule(alive=st.sets(st.integers(0, STAFF - 1)))
    def hearts_stop(self, alive: set[int]) -> None:
        at = clock.now() + timedelta(seconds=16)
        healing.raise_beacon(clock.now())
        for n in alive:
            agent.beat(self.staff[n], at)
        healing.lose_silent_agents(at)

    @rule(which=any_one, mine=st.booleans())
    def accepts(self, which: int, mine: bool) -> None:
        """An offer of now or of long ago, by whom it was made to or by another."""
        if offer := pick(self._all(Offer), which):
            with suppress(*REFUSALS):
                offer_answers.accept_offer(offer.agent_id if mine else self.staff[which % STAFF], offer.id, clock.now())

    @rule(which=any_one)
    def accepts_and_speaks(self, which: int) -> None:
        """The road most calls take, so that many get there."""
        offer = pick([o for o in self._all(Offer) if o.state == "open"], which)
        if offer and (leg := offer_answers.accept_offer(offer.agent_id, offer.id, clock.now())):
            monitoring.note_warning(offer.call_id, clock.now())
            room.admit_leg(leg.id, f"CA{leg.id}", clock.now(), ROOM)
            room.admit_citizen(offer.call_id, clock.now(), ROOM)

    @rule(which=any_one)
    def refuses(self, which: int) -> None:
        if offer := pick(self._all(Offer), which):
            offer_answers.refuse_offer(offer.agent_id, offer.id, clock.now())

    @rule(which=any_one)
    def misses(self, which: int) -> None:
        if offer := pick(self._all(Offer), which):
            offer_answers.expire_offer(offer.id, clock.now())

    @rule(which=any_one)
    def agent_hangs_up(self, which: int) -> None:
        with suppress(*REFUSALS):
            conversation.hang_up(self.staff[which % STAFF], clock.now())

    @rule(which=any_one)
    def records(self, which: int) -> None:
        contact = pick([c for c in self._all(Contact) if c.agent_id], which)
        if contact and contact.agent_id:
            with suppress(*REFUSALS):
                outcome_form.record_outcome(contact.agent_id, contact.id, [ENTRY], clock.now())

    # rooms

    @rule(which=any_one)
    def leg_enters(self, which: int) -> None:
        if leg := pick(self._all(Leg), which):
            room.admit_leg(leg.id, f"CA{leg.id}", clock.now())

    @rule(which=any_one)
    def desk_phone_rings(self, which: int) -> None:
        if leg := pick(self._all(Leg), which):
            room.mark_leg_ringing(leg.id, f"CA{leg.id}", clock.now())

    @rule(which=any_one, lost=st.booleans(), missed=st.booleans())
    def leg_leaves(self, which: int, lost: bool, missed: bool) -> None:
        if leg := pick(self._all(Leg), which):
            agent_line.part_from_leg(leg.id, clock.now(), lost=lost, missed=missed)

    @rule(which=any_one, joined=st.booleans(), late=st.integers(0, 4))
    def room_tells(self, which: int, joined: bool, late: int) -> None:
        """News of a citizen in the room of some epoch of their call, in any order, some of it twice."""
        if call := pick(self._calls(), which):
            self.told += 1
            sequence = max(1, self.told - late)
            room_events.handle_room_event(
                RoomEvent(f"CF{call.epoch}", sequence, call.id, call.carrier_id or "", None, joined, False), clock.now()
            )

    @rule(which=any_one)
    def connecting_fails(self, which: int) -> None:
        if call := pick(self._calls(), which):
            room_healing.settle_connecting(call.id, clock.now() + timedelta(seconds=60))

    # clocks, dispatchers and the index

    @rule(seconds=st.sampled_from([6, 25, 60, 130]))
    def time_passes(self, seconds: int) -> None:
        healing.expire_leases(clock.now() + timedelta(seconds=seconds))
        healing.settle_connections(clock.now() + timedelta(seconds=seconds))

    @rule()
    def sweeps(self) -> None:
        queue.widen(clock.now().timestamp())
        dispatch.offer_all()

    @rule()
    def somebody_proposes(self) -> None:
        """A dispatcher that stops between the proposal and the decision."""
        if len(self.proposals) < 2 and (found := offers.reserve_any(dispatch._token(), dispatch._deadline())):
            self.proposals.append(found)

    @precondition(lambda self: self.proposals)
    @rule()
    def somebody_decides(self) -> None:
        dispatch.decide(self.proposals.pop(0))

    @precondition(lambda self: self.proposals)
    @rule()
    def somebody_dies(self) -> None:
        """Its reservation ends with its deadline."""
        self.proposals.pop(0)

    @rule(
        verbs=st.lists(
            st.sampled_from(["everyone", "hangs_up", "pauses", "available", "beats"]), min_size=2, max_size=5
        ),
        which=any_one,
    )
    def many_at_once(self, verbs: list[str], which: int) -> None:
        does: dict[str, Callable[[], object]] = {
            "everyone": dispatch.offer_all,
            "hangs_up": lambda: self.citizen_hangs_up(which, told=True) if self.callers else None,
            "pauses": lambda: self.pauses(which),
            "available": lambda: self.is_available(which),
            "beats": lambda: self.beats(which),
        }
        with ThreadPoolExecutor(len(verbs)) as threads:
            for done in [threads.submit(does[verb]) for verb in verbs]:
                done.result()
        self.ruffled = True

    @rule()
    def index_is_flushed(self) -> None:
        store.client().flushall()
        self.ruffled = True

    @rule()
    def index_is_saved(self) -> None:
        self.backup = {key: self.raw.dump(key) or b"" for key in self.raw.scan_iter("*")}

    @precondition(lambda self: self.backup)
    @rule()
    def index_is_rolled_back(self) -> None:
        self.raw.flushall()
        for key, value in self.backup.items():
            self.raw.restore(key, 0, value)
        self.ruffled = True

    @rule()
    def index_is_compared(self) -> None:
        healing.compare_index(clock.now())

    @rule()
    def index_is_rebuilt(self) -> None:
        healing.rebuild(clock.now())

    @rule()
    def carrier_is_compared(self) -> None:
        healing.compare_carrier(clock.now() + timedelta(seconds=20))

    @rule()
    def comes_to_rest(self) -> None:
        """Only the sweep does anything any more: the index equals the rows, nobody waits whom an agent could serve."""
        for reservation in self.proposals:
            dispatch.decide(reservation)
        self.proposals.clear()
        healing.expire_leases(clock.now() + timedelta(seconds=6))
        healing.settle_connections(clock.now() + timedelta(seconds=6))
        consult_healing.settle_consults(clock.now() + timedelta(seconds=61))
        if self.ruffled:
            healing.compare_index(clock.now())
        dispatch.offer_all()
        self.ruffled = False
        waiting = {call.id: live_index.score(call) for call in self._calls() if call.state == CallState.WAITING}
        on_duty = {a.id: a.state == AgentState.AVAILABLE for a in self._all(Agent) if a.state in ON_DUTY}
        assert queue.waiting() == pytest.approx(waiting)
        assert {agent_id: since is not None for agent_id, since in floor.present().items()} == on_duty
        assert not (waiting and any(on_duty.values()))
        assert promise_check.check(clock.now(), ask_carrier=False).breaches == []

    # what must hold

    @invariant()
    def no_promise_is_broken(self) -> None:
        with reading() as session:
            assert promises.broken(session, clock.now()) == []

    @invariant()
    def the_order_is_kept(self) -> None:
        """Who is offered came before everybody who was waiting by then, in a queue that the same agents serve."""
        with reading() as session:
            rows = calls.live(session)
            changes = session.scalars(select(Event).where(Event.noun == "call").order_by(Event.id))
            since = {event.noun_id: event.id for event in changes}
        offered = [call for call in rows if call.state == CallState.OFFERED]
        for call in offered:
            for other in rows:
                if other.not_for or other.for_agent:
                    continue  # kept from who passed it on, or for one agent first
                if other.state == CallState.WAITING and since[other.id] < since[call.id] and not self.ruffled:
                    assert live_index.score(call) <= live_index.score(other)

    def _agent(self, agent_id: str) -> Agent:
        with reading() as session:
            found = agents.get(session, agent_id)
        assert found is not None
        return found

    def _calls(self) -> list[Call]:
        with reading() as session:
            return calls.live(session)

    def _all(self, noun: type[T]) -> list[T]:
        """Every row of a noun, the newest first."""
        order: Any = dict[Any, Any](
            {
                Offer: Offer.at, Leg: Leg.asked_at, Contact: Contact.arrived_at, Agent: Agent.login,
                Consult: Consult.asked_at, Attempt: Attempt.asked_at,
            }
        )[noun]  # fmt: skip
        with reading() as session:
            return list(session.scalars(select(noun).order_by(order.desc())))


def test_promises_hold_whatever_happens(
    carrier: PracticeLine,
    afresh: Callable[[], None],
    campaign: hypothesis.settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MONITORING", "1")
    settings.cache_clear()
    # a partner's desk may or may not have been rung: what came of it is told by the rules
    carrier.faults(rest=[{"mode": "500", "path": "/Participants.json", "method": "POST", "times": None}])
    Town.line, Town.empty = carrier, staticmethod(afresh)
    run_state_machine_as_test(Town, settings=campaign)
