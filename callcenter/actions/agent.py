"""What an agent does: takes their post, answers, speaks, records what came of it.

A verb refuses with a sentence (`errors`); a click that comes twice does its work once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from callcenter import clock
from callcenter.actions import desk_phone, dispatch, lines_led, live_index, notes, room, sound
from callcenter.config import settings
from callcenter.db import Conflict, Session, transaction
from callcenter.errors import (
    AlreadyTaken,
    CarrierDidNothing,
    CarrierDown,
    CarrierRefusesNumber,
    LiveStoreDown,
    NotFound,
    NotPossibleNow,
    OutcomeIncomplete,
    OutcomeOwed,
    PhoneNotFree,
    VisitRecorded,
)
from callcenter.live import floor
from callcenter.records import agents, calls, contacts, desk_phone_rings, legs, monitors, offers, sessions
from callcenter.records.agents import Agent
from callcenter.records.contacts import Accompaniment, Entry
from callcenter.records.figures import roll_up
from callcenter.rules import outcomes
from callcenter.rules.states import CHOSEN_PAUSES, AgentState, CallState, Due, Ending, LegState, OfferState, PauseReason
from callcenter.rules.territory import local_day
from callcenter.telephone import telephone

log = structlog.get_logger()
FREE_STATES = (AgentState.AVAILABLE, AgentState.PAUSE, AgentState.LOST)


def take_post(agent_id: str, line: str, at: datetime) -> None:
    """Begin to take calls, on a desk phone rung for each call (`phone`) or kept open all shift (`shift`)."""
    with transaction() as session:
        agent = _held(session, agent_id)
        if line not in ("phone", "shift") or not agent.takes_calls:
            raise NotPossibleNow
        desk_phone.of(agent)  # or they are told why it is not rung
        if agent.state != AgentState.OFFLINE:
            return
        if monitors.of_supervisor(session, agent_id):
            raise NotPossibleNow("monitoring_elsewhere")  # their telephone is in a conversation
        if line == "shift" and desk_phone_rings.of(session, agent_id):
            raise PhoneNotFree  # its last line is not known to be over
        agent.line, agent.shift_line = line, None
        agent.next_state = agent.next_reason = None  # what was chosen for after a call long over
        to, reason = agents.after_call(session, agent)
        agents.move(session, agent_id, [AgentState.OFFLINE], to, at, "took their post", reason=reason, who=agent_id)
        agent = _agent(session, agent_id)
    if line == "shift":
        with live_index.best_effort("ringing a line for the shift"):
            desk_phone.ring(agent_id, None, at)
    dispatch.free_agent(agent)


def leave_post(agent_id: str, at: datetime, who: str | None = None) -> None:
    """Take no more calls. During a call it is kept for afterwards."""
    with transaction() as session:
        agent = _held(session, agent_id)
        if agent.state in (AgentState.CONNECTING, AgentState.TALKING, AgentState.WRAP_UP):
            agent.next_state, agent.next_reason = AgentState.OFFLINE, None
            returned, leaves = None, False
        else:
            returned = _give_back_offer(session, agent, OfferState.REFUSED, AgentState.OFFLINE, None, at)
            if returned is None:
                agents.move(
                    session, agent_id, FREE_STATES, AgentState.OFFLINE, at, "left their post", who=who or agent_id
                )
            agent = _agent(session, agent_id)
            agent.shift_line, leaves = None, True
    if leaves:
        with live_index.best_effort("closing an open line"):
            desk_phone.let_go(agent_id, None)
    if returned:
        dispatch.requeue(returned.call, agent)
    else:
        live_index.show(agent)


def change_serving(agent_id: str, at: datetime) -> None:
    """Their account has other topics, languages or another department: an open offer that is none of theirs any more
    returns with its place, and whoever is free is offered what they serve now."""
    returned = None
    with transaction() as session:
        agent = _held(session, agent_id)
        call = calls.get(session, agent.call_id) if agent.call_id else None
        if call and agent.state == AgentState.OFFERED and not set(call.queues) & set(agent.queues):
            returned = _give_back_offer(session, agent, OfferState.WITHDRAWN, AgentState.AVAILABLE, None, at)
        agent = _agent(session, agent_id)
    if returned:
        dispatch.requeue(returned.call, agent)
    else:
        dispatch.free_agent(agent)


def pause(agent_id: str, reason: PauseReason, at: datetime, who: str | None = None) -> None:
    """Take no calls for a while. During a call it is kept for afterwards; an open offer is refused by it. `who` chose
    it, if not the agent."""
    if reason not in CHOSEN_PAUSES:
        raise NotPossibleNow
    _chooses(agent_id, AgentState.PAUSE, reason, at, who)


def become_available(agent_id: str, at: datetime, who: str | None = None) -> None:
    """Take calls again; refused while a contact still owes its outcome. `who` chose it, if not the agent."""
    _chooses(agent_id, AgentState.AVAILABLE, None, at, who)


def beat(agent_id: str, at: datetime) -> None:
    """The agent's page is there; a connection that was lost is back, in the state it was lost from."""
    try:
        if floor.beat(agent_id, at.timestamp()):
            return
    except LiveStoreDown:
        return
    with transaction() as session:
        agent = _held(session, agent_id)
        if agent.state == AgentState.LOST:
            to, reason = agents.after_call(session, agent)
            if agent.lost_from == AgentState.PAUSE and to == AgentState.AVAILABLE:
                to, reason = AgentState.PAUSE, PauseReason.BREAK
            agents.move(session, agent_id, [AgentState.LOST], to, at, "the connection is back", reason=reason)
            agent = _agent(session, agent_id)
    if agent.state != AgentState.OFFLINE:
        dispatch.free_agent(agent)


def lose_connection(agent_id: str, at: datetime) -> None:
    """No heartbeat: Connexion perdue. An open offer returns with its place; a conversation goes on by telephone."""
    with transaction() as session:
        agent = _held(session, agent_id)
        was = AgentState(agent.state)
        if was not in (AgentState.AVAILABLE, AgentState.OFFERED, AgentState.PAUSE):
            return
        returned = _give_back_offer(session, agent, OfferState.WITHDRAWN, AgentState.LOST, None, at)
        if returned is None:
            agents.move(
                session, agent_id, [AgentState.AVAILABLE, AgentState.PAUSE], AgentState.LOST, at, "no heartbeat"
            )
        agent = _agent(session, agent_id)
        agent.lost_from = AgentState.PAUSE if was == AgentState.PAUSE else AgentState.AVAILABLE
    if returned:
        dispatch.requeue(returned.call, agent)
    else:
        live_index.show(agent)


def accept_offer(agent_id: str, offer_id: str, at: datetime, *, by_key: bool = False) -> legs.Leg | None:
    """Take the call that is offered. Refused (AlreadyTaken) when it is no longer theirs to take. `by_key`: 1 was
    pressed on the open line, which the webhook itself brings into the room. The leg, the same for the same click
    again."""
    with transaction() as session:
        agent = _agent(session, agent_id)
        on_shift = agent.line == "shift" and agent.shift_line is not None
        if not on_shift:
            desk_phone.of(agent)
        until = at + timedelta(seconds=settings().connecting_lease_browser if on_shift else settings().ringing_lease)
        call = offers.accept(session, offer_id, agent_id, at, until)
        if call is None:
            offer = offers.get(session, offer_id)
            if offer and offer.agent_id == agent_id and offer.state == OfferState.ACCEPTED:
                return legs.serving(session, offer.call_id)  # the same click again
            raise AlreadyTaken
        shift_line = agent.shift_line if on_shift else None
        leg = legs.ask(session, call.id, call.contact_id, agent_id, call.epoch, at, shift_line)
        agent = _agent(session, agent_id)
    live_index.show(agent)
    if not by_key:
        come_in(leg, at)
    return leg


def come_in(leg: legs.Leg, at: datetime) -> None:
    """The agent's own line goes into the room: the open one is led there, or the desk phone is rung. What the carrier
    did not do is nobody's missed offer."""
    try:
        if leg.shift and leg.carrier_id:
            if telephone().shift_to(leg.carrier_id, leg.agent_id, leg.id):
                lines_led.note_answered(leg.id)
                return
            end_shift_line(leg.agent_id, leg.carrier_id)  # it was hung up, and nobody said so
            _is_to_ring(leg.id, at)
        desk_phone.ring(leg.agent_id, leg.id, at)
    except CarrierRefusesNumber:
        room.part_from_leg(leg.id, at, lost=True)
    except CarrierDidNothing:
        room.return_unrung(leg.id, at)
    except CarrierDown:
        log.warning("an agent's line is left to the sweep", leg=leg.id)
        if leg.shift:
            lines_led.note_answered(leg.id, by=clock.now())


def refuse_offer(agent_id: str, offer_id: str, at: datetime) -> None:
    """Not now: the call keeps its place and goes to the next agent; the agent is paused."""
    _offer_ends(offer_id, OfferState.REFUSED, at, agent_id)


def expire_offer(offer_id: str, at: datetime) -> None:
    """The offer's lease ended without an answer: Pause, non-réponse."""
    _offer_ends(offer_id, OfferState.MISSED, at, None)


def choose_next_state(agent_id: str, state: AgentState | None, reason: PauseReason | None, at: datetime) -> None:
    """What comes after this call; kept until then, never overwritten by the service. None takes the choice back."""
    if state not in (None, AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE):
        raise NotPossibleNow
    with transaction() as session:
        agent = _held(session, agent_id)
        if state != AgentState.OFFLINE and not _may_serve(agent):
            raise NotPossibleNow
        agent.next_state = state
        agent.next_reason = reason if state == AgentState.PAUSE else None
    live_index.look(agent_id)


def hang_up(agent_id: str, at: datetime) -> None:
    """End the conversation: the caller goes on to the last words, the agent to the wrap-up."""
    with transaction() as session:
        call, leg = _in_hand(session, agent_id, CallState.TALKING, CallState.WRAP_UP)
        if call.state == CallState.WRAP_UP:
            return
        agent = room.begin_wrap_up(session, call, at, "the agent hung up")
    lines_led.part(leg, call)
    live_index.show(agent)


def hold(agent_id: str, on: bool, at: datetime) -> None:
    """Music for the citizen, or the conversation again, once the carrier has done it; seconds on hold are counted from
    then. Raises CarrierDown: it is asked again."""
    with transaction() as session:
        _, leg = _in_hand(session, agent_id, CallState.TALKING)
        leg.hold = on
    _sounds(leg)


def mute(agent_id: str, on: bool) -> None:
    """Whether the citizen hears the agent, once the carrier has done it. Raises CarrierDown: it is asked again."""
    with transaction() as session:
        _, leg = _in_hand(session, agent_id, CallState.TALKING)
        leg.mute = on
    _sounds(leg)


def extend_wrap_up(agent_id: str) -> None:
    """Once as much time again to record the outcome."""
    with transaction() as session:
        call, _ = _in_hand(session, agent_id, CallState.WRAP_UP)
        if call.extended or call.lease_until is None:
            raise NotPossibleNow
        call.lease_until += timedelta(seconds=settings().wrap_up_limit)
        call.extended = True
    live_index.look(agent_id)


def tag_relay(agent_id: str, relay: bool) -> None:
    """Whether the person speaks through a relay service, as the agent hears it: such calls are kept out of the handling
    times. During the conversation and its wrap-up; refused at any other moment."""
    with transaction() as session:
        agent = agents.get(session, agent_id)
        call = calls.lock(session, agent.call_id) if agent and agent.call_id else None
        if call is None or call.agent_id != agent_id or call.state not in (CallState.TALKING, CallState.WRAP_UP):
            raise NotPossibleNow
        contact = _contact(session, agent_id, call.contact_id)
        call.relay = contact.relay = relay
        roll_up.mark(session, [contact.local_day])
    live_index.look(agent_id)


def note_agreement(agent_id: str, contact_id: str, kind: str, given_by: str, at: datetime) -> None:
    """Log apart that the citizen gave a mandate or a consent, by voice, by text or on paper; the first of its kind
    stands."""
    with transaction() as session:
        contact = _contact(session, agent_id, contact_id)
        contacts.record_agreement(session, contact.id, kind, given_by, agent_id, at)


def record_outcome(
    agent_id: str, contact_id: str, entries: Sequence[Entry], at: datetime, revision: int | None = None
) -> list[Accompaniment]:
    """The outcome of a contact: during its wrap-up, or later when it is owed. One transaction ends the call, writes the
    démarches and moves the agent on. Recorded twice, the first stands, with the notes of both. `revision`: of the kept
    notes that those of the entries replace; any other is added to them."""
    _check(entries)
    try:
        with transaction() as session:
            _contact(session, agent_id, contact_id)
            call = calls.lock(session, _call_of(session, agent_id, contact_id))
            contact = _contact(session, agent_id, contact_id)  # as it is, now that nobody else may write on it
            if contact.due == Due.RECORDED:
                notes.add(session, contact, entries[0].notes)
                return contacts.accompaniments(session, [contact.id])
            if call is None or call.state not in (CallState.WRAP_UP, CallState.ENDED) or contact.due == Due.RELEASED:
                raise NotPossibleNow
            rows = contacts.record(session, contact, notes.with_draft(contact, _clean(entries), revision), at, agent_id)
            leg = legs.serving(session, call.id)
            if leg and leg.wrapped_at is None:
                leg.wrapped_at = at
            agent = finish_wrap_up(session, call, at, "the outcome is recorded")
    except Conflict:
        raise OutcomeIncomplete from None
    dispatch.free_agent(agent)
    return rows


def finish_wrap_up(session: Session, call: calls.Call, at: datetime, why: str) -> Agent:
    """The call ends, if it had not; its agent goes on to what they chose, or stays paused while something is owed."""
    agent_id = call.agent_id
    assert agent_id is not None
    ended = calls.end(session, call.id, [CallState.WRAP_UP], Ending.ANSWERED, at, why)
    agent = agents.lock(session, agent_id) or _agent(session, agent_id)
    to, reason = agents.after_call(session, agent)
    if ended is not None:
        moved = agents.move(session, agent_id, [AgentState.WRAP_UP], to, at, why, reason=reason)
        assert moved
    elif reason != PauseReason.OUTCOME_OWED and agent.pause_reason == PauseReason.OUTCOME_OWED:
        agents.move(session, agent_id, [AgentState.PAUSE], to, at, why, reason=reason)
    return _agent(session, agent_id)


def record_visit(
    agent_id: str,
    contact_id: str,
    department: str,
    entries: Sequence[Entry],
    arrived_at: datetime,
    at: datetime,
    satisfaction: int | None = None,
    settled_said: bool | None = None,
) -> contacts.Contact:
    """A visit at the desk, in the same form: a contact of channel `front_desk`, of the agent's own site. `satisfaction`
    (1 to 4) and `settled_said` are the person's own answers; None: not asked. Sent twice under one id it is one visit:
    the first stands. Raises VisitRecorded for other démarches under the same id."""
    _check(entries)
    with transaction() as session:
        agent = _agent(session, agent_id)
        is_new = contacts.open_contact(session, contact_id, "front_desk", arrived_at, None)
        contact = contacts.get(session, contact_id)
        assert contact is not None
        if not is_new:
            _check_same(session, contact, agent_id, entries)
            return contact
        contact.department, contact.site_id, contact.agent_id = department, agent.site_id, agent_id
        contact.local_day = local_day(department, arrived_at)
        if satisfaction is not None:
            contact.satisfaction, contact.satisfaction_scale = satisfaction, 4
        contact.settled_said = settled_said
        contacts.record(session, contact, _clean(entries), at, agent_id)
        return contact


def _check_same(session: Session, visit: contacts.Contact, agent_id: str, entries: Sequence[Entry]) -> None:
    if visit.agent_id != agent_id:
        raise NotFound
    written = {(row.procedure, row.outcome, row.settled) for row in contacts.accompaniments(session, [visit.id])}
    if written != {(entry.procedure, entry.outcome, entry.settled) for entry in entries}:
        raise VisitRecorded


def reveal_number(agent_id: str, call_id: str, at: datetime) -> str:
    """The full number of the call in hand, and nobody else's; looking is written down."""
    with transaction() as session:
        call, _ = _in_hand(session, agent_id, CallState.TALKING, CallState.WRAP_UP, CallState.CONNECTING)
        if call.id != call_id or call.phone is None:
            raise NotFound
        sessions.audit(session, agent_id, "saw a full number", "call", call_id, at)
        return call.phone.national


def open_shift_line(agent_id: str, carrier_id: str) -> tuple[bool, legs.Leg | None]:
    """The desk phone that is to stay open all shift was picked up: whether it is wanted, and the leg for which it is
    wanted at once, where an offer was accepted while it rang. Raises DatabaseDown."""
    desk_phone.note_line(agent_id, None, carrier_id)
    with transaction() as session:
        agent = _held(session, agent_id)
        if agent.line != "shift" or agent.state == AgentState.OFFLINE:
            return False, None
        agent.shift_line = agent.shift_line or carrier_id
        call = calls.get(session, agent.call_id) if agent.state == AgentState.CONNECTING and agent.call_id else None
        leg = legs.serving(session, call.id) if call else None
        waits = leg is not None and leg.state == LegState.ASKED and leg.carrier_id in (None, carrier_id)
        if leg and waits:
            leg.shift, leg.carrier_id = True, carrier_id
    live_index.look(agent_id)
    return True, leg if waits else None


def end_shift_line(agent_id: str, carrier_id: str) -> None:
    """The line that was to stay open all shift is over: the next calls ring the desk phone."""
    desk_phone.end_ring(agent_id, None, carrier_id)
    with transaction() as session:
        agent = _agent(session, agent_id)
        if agent.shift_line == carrier_id:
            agent.shift_line = None
    live_index.look(agent_id)


def _is_to_ring(leg_id: str, at: datetime) -> None:
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg and call and leg.state == LegState.ASKED and call.state == CallState.CONNECTING:
            leg.shift, leg.carrier_id, leg.answer_by = False, None, None
            call.lease_until = at + timedelta(seconds=settings().ringing_lease)


def _sounds(leg: legs.Leg) -> None:
    try:
        sound.apply(leg.id)
    finally:
        live_index.look(leg.agent_id)


def _chooses(agent_id: str, to: AgentState, reason: PauseReason | None, at: datetime, who: str | None) -> None:
    with transaction() as session:
        agent = _held(session, agent_id)
        if not _may_serve(agent):
            raise NotPossibleNow
        if agent.state in (AgentState.CONNECTING, AgentState.TALKING, AgentState.WRAP_UP):
            agent.next_state, agent.next_reason = to, reason
            returned = None
        elif agent.state == AgentState.OFFERED:
            if to == AgentState.AVAILABLE:
                return
            returned = _give_back_offer(session, agent, OfferState.REFUSED, to, reason, at)
        else:
            if agent.state == AgentState.OFFLINE:
                raise NotPossibleNow
            if to == AgentState.AVAILABLE:
                if agents.is_owing(session, agent_id):
                    raise OutcomeOwed
                if agent.state == AgentState.AVAILABLE:
                    return
            returned = None
            agents.move(session, agent_id, FREE_STATES, to, at, "chosen", reason=reason, who=who or agent_id)
        agent = _agent(session, agent_id)
    if returned:
        dispatch.requeue(returned.call, agent)
    else:
        dispatch.free_agent(agent)


def _may_serve(agent: Agent) -> bool:
    """Whether calls may be theirs, and reach them."""
    return agent.takes_calls and agent.desk_phone is not None


def _offer_ends(offer_id: str, how: OfferState, at: datetime, agent_id: str | None) -> None:
    with transaction() as session:
        offer = offers.get(session, offer_id)
        if offer is None or agent_id not in (None, offer.agent_id):
            raise NotFound
        returned = offers.return_call(
            session, offer_id, how, at, agent_to=AgentState.PAUSE, reason=PauseReason.NO_ANSWER
        )
        if returned is None:
            return  # accepted, withdrawn or ended already
        agent = _agent(session, returned.agent_id)
    if agent.shift_line:
        with live_index.best_effort("quieting an open line"):
            telephone().shift_to(agent.shift_line, agent.id, None)
    dispatch.requeue(returned.call, agent)


def _give_back_offer(
    session: Session, agent: Agent, how: OfferState, to: AgentState, reason: PauseReason | None, at: datetime
) -> offers.Closed | None:
    offer = offers.open_of_agent(session, agent.id)
    return offers.return_call(session, offer.id, how, at, agent_to=to, reason=reason) if offer else None


def _in_hand(session: Session, agent_id: str, *states: CallState) -> tuple[calls.Call, legs.Leg]:
    """The call this agent holds, locked before the agent, with their leg; refused in any other state."""
    agent = _agent(session, agent_id)
    call = calls.lock(session, agent.call_id) if agent.call_id else None
    leg = legs.serving(session, call.id) if call else None
    if call is None or leg is None or call.agent_id != agent_id or call.state not in states:
        raise NotPossibleNow
    return call, leg


def _held(session: Session, agent_id: str) -> Agent:
    """The agent as they are until this transaction ends: first the call in their hands is locked, then they are."""
    while True:
        before = _agent(session, agent_id).call_id
        point = session.begin_nested()
        if before:
            calls.lock(session, before)
        agent = agents.lock(session, agent_id)
        if agent is not None and agent.call_id == before:
            return agent
        point.rollback()  # somebody gave them another call meanwhile: its lock comes first


def _agent(session: Session, agent_id: str) -> Agent:
    agent = agents.get(session, agent_id)
    if agent is None:
        raise NotFound
    return agent


def _contact(session: Session, agent_id: str, contact_id: str) -> contacts.Contact:
    """A contact that is this agent's to write on."""
    contact = contacts.get(session, contact_id)
    if contact is None or contact.agent_id != agent_id:
        raise NotFound
    return contact


def _call_of(session: Session, agent_id: str, contact_id: str) -> str:
    call = calls.of_contact(session, contact_id)
    if call is None or call.agent_id != agent_id:
        raise NotFound
    return call.id


def _check(entries: Sequence[Entry]) -> None:
    if not entries:
        raise OutcomeIncomplete
    for entry in entries:
        wrong = outcomes.refusals(entry.outcome, entry.settled, entry.reason, entry.internet_checked)
        if wrong:
            raise OutcomeIncomplete(*wrong)


def _clean(entries: Sequence[Entry]) -> list[Entry]:
    return [replace(entry, notes=outcomes.masked(entry.notes)) for entry in entries]
