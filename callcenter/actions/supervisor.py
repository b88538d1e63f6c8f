"""What a supervisor does. Every act is checked against their departments and written down."""

from datetime import datetime

from callcenter.actions import agent as agents_verbs
from callcenter.actions import dispatch
from callcenter.db import reading, transaction
from callcenter.errors import NotAllowed, NotFound, NotPossibleNow
from callcenter.records import agents, calls, contacts, sessions
from callcenter.records.agents import Agent
from callcenter.rules.routing import UNKNOWN
from callcenter.rules.states import AgentState, CallState, Due, PauseReason


def sees(supervisor: Agent, department: str) -> bool:
    """Whether a department is theirs: an administrator's are all."""
    return supervisor.role == "admin" or department in supervisor.departments


def tends(supervisor: Agent, department: str) -> bool:
    """Whether they look after the citizens of a department: of their own, and of none that is known, who are every
    team's."""
    return department == UNKNOWN or sees(supervisor, department)


def release_contact(supervisor: Agent, contact_id: str, at: datetime) -> None:
    """A contact that owes its outcome will never have one; its agent may take calls again. No outcome is invented."""
    with transaction() as session:
        contact = contacts.get(session, contact_id)
        call = calls.of_contact(session, contact_id)
        if contact is None or call is None or contact.agent_id is None:
            raise NotFound
        owner = agents.get(session, contact.agent_id)
        if owner is None or not sees(supervisor, owner.department):
            raise NotAllowed
        call = calls.lock(session, call.id)
        contact = contacts.get(session, contact_id)  # as it is, now that nobody else may write on it
        assert call is not None
        assert contact is not None
        if call.state != CallState.WRAP_UP and contact.due != Due.OWED:
            raise NotPossibleNow
        contacts.set_due(session, contact, Due.RELEASED, at, "released by a supervisor", supervisor.id)
        freed = agents_verbs.finish_wrap_up(session, call, at, "released by a supervisor")
        sessions.audit(session, supervisor.id, "released a contact", "contact", contact_id, at)
    dispatch.free_agent(freed)


def change_agent_state(supervisor: Agent, agent_id: str, to: AgentState, at: datetime) -> None:
    """Pause an agent, make them available or end their post for them: somebody forgot to, and calls would go
    unanswered. During a call it is kept for afterwards. Raises NotAllowed, NotPossibleNow, OutcomeOwed."""
    with reading() as session:
        agent = agents.get(session, agent_id)
        if agent is None or not sees(supervisor, agent.department):
            raise NotAllowed
    if to == AgentState.OFFLINE:
        agents_verbs.leave_post(agent_id, at, supervisor.id)
    elif to == AgentState.PAUSE:
        agents_verbs.pause(agent_id, PauseReason.BREAK, at, supervisor.id)
    elif to == AgentState.AVAILABLE:
        agents_verbs.become_available(agent_id, at, supervisor.id)
    else:
        raise NotPossibleNow
    with transaction() as session:
        sessions.audit(session, supervisor.id, f"moved to {to}", "agent", agent_id, at)
