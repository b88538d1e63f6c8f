"""What a supervisor does. Every act is checked against their departments and written down."""

from datetime import datetime

from callcenter.actions.release import release
from callcenter.db import transaction
from callcenter.errors import NotAllowed, NotFound, NotPossibleNow
from callcenter.records import agents, assignments, calls, contacts, sessions
from callcenter.records.agents import Agent
from callcenter.records.contacts import Contact
from callcenter.records.moves import move
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.state_machines import CONTACT
from callcenter.rules.states import CallState, Due
from callcenter.rules.whys import Why


def release_contact(supervisor: Agent, contact_id: str, at: datetime) -> None:
    """A contact that owes its outcome will never have one; its agent may take calls again. No outcome is invented."""
    with transaction() as session:
        contact = contacts.get(session, contact_id)
        call = calls.of_contact(session, contact_id)
        if contact is None or call is None or contact.agent_id is None:
            raise NotFound
        owner = agents.get(session, contact.agent_id)
        if owner is None or not supervisor.sees(owner.department):
            raise NotAllowed
        call = calls.lock(session, call.id)
        contact = contacts.get(session, contact_id)  # as it is, now that nobody else may write on it
        assert call is not None
        assert contact is not None
        if call.state != CallState.WRAP_UP and contact.due != Due.OWED:
            raise NotPossibleNow
        move(
            session, Contact, contact.id, CONTACT.before(Due.RELEASED), Due.RELEASED, at,
            Why.RELEASED_BY_A_SUPERVISOR, who=supervisor.id,
        )  # fmt: skip
        after = assignments.finish_wrap_up(session, call, at, Why.RELEASED_BY_A_SUPERVISOR)
        sessions.audit(session, supervisor.id, AuditedAct.RELEASED_A_CONTACT, "contact", contact_id, at)
    release(after)
