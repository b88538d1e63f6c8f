"""The offer on an agent's screen: taken, and their line goes into the room; refused, or left until its lease ends."""

from datetime import datetime, timedelta

import structlog

from callcenter import clock
from callcenter.actions import agent_line, consult_lines, desk_phone, lines_led, live_index
from callcenter.actions.agent_rows import read
from callcenter.actions.release import release
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.errors import (
    AlreadyTaken,
    CarrierDidNothing,
    CarrierDown,
    CarrierRefusesNumber,
    NotFound,
)
from callcenter.records import assignments, consults, helping, legs, offers
from callcenter.rules.consults import Purpose
from callcenter.rules.states import AgentState, CallState, LegState, OfferState, PauseReason
from callcenter.telephone import telephone

log = structlog.get_logger()


def accept_offer(agent_id: str, offer_id: str, at: datetime, *, by_key: bool = False) -> legs.Leg | None:
    """Take the call that is offered. Refused (AlreadyTaken) when it is no longer theirs to take. `by_key`: 1 was
    pressed on the open line, which the webhook itself brings into the room. The leg, the same for the same click
    again."""
    with reading() as session:
        found = offers.get(session, offer_id)
    if found and found.purpose == Purpose.CONSULT:
        return _accept_help(agent_id, offer_id, at, by_key=by_key)
    with transaction() as session:
        agent = read(session, agent_id)
        on_shift = agent.line == "shift" and agent.shift_line is not None
        if not on_shift:
            desk_phone.of(agent)
        until = at + timedelta(seconds=settings().connecting_lease_browser if on_shift else settings().ringing_lease)
        call = assignments.accept_offer(session, offer_id, agent_id, at, until)
        if call is None:
            offer = offers.get(session, offer_id)
            if offer and offer.agent_id == agent_id and offer.state == OfferState.ACCEPTED:
                return legs.serving(session, offer.call_id)  # the same click again
            raise AlreadyTaken
        shift_line = agent.shift_line if on_shift else None
        leg = legs.ask(session, call.id, call.contact_id, agent_id, call.epoch, at, shift_line)
        agent = read(session, agent_id)
    live_index.show(agent)
    if not by_key:
        come_in(leg, at)
    return leg


def come_in(leg: legs.Leg, at: datetime) -> None:
    """The agent's own line goes into the room: the open one is led there, or the desk phone is rung. What the carrier
    did not do is nobody's missed offer."""
    try:
        if leg.shift and leg.carrier_id:
            if telephone().shift_to(leg.carrier_id, leg.agent_id, leg.id):
                lines_led.note_answered(leg.id)
                return
            agent_line.end_shift_line(leg.agent_id, leg.carrier_id)  # it was hung up, and nobody said so
            _ring_instead(leg.id, at)
        desk_phone.ring(leg.agent_id, leg.id, at)
    except CarrierRefusesNumber:
        agent_line.return_unrung(leg.id, at, may_ring=False)
    except CarrierDidNothing:
        agent_line.return_unrung(leg.id, at)
    except CarrierDown:
        log.warning("an agent's line is left to the sweep", leg=leg.id)
        if leg.shift:
            lines_led.note_answered(leg.id, by=clock.now())


def _accept_help(agent_id: str, offer_id: str, at: datetime, *, by_key: bool) -> legs.Leg:
    """A colleague brings the help that is asked of them."""
    with transaction() as session:
        agent = read(session, agent_id)
        if agent.shift_line is None:
            desk_phone.of(agent)
        leg = helping.accept(session, offer_id, agent_id, at)
        if leg is None:
            offer = offers.get(session, offer_id)
            consult = consults.get(session, offer.consult_id) if offer and offer.consult_id else None
            again = consult and consult.leg_id and consult.helper_id == agent_id
            leg = legs.get(session, consult.leg_id) if again and consult and consult.leg_id else None
            if leg is None or offer is None or offer.state != OfferState.ACCEPTED:
                raise AlreadyTaken
            return leg  # the same click again
        agent = read(session, agent_id)
    live_index.show(agent)
    if not by_key:
        consult_lines.come_in(leg, at)
    return leg


def refuse_offer(agent_id: str, offer_id: str, at: datetime) -> None:
    """Not now: the call keeps its place and goes to the next agent; the agent is paused."""
    _offer_ends(offer_id, OfferState.REFUSED, at, agent_id)


def expire_offer(offer_id: str, at: datetime) -> None:
    """The offer's lease ended without an answer: Pause, non-réponse."""
    _offer_ends(offer_id, OfferState.MISSED, at, None)


def _offer_ends(offer_id: str, how: OfferState, at: datetime, agent_id: str | None) -> None:
    with transaction() as session:
        offer = offers.get(session, offer_id)
        if offer is None or agent_id not in (None, offer.agent_id):
            raise NotFound
        helps_not = how == OfferState.REFUSED and offer.purpose == Purpose.CONSULT  # which is no missed call
        why = PauseReason.REFUSED if how == OfferState.REFUSED else PauseReason.NO_ANSWER
        agent_to, reason = (AgentState.AVAILABLE, None) if helps_not else (AgentState.PAUSE, why)
        returned = assignments.return_offer(session, offer_id, how, at, agent_to=agent_to, reason=reason)
        if returned is None:
            return  # accepted, withdrawn or ended already
        agent = read(session, offer.agent_id)
    if agent.shift_line:
        with live_index.best_effort("quieting an open line"):
            telephone().shift_to(agent.shift_line, agent.id, None)
    release(returned)


def _ring_instead(leg_id: str, at: datetime) -> None:
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg and call and leg.state == LegState.ASKED and call.state == CallState.CONNECTING:
            leg.shift, leg.carrier_id, leg.answer_by = False, None, None
            call.lease_until = at + timedelta(seconds=settings().ringing_lease)
