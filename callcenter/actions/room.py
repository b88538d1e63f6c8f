"""The room: how an agent's leg and a citizen's line come together, and part.

The leg first: only when it is in the room is the caller moved out of the queue, or a callback dialled.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter import clock
from callcenter.actions import desk_phone, dispatch, lines_led, live_index, monitoring, sound
from callcenter.config import settings
from callcenter.db import Session, later, reading, transaction
from callcenter.jobs import Job
from callcenter.records import agents, callbacks, calls, carrier_events, contacts, legs
from callcenter.records.calls import Call
from callcenter.records.legs import Leg
from callcenter.rules import priority
from callcenter.rules.callbacks import CallbackState, DialResult, Source
from callcenter.rules.priority import Reason
from callcenter.rules.states import AgentState, CallState, LegState, PauseReason
from callcenter.telephone import telephone

DIALLED_WITHIN = timedelta(seconds=60)  # a worker has the hint, its turn and the carrier's answer sooner


@dataclass(frozen=True)
class RoomEvent:
    """Who came or went, or is heard otherwise, as the carrier tells it. `leg_id` is None for the citizen's own line;
    `monitors`: the leg is a supervisor's; `moved`: we have led this line elsewhere."""

    room: str  # the carrier's id of the room
    sequence: int
    call_id: str
    carrier_id: str
    leg_id: str | None
    joined: bool
    lost: bool  # gone by a fault
    monitors: bool = False
    moved: bool = False
    held: bool = False
    muted: bool = False


def handle_room_event(event: RoomEvent, at: datetime) -> None:
    """Act on one event of a room, once and in the order of each line: an old join told again, or after the leave that
    followed it, must not begin a conversation. Raises DatabaseDown."""
    told = (event.carrier_id, event.room, event.sequence)
    with reading() as session:
        if carrier_events.is_past(session, *told):
            return
    if event.leg_id and event.monitors and event.joined:
        monitoring.enter_conversation(event.leg_id, event.carrier_id, at)
    elif not event.joined and event.moved:
        pass  # whoever led a line out of a room has written why; into the same again, it is back at once
    elif event.leg_id and event.monitors:
        monitoring.end_part(event.leg_id, at, "left")
    elif event.leg_id and event.joined:
        admit_leg(event.leg_id, event.carrier_id, at, event.room)
    elif event.leg_id:
        part_from_leg(event.leg_id, at, lost=event.lost)
    elif event.joined:
        admit_citizen(event.call_id, at, event.room)
    else:
        part_from_citizen(event.call_id, at, event.room)
    with transaction() as session:
        carrier_events.taken_in(session, *told, at)


def handle_sound_event(event: RoomEvent, at: datetime) -> None:
    """A line of a room hears music or is silenced, or no more: once, and in the order of each line. Raises
    DatabaseDown."""
    told = (event.carrier_id, f"sound {event.room}", event.sequence)
    with transaction() as session:
        if carrier_events.is_past(session, *told):
            return
        carrier_events.taken_in(session, *told, at)
    sound.note_fact(event.call_id, event.leg_id, event.room, held=event.held, muted=event.muted, at=at)


def admit_citizen(call_id: str, at: datetime, room: str | None = None) -> None:
    """The citizen's own line is in the room: only now do the two speak. Raises DatabaseDown."""
    with transaction() as session:
        call = calls.lock(session, call_id)
        leg = legs.serving(session, call_id)
        if call is None or leg is None or call.state != CallState.CONNECTING or leg.epoch != call.epoch:
            return
        if leg.state != LegState.JOINED or _is_elsewhere(leg, room):
            return
        begin_talking(session, call, leg, at)
        agent = agents.get(session, leg.agent_id)
    if agent:
        live_index.show(agent)


def part_from_citizen(call_id: str, at: datetime, room: str | None = None) -> None:
    """The citizen's line left the room: the conversation is over. Raises DatabaseDown."""
    with transaction() as session:
        call = calls.lock(session, call_id)
        leg = legs.serving(session, call_id)
        if call is None or leg is None or call.state != CallState.TALKING or _is_elsewhere(leg, room):
            return
        agent = begin_wrap_up(session, call, at, "the caller left")
    lines_led.part(leg, None)
    live_index.show(agent)


def admit_leg(leg_id: str, carrier_id: str, at: datetime, room: str | None = None) -> None:
    """The agent's line is in the room: bring the citizen in, or ask for their dial. A leg that came too late is let go,
    one that is told of twice brings nobody in twice. Raises DatabaseDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None:
            return
        leg.carrier_id = leg.carrier_id or carrier_id
        leg.room = leg.room or room
        current = call.epoch == leg.epoch and leg.state != LegState.LEFT
        enters = (
            current
            and call.state == CallState.CONNECTING
            and legs.move(session, leg, LegState.JOINED, at, "in the room")
        )
        if enters and call.callback_id and not call.carrier_id:
            call.lease_until, leg.answer_by = at + DIALLED_WITHIN, None
            later(session, Job.DIAL, call_id=call.id, epoch=call.epoch)
        elif enters:
            leg.answer_by = at + legs.ANSWERS
    if enters and call.carrier_id:
        _brings_in(leg, call, at)
    elif not current:
        lines_led.part(leg, None)


def mark_leg_ringing(leg_id: str, carrier_id: str, at: datetime) -> None:
    """The desk phone's first ring: its agent's time to pick up begins. Raises DatabaseDown."""
    note_leg_line(leg_id, carrier_id)
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None or not legs.move(session, leg, LegState.RINGING, at, "the desk phone rings"):
            return
        if call.state == CallState.CONNECTING and call.epoch == leg.epoch:
            call.lease_until = at + timedelta(seconds=settings().connecting_lease_phone)


def note_leg_line(leg_id: str, carrier_id: str) -> None:
    """The carrier's id of the line that a leg's desk phone is rung on. Raises DatabaseDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
    if leg and not leg.shift:
        desk_phone.note_line(leg.agent_id, leg.id, carrier_id)


def end_leg_line(leg_id: str, carrier_id: str, at: datetime, *, lost: bool) -> None:
    """The line that a desk phone was rung on is over: the phone is free. Raises DatabaseDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
    if leg:
        desk_phone.end_ring(leg.agent_id, leg.id, carrier_id)
        part_from_leg(leg_id, at, lost=lost)


def wanted(leg_id: str) -> Leg | None:
    """The leg, while its call still waits for it to come in. Raises DatabaseDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
        call = calls.get(session, leg.call_id) if leg else None
        if leg is None or call is None or call.state != CallState.CONNECTING or call.epoch != leg.epoch:
            return None
        return leg


def wanted_by(leg_id: str) -> str | None:
    """The call that waits for this leg."""
    leg = wanted(leg_id)
    return leg.call_id if leg else None


def part_from_leg(leg_id: str, at: datetime, *, lost: bool) -> None:
    """The agent's line left, or never came. `lost`: by a fault; then a caller in conversation goes back to the head of
    the line with music, instead of on to the goodbye. Raises DatabaseDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None or not legs.move(session, leg, LegState.LEFT, at, "lost" if lost else "left"):
            return
        current = call.epoch == leg.epoch and call.agent_id == leg.agent_id
        was = CallState(call.state)
        dialled: str | None = None
        if current and was == CallState.CONNECTING:
            dialled = _return_unconnected(session, call, at, "the agent's telephone did not answer", missed=True)
        elif current and was == CallState.TALKING and lost:
            _return_to_head(session, call, at)
        elif current and was == CallState.TALKING:
            begin_wrap_up(session, call, at, "the agent hung up")
        else:
            return
        agent = agents.get(session, leg.agent_id)
    assert agent is not None
    _hang_up(dialled)
    lines_led.part(leg, call)
    if call.state == CallState.WAITING:
        dispatch.requeue(call, agent)
    else:
        live_index.show(agent)


def return_unrung(leg_id: str, at: datetime) -> None:
    """The carrier did not ring an agent's desk phone: nobody missed anything. The call is back in its place, and its
    agent free with their rank. Raises DatabaseDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None or call.state != CallState.CONNECTING or call.epoch != leg.epoch:
            return
        if leg.state not in (LegState.ASKED, LegState.RINGING):
            return
        why = "the carrier did not ring"
        legs.move(session, leg, LegState.LEFT, at, why)
        _return_unconnected(session, call, at, why, missed=False)
        agent = agents.get(session, leg.agent_id)
    assert agent is not None
    dispatch.requeue(call, agent)


def settle_connecting(call_id: str, at: datetime) -> None:
    """The lease of a `connecting` has ended. What the carrier says of the room decides: finish the move, or give the
    caller back their place. Raises DatabaseDown, CarrierDown."""
    from callcenter.actions import dial

    with reading() as session:
        call = calls.get(session, call_id)
        leg = legs.serving(session, call_id)
    if call is None or leg is None or call.state != CallState.CONNECTING:
        return
    room = leg.room or telephone().room_of(call_id)
    present = telephone().in_room(room) if room else frozenset()
    if call.callback_id and call.carrier_id not in present and dial.release_undialled(call_id, at):
        return
    with transaction() as session:
        call = calls.lock(session, call_id)
        leg = legs.serving(session, call_id)
        assert leg is not None
        if call is None or call.state != CallState.CONNECTING or call.lease_until is None or call.lease_until > at:
            return
        both = leg.carrier_id in present and call.carrier_id in present
        dialled: str | None = None
        leg.room = leg.room or room
        if both:
            legs.move(session, leg, LegState.JOINED, at, "the carrier says so")
            begin_talking(session, call, leg, at)
        else:
            rang = leg.state == LegState.RINGING  # and was not picked up; anything else is the carrier's doing
            legs.move(session, leg, LegState.LEFT, at, "did not come in time")
            dialled = _return_unconnected(session, call, at, "the connection took too long", missed=rang)
        agent = agents.get(session, leg.agent_id)
    assert agent is not None
    if both:
        live_index.show(agent)
        return
    _hang_up(dialled)
    lines_led.part(leg, call)
    dispatch.requeue(call, agent)


def settle_leg(leg_id: str, at: datetime) -> None:
    """Whatever the carrier did not say that it has done for a leg, as its row stands now. Raises DatabaseDown,
    CarrierDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
        call = calls.get(session, leg.call_id) if leg else None
    if leg is None or call is None:
        return
    current = call.epoch == leg.epoch
    if leg.state == LegState.LEFT:
        lines_led.part(leg, call if current else None, again=True)
    elif current and call.state == CallState.TALKING:
        sound.apply(leg_id)
        live_index.look(leg.agent_id)
        _shows(call)
    elif current and call.state == CallState.CONNECTING and leg.state == LegState.JOINED and call.carrier_id:
        if _is_ours_to_ask(leg, at):
            _brings_in(leg, call, at)
    elif current and call.state == CallState.CONNECTING and leg.shift and leg.carrier_id:
        if _is_ours_to_ask(leg, at) and telephone().shift_to(leg.carrier_id, leg.agent_id, leg.id):
            lines_led.note_answered(leg.id)
    else:
        lines_led.note_answered(leg.id)


def forget_lost_caller(call: Call, at: datetime) -> None:
    """The carrier has no such line any more, and may never have said so. Raises DatabaseDown."""
    from callcenter.actions import citizen, dial

    with reading() as session:
        dialled = callbacks.attempt_of_call(session, call.id)
    if dialled:
        dial.end_attempt(dialled.id, "unknown", at)
    if call.carrier_id:
        citizen.hang_up(call.carrier_id, at)


def begin_talking(session: Session, call: Call, leg: Leg, at: datetime) -> None:
    """`connecting → talking`: the wait is over, the conversation begins."""
    moved = calls.move(
        session, call.id, [CallState.CONNECTING], CallState.TALKING, at, "both are in the room",
        inside=True, talking_at=at, lease_until=None,
    ) and agents.move(
        session, leg.agent_id, [AgentState.CONNECTING], AgentState.TALKING, at, "in conversation", call_id=call.id
    )  # fmt: skip
    contact = contacts.get(session, call.contact_id)
    agent = agents.get(session, leg.agent_id)
    assert moved
    assert contact is not None
    assert agent is not None
    assert call.queued_at is not None
    leg.talked_from, leg.answer_by = at, None
    contact.waited = contact.waited if contact.waited is not None else (at - call.queued_at).total_seconds()
    contact.agent_id, contact.site_id = agent.id, agent.site_id
    if call.callback_id:
        callbacks.move(session, call.callback_id, (CallbackState.DIALLING,), CallbackState.TALKING, at, "reached")
    elif call.number_key:
        promised = callbacks.of_key(session, call.number_key)
        if promised and promised.source == Source.CITIZEN:  # they asked to speak with somebody, and now they do
            was = (CallbackState.PROMISED,)
            callbacks.move(session, promised.id, was, CallbackState.CANCELLED, at, "they telephoned us")


def begin_wrap_up(session: Session, call: Call, at: datetime, why: str) -> agents.Agent:
    """`talking → wrap_up`: the conversation is over, its outcome is owed by the server's clock."""
    deadline = at + timedelta(seconds=settings().wrap_up_limit)
    leg = legs.serving(session, call.id)
    assert leg is not None
    legs.move(session, leg, LegState.LEFT, at, why)
    moved = calls.move(
        session, call.id, [CallState.TALKING], CallState.WRAP_UP, at, why,
        ended_at=at, lease_until=deadline, inside=False, extended=False,
    ) and agents.move(
        session, leg.agent_id, [AgentState.TALKING], AgentState.WRAP_UP, at, why, call_id=call.id
    )  # fmt: skip
    agent = agents.get(session, leg.agent_id)
    assert moved
    assert agent is not None
    if call.callback_id:
        callbacks.move(session, call.callback_id, (CallbackState.TALKING,), CallbackState.REACHED, at, why)
    return agent


def release_agent(session: Session, call: Call, at: datetime, why: str) -> agents.Agent:
    """A connecting call ends under its agent: they are free again with their rank, for it was not their doing."""
    leg = legs.serving(session, call.id)
    assert leg is not None
    legs.move(session, leg, LegState.LEFT, at, why)
    agent = agents.get(session, leg.agent_id)
    assert agent is not None
    to, reason = agents.after_call(session, agent)
    moved = agents.move(
        session, agent.id, [AgentState.CONNECTING], to, at, why, reason=reason, keeps_rank=to == AgentState.AVAILABLE
    )
    assert moved
    return agent


def _brings_in(leg: Leg, call: Call, at: datetime) -> None:
    if not lines_led.bring_in(leg, call):
        forget_lost_caller(call, at)


def _is_ours_to_ask(leg: Leg, at: datetime) -> bool:
    """Whether it is for us to ask: nobody else does from now on. Who is in the room already is brought in no more."""
    with transaction() as session:
        asked, call = legs.held(session, leg.id)
        if asked is None or call is None or asked.answer_by is None or asked.answer_by >= at:
            return False
        asked.answer_by = clock.now() + legs.ANSWERS
    if leg.state == LegState.JOINED and leg.room and call.carrier_id in telephone().in_room(leg.room):
        admit_citizen(call.id, at, leg.room)
        return False
    return True


def _shows(call: Call) -> None:
    """A supervisor's part is seen by the agent too."""
    if call.agent_id:
        live_index.look(call.agent_id)


def _is_elsewhere(leg: Leg, room: str | None) -> bool:
    """Whether what was told is of an earlier room of the same call."""
    return leg.room is not None and room is not None and leg.room != room


def _hang_up(line: str | None) -> None:
    if line:
        with live_index.best_effort("hanging up a dial whose agent is gone"):
            telephone().hang_up(line)


def _return_unconnected(session: Session, call: Call, at: datetime, why: str, *, missed: bool) -> str | None:
    """`connecting → waiting`, place kept; an agent who `missed` the ring is paused, or leaves as they chose; one whom
    the carrier did not ring or did not connect is free with their rank. Gives the line of a callback that is being
    dialled, to hang up: whoever picks up would find nobody."""
    agent = agents.get(session, call.agent_id or "")
    attempt: callbacks.Attempt | None = None
    assert agent is not None
    if call.callback_id and callbacks.move(
        session, call.callback_id, (CallbackState.DIALLING,), CallbackState.QUEUED, at, why
    ):
        attempt, call.carrier_id = callbacks.give_up(session, call.id, DialResult.AGENT_LEFT), None
    calls.move(session, call.id, [CallState.CONNECTING], CallState.WAITING, at, why)
    to, reason = agents.after_call(session, agent)
    if to == AgentState.AVAILABLE and missed:
        to, reason = AgentState.PAUSE, PauseReason.NO_ANSWER
    free = to == AgentState.AVAILABLE
    moved = agents.move(session, agent.id, [AgentState.CONNECTING], to, at, why, reason=reason, keeps_rank=free)
    assert moved
    return attempt.carrier_id if attempt else None


def _return_to_head(session: Session, call: Call, at: datetime) -> None:
    """`talking → waiting`, before everybody: we lost them. Their agent is paused until their telephone is back."""
    agent_id, why = call.agent_id, "the agent's line was lost"
    ahead = priority.of(dict.fromkeys([Reason.DROPPED, *(r for r in map(Reason, call.reasons) if r != Reason.SHARED)]))
    calls.move(
        session, call.id, [CallState.TALKING], CallState.WAITING, at, why,
        priority=ahead.seconds, reasons=list(ahead.reasons),
    )  # fmt: skip
    moved = agent_id and agents.move(
        session, agent_id, [AgentState.TALKING], AgentState.PAUSE, at, why, reason=PauseReason.NO_ANSWER
    )
    assert moved
