"""An agent's own line: parted from the room of a call, or kept open all shift."""

from datetime import datetime

import structlog

from callcenter.actions import desk_phone, live_index
from callcenter.actions.agent_rows import hold, read
from callcenter.actions.release import release
from callcenter.db import transaction
from callcenter.records import assignments, calls, handovers, legs
from callcenter.rules.states import AgentState, LegState

log = structlog.get_logger()


def part_from_leg(leg_id: str, at: datetime, *, lost: bool, missed: bool = False) -> None:
    """The agent's line left, or never came. `lost`: by a fault; then a caller in conversation goes back to the head of
    the line with music, instead of on to the goodbye. `missed`: if it rang, it was for them to come in. Raises
    DatabaseDown."""
    with transaction() as session:
        after = handovers.part_leg(session, leg_id, at, lost=lost, missed=missed)
    if after:
        release(after)


def return_unrung(leg_id: str, at: datetime, *, may_ring: bool = True) -> None:
    """The carrier did not ring an agent's desk phone: nobody missed anything. The call is back in its place, and its
    agent free with their rank; or paused and told why, where it never will (not `may_ring`). Raises DatabaseDown."""
    with transaction() as session:
        after = assignments.return_unrung(session, leg_id, at, may_ring=may_ring)
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
