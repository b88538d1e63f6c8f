"""A citizen who is alone in a conversation is found, whatever lines live."""

from callcenter import clock
from callcenter.actions import consult_healing
from callcenter.db import transaction
from callcenter.records.legs import Leg
from callcenter.rules.states import CallState
from tests.support.consulting import SECONDS, Scene, is_well
from tests.support.people import rings, the_call


def test_a_citizen_alone_is_found_in_two_looks(scene: Scene) -> None:
    """The agent's line is none of the carrier's, and it never said so."""
    at = clock.now() + 6 * SECONDS
    consult_healing.end_loneliness(at)
    assert the_call(scene.call_id).alone_since == at
    consult_healing.end_loneliness(at + 2 * SECONDS)
    assert the_call(scene.call_id).state == CallState.TALKING
    consult_healing.end_loneliness(at + 5 * SECONDS)
    call = the_call(scene.call_id)
    assert (call.state in (CallState.WAITING, CallState.OFFERED), call.alone_since) == (True, None)
    is_well()


def test_an_agent_who_has_left_the_room_is_missed_though_their_line_is_open_all_shift(scene: Scene) -> None:
    """The line lives, at rest; that it left the room nobody told us."""
    open_line = rings(scene.line, 9)
    with transaction() as session:
        leg = session.get_one(Leg, scene.leg_id)
        leg.shift, leg.carrier_id, leg.hold, leg.held_since = True, open_line.sid, False, None
    at = clock.now() + 6 * SECONDS
    consult_healing.end_loneliness(at)
    consult_healing.end_loneliness(at + 5 * SECONDS)
    assert the_call(scene.call_id).state in (CallState.WAITING, CallState.OFFERED)
    is_well()
