"""What the carrier tells of a room, handed to whose it is: the citizen's line, the agent's leg, a supervisor's part."""

from dataclasses import dataclass
from datetime import datetime

from callcenter.actions import agent_line, consult_lines, monitor_lines, monitoring, room, room_healing, sound
from callcenter.db import reading, transaction
from callcenter.records import carrier_events
from callcenter.rules.whys import Why


@dataclass(frozen=True)
class RoomEvent:
    """Who came or went, or is heard otherwise, as the carrier tells it. `leg_id` is None for the citizen's own line;
    `monitors`: the leg is a supervisor's; `helps`: it was asked along, and may serve by now; `moved`: we have led this
    line elsewhere."""

    room: str  # the carrier's id of the room
    sequence: int
    call_id: str
    carrier_id: str
    leg_id: str | None
    joined: bool
    lost: bool  # gone by a fault
    monitors: bool = False
    helps: bool = False
    moved: bool = False
    held: bool = False
    muted: bool = False


def handle_room_event(event: RoomEvent, at: datetime) -> None:
    """Act on one event of a room, once and in the order of each line: an old join told again, or after the leave that
    followed it, must not begin a conversation. Raises DatabaseDown."""
    told = (event.carrier_id, event.room, event.sequence)
    with reading() as session:
        if carrier_events.is_past(session, *told):
            return
    if event.leg_id and event.monitors and event.joined:
        monitoring.enter_conversation(event.leg_id, event.carrier_id, at)
    elif not event.joined and event.moved:
        pass  # whoever led a line out of a room has written why; into the same again, it is back at once
    elif event.leg_id and event.monitors:
        monitor_lines.end_part(event.leg_id, at, Why.LEFT)
    elif event.leg_id and event.helps and not consult_lines.serves(event.leg_id):
        _handle_helper(event, event.leg_id, at)
    elif event.leg_id and event.joined:
        lost = room.admit_leg(event.leg_id, event.carrier_id, at, event.room)
        if lost:
            room_healing.forget_lost_caller(lost, at)
    elif event.leg_id:
        agent_line.part_from_leg(event.leg_id, at, lost=event.lost)
    elif event.joined:
        room.admit_citizen(event.call_id, at, event.room)
    else:
        room.part_from_citizen(event.call_id, at, event.room)
    with transaction() as session:
        carrier_events.taken_in(session, *told, at)


def _handle_helper(event: RoomEvent, leg_id: str, at: datetime) -> None:
    if event.joined:
        consult_lines.enter(leg_id, event.carrier_id, at, event.room)
    else:
        consult_lines.leave(leg_id, at, lost=event.lost)


def handle_sound_event(event: RoomEvent, at: datetime) -> None:
    """A line of a room hears music or is silenced, or no more: once, and in the order of each line. Raises
    DatabaseDown."""
    told = (event.carrier_id, f"sound {event.room}", event.sequence)
    with transaction() as session:
        if carrier_events.is_past(session, *told):
            return
        carrier_events.taken_in(session, *told, at)
    sound.note_fact(event.call_id, event.leg_id, event.room, held=event.held, muted=event.muted, at=at)
