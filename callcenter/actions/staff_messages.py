"""What supervisors write to their agents, and that an agent has read it."""

from datetime import datetime
from uuid import UUID

from callcenter.actions import live_index
from callcenter.db import transaction
from callcenter.errors import BadAnswer, NotFound
from callcenter.records import sessions, staff_messages
from callcenter.records.agents import Agent
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.plain_text import one_line
from callcenter.rules.territory import end_of_day

MOST = 300  # characters: it is read between two calls
FEW = 50  # desks that are told at once; the others look for themselves within seconds


def write(writer: Agent, to: str, words: str, at: datetime) -> int:
    """To one agent of theirs (`agent:` and the id), a department (`team:46`), or `all` of theirs; how many read it. It
    stands until the end of the day where each of them is. Raises BadAnswer: no words, too many, or nobody."""
    text = one_line(words)
    if not text or len(text) > MOST:
        raise BadAnswer("message_words")
    kind, whom = _audience(to)
    with transaction() as session:
        theirs = staff_messages.addressees(
            session, writer, agent_id=whom if kind == "agent" else "", department=whom if kind == "team" else ""
        )
        if not theirs:
            raise BadAnswer("message_nobody")
        until = {each.id: end_of_day(each.department, at) for each in theirs}
        audience = kind if kind == "agent" else to
        row = staff_messages.write(session, writer.id, audience, text, until, at)
        told = {"addressees": ("", str(len(theirs)))}
        sessions.audit(session, writer.id, AuditedAct.WROTE_TO_STAFF, "to staff", row.id, at, told)
    for each in theirs[:FEW]:
        live_index.look(each.id)
    return len(theirs)


def acknowledge(agent_id: str, message_id: str, at: datetime) -> None:
    """They have read it. Raises NotFound: it is none of theirs, or is over."""
    with transaction() as session:
        if not staff_messages.acknowledge(session, message_id, agent_id, at):
            raise NotFound
    live_index.look(agent_id)


def _audience(to: str) -> tuple[str, str]:
    """`agent`, `team` or `all`, and whose."""
    kind, _, whom = to.partition(":")
    if kind == "agent":
        try:
            return kind, str(UUID(whom))
        except ValueError:
            raise BadAnswer("message_to") from None
    if kind not in ("team", "all") or (kind == "all") != (not whom):
        raise BadAnswer("message_to")
    return kind, whom
