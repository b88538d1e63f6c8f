"""Where an agent goes when what they did is over."""

from sqlalchemy.orm import Session

from callcenter.records import contacts
from callcenter.records.agents import Agent
from callcenter.rules.states import AgentState, PauseReason


def after_call(
    session: Session, agent: Agent, instead: PauseReason | None = None
) -> tuple[AgentState, PauseReason | None]:
    """When a call leaves their hands: to what they chose, or available; never free while owing. Whose account takes no
    calls any more leaves the floor; what they owe is then for their supervisor to release. `instead` of available: the
    pause that their telephone gives them."""
    to, reason = _chosen(session, agent)
    return (AgentState.PAUSE, instead) if instead and to == AgentState.AVAILABLE else (to, reason)


def _chosen(session: Session, agent: Agent) -> tuple[AgentState, PauseReason | None]:
    if not agent.takes_calls:
        return AgentState.OFFLINE, None
    if contacts.is_owing(session, agent.id):
        return AgentState.PAUSE, PauseReason.OUTCOME_OWED
    if agent.next_state:
        return AgentState(agent.next_state), PauseReason(agent.next_reason) if agent.next_reason else None
    return AgentState.AVAILABLE, None
