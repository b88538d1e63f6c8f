"""An agent at their post: takes it and leaves it, takes calls or pauses, is lost and comes back.

A verb refuses with a sentence (`errors`); a click that comes twice does its work once.
"""

from datetime import datetime

from callcenter.actions import desk_phone, live_index
from callcenter.actions.agent_rows import hold, read
from callcenter.actions.release import release
from callcenter.db import Session, reading, transaction
from callcenter.errors import (
    BadAnswer,
    LiveStoreDown,
    NotAllowed,
    NotPossibleNow,
    OutcomeOwed,
    PhoneNotFree,
)
from callcenter.live import floor
from callcenter.records import (
    agents,
    assignments,
    calls,
    contacts,
    desk_phone_rings,
    monitors,
    next_states,
    offers,
    sessions,
)
from callcenter.records.agents import Agent
from callcenter.records.moves import move
from callcenter.records.to_release import ToRelease
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.moved_by import MovedBy, is_reason
from callcenter.rules.states import ASKED_FOR, CHOSEN_PAUSES, ENGAGED, AgentState, OfferState, PauseReason
from callcenter.rules.whys import Why

FREE_STATES = (AgentState.AVAILABLE, AgentState.PAUSE, AgentState.LOST)


def take_post(agent_id: str, line: str, at: datetime) -> None:
    """Begin to take calls, on a desk phone rung for each call (`phone`) or kept open all shift (`shift`)."""
    with transaction() as session:
        agent = hold(session, agent_id)
        if line not in ("phone", "shift") or not agent.takes_calls:
            raise NotPossibleNow
        desk_phone.of(agent)  # or they are told why it is not rung
        if agent.state != AgentState.OFFLINE:
            return
        if monitors.of_supervisor(session, agent_id):
            raise NotPossibleNow("monitoring_elsewhere")  # their telephone is in a conversation
        if line == "shift" and desk_phone_rings.of(session, agent_id):
            raise PhoneNotFree  # its last line is not known to be over
        agent.line, agent.shift_line = line, None
        agent.next_state = agent.next_reason = None  # what was chosen for after a call long over
        agents.note_mover(agent, None)
        to, reason = next_states.after_call(session, agent)
        move(
            session, Agent, agent_id, [AgentState.OFFLINE], to, at, Why.TOOK_THEIR_POST,
            pause_reason=reason, who=agent_id,
        )  # fmt: skip
        agent = read(session, agent_id)
    if line == "shift":
        with live_index.best_effort("ringing a line for the shift"):
            desk_phone.ring(agent_id, None, at)
    release(ToRelease((agent,)))


def leave_post(agent_id: str, at: datetime, by: MovedBy | None = None) -> None:
    """Take no more calls. During a call it is kept for afterwards. `by`: who chose it, if not the agent."""
    with transaction() as session:
        agent = hold(session, agent_id)
        agents.note_mover(agent, by)
        if agent.state in ENGAGED:
            agent.next_state, agent.next_reason = AgentState.OFFLINE, None
            returned, leaves = None, False
        else:
            returned = _give_back_offer(session, agent, OfferState.REFUSED, AgentState.OFFLINE, None, at)
            if returned is None:
                move(
                    session, Agent, agent_id, FREE_STATES, AgentState.OFFLINE, at, Why.LEFT_THEIR_POST,
                    who=by.who if by else agent_id,
                )  # fmt: skip
            agent = read(session, agent_id)
            agent.shift_line, leaves = None, True
    if leaves:
        with live_index.best_effort("closing an open line"):
            desk_phone.let_go(agent_id, None)
    release(returned or ToRelease((agent,)))


def change_serving(agent_id: str, at: datetime) -> None:
    """Their account has other topics, languages or another department: an open offer that is none of theirs any more
    returns with its place, and whoever is free is offered what they serve now."""
    returned = None
    with transaction() as session:
        agent = hold(session, agent_id)
        call = calls.get(session, agent.call_id) if agent.call_id else None
        if call and agent.state == AgentState.OFFERED and not set(call.queues) & set(agent.queues):
            returned = _give_back_offer(session, agent, OfferState.WITHDRAWN, AgentState.AVAILABLE, None, at)
        agent = read(session, agent_id)
    release(returned or ToRelease((agent,)))


def pause(agent_id: str, reason: PauseReason, at: datetime, by: MovedBy | None = None) -> None:
    """Take no calls for a while. During a call it is kept for afterwards; an open offer is refused by it. `by`: who
    chose it, if not the agent."""
    if reason not in CHOSEN_PAUSES:
        raise NotPossibleNow
    _chooses(agent_id, AgentState.PAUSE, reason, at, by)


def become_available(agent_id: str, at: datetime, by: MovedBy | None = None) -> None:
    """Take calls again; refused while a contact still owes its outcome. `by`: who chose it, if not the agent."""
    _chooses(agent_id, AgentState.AVAILABLE, None, at, by)


def change_state_of(supervisor: Agent, agent_id: str, to: AgentState, at: datetime, why: str, words: str = "") -> None:
    """A supervisor pauses an agent, makes them available or ends their post for them, and tells them why (`rules.
    moved_by`). During a call it is kept for afterwards. Raises BadAnswer, NotAllowed, NotPossibleNow, OutcomeOwed."""
    if not is_reason(why, words):
        raise BadAnswer("moved_why")
    by = MovedBy(supervisor.id, why, words.strip())
    with reading() as session:
        agent = agents.get(session, agent_id)
        if agent is None or not supervisor.sees(agent.department):
            raise NotAllowed
    if to == AgentState.OFFLINE:
        leave_post(agent_id, at, by)
    elif to == AgentState.PAUSE:
        pause(agent_id, PauseReason.BREAK, at, by)
    elif to == AgentState.AVAILABLE:
        become_available(agent_id, at, by)
    else:
        raise NotPossibleNow
    with transaction() as session:
        told = {"reason": ("", why)}
        sessions.audit(session, supervisor.id, AuditedAct(f"moved to {to}"), "agent", agent_id, at, told)


def beat(agent_id: str, at: datetime) -> None:
    """The agent's page is there; a connection that was lost is back, in the state it was lost from."""
    try:
        if floor.beat(agent_id, at.timestamp()):
            return
    except LiveStoreDown:
        return
    with reading() as session:
        if read(session, agent_id).state == AgentState.OFFLINE:
            return  # most pages of staff beat for somebody who is at no post
    with transaction() as session:
        agent = hold(session, agent_id)
        if agent.state == AgentState.LOST:
            to, reason = next_states.after_call(session, agent)
            if agent.lost_from == AgentState.PAUSE and to == AgentState.AVAILABLE:
                to, reason = AgentState.PAUSE, PauseReason.BREAK
            move(session, Agent, agent_id, [AgentState.LOST], to, at, Why.THE_CONNECTION_IS_BACK, pause_reason=reason)
            agent = read(session, agent_id)
    if agent.state != AgentState.OFFLINE:
        release(ToRelease((agent,)))


def lose_connection(agent_id: str, at: datetime) -> None:
    """No heartbeat: Connexion perdue. An open offer returns with its place; a conversation goes on by telephone."""
    with transaction() as session:
        agent = hold(session, agent_id)
        was = AgentState(agent.state)
        if was not in (AgentState.AVAILABLE, *ASKED_FOR, AgentState.PAUSE):
            return
        returned = _give_back_offer(session, agent, OfferState.WITHDRAWN, AgentState.LOST, None, at)
        if returned is None:
            move(
                session, Agent, agent_id, [AgentState.AVAILABLE, AgentState.PAUSE], AgentState.LOST, at,
                Why.NO_HEARTBEAT,
            )  # fmt: skip
        agent = read(session, agent_id)
        agent.lost_from = AgentState.PAUSE if was == AgentState.PAUSE else AgentState.AVAILABLE
    release(returned or ToRelease((agent,)))


def choose_next_state(agent_id: str, state: AgentState | None, reason: PauseReason | None, at: datetime) -> None:
    """What comes after this call; kept until then, never overwritten by the service. None takes the choice back."""
    if state not in (None, AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE):
        raise NotPossibleNow
    with transaction() as session:
        agent = hold(session, agent_id)
        if state != AgentState.OFFLINE and not _may_serve(agent):
            raise NotPossibleNow
        agents.note_mover(agent, None)
        agent.next_state = state
        agent.next_reason = reason if state == AgentState.PAUSE else None
    live_index.look(agent_id)


def _chooses(agent_id: str, to: AgentState, reason: PauseReason | None, at: datetime, by: MovedBy | None) -> None:
    with transaction() as session:
        agent = hold(session, agent_id)
        if not _may_serve(agent):
            raise NotPossibleNow
        agents.note_mover(agent, by)
        if agent.state in ENGAGED:
            agent.next_state, agent.next_reason = to, reason
            returned = None
        elif agent.state in ASKED_FOR:
            if to == AgentState.AVAILABLE:
                return
            returned = _give_back_offer(session, agent, OfferState.REFUSED, to, reason, at)
        else:
            if agent.state == AgentState.OFFLINE:
                raise NotPossibleNow
            if to == AgentState.AVAILABLE:
                if contacts.is_owing(session, agent_id):
                    raise OutcomeOwed
                if agent.state == AgentState.AVAILABLE:
                    return
            returned = None
            who = by.who if by else agent_id
            move(session, Agent, agent_id, FREE_STATES, to, at, Why.CHOSEN, pause_reason=reason, who=who)
        agent = read(session, agent_id)
    release(returned or ToRelease((agent,)))


def _may_serve(agent: Agent) -> bool:
    """Whether calls may be theirs, and reach them."""
    return agent.takes_calls and agent.desk_phone is not None


def _give_back_offer(
    session: Session, agent: Agent, how: OfferState, to: AgentState, reason: PauseReason | None, at: datetime
) -> ToRelease | None:
    offer = offers.open_of_agent(session, agent.id)
    return assignments.return_offer(session, offer.id, how, at, agent_to=to, reason=reason) if offer else None
