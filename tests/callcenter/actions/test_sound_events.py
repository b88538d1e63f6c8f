"""What the carrier says of who is silenced is taken in under its own ids, as long as they are, once and in order."""

from callcenter import clock
from callcenter.actions import room_events
from callcenter.actions.room_events import RoomEvent
from callcenter.db import reading
from callcenter.records import carrier_events
from callcenter.records.identifiers import new_id

ROOM, LINE = "CF" + "a" * 32, "CA" + "b" * 32  # as long as a carrier's ids are


def test_a_sound_event_is_kept_by_its_line_and_apart_from_who_is_in_the_room(database: object) -> None:
    event = RoomEvent(ROOM, 3, new_id(), LINE, new_id(), joined=True, lost=False, muted=True)
    room_events.handle_sound_event(event, clock.now())
    room_events.handle_sound_event(event, clock.now())
    with reading() as session:
        assert carrier_events.is_past(session, LINE, f"sound {ROOM}", 3)
        assert not carrier_events.is_past(session, LINE, f"sound {ROOM}", 4)
        assert not carrier_events.is_past(session, LINE, ROOM, 3)
