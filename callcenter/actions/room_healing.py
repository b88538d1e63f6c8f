"""Rooms put right: what the carrier did not do or did not say is asked of it again."""

from datetime import datetime

from callcenter import clock
from callcenter.actions import citizen, dial, lines_led, live_index, room, sound
from callcenter.actions.release import release
from callcenter.db import reading, transaction
from callcenter.records import assignments, attempts, calls, consults, legs
from callcenter.records.calls import Call
from callcenter.records.legs import Leg
from callcenter.records.moves import move
from callcenter.rules.state_machines import LEG
from callcenter.rules.states import CallState, LegState, PauseReason
from callcenter.rules.whys import Why
from callcenter.telephone import telephone


def settle_connecting(call_id: str, at: datetime) -> None:
    """The lease of a `connecting` has ended. What the carrier says of the room decides: finish the move, or give the
    caller back their place. Raises DatabaseDown, CarrierDown."""
    with reading() as session:
        call = calls.get(session, call_id)
        leg = legs.serving(session, call_id)
    if call is None or leg is None or call.state != CallState.CONNECTING:
        return
    place = leg.room or telephone().room_of(call_id)
    present = telephone().in_room(place) if place else frozenset()
    if call.callback_id and call.carrier_id not in present and dial.release_undialled(call_id, at):
        return
    with transaction() as session:
        call = calls.lock(session, call_id)
        leg = legs.serving(session, call_id)
        assert leg is not None
        if call is None or call.state != CallState.CONNECTING or call.lease_until is None or call.lease_until > at:
            return
        both = leg.carrier_id in present and call.carrier_id in present
        leg.room = leg.room or place
        if both:
            move(session, Leg, leg.id, LEG.before(LegState.JOINED), LegState.JOINED, at, Why.THE_CARRIER_SAYS_SO)
            after = assignments.begin_conversation(session, call, leg, at)
        else:
            rang = leg.state == LegState.RINGING  # and was not picked up; anything else is the carrier's doing
            move(session, Leg, leg.id, LEG.before(LegState.LEFT), LegState.LEFT, at, Why.DID_NOT_COME_IN_TIME)
            why = Why.THE_CONNECTION_TOOK_TOO_LONG
            after = assignments.return_unconnected(
                session, call, leg, at, why, pause=PauseReason.NO_ANSWER if rang else None
            )
    release(after)


def settle_leg(leg_id: str, at: datetime) -> None:
    """Whatever the carrier did not say that it has done for a leg, as its row stands now. Raises DatabaseDown,
    CarrierDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
        call = calls.get(session, leg.call_id) if leg else None
        leads_on = leg is not None and consults.leads_on(session, leg)
    if leg is None or call is None:
        return
    current = call.epoch == leg.epoch
    if leg.state == LegState.LEFT:
        lines_led.part(leg, call if current and leads_on else None, again=True)
    elif current and call.state == CallState.TALKING:
        sound.apply(leg_id)
        live_index.look(leg.agent_id)
        _shows(call)
    elif current and call.state == CallState.CONNECTING and leg.state == LegState.JOINED and call.carrier_id:
        if _claim_asking(leg, at) and not lines_led.bring_in(leg, call):
            forget_lost_caller(call, at)
    elif current and call.state == CallState.CONNECTING and leg.shift and leg.carrier_id:
        if _claim_asking(leg, at) and telephone().shift_to(leg.carrier_id, leg.agent_id, leg.id):
            lines_led.note_answered(leg.id)
    else:
        lines_led.note_answered(leg.id)


def forget_lost_caller(call: Call, at: datetime) -> None:
    """The carrier has no such line any more, and may never have said so. Raises DatabaseDown."""
    with reading() as session:
        dialled = attempts.of_call(session, call.id)
    if dialled:
        dial.end_attempt(dialled.id, None, at)
    if call.carrier_id:
        citizen.hang_up(call.carrier_id, at)


def _claim_asking(leg: Leg, at: datetime) -> bool:
    """It is ours to ask, and nobody else does from now on. False: it is not. Who is in the room already is brought in
    no more."""
    with transaction() as session:
        asked, call = legs.held(session, leg.id)
        if asked is None or call is None or asked.answer_by is None or asked.answer_by >= at:
            return False
        asked.answer_by = clock.now() + legs.ANSWERS
    if leg.state == LegState.JOINED and leg.room and call.carrier_id in telephone().in_room(leg.room):
        room.admit_citizen(call.id, at, leg.room)
        return False
    return True


def _shows(call: Call) -> None:
    """A supervisor's part is seen by the agent too."""
    if call.agent_id:
        live_index.look(call.agent_id)
