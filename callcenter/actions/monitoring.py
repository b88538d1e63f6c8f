"""Supervisors in a conversation of their agents': they listen, whisper to the agent, or barge in.

A supervisor's desk phone is rung as an agent's is, and comes in muted; only then is it given its voice. The agent sees
who takes part, and how the carrier was told that they do: a part is over on the screens once its line is let go, not
before. The sweep asks again for whatever the carrier did not do, and ends what outlives its conversation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.actions import desk_phone, live_index, monitor_lines, sound
from callcenter.config import settings
from callcenter.db import Conflict, Session, reading, transaction
from callcenter.errors import (
    CarrierDidNothing,
    CarrierDown,
    CarrierRefusesNumber,
    Declined,
    NotAllowed,
    NotPossibleNow,
    Refusal,
)
from callcenter.records import agents, calls, legs, monitors, sessions
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.legs import Leg
from callcenter.records.moves import move
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.state_machines import LEG, MONITOR
from callcenter.rules.states import AgentState, CallState, LegState, Monitoring
from callcenter.rules.whys import Why
from callcenter.telephone import telephone

NOTICE = timedelta(seconds=30)  # to hear that a supervisor may take part, slowly for some, and to come in


@dataclass(frozen=True)
class Warned:
    """Whom to tell that a supervisor may take part, and how."""

    language: str
    slow: bool


def note_warning(call_id: str, at: datetime) -> Warned | None:
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
        return Warned(call.asked_language or call.language, call.hearing.slow)


def take_part(supervisor_id: str, agent_id: str, mode: Monitoring, at: datetime) -> None:
    """Take part in the conversation of an agent of theirs, or go on in another way. Raises NotAllowed, NotPossibleNow
    (there is none, or the supervisor's telephone is not free), Declined, NoDeskPhone,
    DeskPhoneNotCalled, CarrierDown."""
    try:
        with transaction() as session:
            call = _conversation(session, supervisor_id, agent_id)
            leg = monitors.of_supervisor(session, supervisor_id)
            _check_phone(session, supervisor_id, call, leg)
            if leg:
                move(session, Leg, leg.id, MONITOR.before(mode), mode, at, Why.CHOSEN, machine=MONITOR)
            sessions.audit(session, supervisor_id, AuditedAct(f"monitors: {mode}"), "call", call.id, at)
            taken = leg or monitors.ask(session, call, supervisor_id, mode, at)
            claimed = taken.state == LegState.JOINED and legs.claim_asking(taken, at)
    except Conflict:
        raise NotPossibleNow from None  # the same click twice
    if leg is None:
        _rings(taken, at)
    elif taken.state == LegState.JOINED:
        sound.apply(taken.id, claimed)
        live_index.look(agent_id)


def ring_one_in(agent_id: str, at: datetime) -> None:
    """In a distress: a supervisor of this agent's, who signed in last and was not rung for it yet, is rung to hear the
    conversation and speak to the agent. Nobody, where nobody may take part, or one takes part already. Raises
    CarrierDown: nobody rings."""
    if not settings().monitoring:
        return
    with transaction() as session:
        agent = agents.get(session, agent_id)
        call = calls.lock(session, agent.call_id) if agent and agent.call_id else None
        if agent is None or call is None or call.state != CallState.TALKING or not call.warned or call.private:
            return
        if monitors.of_call(session, call.id) or not monitors.is_among_us(session, call.id):
            return
        found = next((each for each in monitors.may_be_rung(session, call, agent.department) if _rings_at(each)), None)
        if found is None:
            return
        leg = monitors.ask(session, call, found.id, Monitoring.WHISPER, at, Why.ASKED_FOR_HELP)
        whom = {"login": ("", found.login)}
        sessions.audit(session, agent_id, AuditedAct.RANG_A_SUPERVISOR_IN, "call", call.id, at, whom)
    _rings(leg, at)
    live_index.look(agent_id)


def leave(supervisor_id: str, at: datetime) -> None:
    """Out of the conversation that they take part in, if any. Raises CarrierDown: they are in it still."""
    with reading() as session:
        leg = monitors.of_supervisor(session, supervisor_id)
    if leg:
        monitor_lines.let_go(leg, at, Why.THE_SUPERVISOR_LEAVES)


def decline(agent_id: str, declined: bool, at: datetime) -> None:
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
        with live_index.best_effort("letting a supervisor's line go"):
            monitor_lines.let_go(leg, at, Why.THE_CITIZEN_REFUSES)
    live_index.look(agent_id)


def call_to_monitor(leg_id: str) -> str | None:
    """The call whose conversation this leg is still to come into."""
    with reading() as session:
        leg = legs.get(session, leg_id)
        call = calls.get(session, leg.call_id) if leg else None
        return call.id if leg and call and leg.state != LegState.LEFT and _goes_on(session, call, leg) else None


def enter_conversation(leg_id: str, carrier_id: str, at: datetime) -> None:
    """The supervisor's line is in the room, muted: it is given its voice, or let go if it came too late. Raises
    DatabaseDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None:
            return
        leg.carrier_id = leg.carrier_id or carrier_id
        if move(session, Leg, leg.id, LEG.before(LegState.JOINED), LegState.JOINED, at, Why.IN_THE_ROOM):
            leg.told = Monitoring.LISTEN
        goes_on = _goes_on(session, call, leg)
    with live_index.best_effort("giving a supervisor their voice"):
        if leg.state == LegState.LEFT or not goes_on:
            monitor_lines.let_go(leg, at, Why.THE_CONVERSATION_IS_OVER)
        else:
            sound.apply(leg_id)
    if call.agent_id:
        live_index.look(call.agent_id)


def note_line(leg_id: str, carrier_id: str) -> None:
    """The carrier's id of the line that a supervisor's desk phone is rung on. Raises DatabaseDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
    if leg:
        desk_phone.note_line(leg.agent_id, leg.id, carrier_id)


def end_line(leg_id: str, carrier_id: str, at: datetime) -> None:
    """The supervisor's line is over, or never came: their phone is free. Raises DatabaseDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
    if leg:
        desk_phone.end_ring(leg.agent_id, leg.id, carrier_id)
        monitor_lines.end_part(leg_id, at, Why.HUNG_UP)


def unsettled(at: datetime) -> list[str]:
    """Legs that may not go on, or are late."""
    came_by = at - timedelta(seconds=settings().ringing_lease + settings().connecting_lease_phone)
    with reading() as session:
        return monitors.unsettled(session, settings().monitoring, came_by)


def settle_part(leg_id: str, at: datetime) -> None:
    """What the carrier was not told it is told; what it did not tell it is asked. Raises DatabaseDown, CarrierDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
        call = calls.get(session, leg.call_id) if leg else None
        goes_on = leg is not None and call is not None and _goes_on(session, call, leg)
    if leg is None or call is None or leg.state == LegState.LEFT:
        return
    if not goes_on:
        monitor_lines.let_go(leg, at, Why.THE_CONVERSATION_IS_OVER)
    elif leg.state != LegState.JOINED and leg.carrier_id and leg.carrier_id in _present(call):
        enter_conversation(leg_id, leg.carrier_id, at)
    elif leg.state != LegState.JOINED:
        monitor_lines.let_go(leg, at, Why.DID_NOT_COME_IN_TIME)


def _present(call: Call) -> frozenset[str]:
    with reading() as session:
        serving = legs.serving(session, call.id)
    room = (serving.room if serving else None) or telephone().room_of(call.id)
    return telephone().in_room(room) if room else frozenset()


def _conversation(session: Session, supervisor_id: str, agent_id: str) -> Call:
    """The conversation of an agent whom this supervisor sees, held."""
    supervisor, agent = agents.get(session, supervisor_id), agents.get(session, agent_id)
    if supervisor is None or agent is None or not supervisor.sees(agent.department):
        raise NotAllowed
    call = calls.lock(session, agent.call_id) if agent.call_id and settings().monitoring else None
    if call is None or call.state != CallState.TALKING or call.agent_id != agent_id:
        raise NotPossibleNow("monitoring_nobody")
    if not call.warned:
        raise NotPossibleNow("monitoring_untold")
    if not monitors.is_among_us(session, call.id):
        raise NotPossibleNow("monitoring_outsider")
    if call.private:
        raise Declined
    return call


def _check_phone(session: Session, supervisor_id: str, call: Call, leg: Leg | None) -> None:
    """Whether the supervisor takes part already, or has a desk phone that may be rung."""
    supervisor: Agent | None = agents.lock(session, supervisor_id)
    if leg and leg.call_id != call.id:
        raise NotPossibleNow("monitoring_elsewhere")
    if leg:
        return
    if supervisor is None or supervisor.state != AgentState.OFFLINE:
        raise NotPossibleNow("monitoring_at_post")
    desk_phone.of(supervisor)


def _rings_at(supervisor: Agent) -> bool:
    """Whether their desk phone is one that is rung."""
    try:
        desk_phone.of(supervisor)
    except Refusal:
        return False
    return True


def _rings(leg: Leg, at: datetime) -> None:
    try:
        desk_phone.ring(leg.agent_id, leg.id, at)
    except (CarrierDidNothing, CarrierRefusesNumber) as refused:
        monitor_lines.end_part(leg.id, at, Why.THE_CARRIER_DID_NOTHING)
        raise CarrierDown from refused  # nobody tries again but the supervisor


def _goes_on(session: Session, call: Call, leg: Leg) -> bool:
    """Whether the conversation that a leg was asked for is still that one, and may be listened to by its supervisor."""
    is_that_one = call.state == CallState.TALKING and call.epoch == leg.epoch
    may_be = settings().monitoring and call.warned and not call.private and monitors.is_among_us(session, call.id)
    return may_be and is_that_one and monitors.is_theirs(session, leg.id)
