"""Which lines are shared, as an administrator lists them. Each change is written down and holds for the next caller."""

from datetime import datetime

from callcenter import sealing
from callcenter.config import settings
from callcenter.db import Session, transaction
from callcenter.errors import BadAnswer, BadNumber, NotFound, TwoNumbers
from callcenter.phone_number import PhoneNumber
from callcenter.records import sessions, shared_lines
from callcenter.records.agents import Agent
from callcenter.rules.audited_acts import AuditedAct

NOUN = "shared_line"


def list_line(admin: Agent, number: str, name: str, at: datetime) -> str:
    """This line's calls wait like those of as many numbers; its id. Raises BadAnswer."""
    name = " ".join(name.split())
    if not name:
        raise BadAnswer("line_name")
    try:
        line = PhoneNumber.written(number, None)
    except TwoNumbers:
        raise BadAnswer("staff_phone_two") from None
    except BadNumber:
        raise BadAnswer("line_number") from None
    with transaction() as session:
        line_id = shared_lines.add(session, line, name, at)
        if line_id is None:
            raise BadAnswer("line_listed")
        sessions.audit(session, admin.id, AuditedAct.LISTED_A_SHARED_LINE, NOUN, line_id, at, {"name": ("", name)})
    return line_id


def is_of_many(session: Session, number_key: bytes) -> bool:
    """Whether many people call from this number: a relay service of the settings, or a line that is listed."""
    relays = {sealing.pseudonym(number) for number in settings().relay_numbers}
    return number_key in relays or shared_lines.is_listed(session, number_key)


def take_off(admin: Agent, line_id: str, at: datetime) -> None:
    """This line is one number like any other again. Raises NotFound."""
    with transaction() as session:
        name = shared_lines.remove(session, line_id)
        if name is None:
            raise NotFound
        sessions.audit(session, admin.id, AuditedAct.TOOK_A_SHARED_LINE_OFF, NOUN, line_id, at, {"name": (name, "")})


def is_relay(number: PhoneNumber | None) -> bool:
    """Whether a number is a relay service's: many people telephone through it."""
    return number is not None and number.e164 in settings().relay_numbers
