"""Supervisors in a conversation of their agents': they listen, whisper to the agent, or barge in.

A supervisor's desk phone is rung as an agent's is, and comes in muted; only then is it given its voice. The agent sees
who takes part, and how; a citizen who refuses is not listened to. The sweep ends what outlives its conversation.
"""

from datetime import datetime, timedelta

from callcenter.actions import index
from callcenter.actions.supervisor import sees
from callcenter.config import settings
from callcenter.db import Conflict, Session, reading, transaction
from callcenter.errors import (
    CarrierDidNothing,
    CarrierDown,
    Declined,
    NoDeskPhone,
    NotAllowed,
    NotPossibleNow,
)
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, legs, monitors, sessions
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.legs import Leg
from callcenter.rules.states import AgentState, CallState, LegState, Monitoring
from callcenter.telephone import telephone


def takes_part(supervisor_id: str, agent_id: str, mode: Monitoring, at: datetime) -> None:
    """Take part in the conversation of an agent of theirs, or go on in another way. Raises NotAllowed, NotPossibleNow
    (there is none, or the supervisor's telephone is not free), Declined, NoDeskPhone, CarrierDown."""
    try:
        with transaction() as session:
            call = _conversation(session, supervisor_id, agent_id)
            leg = monitors.of_supervisor(session, supervisor_id)
            number = _free_phone(session, supervisor_id, call, leg)
            if leg:
                leg.mode = mode
            sessions.audit(session, supervisor_id, f"monitors: {mode}", "call", call.id, at)
            taken = leg or monitors.ask(session, call, supervisor_id, mode, at)
    except Conflict:
        raise NotPossibleNow from None  # the same click twice
    if number:
        _rings(taken, number, at)
    elif taken.state == LegState.JOINED:
        _speaks(taken.id)
    index.look(agent_id)


def leaves(supervisor_id: str, at: datetime) -> None:
    """Out of the conversation that they take part in, if any."""
    with reading() as session:
        leg = monitors.of_supervisor(session, supervisor_id)
    if leg:
        ends(leg.id, at, "the supervisor leaves")


def is_declined(agent_id: str, declined: bool, at: datetime) -> None:
    """The citizen refuses that a supervisor takes part, or allows it again. Raises NotPossibleNow out of a
    conversation."""
    with transaction() as session:
        agent = agents.get(session, agent_id)
        call = calls.lock(session, agent.call_id) if agent and agent.call_id else None
        if call is None or call.agent_id != agent_id or call.state != CallState.TALKING:
            raise NotPossibleNow
        call.private = declined
        taking_part = [leg.id for leg, _ in monitors.of_call(session, call.id)] if declined else []
    for leg_id in taking_part:
        ends(leg_id, at, "the citizen refuses")
    index.look(agent_id)


def wanted(leg_id: str) -> str | None:
    """The call whose conversation this leg is still to come into."""
    with reading() as session:
        leg = legs.get(session, leg_id)
        call = calls.get(session, leg.call_id) if leg else None
        return call.id if leg and call and leg.state != LegState.LEFT and _goes_on(session, call, leg) else None


def enters(leg_id: str, carrier_id: str, at: datetime) -> None:
    """The supervisor's line is in the room, muted: it is given its voice, or let go if it came too late. Raises
    DatabaseDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None:
            return
        leg.carrier_id = leg.carrier_id or carrier_id
        came = legs.move(session, leg, LegState.JOINED, at, "in the room")
        goes_on = _goes_on(session, call, leg)
    if leg.state == LegState.LEFT or not goes_on:
        ends(leg_id, at, "the conversation is over")
    elif came:
        with index.best_effort("giving a supervisor their voice"):
            _speaks(leg_id)
        if call.agent_id:
            index.look(call.agent_id)


def overdue(at: datetime) -> list[str]:
    """Legs whose conversation is over or refused, and those whose lease to come in has ended."""
    came_by = at - timedelta(seconds=settings().ringing_lease + settings().connecting_lease_phone)
    with reading() as session:
        return monitors.to_end(session, came_by)


def settles(leg_id: str, at: datetime) -> None:
    """A leg that is overdue leaves, unless the carrier knows better: it is in the room, and its news was lost.
    Raises CarrierDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
        call = calls.get(session, leg.call_id) if leg else None
        goes_on = leg is not None and call is not None and _goes_on(session, call, leg)
    if leg is None or call is None:
        return
    if not goes_on:
        ends(leg_id, at, "the conversation is over")
    elif leg.carrier_id and leg.carrier_id in telephone().in_room(call.id):
        enters(leg_id, leg.carrier_id, at)
    else:
        ends(leg_id, at, "did not come in time")


def ends(leg_id: str, at: datetime, why: str) -> None:
    """The supervisor's part is over: whoever says so first, the line is let go. Raises DatabaseDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None:
            return
        legs.move(session, leg, LegState.LEFT, at, why)
        line, agent_id = leg.carrier_id, call.agent_id
    if line:
        with index.best_effort("letting a supervisor's line go"):
            telephone().hang_up(line)
    if agent_id:
        index.look(agent_id)


def _conversation(session: Session, supervisor_id: str, agent_id: str) -> Call:
    """The conversation of an agent whom this supervisor sees, held."""
    supervisor, agent = agents.get(session, supervisor_id), agents.get(session, agent_id)
    if supervisor is None or agent is None or not sees(supervisor, agent.department):
        raise NotAllowed
    call = calls.lock(session, agent.call_id) if agent.call_id and settings().monitoring else None
    if call is None or call.state != CallState.TALKING or call.agent_id != agent_id:
        raise NotPossibleNow("monitoring_nobody")
    if call.private:
        raise Declined
    return call


def _free_phone(session: Session, supervisor_id: str, call: Call, leg: Leg | None) -> PhoneNumber | None:
    """The desk phone to ring; None for a supervisor who takes part already."""
    supervisor: Agent | None = agents.lock(session, supervisor_id)
    if leg and leg.call_id != call.id:
        raise NotPossibleNow("monitoring_elsewhere")
    if leg:
        return None
    if supervisor is None or supervisor.state != AgentState.OFFLINE:
        raise NotPossibleNow("monitoring_at_post")
    if supervisor.phone is None:
        raise NoDeskPhone
    return supervisor.phone


def _rings(leg: Leg, number: PhoneNumber, at: datetime) -> None:
    try:
        carrier_id = telephone().ring_monitor(leg.id, number)
    except CarrierDidNothing:
        ends(leg.id, at, "the carrier did nothing")
        raise
    except CarrierDown:
        return  # whether it rings is not known: the lease asks the carrier
    with transaction() as session:
        rung = legs.get(session, leg.id)
        if rung:
            rung.carrier_id = rung.carrier_id or carrier_id


def _speaks(leg_id: str) -> None:
    with reading() as session:
        leg = legs.get(session, leg_id)
        serving = legs.serving(session, leg.call_id) if leg else None
    if leg and serving and leg.mode and leg.carrier_id and serving.carrier_id:
        telephone().monitor(leg.carrier_id, leg.call_id, Monitoring(leg.mode), serving.carrier_id)


def _goes_on(session: Session, call: Call, leg: Leg) -> bool:
    """Whether the conversation that a leg was asked for is still that one, and may be listened to by its supervisor."""
    is_that_one = call.state == CallState.TALKING and call.epoch == leg.epoch and not call.private
    return is_that_one and monitors.is_theirs(session, leg.id)
