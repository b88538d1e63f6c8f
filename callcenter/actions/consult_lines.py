"""The lines of those who are brought into a conversation: sought, rung, come in, and let go.

A partner's desk is rung once, into the room, and only while the citizen is on hold as the carrier has said. What the
carrier did not answer is learnt by asking it, never by ringing again.
"""

from datetime import datetime, timedelta

import structlog

from callcenter import clock
from callcenter.actions import desk_phone, lines_led, live_index, monitor_lines
from callcenter.actions.dial_turn import take_turn
from callcenter.actions.release import release
from callcenter.config import settings
from callcenter.db import Conflict, reading, transaction
from callcenter.errors import CarrierDidNothing, CarrierDown, CarrierRefusesNumber
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, attempts, consults, handovers, helping, legs
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.legs import Leg
from callcenter.records.moves import move
from callcenter.records.to_release import ToRelease
from callcenter.rules.carrier_news import LineEnd, LineState
from callcenter.rules.consults import ConsultEnd, ConsultState
from callcenter.rules.state_machines import LEG
from callcenter.rules.states import CallState, LegState
from callcenter.rules.whys import Why
from callcenter.telephone import telephone

log = structlog.get_logger()
SURE = timedelta(seconds=12)  # a line that the carrier does not list by then was never made
SEEKS = timedelta(seconds=45)  # then nobody is free
LOOKS = timedelta(seconds=5)  # between two looks at a citizen who was left with a partner's person
ENDED = {
    LineEnd.BUSY: ConsultEnd.BUSY,
    LineEnd.NO_ANSWER: ConsultEnd.NO_ANSWER,
    LineEnd.CANCELLED: ConsultEnd.CANCELLED,
    LineEnd.FAILED: ConsultEnd.FAILED,
    LineEnd.HUNG_UP: ConsultEnd.NO_ANSWER,
}


def ring_partner(consult_id: str, at: datetime) -> None:
    """Ring a partner's desk, in its turn among all dials; once, and only if it is still wanted."""
    with reading() as session:
        consult = consults.get(session, consult_id)
        if consult is None or not _is_to_be_rung(consult):
            return
        call_id = consult.call_id
    try:
        monitor_lines.send_away(call_id, at)
    except CarrierDown:
        log.warning("a partner's desk is not rung while a supervisor cannot be let go", consult=consult_id)
        return  # the sweep asks again, until it is late
    if not _takes_turn(consult_id, at):
        return
    with transaction() as session:
        consult, call = consults.held(session, consult_id)
        serving = legs.serving(session, call.id) if call else None
        if consult is None or call is None or serving is None or not _is_to_be_rung(consult):
            return
        number = consult.phone
        if call.state != CallState.TALKING or serving.held_since is None or number is None or consult.leg_id is None:
            return  # the sweep asks again
        consult.rung_at = clock.now()
        leg_id, room = consult.leg_id, serving.room
    try:
        line = telephone().ring_partner(leg_id, room or telephone().room_of(call.id) or "", number)
    except (CarrierDidNothing, CarrierRefusesNumber):
        fail(leg_id, ConsultEnd.FAILED, clock.now())
    except CarrierDown:
        log.warning("whether a partner's desk rings is not known: the carrier will be asked", consult=consult_id)
    else:
        note_line(leg_id, line)


def come_in(leg: Leg, at: datetime) -> None:
    """A colleague's own line goes into the room: the open one is led there, or the desk phone is rung."""
    try:
        if leg.shift and leg.carrier_id:
            if telephone().shift_to(leg.carrier_id, leg.agent_id, leg.id):
                lines_led.note_answered(leg.id)
            else:
                fail(leg.id, ConsultEnd.NO_ANSWER, at)
            return
        desk_phone.ring(leg.agent_id, leg.id, at)
    except (CarrierDidNothing, CarrierRefusesNumber):
        fail(leg.id, ConsultEnd.FAILED, at)
    except CarrierDown:
        log.warning("a colleague's line is left to the sweep", leg=leg.id)


def wanted(leg_id: str) -> Leg | None:
    """The leg, while its conversation still waits for it. Raises DatabaseDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
        consult = consults.of_leg(session, leg_id)
        waits = consult is not None and consult.state == ConsultState.RUNG and consult.wanted
        return leg if leg and waits and leg.state != LegState.LEFT else None


def serves(leg_id: str) -> bool:
    """Whether the conversation was handed over to this leg. Raises DatabaseDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
    return leg is not None and leg.kind == "serve"


def note_line(leg_id: str, carrier_id: str) -> None:
    """The carrier's id of the line on which somebody is rung; hung up where nobody wants it any more. Raises
    DatabaseDown."""
    with transaction() as session:
        leg, _ = legs.held(session, leg_id)
        if leg is None:
            return
        if leg.partner:
            leg.carrier_id = leg.carrier_id or carrier_id
        unwanted = leg.partner and (leg.state == LegState.LEFT or leg.carrier_id != carrier_id)
    if not leg.partner:
        desk_phone.note_line(leg.agent_id, leg.id, carrier_id)
    elif unwanted:
        with live_index.best_effort("hanging up a partner's desk nobody waits for"):
            telephone().hang_up(carrier_id)


def mark_ringing(leg_id: str, carrier_id: str, at: datetime) -> None:
    """It rings at the far end. Raises DatabaseDown."""
    note_line(leg_id, carrier_id)
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        if leg is None or call is None or leg.kind != "consult":
            return
        move(session, Leg, leg.id, LEG.before(LegState.RINGING), LegState.RINGING, at, Why.THE_DESK_PHONE_RINGS)
        consult = consults.of_leg(session, leg_id)
    _shows(consult)


def enter(leg_id: str, carrier_id: str, at: datetime, room: str) -> None:
    """Their line is in the room; let go, where it came too late. Raises DatabaseDown."""
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        consult = consults.of_leg(session, leg_id)
        if leg is None or call is None or consult is None or leg.kind != "consult":
            return
        leg.carrier_id, leg.room = leg.carrier_id or carrier_id, leg.room or room
        if consult.state == ConsultState.RUNG and consult.wanted and call.state == CallState.TALKING:
            move(session, Leg, leg.id, LEG.before(LegState.JOINED), LegState.JOINED, at, Why.IN_THE_ROOM)
            leg.talked_from, leg.answer_by = None if leg.partner else at, None
            consults.move(session, consult, ConsultState.JOINED, at, Why.IN_THE_ROOM, joined_at=at)
        late = leg.state != LegState.JOINED
    if late:
        lines_led.part(leg, None)
    _shows(consult)


def leave(leg_id: str, at: datetime, *, lost: bool) -> None:
    """Their line left the room. A citizen who was left with them goes on to the last words. Raises DatabaseDown."""
    _ends(leg_id, ConsultEnd.LOST if lost else ConsultEnd.HELPER_LEFT, at)


def end_line(leg_id: str, carrier_id: str, end: LineEnd, at: datetime) -> None:
    """The line on which they were rung is over, or never came. Raises DatabaseDown."""
    with reading() as session:
        leg = legs.get(session, leg_id)
    if leg is None:
        return
    if not leg.partner:
        desk_phone.end_ring(leg.agent_id, leg.id, carrier_id)
    joined = leg.state == LegState.JOINED
    _ends(leg_id, ConsultEnd.HELPER_LEFT if joined else ENDED[end], at)


def fail(leg_id: str, how: ConsultEnd, at: datetime) -> None:
    """Nobody rings: the help is over. Raises DatabaseDown."""
    _ends(leg_id, how, at)


def dismiss(consult_id: str, how: ConsultEnd, at: datetime, who: str | None = None) -> None:
    """Their line first, then the row: nobody is shown as gone who still hears. Raises CarrierDown: the sweep asks
    again."""
    with transaction() as session:
        consult, _ = consults.held(session, consult_id)
        if consult is None or consult.state == ConsultState.OVER:
            return
        if how != ConsultEnd.HELPER_LEFT:  # nobody sent them away
            consult.wanted = False
        leg = legs.get(session, consult.leg_id) if consult.leg_id else None
    if leg and leg.carrier_id and leg.partner and leg.joined_at and leg.room:
        telephone().let_out(leg.room, leg.carrier_id)
    elif leg and leg.carrier_id and not leg.shift:
        telephone().hang_up(leg.carrier_id)
    with transaction() as session:
        consult, call = consults.held(session, consult_id)
        after = helping.close(session, consult, how, at, who) if consult and call else ToRelease()
    release(after)
    _shows(consult)


def keys_of(leg_id: str, which: int) -> str:
    """The keys that are pressed for a leg now; none for earlier ones. Raises DatabaseDown."""
    with reading() as session:
        consult = consults.of_leg(session, leg_id)
        return consult.last_keys if consult and consult.keys_pressed == which else ""


def sought() -> list[str]:
    """Help for which nobody is free yet."""
    with reading() as session:
        return consults.sought(session)


def seek(consult_id: str, at: datetime) -> None:
    """Ask the colleague free longest who serves what is asked and was not asked yet. Raises DatabaseDown."""
    with reading() as session:
        consult = consults.get(session, consult_id)
        if consult is None or consult.state != ConsultState.SOUGHT:
            return
        but = consults.asked_already(session, consult_id) | {consult.asked_by}
        if consult.queue:
            scope, topic, language = consult.queue.split(":")
            found = agents.free_longest(session, scope, topic, language, but)
        else:
            found = [each for each in (consult.helper_id,) if each and each not in but]
    for agent_id in found:
        if offer_to(consult_id, agent_id, at):
            return
    if consult.asked_at < at - SEEKS:
        with transaction() as session:
            held, call = consults.held(session, consult_id)
            still = held is not None and call is not None and held.state == ConsultState.SOUGHT
            after = helping.close(session, held, ConsultEnd.NOBODY, at) if held and still else ToRelease()
        release(after)
        _shows(consult)


def offer_to(consult_id: str, agent_id: str, at: datetime) -> bool:
    """Show it to one colleague who is free; False when they are not any more."""
    try:
        with transaction() as session:
            consult, call = consults.held(session, consult_id)
            if consult is None or call is None or call.state != CallState.TALKING or not consult.wanted:
                return True  # nobody is to be asked
            if consult.state != ConsultState.SOUGHT:
                return True
            lease = at + timedelta(seconds=settings().offer_lease)
            offer = helping.offer(session, consult, call, agent_id, at, lease)
            if offer is None:
                session.rollback()
                return False
            agent = agents.get(session, agent_id)
    except Conflict:  # rows that contradict each other
        log.exception("a colleague could not be asked", consult=consult_id, agent=agent_id)
        return False
    if agent:
        live_index.show(agent)
        lines_led.tell_of_offer(agent, offer.id, helps=True)
    _shows(consult)
    return True


def unsettled(at: datetime) -> list[str]:
    """Help of which something is still to be done."""
    came_by = at - timedelta(seconds=settings().ringing_lease + settings().connecting_lease_phone)
    with reading() as session:
        return consults.unsettled(session, at, came_by)


def settle(consult_id: str, at: datetime) -> None:
    """What was not asked of the carrier is, and what it did not tell is learnt from it. Raises DatabaseDown,
    CarrierDown."""
    with reading() as session:
        consult = consults.get(session, consult_id)
        leg = legs.get(session, consult.leg_id) if consult and consult.leg_id else None
    if consult is None or consult.state == ConsultState.OVER:
        return
    if consult.sent_away:
        dismiss(consult_id, consult.sent_away, at)
    elif leg is None or leg.state == LegState.LEFT:
        _outlived(consult_id, at)
    elif consult.state == ConsultState.HANDED:
        _looks_at_handed(consult, leg, at)
    elif not _is_talking(consult_id):
        _outlived(consult_id, at)
    elif consult.is_outside and consult.rung_at is None:
        ring_partner(consult_id, at)
    elif leg.carrier_id is None and leg.partner and consult.rung_at and consult.phone:
        _finds(leg, consult.phone, consult.rung_at, at)
    elif consult.state == ConsultState.RUNG:
        _settles_late(consult, leg, at)


def _is_to_be_rung(consult: Consult) -> bool:
    return consult.state == ConsultState.RUNG and consult.rung_at is None and consult.wanted and consult.is_outside


def _takes_turn(consult_id: str, at: datetime) -> bool:
    """Count it among the dials. False: its turn is later, and the sweep rings then."""
    with transaction() as session:
        consult, _ = consults.held(session, consult_id)
        if consult is None or consult.turn_at is None or consult.turn_at > at:
            return False
        consult.turn_at = at + timedelta(seconds=5)  # nobody else takes one meanwhile
    wait = take_turn(at, consult=consult_id)
    if wait is None:
        return True
    with transaction() as session:
        consult, _ = consults.held(session, consult_id)
        if consult:
            consult.turn_at = at + wait
    return False


def _ends(leg_id: str, how: ConsultEnd, at: datetime) -> None:
    with transaction() as session:
        leg, call = legs.held(session, leg_id)
        consult = consults.of_leg(session, leg_id)
        if leg is None or call is None or consult is None or leg.kind != "consult":
            return
        if consult.state == ConsultState.HANDED:
            after = handovers.part_partner(session, call, leg, consult, at)
        else:
            after = helping.close(session, consult, consult.sent_away or how, at)
    release(after)
    _shows(consult)


def _outlived(consult_id: str, at: datetime) -> None:
    with transaction() as session:
        consult, call = consults.held(session, consult_id)
        leg = legs.get(session, consult.leg_id) if consult and consult.leg_id else None
        if consult is None or call is None:
            return
        left = leg is not None and leg.state == LegState.LEFT
        if call.state == CallState.TALKING and not left:
            return
        after = helping.close(session, consult, ConsultEnd.HELPER_LEFT if left else ConsultEnd.CALL_OVER, at)
    release(after)
    _shows(consult)


def _looks_at_handed(consult: Consult, leg: Leg, at: datetime) -> None:
    with transaction() as session:
        held, call = consults.held(session, consult.id)
        if held is None or call is None or (held.turn_at and held.turn_at > at):
            return
        held.turn_at = at + LOOKS
    present = _present(call, leg)
    if leg.carrier_id not in present:
        leave(leg.id, at, lost=True)
    elif call.carrier_id not in present:
        with transaction() as session:
            held, call = consults.held(session, consult.id)
            after = helping.end_handed(session, call, at) if call else None
        if after:
            release(after)


def _settles_late(consult: Consult, leg: Leg, at: datetime) -> None:
    with reading() as session:
        call = consults.held(session, consult.id)[1]
    if call and leg.carrier_id and leg.carrier_id in _present(call, leg):
        enter(leg.id, leg.carrier_id, at, leg.room or telephone().room_of(call.id) or "")
    else:
        _ends(leg.id, ConsultEnd.NO_ANSWER, at)


def _finds(leg: Leg, number: PhoneNumber, since: datetime, at: datetime) -> None:
    """The line that the carrier opened without our hearing of it; or the help is over, where there is none by now."""
    found = [line.carrier_id for line in telephone().lines_to(number, since) if line.state == LineState.LIVE]
    with reading() as session:
        taken = attempts.owned(session, found)
    mine = [line for line in found if line not in taken]
    if mine:
        note_line(leg.id, mine[0])
    elif at >= since + SURE:
        _ends(leg.id, ConsultEnd.FAILED, at)


def _present(call: Call, leg: Leg) -> frozenset[str]:
    with reading() as session:
        serving = legs.serving(session, call.id)
    room = leg.room or (serving.room if serving else None) or telephone().room_of(call.id)
    return telephone().in_room(room) if room else frozenset()


def _is_talking(consult_id: str) -> bool:
    with reading() as session:
        consult = consults.get(session, consult_id)
        call = session.get(Call, consult.call_id) if consult else None
        return call is not None and call.state == CallState.TALKING


def _shows(consult: Consult | None) -> None:
    if consult:
        for agent_id in filter(None, (consult.asked_by, consult.helper_id)):
            live_index.look(agent_id)
