"""Who hears whom in a conversation: hold, mute, and how a supervisor takes part.

What is wished is written first, then the carrier is asked, and only what it says is shown as done. One asks at a time
for a leg; what the carrier did not do the sweep asks again, whatever is wished by then.
"""

from dataclasses import dataclass
from datetime import datetime

from callcenter import clock
from callcenter.actions import live_index, whom_we_call
from callcenter.db import transaction
from callcenter.errors import CarrierDown
from callcenter.records import legs
from callcenter.records.calls import Call
from callcenter.records.legs import Leg
from callcenter.records.moves import move
from callcenter.rules.state_machines import MONITOR
from callcenter.rules.states import CallState, LegState, Monitoring
from callcenter.rules.whys import Why
from callcenter.telephone import telephone


@dataclass(frozen=True)
class Wished:
    """What one leg wishes of the carrier; None: what it has already."""

    leg_id: str
    call_id: str
    room: str | None
    own_line: str
    citizen_line: str
    agent_line: str
    language: str
    hold: bool | None
    aside: bool | None
    mute: bool | None
    mode: Monitoring | None
    called_for: str
    """The consult whose partner's desk is being rung meanwhile; "" where none is."""


def apply(leg_id: str, claimed: bool = False) -> None:
    """Ask the carrier for whatever is wished of a leg and not so; nothing while somebody asks already, who goes on to
    what is wished by then. `claimed`: whoever wished it claimed the asking as well, `legs.claim_asking`. Raises
    CarrierDown: the sweep asks again."""
    wished = _begins(leg_id, claimed)
    while wished:
        try:
            is_there = _asks(wished)
        except CarrierDown:
            _ends(leg_id, clock.now(), unsure=True)
            raise
        _ends(leg_id, clock.now(), unsure=False, is_there=is_there)
        wished = _begins(leg_id)


def apply_and_show(leg_id: str, agent_id: str, claimed: bool) -> None:
    """The same, and the agent's screen shows what came of it, a refusal too."""
    try:
        apply(leg_id, claimed)
    finally:
        live_index.look(agent_id)


def note_fact(call_id: str, leg_id: str | None, room: str, *, held: bool, muted: bool, at: datetime) -> None:
    """What the carrier says of a line in a room, the citizen's own where there is no leg: that is how it is. Raises
    DatabaseDown."""
    with transaction() as session:
        leg = legs.get(session, leg_id) if leg_id else legs.serving(session, call_id)
        if leg is None or leg.kind == "monitor" or leg.state != LegState.JOINED or leg.room != room:
            return
        if leg_id:
            leg.muted, leg.is_aside = muted, held
        else:
            legs.note_held(leg, held, at)
    live_index.look(leg.agent_id)


def _begins(leg_id: str, claimed: bool = False) -> Wished | None:
    """From now on one asks; None where somebody does, or all is as it is wished."""
    at = clock.now()
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        serving = legs.serving(session, leg.call_id) if leg else None
        if leg is None or call is None or serving is None or not _is_heard(leg, call):
            return None
        if not claimed and (leg.as_wished or (leg.answer_by and leg.answer_by > at)):
            return None
        unsure, leg.answer_by = leg.answer_by is not None and not claimed, at + legs.ANSWERS
        serves = leg.kind == "serve"
        return Wished(
            leg.id, call.id, serving.room, leg.carrier_id or "", call.carrier_id or "", serving.carrier_id or "",
            call.asked_language or call.language,
            aside=leg.aside if leg.aside != leg.is_aside or (unsure and leg.kind == "consult") else None,
            hold=leg.hold if serves and (unsure or leg.hold != (leg.held_since is not None)) else None,
            mute=leg.mute if serves and (unsure or leg.mute != leg.muted) else None,
            mode=Monitoring(leg.mode) if leg.mode and (unsure or leg.mode != leg.told) else None,
            called_for=whom_we_call.called_for(session, call) if serves and leg.hold else "",
        )  # fmt: skip


def _asks(wished: Wished) -> bool:
    """Whether the lines were in the room; what was done is written at once, one thing after the other, and each has its
    own time until the sweep may ask."""
    room = wished.room or telephone().room_of(wished.call_id)
    is_there = room is not None
    if not wished.room:
        _note_done(wished)  # the room was found, and another question is asked
    if room and wished.hold is not None:
        music = telephone().hold(room, wished.citizen_line, wished.hold, wished.language, wished.called_for)
        is_there &= music and _note_done(wished, hold=wished.hold)
    if room and wished.aside is not None:
        music = telephone().hold(room, wished.own_line, wished.aside, wished.language)
        is_there &= music and _note_done(wished, aside=wished.aside)
    if room and wished.mute is not None:
        is_there &= telephone().mute(room, wished.own_line, wished.mute) and _note_done(wished, mute=wished.mute)
    if room and wished.mode is not None:
        mode, agent = wished.mode, wished.agent_line
        is_there &= telephone().monitor(room, wished.own_line, mode, agent) and _note_done(wished, mode=mode)
    return is_there


def _note_done(
    wished: Wished,
    hold: bool | None = None,
    mute: bool | None = None,
    mode: Monitoring | None = None,
    aside: bool | None = None,
) -> bool:
    with transaction() as session:
        leg, _ = legs.held(session, wished.leg_id)
        if leg and leg.state == LegState.JOINED:
            if hold is not None:
                legs.note_held(leg, hold, clock.now())
            leg.muted = leg.muted if mute is None else mute
            leg.is_aside = leg.is_aside if aside is None else aside
            leg.told = mode or leg.told
            leg.answer_by = clock.now() + legs.ANSWERS
    return True


def _ends(leg_id: str, at: datetime, *, unsure: bool, is_there: bool = True) -> None:
    """Nobody asks any more. Who is not in the room has nothing to wish."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None or not _is_heard(leg, call):
            return
        leg.answer_by = at if unsure else None
        if not is_there:
            leg.hold, leg.mute = leg.held_since is not None, leg.muted
            leg.aside = leg.is_aside
            if leg.told:
                was = MONITOR.before(leg.told)
                move(session, Leg, leg.id, was, leg.told, at, Why.THE_CARRIER_SAYS_SO, machine=MONITOR)


def _is_heard(leg: Leg, call: Call) -> bool:
    return leg.state == LegState.JOINED and call.state == CallState.TALKING and call.epoch == leg.epoch
