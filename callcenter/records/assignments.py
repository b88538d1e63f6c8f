"""Moves of several rows at once: a call with its agent, their offer, leg, attempt and promise.

Each is one step of somebody's transaction, in which the call is held first. It gives what is to be released after the
commit (`ToRelease`); None when it did not happen, because somebody got there first.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from callcenter.config import lacks, settings
from callcenter.records import agents, attempts, callbacks, calls, contacts, events, helping, legs, next_states, offers
from callcenter.records.agents import Agent
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.contacts import Contact
from callcenter.records.identifiers import new_id
from callcenter.records.legs import Leg
from callcenter.records.moves import move
from callcenter.records.offers import Offer
from callcenter.records.to_release import ToRelease
from callcenter.rules import endings, priority
from callcenter.rules.callbacks import WISH_TO_SPEAK, CallbackState, DialResult, Window
from callcenter.rules.consults import Purpose
from callcenter.rules.priority import Reason
from callcenter.rules.state_machines import LEG
from callcenter.rules.states import AgentState, CallState, Due, Ending, LegState, OfferState, PauseReason
from callcenter.rules.whys import Why

BEING_KEPT = (CallbackState.QUEUED, CallbackState.DIALLING)


def make_offer(session: Session, call_id: str, agent_id: str, at: datetime, lease_until: datetime) -> Offer | None:
    """Decide: call row first, then agent row. None when either was not free any more, or when the account takes no
    calls; the caller must then roll back."""
    call = calls.lock(session, call_id)
    if call is None or call.state != CallState.WAITING or call.not_for == agent_id:
        return None
    epoch = call.epoch + 1
    move(
        session, Call, call_id, [CallState.WAITING], CallState.OFFERED, at, Why.OFFERED,
        epoch=epoch, agent_id=agent_id, lease_until=lease_until,
    )  # fmt: skip
    if not move(
        session, Agent, agent_id, [AgentState.AVAILABLE], AgentState.OFFERED, at, Why.OFFERED, call_id=call_id,
        keeps_rank=True,
    ):  # fmt: skip
        return None
    if not session.get_one(Agent, agent_id).takes_calls:
        return None
    offer = Offer(id=new_id(), call_id=call_id, agent_id=agent_id, epoch=epoch, at=at, lease_until=lease_until)
    session.add(offer)
    session.flush()
    events.note(session, at, "offer", offer.id, "", OfferState.OPEN, Why.OFFERED, agent_id)
    return offer


def accept_offer(session: Session, offer_id: str, agent_id: str, at: datetime, lease_until: datetime) -> Call | None:
    """The agent takes the call, if it is still theirs to take; None when they are too late."""
    offer = offers.get(session, offer_id)
    if offer is None or offer.agent_id != agent_id or offer.lease_until < at:
        return None
    call = move(
        session, Call, offer.call_id, [CallState.OFFERED], CallState.CONNECTING, at, Why.ACCEPTED,
        who=agent_id, still=_as_offered(offer), lease_until=lease_until, inside=False,
    )  # fmt: skip
    if call is None:
        return None
    if not move(
        session, Agent, agent_id, [AgentState.OFFERED], AgentState.CONNECTING, at, Why.ACCEPTED, who=agent_id,
        still={"call_id": call.id},
    ):  # fmt: skip
        raise AssertionError("an offered call whose agent is not offered it")
    move(session, Offer, offer_id, [OfferState.OPEN], OfferState.ACCEPTED, at, OfferState.ACCEPTED)
    return call


def return_offer(
    session: Session,
    offer_id: str,
    how: OfferState,
    at: datetime,
    *,
    agent_to: AgentState,
    reason: PauseReason | None = None,
    keeps_rank: bool = False,
) -> ToRelease | None:
    """The offer was refused, missed or withdrawn: the call waits again with its place, the agent goes to `agent_to`. Of
    purpose `consult`, the help is sought on, or over."""
    offer = offers.get(session, offer_id)
    if offer is None:
        return None
    if offer.purpose == Purpose.CONSULT:
        return helping.return_offer(session, offer, how, at, agent_to=agent_to, reason=reason)
    call = move(
        session, Call, offer.call_id, [CallState.OFFERED], CallState.WAITING, at, how,
        who=offer.agent_id, still=_as_offered(offer),
    )  # fmt: skip
    if call is None:
        return None
    if not move(
        session, Agent, offer.agent_id, [AgentState.OFFERED], agent_to, at, how, pause_reason=reason,
        keeps_rank=keeps_rank,
    ):  # fmt: skip
        raise AssertionError("an offered call whose agent is not offered it")
    move(session, Offer, offer_id, [OfferState.OPEN], how, at, how)
    return ToRelease((session.get_one(Agent, offer.agent_id),), requeued=call)


def withdraw_offer(session: Session, call: Call, at: datetime) -> ToRelease:
    """A call is to be offered no more: the agent it rings at, if any, is free again, with their rank."""
    offer = offers.open_of_call(session, call.id)
    if offer is None:
        return ToRelease()
    free = AgentState.AVAILABLE
    returned = return_offer(session, offer.id, OfferState.WITHDRAWN, at, agent_to=free, keeps_rank=True)
    return ToRelease(returned.agents) if returned else ToRelease()


def begin_conversation(session: Session, call: Call, leg: Leg, at: datetime) -> ToRelease:
    """`connecting → talking`: the wait is over. A promise to their number is being kept, or needs to be no more."""
    moved = move(
        session, Call, call.id, [CallState.CONNECTING], CallState.TALKING, at, Why.BOTH_ARE_IN_THE_ROOM,
        inside=True, talking_at=at, lease_until=None, not_for=None, cut=False,
    ) and move(
        session, Agent, leg.agent_id, [AgentState.CONNECTING], AgentState.TALKING, at, Why.IN_CONVERSATION,
        still={"call_id": call.id},
    )  # fmt: skip
    contact = contacts.get(session, call.contact_id)
    agent = agents.get(session, leg.agent_id)
    assert moved
    assert contact is not None
    assert agent is not None
    assert call.queued_at is not None
    leg.talked_from, leg.answer_by = at, None
    contact.waited = contact.waited if contact.waited is not None else (at - call.queued_at).total_seconds()
    contact.agent_id, contact.site_id = agent.id, agent.site_id
    if call.callback_id:
        move(session, Callback, call.callback_id, (CallbackState.DIALLING,), CallbackState.TALKING, at, Why.REACHED)
    elif call.number_key:
        promised = callbacks.of_key(session, call.number_key)
        if promised and promised.source in WISH_TO_SPEAK:
            was = (CallbackState.PROMISED,)
            move(session, Callback, promised.id, was, CallbackState.CANCELLED, at, Why.THEY_TELEPHONED_US)
    return ToRelease((agent,))


def begin_wrap_up(
    session: Session, call: Call, at: datetime, why: StrEnum, *, leads_on: bool, cut: bool = False
) -> ToRelease:
    """`talking → wrap_up`: the conversation is over, its outcome is owed by the server's clock. `leads_on`: the citizen
    is still on the line, and goes on to the last words; `cut`: and is asked whether it was meant."""
    deadline = at + timedelta(seconds=settings().wrap_up_limit)
    leg = legs.serving(session, call.id)
    assert leg is not None
    helped = helping.close_all(session, call, at)
    move(session, Leg, leg.id, LEG.before(LegState.LEFT), LegState.LEFT, at, why)
    moved = move(
        session, Call, call.id, [CallState.TALKING], CallState.WRAP_UP, at, why,
        ended_at=at, lease_until=deadline, inside=False, extended=False, cut=cut, alone_since=None,
    ) and move(
        session, Agent, leg.agent_id, [AgentState.TALKING], AgentState.WRAP_UP, at, why, still={"call_id": call.id}
    )  # fmt: skip
    agent = agents.get(session, leg.agent_id)
    assert moved
    assert agent is not None
    if call.callback_id:
        move(session, Callback, call.callback_id, (CallbackState.TALKING,), CallbackState.REACHED, at, why)
    return ToRelease((agent, *helped.agents), leg=leg, led_on=call if leads_on else None, helpers=helped.helpers)


def finish_wrap_up(session: Session, call: Call, at: datetime, why: StrEnum) -> ToRelease:
    """The call ends, if it had not; its agent goes on to what they chose, or stays paused while something is owed."""
    agent_id = call.agent_id
    assert agent_id is not None
    ended = move(session, Call, call.id, [CallState.WRAP_UP], CallState.ENDED, at, why, ending=Ending.ANSWERED)
    agent = agents.lock(session, agent_id)
    assert agent is not None
    to, reason = next_states.after_call(session, agent)
    if ended is not None:
        moved = move(session, Agent, agent_id, [AgentState.WRAP_UP], to, at, why, pause_reason=reason)
        assert moved
    elif reason != PauseReason.OUTCOME_OWED and agent.pause_reason == PauseReason.OUTCOME_OWED:
        move(session, Agent, agent_id, [AgentState.PAUSE], to, at, why, pause_reason=reason)
    return ToRelease((session.get_one(Agent, agent_id),))


def release_agent(session: Session, call: Call, at: datetime, why: StrEnum) -> ToRelease:
    """A connecting call ends under its agent: they are free again with their rank, for it was not their doing."""
    leg = legs.serving(session, call.id)
    assert leg is not None
    move(session, Leg, leg.id, LEG.before(LegState.LEFT), LegState.LEFT, at, why)
    agent = agents.get(session, leg.agent_id)
    assert agent is not None
    _leave_connecting(session, agent, at, why, None)
    return ToRelease((agent,), leg=leg)


def return_unconnected(
    session: Session, call: Call, leg: Leg, at: datetime, why: StrEnum, *, pause: PauseReason | None
) -> ToRelease:
    """`connecting → waiting`, place kept; an agent who missed the ring is paused, or leaves as they chose; one whom
    the carrier did not ring or did not connect is free with their rank. The line of a callback that is being dialled is
    hung up: whoever picks up would find nobody."""
    agent = agents.get(session, leg.agent_id)
    attempt: Attempt | None = None
    assert agent is not None
    if call.callback_id and move(
        session, Callback, call.callback_id, (CallbackState.DIALLING,), CallbackState.QUEUED, at, why
    ):
        attempt, call.carrier_id = attempts.give_up(session, call.id, DialResult.AGENT_LEFT), None
    move(session, Call, call.id, [CallState.CONNECTING], CallState.WAITING, at, why)
    _leave_connecting(session, agent, at, why, pause)
    after = ToRelease((agent,), leg=leg, line=attempt.carrier_id if attempt else None)
    is_early = call.callback_id is not None and _waits_for_its_time(session, call, at, why)
    return replace(after, forgotten=call.id) if is_early else replace(after, requeued=call, led_on=call)


def _waits_for_its_time(session: Session, call: Call, at: datetime, why: StrEnum) -> bool:
    """A promise that its agent began early, and that came to nothing on our side, is for its own time again."""
    callback = callbacks.lock(session, call.callback_id) if call.callback_id else None
    if callback is None or callback.state != CallbackState.QUEUED or callback.due_from <= at:
        return False
    move(session, Call, call.id, [CallState.WAITING], CallState.ENDED, at, why, ending=Ending.NOT_REACHED)
    return move(session, Callback, callback.id, BEING_KEPT, CallbackState.PROMISED, at, why) is not None


def return_to_head(session: Session, call: Call, leg: Leg, at: datetime) -> ToRelease:
    """`talking → waiting`, before everybody: we lost them. Their agent goes on to what they chose, or is paused until
    their telephone is back."""
    why = Why.THE_AGENTS_LINE_WAS_LOST
    ahead = priority.ahead_for(Reason.DROPPED, call.reasons)
    helped = helping.close_all(session, call, at)
    move(
        session, Call, call.id, [CallState.TALKING], CallState.WAITING, at, why,
        priority=ahead.seconds, reasons=list(ahead.reasons), alone_since=None, heard_until=at,
    )  # fmt: skip
    lost = agents.lock(session, leg.agent_id)
    assert lost is not None
    to, reason = next_states.after_call(session, lost, instead=PauseReason.LINE_LOST)
    moved = move(session, Agent, lost.id, [AgentState.TALKING], to, at, why, pause_reason=reason)
    assert moved
    return ToRelease((lost, *helped.agents), requeued=call, leg=leg, led_on=call, helpers=helped.helpers)


def return_unrung(session: Session, leg_id: str, at: datetime, *, may_ring: bool) -> ToRelease | None:
    """The carrier did not ring an agent's desk phone: nobody missed anything. The call is back in its place, and its
    agent free with their rank, or paused where it never will ring."""
    leg, call = legs.held(session, leg_id)
    if leg is None or call is None or call.state != CallState.CONNECTING or call.epoch != leg.epoch:
        return None
    if leg.state not in (LegState.ASKED, LegState.RINGING):
        return None
    why = Why.THE_CARRIER_DID_NOT_RING
    move(session, Leg, leg.id, LEG.before(LegState.LEFT), LegState.LEFT, at, why)
    pause = None if may_ring else PauseReason.NO_PHONE
    returned = return_unconnected(session, call, leg, at, why, pause=pause)
    return replace(returned, leg=None, led_on=None)  # no line of theirs is anywhere


def end_line(session: Session, carrier_id: str, at: datetime) -> ToRelease | None:
    """The citizen's line has ended, in whatever state their call was."""
    call = calls.lock_by_carrier_id(session, carrier_id)
    if call is None:
        return None
    calls.close_line(session, call, at)
    if call.callback_id and call.talking_at is None:
        return None  # a dial that reached nobody yet: its attempt tells how it ended
    after = ToRelease()
    match call.state:
        case CallState.MENU:
            ending = endings.of_menu(call.turned_away, promised=callbacks.was_asked_for(session, call.id))
            move(session, Call, call.id, [CallState.MENU], CallState.ENDED, at, Why.HUNG_UP_IN_THE_MENU, ending=ending)
        case CallState.WAITING | CallState.OFFERED:
            after = _end_waiting(
                session, call, CallState.WAITING, at, Why.HUNG_UP_WHILE_WAITING, withdraw_offer(session, call, at)
            )
        case CallState.CONNECTING:
            after = release_agent(session, call, at, Why.THE_CALLER_HUNG_UP)
            after = _end_waiting(session, call, CallState.CONNECTING, at, Why.HUNG_UP_WHILE_CONNECTING, after)
        case CallState.TALKING:
            after = begin_wrap_up(session, call, at, Why.THE_CALLER_HUNG_UP, leads_on=False)
        case _:
            return helping.end_handed(session, call, at)
    if call.callback_id:  # they spoke, their agent was lost, and they did not wait for another
        spoke = (CallbackState.TALKING,)
        move(session, Callback, call.callback_id, spoke, CallbackState.REACHED, at, Why.THE_LINE_ENDED)
    return replace(after, forgotten=call.id)


def put_off_promise(
    session: Session, callback_id: str, result: DialResult, why: StrEnum, at: datetime, when: Window | None = None
) -> ToRelease | None:
    """A promise that was being kept goes back to being promised, for `when` if given; its call ends, its agent is free
    with their rank. None when they speak already, or nothing was under way."""
    after = give_up_dial(session, callback_id, result, why, at)
    callback = move(session, Callback, callback_id, BEING_KEPT, CallbackState.PROMISED, at, why) if after else None
    if callback and when:
        callback.due_from, callback.due_until = when
    return after if callback else None


def close_promise(
    session: Session, callback_id: str, to: CallbackState, why: StrEnum, at: datetime, who: str | None = None
) -> ToRelease | None:
    """A promise ends before it was kept. None when they speak already, or it has ended."""
    after = give_up_dial(session, callback_id, DialResult.CALLED_US, why, at) or _nothing(session, callback_id)
    open_ = (CallbackState.PROMISED, *BEING_KEPT)
    return after if after and move(session, Callback, callback_id, open_, to, at, why, who=who) else None


def give_up_dial(
    session: Session, callback_id: str, result: DialResult, why: StrEnum, at: datetime
) -> ToRelease | None:
    """The call under way for a promise ends; None when there is none, or they speak already."""
    call = calls.of_callback(session, callback_id)
    call = calls.lock(session, call.id) if call else None
    if call is None or call.talking_at:
        return None
    match call.state:
        case CallState.WAITING:
            after = ToRelease()
        case CallState.OFFERED:
            after = withdraw_offer(session, call, at)
        case CallState.CONNECTING:
            after = release_agent(session, call, at, why)
        case _:
            return None
    attempt = attempts.give_up(session, call.id, result)
    move(
        session, Call, call.id, [CallState.WAITING, CallState.CONNECTING], CallState.ENDED, at, why,
        ending=Ending.NOT_REACHED,
    )  # fmt: skip
    return replace(after, forgotten=call.id, line=attempt.carrier_id if attempt else None)


def _leave_connecting(session: Session, agent: Agent, at: datetime, why: StrEnum, pause: PauseReason | None) -> None:
    to, reason = next_states.after_call(session, agent, instead=pause)
    free = to == AgentState.AVAILABLE
    moved = move(session, Agent, agent.id, [AgentState.CONNECTING], to, at, why, pause_reason=reason, keeps_rank=free)
    assert moved


def _as_offered(offer: Offer) -> dict[str, object]:
    """What the call of an answered offer must still hold."""
    return {"agent_id": offer.agent_id} | ({} if lacks("epoch") else {"epoch": offer.epoch})


def _nothing(session: Session, callback_id: str) -> ToRelease | None:
    """A promise that nothing is being done for yet."""
    callback = callbacks.lock(session, callback_id)
    return ToRelease() if callback and callback.state == CallbackState.PROMISED else None


def _end_waiting(
    session: Session, call: Call, state: CallState, at: datetime, why: StrEnum, after: ToRelease
) -> ToRelease:
    """Who hangs up before an agent speaks with them. Where one has spoken with them already, theirs is the outcome."""
    contact = contacts.get(session, call.contact_id)
    if call.talking_at is None or contact is None or contact.agent_id is None:
        move(session, Call, call.id, [state], CallState.ENDED, at, why, ending=_queue_ending(call, at))
        return after
    move(
        session, Call, call.id, [state], CallState.ENDED, at, why, ending=Ending.ANSWERED, agent_id=contact.agent_id
    )  # fmt: skip
    move(session, Contact, contact.id, [Due.NOTHING], Due.OWED, at, Why.THE_CITIZEN_LEFT_UNHEARD)
    move(session, Agent, contact.agent_id, [AgentState.AVAILABLE], AgentState.PAUSE, at, Why.THE_CITIZEN_LEFT_UNHEARD,
        pause_reason=PauseReason.OUTCOME_OWED,
    )  # fmt: skip
    first = session.get_one(Agent, contact.agent_id)
    return replace(after, agents=(*(each for each in after.agents if each.id != first.id), first))


def _queue_ending(call: Call, at: datetime) -> Ending:
    assert call.queued_at is not None
    return endings.of_queue(call.queued_at, at)
