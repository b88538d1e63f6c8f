"""What keeps promises in seconds: leases, silent agents, calls that stand nowhere, ghosts on either side.

Each step is one look and then one transaction per row, so that one poisoned row strands no other; several rows at
once, because most of what one takes is the carrier's time.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime, timedelta
from random import SystemRandom
from typing import TypeVar

import structlog

from callcenter import jobs, progress
from callcenter.actions import (
    agent,
    agent_line,
    callback,
    callback_due,
    citizen,
    consult_lines,
    desk_phone,
    dial,
    dispatch,
    lines_led,
    live_index,
    monitor_lines,
    monitoring,
    offer_answers,
    room_healing,
    satisfaction,
    site_texts,
)
from callcenter.actions.release import release
from callcenter.config import lacks, settings
from callcenter.db import may_idle, reading, transaction
from callcenter.errors import CarrierDown, DatabaseDown, LiveStoreDown
from callcenter.live import beacon as live_beacon
from callcenter.live import floor, offers, queue
from callcenter.records import (
    agents,
    assignments,
    attempts,
    beacon,
    callbacks,
    calls,
    consults,
    contacts,
    desk_phone_rings,
    legs,
    worker_heartbeats,
)
from callcenter.records import offers as offer_rows
from callcenter.records.contacts import Contact
from callcenter.records.moves import move
from callcenter.rules.carrier_news import LineState
from callcenter.rules.consults import ConsultEnd
from callcenter.rules.state_machines import CONTACT
from callcenter.rules.states import ON_DUTY, AgentState, CallState, Due, LegState
from callcenter.rules.whys import Why
from callcenter.telephone import CarrierLine, telephone

T = TypeVar("T")
SAME_SCORE = 0.001  # seconds: what a float in text may differ by

log = structlog.get_logger()
BEHIND = 2  # beacons the index may lag before it is taken for lost
SHOWS_LIFE = 2.5  # seconds after which a rebuild that is frozen is another sweep's
GRACE = timedelta(seconds=15)  # a carrier's line or a row this young may still be on its way
HANDS = 4  # rows healed at once, by each of four lanes: the pool has twenty connections
ENOUGH = 4.0  # seconds after which a round begins no more rows
WARY = timedelta(seconds=1)  # whoever accepts rings by themselves
WAITS_FOR_PHONE = timedelta(seconds=10)  # a call, for a phone whose last line is not over; then others may take it
HINT_LOST = timedelta(seconds=2)  # a worker has the hint to dial sooner than that, or never


def expire_leases(at: datetime) -> None:
    """Offers not answered, wrap-ups not finished, reservations not settled."""
    if lacks("lease"):
        return
    with reading() as session:
        missed = offer_rows.overdue(session, at)
        unrecorded = calls.overdue(session, [CallState.WRAP_UP], at)
    each("missing an offer", missed, lambda offer_id: offer_answers.expire_offer(offer_id, at))
    each("ending a wrap-up", unrecorded, lambda call_id: expire_wrap_up(call_id, at))
    each("settling a reservation", offers.overdue(at.timestamp()), dispatch.put_back)


def settle_connections(at: datetime) -> None:
    """Connections not made in time: the carrier says who is in the room."""
    if lacks("lease"):
        return
    with reading() as session:
        unconnected = calls.overdue(session, [CallState.CONNECTING], at)
    each("ending a connection", unconnected, lambda call_id: room_healing.settle_connecting(call_id, at))


def settle_rooms(at: datetime) -> None:
    """Lines that the carrier did not lead, hold or silence as it was asked."""
    with reading() as session:
        unsettled = legs.unsettled(session, at)
    each("asking again for a leg", unsettled, lambda leg_id: room_healing.settle_leg(leg_id, at))


def settle_phones(at: datetime) -> None:
    """Desk phones that are to be rung now, of which nobody knows whether they ring, or that ring for nobody."""
    with reading() as session:
        unsettled, waiting = desk_phone_rings.unsettled(session, at), desk_phone_rings.unrung(session)
    each("settling a desk phone", unsettled, lambda agent_id: _phone_settles(agent_id, at))
    each("ringing a desk phone", waiting, lambda leg: _phone_rings(leg, at))


def _phone_settles(agent_id: str, at: datetime) -> None:
    ring = desk_phone.settle(agent_id, at)
    if ring and ring.leg_id:
        with reading() as session:
            leg = legs.get(session, ring.leg_id)
        if leg and leg.kind == "monitor":
            monitor_lines.end_part(leg.id, at, Why.THE_CARRIER_HAS_NO_LINE_TO_THEM)
        elif leg and leg.kind == "consult":
            consult_lines.fail(leg.id, ConsultEnd.FAILED, at)
        elif leg:
            agent_line.return_unrung(leg.id, at)
    elif ring:
        desk_phone.ring_again(agent_id, at)


def _phone_rings(leg: legs.Leg, at: datetime) -> None:
    """A phone that was not free. Its call does not wait for it long, unless it rings for the shift."""
    with reading() as session:
        ring = desk_phone_rings.of(session, leg.agent_id)
    if leg.kind == "serve" and leg.asked_at < at - WAITS_FOR_PHONE and (ring is None or ring.leg_id):
        agent_line.return_unrung(leg.id, at)
    elif ring is None and leg.asked_at < at - WARY and leg.kind == "serve":
        offer_answers.come_in(leg, at)
    elif ring is None and leg.asked_at < at - WARY:
        desk_phone.ring(leg.agent_id, leg.id, at)


def settle_monitoring(at: datetime) -> None:
    """Supervisors whose conversation is over, or who did not come in time."""
    each("settling a supervisor's part", monitoring.unsettled(at), lambda leg_id: monitoring.settle_part(leg_id, at))


def expire_wrap_up(call_id: str, at: datetime) -> None:
    """The deadline passed: the contact is owed (« à renseigner »), its agent paused until it is recorded or
    released."""
    with transaction() as session:
        call = calls.lock(session, call_id)
        if call is None or call.state != CallState.WRAP_UP or call.lease_until is None or call.lease_until > at:
            return
        contact = contacts.get(session, call.contact_id)
        if contact is None:
            return
        move(
            session, Contact, contact.id, CONTACT.before(Due.OWED), Due.OWED, at,
            Why.THE_WRAP_UP_ENDED_WITHOUT_AN_OUTCOME,
        )  # fmt: skip
        after = assignments.finish_wrap_up(session, call, at, Why.THE_WRAP_UP_ENDED_WITHOUT_AN_OUTCOME)
    release(after)


def lose_silent_agents(at: datetime) -> None:
    """No heartbeat for `silence_limit`: Connexion perdue."""
    with reading() as session:
        if _is_behind(beacon.beacon_now(session)):
            return  # an index that slept has heard nobody: it is rebuilt first, with a fresh heartbeat for all
    each("losing an agent", floor.silent(at.timestamp() - settings().silence_limit), lambda silent: _loses(silent, at))


def queue_due_callbacks(at: datetime) -> None:
    """Promises whose time has come join their queue; hints to dial that were lost are given again."""
    with reading() as session:
        due = callbacks.due(session, at)
        undialled = attempts.undialled(session, at - HINT_LOST)
    each("queueing a callback", due, lambda callback_id: callback_due.queue_due(callback_id, at))
    jobs.send((jobs.Job.DIAL, {"call_id": call_id, "epoch": epoch}) for call_id, epoch in undialled)


def settle_dials(at: datetime) -> None:
    """Dials to those who telephone us are cancelled; dials that were never heard of again are settled by asking."""
    with reading() as session:
        unsettled = attempts.unsettled(session, at, at - dial.ANSWERS)
        crossed = attempts.crossed(session, at)
    each("cancelling a dial", crossed, lambda number_key: callback.suspend_for_incoming_call(number_key, at))
    each("settling an attempt", unsettled, lambda attempt_id: dial.settle_attempt(attempt_id, at))


def keep_callbacks(at: datetime) -> None:
    """What is less pressing: callbacks queued past the end of their day, texts not sent, promises very late."""
    with reading() as session:
        queued = [row.id for row in callbacks.queued(session)]
        untexted = callbacks.untexted(session, at - timedelta(days=1)) if settings().texts else []
        late = callbacks.very_late(session, at, callback_due.VERY_LATE)
    each("ending a callback's day", queued, lambda callback_id: callback_due.expire_for_the_day(callback_id, at))
    jobs.send((jobs.Job.TEXT, {"callback_id": callback_id}) for callback_id in untexted)
    jobs.send((jobs.Job.SITES, {"text_id": text_id}) for text_id in site_texts.unsent(at))
    if late:
        log.error("alarm: callbacks are very late", late=late)


def ask_satisfaction(at: datetime) -> None:
    """By text, of those who gave no answer by key."""
    jobs.send((jobs.Job.ASK, {"contact_id": contact_id}) for contact_id in satisfaction.to_ask(at))


def watch_workers(at: datetime) -> bool:
    """Whether any worker has done a job lately; an alarm where none has, for nobody is called back meanwhile."""
    with reading() as session:
        if worker_heartbeats.are_at_work(session, at):
            return True
    log.error("alarm: no worker has done a job for minutes")
    return False


def raise_beacon(at: datetime) -> int | None:
    """Raise the beacon in both stores. By how many counts the index lagged: any may be a rollback, or another sweep
    between its two writes; None when it had lost or forgotten the beacon, and must be rebuilt."""
    with transaction() as session:
        before, number = beacon.beacon_now(session), beacon.raise_beacon(session, at)
    if lacks("beacon"):
        live_beacon.write(number, at.timestamp())
        return 0
    return live_beacon.raise_(before, BEHIND, number, at.timestamp())


def rebuild(at: datetime) -> bool:
    """The index as PostgreSQL has it: queues in their order, agents with a fresh heartbeat. One at a time in the whole
    service; False when another is at it."""
    with transaction(patience=30) as session:
        if not beacon.lock_rebuild(session):
            return False
        may_idle(session, SHOWS_LIFE)
        live_beacon.clear()
        for row in agents.on_duty(session):
            progress.goes_on()
            live_index.put_agent(row)
        for n, call in enumerate(calls.waiting(session)):
            if n % 500 == 0:
                beacon.beacon_now(session)  # the server sees that we are still at it
            progress.goes_on()
            live_index.put_call(call)
        live_beacon.write(beacon.beacon_now(session), at.timestamp())
    log.warning("the index was rebuilt")
    return True


def compare_index(at: datetime) -> int:
    """Both sides of the index and the rows: what stands in only one is put right. How many were wrong."""
    standing, present = queue.waiting(), floor.present()
    with reading() as session:
        waiting = {call.id: call for call in calls.waiting(session)}
        on_duty = {row.id: row for row in agents.on_duty(session)}
    wrong = 0
    for call_id in standing.keys() - waiting.keys():
        wrong += live_index.recheck_call(call_id)
    for call_id in waiting.keys() - standing.keys():
        wrong += live_index.recheck_call(call_id)
    for call_id in waiting.keys() & standing.keys():
        if abs(standing[call_id] - live_index.score(waiting[call_id])) > SAME_SCORE:
            wrong += live_index.recheck_call(call_id)
    for agent_id in present.keys() ^ on_duty.keys():
        wrong += live_index.recheck_agent(agent_id)
    for agent_id in present.keys() & on_duty.keys():
        free = on_duty[agent_id].state == AgentState.AVAILABLE
        if free != (present[agent_id] is not None):
            wrong += live_index.recheck_agent(agent_id)
    if wrong:
        log.info("the index was put right", wrong=wrong, at=at.isoformat())
    return wrong


def compare_carrier(at: datetime) -> int:
    """Our live calls and the carrier's: a call whose line is gone ends, a line of ours that serves nothing is hung up.
    How many were wrong. Raises CarrierDown."""
    lines = {line.carrier_id: line for line in telephone().live()}
    with reading() as session:
        ours = [call for call in calls.live(session) if call.carrier_id and call.arrived_at < at - GRACE]
        unfinished = [leg for leg in legs.unfinished(session) if leg.carrier_id and leg.asked_at < at - GRACE]
        unclosed = calls.unclosed(session, at, at - GRACE)
        with_partners = consults.with_partners(session, at - calls.LAST_WORDS)
        lingering = [each for each in calls.lingering(session, list(lines), at - GRACE) if each.id not in with_partners]
        rung = desk_phone_rings.asked_before(session, at - GRACE)
        shifts = {row.shift_line for row in agents.on_duty(session) if row.shift_line} | desk_phone_rings.lines(session)
        dialled = attempts.live_lines(session)
        known = calls.of_lines(session, list(lines))
    silent = [ring for ring in rung if ring.carrier_id not in lines]
    gone = [call for call in ours if call.carrier_id not in lines and call.state != CallState.WRAP_UP]
    closed = [call.carrier_id for call in unclosed if call.carrier_id and call.carrier_id not in lines]
    fallen = [leg for leg in unfinished if leg.carrier_id not in lines]
    serving = {leg.carrier_id for leg in unfinished} | shifts | dialled
    unknown = [line.carrier_id for line in lines.values() if line.inbound and line.carrier_id not in known]
    others = [line for line in lines.values() if not line.inbound and line.carrier_id not in serving]
    stray = [line.carrier_id for line in others if is_stray(line, at)]
    wrong = sum(
        (
            each("ending a ghost", gone, lambda call: _line_is_gone(call, at)),
            each("closing a line", closed, lambda line: citizen.hang_up(line, at)),
            each("freeing a desk phone", silent, _phone_is_free),
            each("ending a ghost leg", fallen, lambda leg: _leg_is_gone(leg, at)),
            each("adopting a call", unknown, lambda line: citizen.arrive(line, "", at)),
            each("hanging up a stray line", stray, telephone().hang_up),
            each("letting a citizen go", lingering, lambda call: lines_led.lead_citizen_out(call, at)),
        )
    )
    if wrong:
        log.info("the carrier's calls were put right", wrong=wrong)
    return wrong


def is_stray(line: CarrierLine, at: datetime) -> bool:
    """Whether an outgoing line belongs to a leg or an attempt that ended a while ago; or to nobody, for longer than any
    lease waits for it: both the carrier's answer and its news of it were lost."""
    with reading() as session:
        if attempts.is_over(session, line.carrier_id):
            return True
        leg = legs.by_carrier_id(session, line.carrier_id)
    if leg:
        return leg.state == LegState.LEFT and bool(leg.left_at and leg.left_at < at - GRACE)
    leases = timedelta(seconds=settings().ringing_lease + settings().connecting_lease_phone)
    return line.since is not None and line.since < at - leases - GRACE


def _line_is_gone(call: calls.Call, at: datetime) -> None:
    if call.carrier_id and telephone().state_of(call.carrier_id) != LineState.LIVE:
        room_healing.forget_lost_caller(call, at)


def _leg_is_gone(leg: legs.Leg, at: datetime) -> None:
    if leg.kind == "monitor":
        monitor_lines.end_part(leg.id, at, Why.THE_CARRIER_HAS_NO_SUCH_LINE)
    elif leg.kind == "consult":
        consult_lines.leave(leg.id, at, lost=True)
    else:
        agent_line.part_from_leg(leg.id, at, lost=True)


def _phone_is_free(ring: desk_phone_rings.Ring) -> None:
    assert ring.carrier_id is not None
    if ring.leg_id:
        desk_phone.end_ring(ring.agent_id, ring.leg_id, ring.carrier_id)
    else:
        agent_line.end_shift_line(ring.agent_id, ring.carrier_id)


def _is_behind(number: int) -> bool:
    """Whether the index was lost, rolled back or asleep since the beacon stood at `number`."""
    if lacks("beacon"):
        return False
    seen = live_beacon.read()
    return number > 0 and (seen is None or seen < number - BEHIND)


def _loses(agent_id: str, at: datetime) -> None:
    """Connexion perdue; who is on a call goes on by telephone, and is lost when it is over."""
    agent.lose_connection(agent_id, at)
    with reading() as session:
        row = agents.get(session, agent_id)
    if row is None or row.state not in ON_DUTY:
        floor.leave(agent_id)


def each(doing: str, rows: Iterable[T], heal: Callable[[T], object]) -> int:
    """Heal every row by itself, a few at once, in any order: a store that is down stops the round, anything else only
    its row. What `ENOUGH` seconds were not enough for is the next round's. How many were healed."""
    several = list(rows)
    if not several:
        return 0
    SystemRandom().shuffle(several)
    until = time.monotonic() + ENOUGH
    with ThreadPoolExecutor(min(HANDS, len(several))) as hands:
        healed = [hands.submit(copy_context().run, _heals, doing, row, heal, until) for row in several]
        try:
            return sum(each.result() for each in healed)
        except (DatabaseDown, LiveStoreDown):
            hands.shutdown(cancel_futures=True)
            raise


def _heals(doing: str, row: T, heal: Callable[[T], object], until: float) -> bool:
    if time.monotonic() > until:
        return False
    try:
        heal(row)
    except (DatabaseDown, LiveStoreDown):
        raise
    except CarrierDown:
        log.warning("the carrier does not answer", doing=doing)
        return False
    except Exception:
        log.exception("one row could not be healed", doing=doing)
        return False
    return True
