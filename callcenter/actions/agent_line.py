"""An agent's own line: led or rung into the room of a call and out of it, or kept open all shift."""

from datetime import datetime, timedelta

import structlog

from callcenter import clock
from callcenter.actions import desk_phone, lines_led, live_index
from callcenter.actions.agent_rows import hold, read
from callcenter.actions.release import release
from callcenter.config import settings
from callcenter.db import transaction
from callcenter.errors import (
    CarrierDidNothing,
    CarrierDown,
    CarrierRefusesNumber,
)
from callcenter.records import assignments, calls, legs
from callcenter.rules.states import AgentState, CallState, LegState
from callcenter.telephone import telephone

log = structlog.get_logger()


def come_in(leg: legs.Leg, at: datetime) -> None:
    """The agent's own line goes into the room: the open one is led there, or the desk phone is rung. What the carrier
    did not do is nobody's missed offer."""
    try:
        if leg.shift and leg.carrier_id:
            if telephone().shift_to(leg.carrier_id, leg.agent_id, leg.id):
                lines_led.note_answered(leg.id)
                return
            end_shift_line(leg.agent_id, leg.carrier_id)  # it was hung up, and nobody said so
            _ring_instead(leg.id, at)
        desk_phone.ring(leg.agent_id, leg.id, at)
    except CarrierRefusesNumber:
        part_from_leg(leg.id, at, lost=True)
    except CarrierDidNothing:
        return_unrung(leg.id, at)
    except CarrierDown:
        log.warning("an agent's line is left to the sweep", leg=leg.id)
        if leg.shift:
            lines_led.note_answered(leg.id, by=clock.now())


def part_from_leg(leg_id: str, at: datetime, *, lost: bool) -> None:
    """The agent's line left, or never came. `lost`: by a fault; then a caller in conversation goes back to the head of
    the line with music, instead of on to the goodbye. Raises DatabaseDown."""
    with transaction() as session:
        after = assignments.part_leg(session, leg_id, at, lost=lost)
    if after:
        release(after)


def return_unrung(leg_id: str, at: datetime) -> None:
    """The carrier did not ring an agent's desk phone: nobody missed anything. The call is back in its place, and its
    agent free with their rank. Raises DatabaseDown."""
    with transaction() as session:
        after = assignments.return_unrung(session, leg_id, at)
    if after:
        release(after)


def open_shift_line(agent_id: str, carrier_id: str) -> tuple[bool, legs.Leg | None]:
    """The desk phone that is to stay open all shift was picked up: whether it is wanted, and the leg for which it is
    wanted at once, where an offer was accepted while it rang. Raises DatabaseDown."""
    desk_phone.note_line(agent_id, None, carrier_id)
    with transaction() as session:
        agent = hold(session, agent_id)
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
        agent = read(session, agent_id)
        if agent.shift_line == carrier_id:
            agent.shift_line = None
    live_index.look(agent_id)


def _ring_instead(leg_id: str, at: datetime) -> None:
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg and call and leg.state == LegState.ASKED and call.state == CallState.CONNECTING:
            leg.shift, leg.carrier_id, leg.answer_by = False, None, None
            call.lease_until = at + timedelta(seconds=settings().ringing_lease)
