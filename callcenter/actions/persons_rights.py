"""The rights of a person over what is held of them: to see it, and to have it erased. Both are written down."""

from datetime import datetime
from typing import Any

from callcenter.actions import callback
from callcenter.db import transaction
from callcenter.errors import Refusal
from callcenter.phone_number import PhoneNumber
from callcenter.records import persons, sessions
from callcenter.rules.audited_acts import AuditedAct

PATIENCE = 30.0  # seconds


class OnTheLine(Refusal):
    """Cette personne est en ligne, ou son conseiller renseigne son appel : rien n'a été effacé."""

    status = 409
    english = "This person is on the line, or their call is being recorded: nothing was erased."


def disclose(number: PhoneNumber, at: datetime) -> dict[str, Any]:
    """Everything held of the owner of a number, as plain values. Raises DatabaseDown."""
    with transaction(PATIENCE) as session:
        found = persons.held(session, number)
        sessions.audit(session, None, AuditedAct.SAW_ALL_OF_A_PERSON, "person", _named(found), at)
        return found


def erase(number: PhoneNumber, at: datetime) -> int:
    """Nothing held of the owner of a number leads to them any more; a promise to call them is cancelled. How many
    contacts there were. Raises DatabaseDown, OnTheLine."""
    callback.cancel_from_menu(number.e164, at)
    with transaction(PATIENCE) as session:
        if persons.is_on_the_line(session, number):
            raise OnTheLine
        ids = persons.erase(session, number, at)
        sessions.audit(session, None, AuditedAct.ERASED_A_PERSON, "person", ids[0] if ids else "nothing was held", at)
        return len(ids)


def _named(found: dict[str, Any]) -> str:
    """The first of their contacts: it leads to nobody once it is erased."""
    return str(found["contacts"][0]["id"]) if found["contacts"] else "nothing was held"
