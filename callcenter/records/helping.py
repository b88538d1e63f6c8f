"""Moves of a consult with its offer, its leg and the colleague who is asked. The call is held first, always."""

from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.records import agents, consults, events, legs, next_states, offers
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.identifiers import new_id
from callcenter.records.legs import Leg
from callcenter.records.moves import move
from callcenter.records.offers import Offer
from callcenter.records.to_release import ToRelease
from callcenter.rules.consults import ConsultEnd, ConsultKind, ConsultState, Purpose
from callcenter.rules.state_machines import LEG
from callcenter.rules.states import AgentState, CallState, LegState, OfferState, PauseReason
from callcenter.rules.whys import Why

RETURNED = {
    OfferState.REFUSED: ConsultEnd.REFUSED,
    OfferState.MISSED: ConsultEnd.MISSED,
    OfferState.WITHDRAWN: ConsultEnd.MISSED,
}
COLLEAGUES = (ConsultKind.AGENT, ConsultKind.QUEUE)


def offer(
    session: Session, consult: Consult, call: Call, agent_id: str, at: datetime, lease_until: datetime
) -> Offer | None:
    """A free colleague is asked; None when they are not free any more."""
    if not move(
        session, Agent, agent_id, [AgentState.AVAILABLE], AgentState.ASKED, at, Why.ASKED_FOR_HELP, keeps_rank=True
    ):
        return None
    if not session.get_one(Agent, agent_id).takes_calls:
        return None
    row = Offer(
        id=new_id(), call_id=call.id, agent_id=agent_id, epoch=call.epoch, at=at, lease_until=lease_until,
        purpose=Purpose.CONSULT, consult_id=consult.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    events.note(session, at, "offer", row.id, "", OfferState.OPEN, Why.ASKED_FOR_HELP, agent_id)
    consults.move(session, consult, ConsultState.OFFERED, at, Why.OFFERED, agent_id, helper_id=agent_id)
    return row


def accept(session: Session, offer_id: str, agent_id: str, at: datetime) -> Leg | None:
    """They come: the leg on which they do; None when they are too late."""
    found = offers.get(session, offer_id)
    consult, call = consults.held(session, found.consult_id) if found and found.consult_id else (None, None)
    found = offers.get(session, offer_id)
    if found is None or consult is None or call is None or found.agent_id != agent_id or found.lease_until < at:
        return None
    if found.state != OfferState.OPEN or call.state != CallState.TALKING or consult.state != ConsultState.OFFERED:
        return None
    if not move(session, Agent, agent_id, [AgentState.ASKED], AgentState.HELPING, at, Why.ACCEPTED, who=agent_id):
        return None
    move(session, Offer, offer_id, [OfferState.OPEN], OfferState.ACCEPTED, at, OfferState.ACCEPTED)
    helper = session.get_one(Agent, agent_id)
    on_shift = helper.shift_line if helper.line == "shift" else None
    leg = consults.open_leg(session, consult, call, agent_id, at, on_shift)
    consults.move(session, consult, ConsultState.RUNG, at, Why.ACCEPTED, agent_id)
    return leg


def return_offer(
    session: Session,
    found: Offer,
    how: OfferState,
    at: datetime,
    *,
    agent_to: AgentState,
    reason: PauseReason | None = None,
) -> ToRelease | None:
    """Refused, missed or withdrawn: whoever else serves the queue that was asked is looked for; of one colleague, it is
    over. None when it was answered already."""
    assert found.consult_id is not None
    consult, call = consults.held(session, found.consult_id)
    held = offers.get(session, found.id)
    if consult is None or call is None or held is None or held.state != OfferState.OPEN:
        return None
    move(session, Offer, held.id, [OfferState.OPEN], how, at, how)
    move(session, Agent, held.agent_id, [AgentState.ASKED], agent_to, at, how, pause_reason=reason)
    if consult.kind == ConsultKind.QUEUE and consult.wanted and call.state == CallState.TALKING:
        consults.move(session, consult, ConsultState.SOUGHT, at, how, helper_id=None)
    else:
        consults.end(session, consult, RETURNED[how], at)
    return ToRelease((session.get_one(Agent, held.agent_id),))


def close(session: Session, consult: Consult, how: ConsultEnd, at: datetime, who: str | None = None) -> ToRelease:
    """It is over: an offer is withdrawn, a leg leaves, a colleague is free again as they chose."""
    helper_id = consult.helper_id if consult.state != ConsultState.SOUGHT else None  # whom another may have asked
    leg = legs.get(session, consult.leg_id) if consult.leg_id else None
    asked = consults.offer_of(session, consult.id)
    if not consults.end(session, consult, how, at, who):
        return ToRelease()
    if asked:
        move(session, Offer, asked.id, [OfferState.OPEN], OfferState.WITHDRAWN, at, OfferState.WITHDRAWN)
    left = leg if leg and move(session, Leg, leg.id, LEG.before(LegState.LEFT), LegState.LEFT, at, Why.LEFT) else None
    helpers = (left,) if left else ()
    if helper_id is None:
        return ToRelease(helpers=helpers)
    helper = agents.lock(session, helper_id)
    assert helper is not None
    to, reason = next_states.after_call(session, helper)
    move(session, Agent, helper_id, [AgentState.ASKED, AgentState.HELPING], to, at, how, pause_reason=reason)
    return ToRelease((session.get_one(Agent, helper_id),), helpers=helpers)


def close_all(session: Session, call: Call, at: datetime, how: ConsultEnd = ConsultEnd.CALL_OVER) -> ToRelease:
    """No help outlives its conversation, unless the citizen was left with it."""
    consult = consults.help_of_call(session, call.id)
    return close(session, consult, how, at) if consult and consult.state != ConsultState.HANDED else ToRelease()


def end_handed(session: Session, call: Call, at: datetime) -> ToRelease | None:
    """The citizen whom an agent has left with a partner's person has gone; None where none was."""
    consult = consults.help_of_call(session, call.id)
    if consult is None or consult.state != ConsultState.HANDED:
        return None
    return close(session, consult, ConsultEnd.HANDED_OVER, at)


def colleague_in_room(session: Session, call: Call) -> Consult | None:
    """The colleague who would go on if the agent left now."""
    consult = consults.help_of_call(session, call.id)
    if consult is None or consult.state != ConsultState.JOINED or consult.kind not in COLLEAGUES:
        return None
    return consult
