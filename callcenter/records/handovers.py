"""Who goes on when an agent leaves a conversation: nobody is ever left alone.

Only a completed transfer raises the epoch, in the one transaction that makes the other leg `serve`; then the carrier is
asked. Each move is one step of somebody's transaction, in which the call is held first.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callcenter.config import lacks
from callcenter.records import (
    agents,
    assignments,
    consults,
    contacts,
    continued_calls,
    helping,
    legs,
    monitors,
    next_states,
    passes,
)
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.legs import Leg
from callcenter.records.moves import move
from callcenter.records.to_release import ToRelease
from callcenter.rules import priority
from callcenter.rules.consults import ConsultEnd, ConsultState, PassReason
from callcenter.rules.priority import Reason
from callcenter.rules.state_machines import LEG
from callcenter.rules.states import AgentState, CallState, LegState, PauseReason
from callcenter.rules.whys import Why

SAME_AGENT_FIRST = timedelta(seconds=20)  # whoever was cut off is offered to their agent alone so long


def part_leg(session: Session, leg_id: str, at: datetime, *, lost: bool, missed: bool = False) -> ToRelease | None:
    """The agent's line left, or never came. In a conversation, a colleague who is in the room goes on; else, `lost` by
    a fault, the caller goes back to the head of the line with music. Without a fault it may have been meant or not: the
    last words ask. Before it, only a telephone that rang can be `missed`: else the agent is free with their rank."""
    leg, call = legs.held(session, leg_id)
    if leg is None or call is None or leg.kind != "serve":
        return None
    if leg.state != LegState.LEFT and call.epoch == leg.epoch:
        goes_on = leave_to_colleague(session, call, leg, PassReason.LINE_ENDED, at, lost=lost)
        if goes_on:
            return goes_on
    was = leg.state
    if not move(session, Leg, leg.id, LEG.before(LegState.LEFT), LegState.LEFT, at, Why.LOST if lost else Why.LEFT):
        return None
    if call.epoch != leg.epoch or call.agent_id != leg.agent_id:
        return None
    if call.state == CallState.CONNECTING:
        why, pause = Why.THE_AGENTS_LINE_WAS_LOST, None
        if was == LegState.ASKED:
            why = Why.THE_CARRIER_DID_NOT_RING
        elif missed and was == LegState.RINGING:
            why, pause = Why.THE_AGENTS_TELEPHONE_DID_NOT_ANSWER, PauseReason.NO_ANSWER
        return assignments.return_unconnected(session, call, leg, at, why, pause=pause)
    if call.state == CallState.TALKING and lost:
        return assignments.return_to_head(session, call, leg, at)
    if call.state == CallState.TALKING:
        return assignments.begin_wrap_up(session, call, at, Why.THE_AGENTS_LINE_ENDED, leads_on=True, cut=True)
    return None


def leave_to_colleague(
    session: Session, call: Call, leg: Leg, reason: PassReason, at: datetime, *, lost: bool = False
) -> ToRelease | None:
    """The agent leaves without a word on who goes on: the colleague who is in the room does. None where none is."""
    helper = helping.colleague_in_room(session, call) if call.state == CallState.TALKING else None
    return hand_over(session, call, leg, helper, reason, at, lost=lost) if helper else None


def hand_over(
    session: Session, call: Call, leg: Leg, consult: Consult, reason: PassReason, at: datetime, *, lost: bool = False
) -> ToRelease | None:
    """The colleague in the room serves from now on, and the agent is free, or paused where their line was `lost`; None
    when the colleague is not in it any more."""
    helper = legs.get(session, consult.leg_id) if consult.leg_id else None
    if helper is None or helper.state != LegState.JOINED or consult.state != ConsultState.JOINED:
        return None
    contact, first = contacts.get(session, call.contact_id), agents.lock(session, leg.agent_id)
    assert contact is not None
    assert first is not None
    was_held = leg.held_since is not None
    move(session, Leg, leg.id, LEG.before(LegState.LEFT), LegState.LEFT, at, Why.HANDED_OVER)
    until_it_is_back = PauseReason.NO_PHONE if lost else None  # nobody was lost
    to, why_paused = next_states.after_call(session, first, instead=until_it_is_back)
    move(session, Agent, first.id, [AgentState.TALKING], to, at, Why.HANDED_OVER, pause_reason=why_paused)
    if lacks("handover"):
        return ToRelease((session.get_one(Agent, first.id),), leg=leg)
    consults.end(session, consult, ConsultEnd.HANDED_OVER, at, first.id)
    call.epoch += 1
    call.agent_id, call.alone_since = helper.agent_id, None
    helper.kind, helper.epoch = "serve", call.epoch
    helper.aside, helper.hold, helper.held_since = False, False, at if was_held else None
    monitors.follow(session, call)
    moved = move(
        session, Agent, helper.agent_id, [AgentState.HELPING], AgentState.TALKING, at, Why.HANDED_OVER, call_id=call.id
    )
    assert moved
    second = session.get_one(Agent, helper.agent_id)
    contact.agent_id, contact.site_id = second.id, second.site_id
    passes.note(session, call, first.id, reason, at, to_agent=second.id, consult_id=consult.id)
    return ToRelease((session.get_one(Agent, first.id), second), leg=leg, sounds=helper.id)


def leave_with_partner(
    session: Session, call: Call, consult: Consult, reason: PassReason, taken_by: str, at: datetime
) -> ToRelease:
    """The agent leaves the citizen and the partner's person, who have spoken; the outcome is owed now."""
    consults.move(session, consult, ConsultState.HANDED, at, Why.HANDED_OVER, call.agent_id, handed_at=at)
    consults.write_taker(consult, taken_by)
    assert call.agent_id is not None
    partner = consult.partner or consult.kind
    passes.note(session, call, call.agent_id, reason, at, to_partner=partner, consult_id=consult.id)
    return assignments.begin_wrap_up(session, call, at, Why.HANDED_OVER, leads_on=False)


def part_partner(session: Session, call: Call, leg: Leg, consult: Consult, at: datetime) -> ToRelease:
    """The partner's person, with whom the citizen was left, has gone: the citizen goes on to the last words, and is
    asked whether it was meant, for a line that broke looks the same. The leg owes it until the carrier has done it."""
    helping.close(session, consult, ConsultEnd.HANDED_OVER, at)
    call.cut = True
    return ToRelease(leg=leg, led_on=call)


def pass_on(
    session: Session,
    call: Call,
    leg: Leg,
    reason: PassReason,
    at: datetime,
    *,
    to_agent: str | None,
    topic: str,
    language: str,
    department: str,
    widens_after: list[float],
    own_until: datetime | None,
) -> ToRelease:
    """`talking → waiting`, for another agent or another queue: the arrival is kept, ahead of whoever was not heard yet,
    and not offered to the one who passes it on. Their contact stays theirs until somebody else speaks with them."""
    first = agents.lock(session, leg.agent_id)
    assert first is not None
    ahead = priority.ahead_for(Reason.PASSED, call.reasons)
    helped = helping.close_all(session, call, at, ConsultEnd.CANCELLED)
    move(session, Leg, leg.id, LEG.before(LegState.LEFT), LegState.LEFT, at, Why.PASSED_ON)
    move(session, Call, call.id, [CallState.TALKING], CallState.WAITING, at, Why.PASSED_ON, who=first.id,
        priority=ahead.seconds, reasons=list(ahead.reasons), for_agent=to_agent, own_until=own_until, not_for=first.id,
        topic=topic, language=language, department=department, for_anybody=False, widens_after=widens_after,
        alone_since=None, heard_until=at,
    )  # fmt: skip
    to, why_paused = next_states.after_call(session, first)
    move(session, Agent, first.id, [AgentState.TALKING], to, at, Why.PASSED_ON, pause_reason=why_paused)
    queue = None if to_agent else call.queues[0]
    passes.note(session, call, first.id, reason, at, to_agent=to_agent, to_queue=queue)
    released = session.get_one(Agent, first.id)
    return ToRelease((released, *helped.agents), requeued=call, leg=leg, led_on=call, helpers=helped.helpers)


def resume(session: Session, call: Call, at: datetime) -> ToRelease | None:
    """`wrap_up → waiting`: the citizen says that we were cut off. Their agent first, for a while; else the front. Where
    the outcome is recorded or owed already, another contact of the same thread goes on from this one. None when they
    were not asked, or have hung up."""
    if not call.cut or call.agent_id is None or call.carrier_id is None:
        return None
    ahead, why = priority.ahead_for(Reason.DROPPED, call.reasons), Why.THE_CITIZEN_SAYS_WE_WERE_CUT_OFF
    if call.state == CallState.ENDED and call.line_over_at is None:
        return ToRelease(requeued=continued_calls.go_on(session, call, ahead, at + SAME_AGENT_FIRST, at, why))
    if call.state != CallState.WRAP_UP:
        return None
    agent = agents.lock(session, call.agent_id)
    assert agent is not None
    move(session, Call, call.id, [CallState.WRAP_UP], CallState.WAITING, at, why,
        priority=ahead.seconds, reasons=list(ahead.reasons), for_agent=agent.id, own_until=at + SAME_AGENT_FIRST,
        ended_at=None, cut=False, heard_until=at,
    )  # fmt: skip
    to, why_paused = next_states.after_call(session, agent)
    move(session, Agent, agent.id, [AgentState.WRAP_UP], to, at, why, pause_reason=why_paused)
    return ToRelease((session.get_one(Agent, agent.id),), requeued=call)
