"""Citizens alone: in a room, or on hold, with nobody who serves them, though nothing told us so.

Every look asks the carrier for all its lines at once, and for the rooms in which somebody is on hold or helps, or whose
agent's line is open all shift, and lives wherever it is; whoever is missed in two looks, five seconds apart, has gone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.actions import agent_line
from callcenter.db import reading, transaction
from callcenter.records import calls, legs
from callcenter.records.legs import Conversation
from callcenter.rules.states import CallState
from callcenter.telephone import telephone

PATIENCE = timedelta(seconds=5)


@dataclass(frozen=True)
class Seen:
    """One conversation, and whether its agent's line was missed in it."""

    call_id: str
    leg_id: str
    alone: bool


def look(at: datetime) -> list[Seen]:
    """Conversations whose agent is missed, or was and is there again. Raises DatabaseDown, CarrierDown."""
    with reading() as session:
        talking = legs.conversations(session, at - PATIENCE)
    if not talking:
        return []
    lines = {line.carrier_id for line in telephone().live()}
    seen = [Seen(each.call_id, each.leg_id, _misses_agent(each, lines)) for each in talking]
    was = {each.call_id for each in talking if each.alone_since}
    return [each for each in seen if each.alone or each.call_id in was]


def settle(seen: Seen, at: datetime) -> None:
    """Missed once, it is written down; missed for long enough, their citizen goes to the head of the queue, or on with
    a colleague who is in the room. Raises DatabaseDown."""
    with transaction() as session:
        call = calls.lock(session, seen.call_id)
        if call is None or call.state != CallState.TALKING:
            return
        if not seen.alone:
            call.alone_since = None
            return
        call.alone_since = call.alone_since or at
        gone = call.alone_since <= at - PATIENCE
    if gone:
        agent_line.part_from_leg(seen.leg_id, at, lost=True)


def _misses_agent(talk: Conversation, lines: set[str]) -> bool:
    """Whether the agent is not there, though the citizen is: whoever has hung up is alone in no room."""
    if talk.citizen_line not in lines:
        return False
    if talk.agent_line not in lines:
        return True
    return talk.in_doubt and talk.room is not None and talk.agent_line not in telephone().in_room(talk.room)
