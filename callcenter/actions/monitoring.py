"""Supervisors in a conversation of their agents': they listen, whisper to the agent, or barge in.

A supervisor's desk phone is rung as an agent's is, and comes in muted; only then is it given its voice. The agent sees
who takes part, and how the carrier was told that they do: a part is over on the screens once its line is let go, not
before. The sweep asks again for whatever the carrier did not do, and ends what outlives its conversation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.actions import desk_phone, index
from callcenter.actions.supervisor import sees
from callcenter.config import settings
from callcenter.db import Conflict, Session, reading, transaction
from callcenter.errors import (
    CarrierDidNothing,
    CarrierDown,
    Declined,
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

ANSWERS = timedelta(seconds=6)  # the carrier's answer to a dial has come by then, or never will
NOTICE = timedelta(seconds=30)  # to hear that a supervisor may take part, slowly for a relay, and to come in


@dataclass(frozen=True)
class Warned:
    """Whom to tell that a supervisor may take part, and how."""

    language: str
    relay: bool


def warns(call_id: str, at: datetime) -> Warned | None:
    """The citizen is on the way into the conversation, and is told now, before they come in, that a supervisor may take
    part: without that none can. None where none may. Raises DatabaseDown."""
    if not settings().monitoring:
        return None
    with transaction() as session:
        call = calls.lock(session, call_id)
        if call is None:
            return None
        call.warned = True
        if call.state == CallState.CONNECTING and call.lease_until:
            call.lease_until = max(call.lease_until, at + NOTICE)
        return Warned(call.asked_language or call.language, call.relay)


def takes_part(supervisor_id: str, agent_id: str, mode: Monitoring, at: datetime) -> None:
    """Take part in the conversation of an agent of theirs, or go on in another way. Raises NotAllowed, NotPossibleNow
    (there is none, or the supervisor's telephone is not free), Declined, NoDeskPhone,
    DeskPhoneNotCalled, CarrierDown."""
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
    """Out of the conversation that they take part in, if any. Raises CarrierDown: they are in it still."""
    with reading() as session:
        leg = monitors.of_supervisor(session, supervisor_id)
    if leg:
        _lets_go(leg, at, "the supervisor leaves")


def is_declined(agent_id: str, declined: bool, at: datetime) -> None:
    """The citizen refuses that a supervisor takes part, or allows it again. Raises NotPossibleNow out of a
    conversation."""
    with transaction() as session:
        agent = agents.get(session, agent_id)
        call = calls.lock(session, agent.call_id) if agent and agent.call_id else None
        if call is None or call.agent_id != agent_id or call.state != CallState.TALKING:
            raise NotPossibleNow
        call.private = declined
        taking_part = [leg for leg, _ in monitors.of_call(session, call.id)] if declined else []
    for leg in taking_part:
        with index.best_effort("letting a supervisor's line go"):
            _lets_go(leg, at, "the citizen refuses")
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
        if legs.move(session, leg, LegState.JOINED, at, "in the room"):
            leg.told = Monitoring.LISTEN
        goes_on = _goes_on(session, call, leg)
    with index.best_effort("giving a supervisor their voice"):
        if leg.state == LegState.LEFT or not goes_on:
            _lets_go(leg, at, "the conversation is over")
        elif leg.told != leg.mode:
            _speaks(leg_id)
    _shows(call)


def has_left(leg_id: str, at: datetime, why: str) -> None:
    """The supervisor's line left the room or is over: so is their part. Raises DatabaseDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None:
            return
        legs.move(session, leg, LegState.LEFT, at, why)
    _shows(call)


def unsettled(at: datetime) -> list[str]:
    """Legs that may not go on, of which the carrier was not told as asked, that may not ring, or are late."""
    came_by = at - timedelta(seconds=settings().ringing_lease + settings().connecting_lease_phone)
    with reading() as session:
        return monitors.unsettled(session, settings().monitoring, at - ANSWERS, came_by)


def settles(leg_id: str, at: datetime) -> None:
    """What the carrier was not told it is told; what it did not tell it is asked. Raises DatabaseDown, CarrierDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
        call = calls.get(session, leg.call_id) if leg else None
        goes_on = leg is not None and call is not None and _goes_on(session, call, leg)
    if leg is None or call is None or leg.state == LegState.LEFT:
        return
    if not goes_on:
        _lets_go(leg, at, "the conversation is over")
    elif leg.state == LegState.JOINED:
        _speaks(leg_id)
        _shows(call)
    elif leg.carrier_id is None:
        _finds_line(leg, at)
    elif leg.carrier_id in telephone().in_room(call.id):
        enters(leg_id, leg.carrier_id, at)
    else:
        _lets_go(leg, at, "did not come in time")


def _lets_go(leg: Leg, at: datetime, why: str) -> None:
    """First the line, then the row: nobody is shown as gone who still hears. Raises CarrierDown."""
    if leg.carrier_id:
        telephone().hang_up(leg.carrier_id)
    has_left(leg.id, at, why)


def _finds_line(leg: Leg, at: datetime) -> None:
    """The carrier did not say whether it rings: the line that it opened to this telephone since, or none."""
    with reading() as session:
        supervisor = agents.get(session, leg.agent_id)
    opened = telephone().lines_to(supervisor.phone, leg.asked_at) if supervisor and supervisor.phone else ()
    with transaction() as session:
        asked = legs.get(session, leg.id)
        found = [line.carrier_id for line in opened if line.state == "live"]
        mine = [line for line in found if legs.by_carrier_id(session, line) is None]
        if asked and asked.carrier_id is None and mine:
            asked.carrier_id = mine[0]
    if not mine:
        has_left(leg.id, at, "the carrier has no line to them")


def _conversation(session: Session, supervisor_id: str, agent_id: str) -> Call:
    """The conversation of an agent whom this supervisor sees, held."""
    supervisor, agent = agents.get(session, supervisor_id), agents.get(session, agent_id)
    if supervisor is None or agent is None or not sees(supervisor, agent.department):
        raise NotAllowed
    call = calls.lock(session, agent.call_id) if agent.call_id and settings().monitoring else None
    if call is None or call.state != CallState.TALKING or call.agent_id != agent_id:
        raise NotPossibleNow("monitoring_nobody")
    if not call.warned:
        raise NotPossibleNow("monitoring_untold")
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
    return desk_phone.of(supervisor)


def _rings(leg: Leg, number: PhoneNumber, at: datetime) -> None:
    try:
        carrier_id = telephone().ring_monitor(leg.id, number)
    except CarrierDidNothing as refused:
        has_left(leg.id, at, "the carrier did nothing")
        raise CarrierDown from refused  # nobody tries again but the supervisor
    # Any other CarrierDown: whether it rings is not known, and the sweep asks.
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
        with transaction() as session:
            told = legs.get(session, leg_id)
            if told:
                told.told = leg.mode


def _shows(call: Call) -> None:
    if call.agent_id:
        index.look(call.agent_id)


def _goes_on(session: Session, call: Call, leg: Leg) -> bool:
    """Whether the conversation that a leg was asked for is still that one, and may be listened to by its supervisor."""
    is_that_one = call.state == CallState.TALKING and call.epoch == leg.epoch
    may_be = settings().monitoring and call.warned and not call.private
    return may_be and is_that_one and monitors.is_theirs(session, leg.id)
