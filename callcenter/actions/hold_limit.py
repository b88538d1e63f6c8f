"""The limit of a hold: the agent's telephone and screen ring back, and again every minute."""

from datetime import datetime, timedelta

from callcenter.actions import live_index
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.records import legs
from callcenter.rules.states import LegState
from callcenter.telephone import telephone

AGAIN = timedelta(minutes=1)


def overdue(at: datetime) -> list[str]:
    """Legs whose agent is to be told, or told again."""
    with reading() as session:
        return legs.held_too_long(session, at - timedelta(seconds=settings().hold_limit), at - AGAIN)


def ring_back(leg_id: str, at: datetime) -> None:
    """The agent's own line rings and says that somebody waits; so does their screen. Raises CarrierDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None or leg.state != LegState.JOINED or leg.held_since is None:
            return
        if leg.rung_back_at and leg.rung_back_at > at - AGAIN:
            return  # another sweep was quicker
        leg.rung_back_at = at
        line, room = leg.carrier_id, leg.room
    live_index.look(leg.agent_id)
    room = room or telephone().room_of(call.id)
    if room and line:
        telephone().remind(room, line)
