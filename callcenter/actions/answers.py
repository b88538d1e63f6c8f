"""What an agent has answered so far in the form of a contact or of a visit, kept as it is chosen, until it is recorded.

The notes of a contact are kept by themselves (`actions.notes`): two pages' are both recorded.
"""

from collections.abc import Mapping
from datetime import datetime

from callcenter.actions import live_index
from callcenter.actions.agent_rows import hold
from callcenter.db import transaction
from callcenter.errors import NotesNewer, NotesTooLate, NotFound
from callcenter.records import contacts
from callcenter.rules import outcomes
from callcenter.rules.states import Due


def keep(agent_id: str, contact_id: str, answers: Mapping[str, str], revision: int) -> None:
    """The answers of a contact. `revision`: of those they were made from. Raises NotesNewer when another page has kept
    others since, and NotesTooLate when the contact is recorded."""
    with transaction() as session:
        contact = contacts.hold(session, contact_id)
        if contact is None or contact.agent_id != agent_id:
            raise NotFound
        if contact.due not in (Due.NOTHING, Due.OWED):
            raise NotesTooLate
        if dict(answers) == contact.answered:
            return
        if revision != contact.answers_revision:
            raise NotesNewer
        contacts.keep_answers(contact, answers)
    live_index.look(agent_id)


def keep_visit(agent_id: str, contact_id: str, answers: Mapping[str, str], at: datetime) -> None:
    """The answers of a visit that is not recorded yet, with its notes; an agent has one at a time. Raises NotesTooLate
    when it is recorded."""
    masked = {name: outcomes.masked(text) or "" if name == "notes" else text for name, text in answers.items()}
    with transaction() as session:
        if contacts.get(session, contact_id) is not None:
            raise NotesTooLate
        hold(session, agent_id).keep_visit(contact_id, masked, at)
