"""The end of a supervisor's part in a conversation: their line first, then their row."""

from datetime import datetime
from enum import StrEnum

from callcenter.actions import desk_phone, live_index
from callcenter.db import reading, transaction
from callcenter.records import legs, monitors
from callcenter.records.legs import Leg
from callcenter.records.moves import move
from callcenter.rules.state_machines import LEG
from callcenter.rules.states import LegState
from callcenter.rules.whys import Why


def end_part(leg_id: str, at: datetime, why: StrEnum) -> None:
    """The supervisor's line left the room: so is their part over. Raises DatabaseDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None:
            return
        move(session, Leg, leg.id, LEG.before(LegState.LEFT), LegState.LEFT, at, why)
    if call.agent_id:
        live_index.look(call.agent_id)


def let_go(leg: Leg, at: datetime, why: StrEnum) -> None:
    """First the line, then the row: nobody is shown as gone who still hears. Raises CarrierDown."""
    desk_phone.let_go(leg.agent_id, leg.id)
    end_part(leg.id, at, why)


def send_away(call_id: str, at: datetime) -> None:
    """Somebody who is not of ours is about to be rung into a conversation: whoever takes part leaves it first. Raises
    CarrierDown: one is in it still."""
    with reading() as session:
        taking_part = [leg for leg, _ in monitors.of_call(session, call_id)]
    for leg in taking_part:
        let_go(leg, at, Why.SOMEBODY_NOT_TOLD_COMES_IN)
