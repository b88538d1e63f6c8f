"""Lines led into a room and out of it. What the carrier did not do is asked again by the sweep, within a second of its
answering: a leg's `answer_by` says that something is still to be done."""

from datetime import datetime, timedelta

import structlog

from callcenter import clock
from callcenter.actions import desk_phone
from callcenter.db import reading, transaction
from callcenter.errors import CarrierDown
from callcenter.records import calls, legs
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.legs import Leg
from callcenter.rules.states import CallState, LegState
from callcenter.telephone import telephone

log = structlog.get_logger()
SLOW = timedelta(seconds=1)  # for an answer of the carrier's


def bring_in(leg: Leg, call: Call) -> bool:
    """The citizen into the room where their agent is; False when they have hung up. What the carrier does not do is
    asked again by the sweep."""
    assert call.carrier_id is not None
    is_there = True
    try:
        room = leg.room or telephone().room_of(call.id) or ""
        is_there = telephone().bring_in(call.carrier_id, call.id, room)
    except CarrierDown:
        log.warning("bringing the caller in is left to the sweep", leg=leg.id)
        note_answered(leg.id, by=clock.now())
    else:
        note_answered(leg.id)
    return is_there


def tell_of_offer(agent: Agent, offer_id: str, *, helps: bool = False) -> None:
    """Whose line is open all shift hears of an offer, or that a colleague asks for help; others see it alone."""
    if agent.line != "shift" or not agent.shift_line:
        return
    try:
        if not telephone().shift_hears_offer(agent.shift_line, agent.id, offer_id, helps=helps):
            log.info("an open line was hung up, and nobody said so", agent=agent.id)
    except CarrierDown:
        log.warning("the open line could not be told of an offer", offer=offer_id)


def part(leg: Leg, call: Call | None, *, again: bool = False) -> None:
    """After the commit by which a leg left: the citizen goes on from its room, to the last words or back to music, and
    the agent's line is let go. `call`: None where no citizen is to be led; `again`: the sweep asks."""
    try:
        if call:
            begun = clock.now()
            _leads_on(leg, call, again=again)
            if clock.now() > begun + SLOW:  # what is asked next has its own time until the sweep may ask
                note_answered(leg.id, by=clock.now() + legs.ANSWERS)
        if leg.shift and leg.carrier_id:
            telephone().shift_to(leg.carrier_id, leg.agent_id, None)
        elif leg.partner:
            _let_partner_go(leg)
        elif not leg.shift:
            desk_phone.let_go(leg.agent_id, leg.id)
    except CarrierDown:
        log.warning("the lines of a leg are left to the sweep", leg=leg.id)
        note_answered(leg.id, by=clock.now())
    else:
        note_answered(leg.id)


def _let_partner_go(leg: Leg) -> None:
    """Out of the room, or no more rung."""
    if leg.carrier_id is None:
        return  # whoever learns of a line hangs it up
    if leg.joined_at is None or leg.room is None or not telephone().let_out(leg.room, leg.carrier_id):
        telephone().hang_up(leg.carrier_id)


def _leads_on(leg: Leg, call: Call, *, again: bool) -> None:
    """A citizen who is in the room, or on their way into it."""
    if not call.carrier_id or call.line_over_at or not leg.joined_at:
        return
    room = leg.room or telephone().room_of(call.id)
    if room is None or (again and call.carrier_id not in telephone().in_room(room)):
        return
    if call.state == CallState.WAITING:
        telephone().back_to_queue(call.carrier_id, call.id, room)
    elif call.state in (CallState.WRAP_UP, CallState.ENDED):
        telephone().to_goodbye(call.carrier_id, call.id, room)


def lead_citizen_out(call: Call, at: datetime) -> None:
    """A citizen whose call is over is still on the line: out of the empty room to the last words, if the carrier was
    not listening when it was asked; hung up when the last words are long over. Raises CarrierDown."""
    assert call.carrier_id is not None
    assert call.ended_at is not None
    with reading() as session:
        leg = legs.serving(session, call.id)
    room = (leg.room if leg else None) or telephone().room_of(call.id)
    if room and call.carrier_id in telephone().in_room(room):
        telephone().to_goodbye(call.carrier_id, call.id, room)
    elif call.ended_at < at - calls.LAST_WORDS:
        telephone().hang_up(call.carrier_id)


def note_answered(leg_id: str, by: datetime | None = None) -> None:
    """The carrier has done what a leg asked of it; or (`by`) has not, and nobody asks from then on. Only while the leg
    stands where it did: what is asked in a conversation is `sound`'s."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg and call and not (leg.state == LegState.JOINED and call.state == CallState.TALKING):
            leg.answer_by = by
