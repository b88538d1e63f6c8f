"""The room: how an agent's leg and a citizen's line come together, and part.

The leg first: only when it is in the room is the caller moved out of the queue, or a callback dialled.
"""

from datetime import datetime, timedelta

from callcenter.actions import agent_line, desk_phone, lines_led
from callcenter.actions.release import release
from callcenter.config import settings
from callcenter.db import later, reading, transaction
from callcenter.jobs import Job
from callcenter.records import assignments, calls, legs
from callcenter.records.calls import Call
from callcenter.records.legs import Leg
from callcenter.records.moves import move
from callcenter.rules.carrier_news import LineEnd
from callcenter.rules.state_machines import LEG
from callcenter.rules.states import CallState, LegState
from callcenter.rules.whys import Why

DIALLED_WITHIN = timedelta(seconds=60)  # a worker has the hint, its turn and the carrier's answer sooner


def admit_citizen(call_id: str, at: datetime, room: str | None = None) -> None:
    """The citizen's own line is in the room: only now do the two speak. Raises DatabaseDown."""
    with transaction() as session:
        call = calls.lock(session, call_id)
        leg = legs.serving(session, call_id)
        if call is None or leg is None or call.state != CallState.CONNECTING or leg.epoch != call.epoch:
            return
        if leg.state != LegState.JOINED or _is_elsewhere(leg, room):
            return
        after = assignments.begin_conversation(session, call, leg, at)
    release(after)


def part_from_citizen(call_id: str, at: datetime, room: str | None = None) -> None:
    """The citizen's line left the room: the conversation is over. Raises DatabaseDown."""
    with transaction() as session:
        call = calls.lock(session, call_id)
        leg = legs.serving(session, call_id)
        if call is None or leg is None or call.state != CallState.TALKING or _is_elsewhere(leg, room):
            return
        after = assignments.begin_wrap_up(session, call, at, Why.THE_CALLER_LEFT, leads_on=False)
    release(after)


def admit_leg(leg_id: str, carrier_id: str, at: datetime, room: str | None = None) -> Call | None:
    """The agent's line is in the room: bring the citizen in, or ask for their dial. A leg that came too late is let go,
    one that is told of twice brings nobody in twice. Gives the call whose caller has hung up, though nobody said so.
    Raises DatabaseDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None:
            return None
        leg.carrier_id = leg.carrier_id or carrier_id
        leg.room = leg.room or room
        current = call.epoch == leg.epoch and leg.state != LegState.LEFT
        enters = (
            current
            and call.state == CallState.CONNECTING
            and move(session, Leg, leg.id, LEG.before(LegState.JOINED), LegState.JOINED, at, Why.IN_THE_ROOM)
        )
        if enters and call.callback_id and not call.carrier_id:
            call.lease_until, leg.answer_by = at + DIALLED_WITHIN, None
            later(session, Job.DIAL, call_id=call.id, epoch=call.epoch)
        elif enters:
            leg.answer_by = at + legs.ANSWERS
    if enters and call.carrier_id:
        return None if lines_led.bring_in(leg, call) else call
    if not current:
        lines_led.part(leg, None)
    return None


def mark_leg_ringing(leg_id: str, carrier_id: str, at: datetime) -> None:
    """The desk phone's first ring: its agent's time to pick up begins. Raises DatabaseDown."""
    note_leg_line(leg_id, carrier_id)
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        why = Why.THE_DESK_PHONE_RINGS
        if leg is None or call is None or not move(session, Leg, leg.id, [LegState.ASKED], LegState.RINGING, at, why):
            return
        if call.state == CallState.CONNECTING and call.epoch == leg.epoch:
            call.lease_until = at + timedelta(seconds=settings().connecting_lease_phone)


def note_leg_line(leg_id: str, carrier_id: str) -> None:
    """The carrier's id of the line that a leg's desk phone is rung on. Raises DatabaseDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
    if leg and not leg.shift:
        desk_phone.note_line(leg.agent_id, leg.id, carrier_id)


def end_leg_line(leg_id: str, carrier_id: str, end: LineEnd, at: datetime) -> None:
    """The line that a desk phone was rung on is over: the phone is free. Raises DatabaseDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
    if leg:
        desk_phone.end_ring(leg.agent_id, leg.id, carrier_id)
        agent_line.part_from_leg(leg_id, at, lost=end.is_fault, missed=end.was_missed)


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


def _is_elsewhere(leg: Leg, room: str | None) -> bool:
    """Whether what was told is of an earlier room of the same call."""
    return leg.room is not None and room is not None and leg.room != room
