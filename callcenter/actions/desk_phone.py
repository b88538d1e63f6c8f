"""The desk phone of an agent or a supervisor: rung once at a time, in its turn among all dials, and let go.

It is rung for a leg, or for a line that stays open all shift. A phone whose last line is not known to be over is not
rung: the sweep rings it when the carrier has said so, as it does when a ring has its turn.
"""

from datetime import datetime, timedelta

import structlog

from callcenter import clock
from callcenter.actions import live_index
from callcenter.actions.dial_turn import take_turn
from callcenter.config import settings
from callcenter.db import Session, reading, transaction
from callcenter.errors import (
    CarrierDidNothing,
    CarrierDown,
    CarrierRefusesNumber,
    DeskPhoneNotCalled,
    NoDeskPhone,
)
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, desk_phone_rings, legs
from callcenter.records.agents import Agent
from callcenter.records.desk_phone_rings import Ring
from callcenter.rules.carrier_news import LineState
from callcenter.rules.states import AgentState, CallState, LegState
from callcenter.telephone import telephone

log = structlog.get_logger()
ANSWERS = timedelta(seconds=9)  # the carrier's answer to a dial has come by then: a verb's time, and one request
HAS_COME = timedelta(minutes=1)  # so long after coming to their post an agent waits for the line of their shift
SURE = timedelta(seconds=3)  # a line that the carrier does not list by then was never made


def of(agent: Agent) -> PhoneNumber:
    """The number to ring, judged again before each ring: rules change, and accounts are older than they are. Raises
    NoDeskPhone, DeskPhoneNotCalled."""
    number = agent.phone
    if number is None:
        raise NoDeskPhone
    if not number.may_be_rung:
        raise DeskPhoneNotCalled
    return number


def ring(agent_id: str, leg_id: str | None, at: datetime) -> None:
    """Ring a desk phone for a leg, or (None) to stay open all shift: now, or when the phone is free and the carrier
    may be asked. Raises CarrierDidNothing and CarrierRefusesNumber, where nothing rings; any other CarrierDown, where
    that is not known yet and the sweep asks."""
    with transaction() as session:
        ring_id = desk_phone_rings.plan(session, agent_id, _number(session, agent_id), leg_id, at)
    if ring_id and _take_turn(agent_id, leg_id, ring_id, at):
        _asks(agent_id, ring_id)
    else:
        live_index.look(agent_id)


def ring_again(agent_id: str, at: datetime) -> None:
    """The ring that was to open the line of a shift was lost at the carrier: once more for whoever has just come to
    their post; later their calls ring one by one. Raises as `ring`."""
    with reading() as session:
        agent = agents.get(session, agent_id)
        waits = agent is not None and agent.shift_line is None and agent.since > at - HAS_COME
        wanted = waits and _is_wanted(session, agent_id, None)
    if wanted:
        ring(agent_id, None, at)


def note_line(agent_id: str, leg_id: str | None, carrier_id: str) -> None:
    """The carrier's id of a ring, from its answer, a webhook or a search; hung up where nobody wants it any more.
    Raises DatabaseDown."""
    with transaction() as session:
        leg = legs.held(session, leg_id)[0] if leg_id else None
        ring = desk_phone_rings.hold(session, agent_id)
        if ring is None and (leg is None or leg.state == LegState.LEFT):  # a line that we had given up
            number = _number(session, agent_id)
            desk_phone_rings.plan(session, agent_id, number, leg_id, clock.now(), carrier_id)
        elif ring and ring.leg_id == leg_id and ring.carrier_id is None:
            ring.carrier_id, ring.answer_by = carrier_id, None
            ring.asked_at = ring.asked_at or clock.now()
        if leg:
            leg.carrier_id = leg.carrier_id or carrier_id
        wanted = _is_wanted(session, agent_id, leg_id)
    if not wanted:
        with live_index.best_effort("hanging up a desk phone nobody waits for"):
            telephone().hang_up(carrier_id)
            end_ring(agent_id, leg_id, carrier_id)


def end_ring(agent_id: str, leg_id: str | None, carrier_id: str) -> None:
    """The carrier has said that a line is over: the phone is free. Raises DatabaseDown."""
    with transaction() as session:
        ring = desk_phone_rings.hold(session, agent_id)
        if ring and ring.leg_id == leg_id and ring.carrier_id in (None, carrier_id):
            desk_phone_rings.forget(session, ring)
    live_index.look(agent_id)


def let_go(agent_id: str, leg_id: str | None) -> None:
    """The phone is to ring no more for this leg or shift, or its line is to end. Raises CarrierDown: the sweep asks
    again."""
    with transaction() as session:
        ring = desk_phone_rings.hold(session, agent_id)
        if ring is None or ring.leg_id != leg_id:
            return
        if ring.asked_at is None:
            desk_phone_rings.forget(session, ring)
        leg = legs.get(session, leg_id) if leg_id else None
        line = ring.carrier_id or (leg.carrier_id if leg else None)  # None: whoever learns of it hangs up
    if line:
        telephone().hang_up(line)
        end_ring(agent_id, leg_id, line)


def settle(agent_id: str, at: datetime) -> Ring | None:
    """What is still to be done for a phone. Gives the ring of which it is certain by now that nothing rang. Raises
    DatabaseDown, CarrierDown."""
    with reading() as session:
        ring, agent = desk_phone_rings.of(session, agent_id), agents.get(session, agent_id)
        number = agent.phone if agent else None
        wanted = ring is not None and _is_wanted(session, agent_id, ring.leg_id)
    if ring is None:
        return None
    if ring.asked_at is None:
        try:
            _asks(agent_id, ring.id)
        except CarrierDidNothing:
            return ring
    elif ring.carrier_id is None and number:
        return _finds(ring, number, at)
    elif not wanted:
        let_go(agent_id, ring.leg_id)
    return None


def _number(session: Session, agent_id: str) -> PhoneNumber | None:
    agent = agents.get(session, agent_id)
    return agent.phone if agent else None


def _take_turn(agent_id: str, leg_id: str | None, ring_id: str, at: datetime) -> bool:
    """Count it among the dials. False: its turn is later, and the sweep asks then."""
    wait = take_turn(at, agent=agent_id)
    if wait is None:
        return True
    turn = at + wait
    with transaction() as session:
        leg, call = legs.held(session, leg_id) if leg_id else (None, None)
        ring = desk_phone_rings.hold(session, agent_id)
        if ring and ring.id == ring_id:
            ring.turn_at = turn
        if leg and call and call.state == CallState.CONNECTING and call.epoch == leg.epoch:
            call.lease_until = turn + timedelta(seconds=settings().ringing_lease)
    return False


def _asks(agent_id: str, ring_id: str) -> None:
    """Ask the carrier, once and if it is still wanted; the row says so first."""
    with transaction() as session:
        ring = desk_phone_rings.hold(session, agent_id)
        if ring is None or ring.id != ring_id or ring.asked_at:
            return
        agent = agents.get(session, agent_id)
        leg = legs.get(session, ring.leg_id) if ring.leg_id else None
        number = agent.phone if agent else None
        if number is None or not number.may_be_rung or not _is_wanted(session, agent_id, ring.leg_id):
            desk_phone_rings.forget(session, ring)
            return
        ring.asked_at = clock.now()
        ring.answer_by = ring.asked_at + ANSWERS
    try:
        carrier_id = _ring(agent_id, leg, number)
    except (CarrierDidNothing, CarrierRefusesNumber):
        with transaction() as session:
            desk_phone_rings.forget(session, ring)
        raise
    except CarrierDown:
        with transaction() as session:
            doubtful = desk_phone_rings.hold(session, agent_id)
            if doubtful and doubtful.id == ring_id and doubtful.carrier_id is None:
                doubtful.answer_by = clock.now()
        raise
    note_line(agent_id, ring.leg_id, carrier_id)


def _ring(agent_id: str, leg: legs.Leg | None, number: PhoneNumber) -> str:
    if leg is None:
        return telephone().ring_shift(agent_id, number)
    rings = {"monitor": telephone().ring_monitor, "consult": telephone().ring_helper}
    return rings.get(leg.kind, telephone().ring_agent)(leg.id, number)


def _finds(ring: Ring, number: PhoneNumber, at: datetime) -> Ring | None:
    """The line that the carrier opened without our hearing of it, never one that another leg has; or the ring itself,
    where there is none by now."""
    assert ring.asked_at is not None
    assert ring.answer_by is not None
    found = [line.carrier_id for line in telephone().lines_to(number, ring.asked_at) if line.state == LineState.LIVE]
    with reading() as session:
        known = desk_phone_rings.lines(session)
        mine = [line for line in found if line not in known and legs.by_carrier_id(session, line) is None]
    if mine:
        note_line(ring.agent_id, ring.leg_id, mine[0])
        return None
    if at < ring.answer_by + SURE:
        return None
    with transaction() as session:
        held = desk_phone_rings.hold(session, ring.agent_id)
        if held is None or held.id != ring.id or held.carrier_id:
            return None
        desk_phone_rings.forget(session, held)
    return ring


def _is_wanted(session: Session, agent_id: str, leg_id: str | None) -> bool:
    if leg_id is None:
        agent = agents.get(session, agent_id)
        return agent is not None and agent.line == "shift" and agent.state != AgentState.OFFLINE
    leg = legs.get(session, leg_id)
    if leg is None or leg.state == LegState.LEFT or leg.kind != "serve":
        return leg is not None and leg.state != LegState.LEFT
    call = calls.get(session, leg.call_id)
    return call is not None and call.epoch == leg.epoch and call.state in (CallState.CONNECTING, CallState.TALKING)
