"""A distress: an agent says so by one key. The screens of their supervisors ring until one of them takes it on, one is
rung in where any may take part, helplines may be, and the times of the call are compared with nobody's."""

from datetime import datetime

import structlog

from callcenter.actions import live_index, monitoring
from callcenter.actions.agent_rows import hold_call, read
from callcenter.db import transaction
from callcenter.errors import CarrierDown, NotAllowed, NotPossibleNow
from callcenter.records import calls, contacts, distresses, sessions
from callcenter.records.figures import roll_up
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.states import CallState

log = structlog.get_logger()


def declare(agent_id: str, at: datetime) -> None:
    """The conversation in hand is one; pressed again, the next supervisor is rung where the first did not come. Whoever
    is at a post of their own is not rung, for a call may ring on that telephone: their screen tells them. Written down
    once. Raises NotPossibleNow out of a conversation."""
    _marks(agent_id, AuditedAct.DECLARED_A_DISTRESS, at)
    try:
        monitoring.ring_one_in(agent_id, at)
    except CarrierDown:
        log.warning("no supervisor was rung in a distress: the carrier did not answer", agent=agent_id)
    live_index.look(agent_id)


def take_back(agent_id: str, at: datetime) -> None:
    """It was none. Whoever was rung in leaves as from any conversation. During its wrap-up too."""
    _marks(agent_id, AuditedAct.TOOK_A_DISTRESS_BACK, at)
    live_index.look(agent_id)


def take_on(supervisor_id: str, contact_id: str, at: datetime) -> None:
    """A supervisor of its agent's sees to it: it rings on no screen any more. Raises NotAllowed; NotPossibleNow: it is
    over, or somebody else does."""
    with transaction() as session:
        supervisor = read(session, supervisor_id)
        call = calls.of_contact(session, contact_id)
        agent = read(session, call.agent_id) if call and call.agent_id else None
        if call is None or agent is None or supervisor.role != "supervisor" or not supervisor.sees(agent.department):
            raise NotAllowed
        calls.lock(session, call.id)
        if contact_id not in {each.contact_id for each in distresses.untaken(session, supervisor, at)}:
            raise NotPossibleNow("distress_taken")
        sessions.audit(session, supervisor_id, AuditedAct.TOOK_A_DISTRESS_ON, distresses.NOUN, contact_id, at)
        told = distresses.supervisors_of(session, agent)
    for each in (agent.id, *told):
        live_index.look(each)


def _marks(agent_id: str, act: AuditedAct, at: datetime) -> None:
    is_one = act == AuditedAct.DECLARED_A_DISTRESS
    states = (CallState.TALKING,) if is_one else (CallState.TALKING, CallState.WRAP_UP)
    with transaction() as session:
        call, _ = hold_call(session, agent_id, *states)
        contact = contacts.get(session, call.contact_id)
        if contact is None or contact.distress == is_one:
            return
        contact.distress = is_one
        roll_up.mark(session, [contact.local_day])
        sessions.audit(session, agent_id, act, distresses.NOUN, contact.id, at)
        told = distresses.supervisors_of(session, read(session, agent_id))
    for each in told:
        live_index.look(each)
