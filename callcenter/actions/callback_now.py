"""A callback that its agent begins by themselves: from their list, early or late, or at once: after a conversation that
broke off, or to the person of a contact that they are to record.

It goes the way of any other: the promise is a row, it stands in the queue as a call, it is offered and accepted, and
the citizen is dialled once the agent is in the room. Only nobody rings at the agent first: beginning it is accepting.
"""

from datetime import datetime, timedelta

from callcenter.actions import config_snapshot, cut_off, desk_phone, live_index
from callcenter.actions.agent_rows import contact_of, hold, read
from callcenter.actions.offer_answers import come_in
from callcenter.actions.promising import Promise, make_promise, queue_promise, served_as, told, wish_of
from callcenter.config import settings
from callcenter.db import Conflict, Session, transaction
from callcenter.errors import (
    AlreadyPromised,
    AlreadyTaken,
    BadNumber,
    NotFound,
    NotPossibleNow,
    OutcomeOwed,
    Refusal,
)
from callcenter.phone_number import PhoneNumber
from callcenter.records import assignments, callbacks, calls, contacts, legs, presence, sessions
from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call, Wish
from callcenter.records.contacts import Contact
from callcenter.records.moves import move
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.callbacks import SOON, CallbackState, Source
from callcenter.rules.opening_hours import opening
from callcenter.rules.orders import led_to
from callcenter.rules.states import CHOSEN_PAUSES, AgentState, CallState, Due
from callcenter.rules.whys import Why


class TheyTelephoneUs(Refusal):
    """Cette personne est en ligne avec nous : elle n'est pas rappelée en même temps."""

    status = 409
    english = "This person is on the line with us: they are not called at the same time."


class LineClosedThere(Refusal):
    """La ligne est fermée en ce moment pour le territoire de cette personne : elle ne peut pas être rappelée."""

    status = 409
    english = "The line is closed at the moment in this person's territory: they cannot be called."


def start(agent_id: str, callback_id: str, at: datetime) -> None:
    """Begin now a promise of this agent's, or of the queues they serve; before its time too. Refused while they speak
    or owe an outcome, to whoever telephones us, where the line is closed, and once a colleague has it."""
    with transaction() as session:
        waiting = calls.of_callback(session, callback_id)
        if waiting:
            calls.lock(session, waiting.id)
        agent = hold(session, agent_id)
        if contacts.is_owing(session, agent_id):
            raise OutcomeOwed
        leg = _begin(session, agent, _theirs(session, agent, callback_id), at)
    _come_in(agent_id, leg, at)


def call_back(agent_id: str, contact_id: str, at: datetime) -> Promise:
    """Call back at once the person of a contact whose conversation broke off. During its wrap-up too: the outcome is
    then owed, and recorded afterwards. What is open to their number is begun; else it is promised first. Refused as
    `start`, and to whom no callback may be promised."""
    try:
        with transaction() as session:
            contact = contact_of(session, agent_id, contact_id)
            call = calls.of_contact(session, contact.id)
            agent = hold(session, agent_id)
            if call is None or not cut_off.may_call_back(session, agent, contact, call, at):
                raise NotPossibleNow
            if any(each.id != contact.id for each in contacts.owed_by(session, agent_id)):
                raise OutcomeOwed
            callback = _promised(session, agent, call, at)
            promise, leg = told(callback, already=False), _at_once(session, agent, call, callback, at)
    except Conflict:  # they asked at the same moment: what was promised to them is begun
        return call_back(agent_id, contact_id, at)
    _come_in(agent_id, leg, at)
    return promise


def call_out(agent_id: str, contact_id: str, at: datetime, written: str = "") -> Promise:
    """Telephone the person of a contact that is this agent's to record, or the number that the person gave (`written`):
    promised and begun at once. What came of that contact is owed, and recorded afterwards. What is open to the number
    already is begun, where it is theirs. Refused as `start`, and to whom no callback may be promised. Raises
    NotPossibleNow, OutcomeOwed (another is first), BadNumber, AlreadyPromised, TooManyCallbacks."""
    try:
        with transaction() as session:
            contact = contact_of(session, agent_id, contact_id)
            call = calls.of_contact(session, contact.id)
            agent = hold(session, agent_id)
            if call is None or not _is_to_be_recorded(agent, contact, call):
                raise NotPossibleNow
            if any(each.id != contact.id for each in contacts.owed_by(session, agent_id)):
                raise OutcomeOwed
            number = PhoneNumber.meant(written, call.department) if written else call.phone
            if number is None or not number.may_be_called_back:
                raise BadNumber
            callback = _asked_for(session, agent, call, number, at)
            promise, leg = told(callback, already=False), _at_once(session, agent, call, callback, at)
    except Conflict:  # they asked at the same moment: what was promised to them is begun
        return call_out(agent_id, contact_id, at, written)
    _come_in(agent_id, leg, at)
    return promise


def _is_to_be_recorded(agent: Agent, contact: Contact, call: Call) -> bool:
    in_hand = agent.call_id == call.id and call.state == CallState.WRAP_UP
    return agent.takes_calls and (in_hand or contact.due == Due.OWED)


def _asked_for(session: Session, agent: Agent, call: Call, number: PhoneNumber, at: datetime) -> Callback:
    """The promise to this number: the one that is open, if it is this agent's to keep, else one that they make."""
    kept = callbacks.open_for(session, number)
    if kept is None:
        made = make_promise(
            session, number, wish_of(call), Source.AGENT, (at, at + SOON), at,
            call=call, by=agent.id, for_agent=agent.id, waits=False,
        )  # fmt: skip
        sessions.audit(session, agent.id, AuditedAct.PROMISED_A_CALLBACK, "callback", made.id, at)
        return made
    if not callbacks.is_for(session, kept.id, agent):
        raise AlreadyPromised
    locked = callbacks.lock(session, kept.id)
    if locked is None or locked.state != CallbackState.PROMISED:
        raise AlreadyTaken
    return locked


def _at_once(session: Session, agent: Agent, call: Call, callback: Callback, at: datetime) -> legs.Leg:
    """Begun by an agent who leaves the wrap-up of this call for it, or owes its outcome already."""
    chosen = agent.next_state, agent.next_reason
    if agent.call_id == call.id:
        _put_down(session, call, at)
        agent.next_state, agent.next_reason = chosen
    return _begin(session, agent, callback, at)


def _theirs(session: Session, agent: Agent, callback_id: str) -> Callback:
    if not callbacks.is_for(session, callback_id, agent):
        raise NotFound
    callback = callbacks.lock(session, callback_id)
    if callback is None or callback.state not in (CallbackState.PROMISED, CallbackState.QUEUED):
        raise AlreadyTaken
    return callback


def _promised(session: Session, agent: Agent, call: Call, at: datetime) -> Callback:
    number = call.phone
    assert number is not None
    kept = callbacks.open_for(session, number)
    if kept is not None:
        return kept
    wish = Wish(call.department, call.topic, call.language, call.relay)
    return make_promise(
        session, number, wish, Source.CUT_OFF, (at, at + SOON), at,
        call=call, by=agent.id, for_agent=agent.id, waits=False,
    )  # fmt: skip


def _put_down(session: Session, call: Call, at: datetime) -> None:
    """Its agent leaves the wrap-up for the person themselves; what came of it is owed."""
    contact, leg = contacts.get(session, call.contact_id), legs.serving(session, call.id)
    assert contact is not None
    if leg and leg.wrapped_at is None:
        leg.wrapped_at = at
    move(session, Contact, contact.id, [Due.NOTHING], Due.OWED, at, Why.STARTED_BY_AN_AGENT, who=call.agent_id)
    assignments.finish_wrap_up(session, call, at, Why.STARTED_BY_AN_AGENT)


def _begin(session: Session, agent: Agent, callback: Callback, at: datetime) -> legs.Leg:
    """The promise in the queue, offered to this agent and accepted, in one transaction."""
    on_shift = agent.line == "shift" and agent.shift_line is not None
    if not on_shift:
        desk_phone.of(agent)
    call = _queued(session, callback, at)
    _free(session, agent.id, at)
    until = at + timedelta(seconds=settings().connecting_lease_browser if on_shift else settings().ringing_lease)
    offer = assignments.make_offer(session, call.id, agent.id, at, until)
    taken = offer and assignments.accept_offer(session, offer.id, agent.id, at, until)
    if not taken:
        raise AlreadyTaken
    sessions.audit(session, agent.id, AuditedAct.STARTED_A_CALLBACK, "callback", callback.id, at)
    line = agent.shift_line if on_shift else None
    return legs.ask(session, taken.id, taken.contact_id, agent.id, taken.epoch, at, line)


def _queued(session: Session, callback: Callback, at: datetime) -> Call:
    """Its call, which waits. The rules are those of a promise whose time has come."""
    if presence.is_on_the_line(session, callback.number_key, at):
        raise TheyTelephoneUs
    stands = config_snapshot.current()
    served = served_as(callback.department, callback.topic)
    if not opening(stands.hours, callback.department, at, served).is_open:
        raise LineClosedThere
    if callback.state == CallbackState.QUEUED:
        call = calls.of_callback(session, callback.id)
        if call is None or call.state != CallState.WAITING:
            raise AlreadyTaken
        return call
    topic = led_to(stands.orders, callback.department, callback.topic) or callback.topic
    return queue_promise(session, callback, topic, at)


def _free(session: Session, agent_id: str, at: datetime) -> None:
    """Who paused, or owes what they begin to mend, takes this one call; then they pause again, unless they chose
    otherwise."""
    agent = read(session, agent_id)
    if agent.state not in (AgentState.AVAILABLE, AgentState.PAUSE):
        raise NotPossibleNow
    if agent.state == AgentState.PAUSE:
        chosen, reason, why = agent.next_state, agent.pause_reason, Why.STARTED_BY_AN_AGENT
        then = (
            (chosen, agent.next_reason) if chosen else (AgentState.PAUSE, reason) if reason in CHOSEN_PAUSES else None
        )
        move(session, Agent, agent_id, [AgentState.PAUSE], AgentState.AVAILABLE, at, why, who=agent_id)
        agent.next_state, agent.next_reason = then or (None, None)


def _come_in(agent_id: str, leg: legs.Leg, at: datetime) -> None:
    live_index.forget_call(leg.call_id)
    with transaction() as session:
        agent = read(session, agent_id)
    live_index.show(agent)
    come_in(leg, at)
