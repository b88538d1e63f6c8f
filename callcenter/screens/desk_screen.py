"""An agent's whole desk, as it is now."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal

from callcenter import clock
from callcenter.actions import cut_off
from callcenter.db import Session, reading
from callcenter.errors import NotFound
from callcenter.records import (
    agent_days,
    agents,
    callbacks,
    calls,
    contacts,
    desk_phone_rings,
    distresses,
    legs,
    monitors,
    offers,
    threads,
)
from callcenter.records.agents import Agent
from callcenter.rules import shortcuts
from callcenter.rules.consults import HelpAct
from callcenter.rules.states import AgentState, CallState, LegState, Monitoring, PauseReason
from callcenter.screens.desk_contacts import (
    CallbackPromised,
    ContactToRecord,
    EarlierContact,
    going_on,
    history,
    promise_to,
    to_record,
    with_promise,
)
from callcenter.screens.desk_help import (
    HelpAsked,
    HelpShown,
    PassShown,
    asked_of,
    help_of,
    passed_to,
)
from callcenter.screens.desk_parts import Shown, midnight_of, timezone_of
from callcenter.screens.desk_queues import QueuesShown, queues_of
from callcenter.screens.staff_messages_screen import MessageShown, unread

STUCK = timedelta(seconds=3)  # a line that the carrier did not end by then is shown
HOLD_LIMIT = 60  # seconds of music after which the screen says so


class CallbackAsked(Shown):
    """Why we call somebody: who asked for it (`rules.callbacks.Source`), when, how often we have tried, and what else
    they wish to speak of."""

    by: str
    at: datetime
    attempts: int
    also: tuple[str, ...]


class CallerShown(Shown):
    """What is known of a caller. `number` is masked; None: anonymous. `language`: that is spoken; `asked_language`:
    that was chosen, where nobody of ours speaks it; `for_anybody`: no account serves the topic. `promised`: we promised
    to call them, and why."""

    call_id: str
    topic: str
    department: str
    language: str
    asked_language: str | None
    for_anybody: bool
    hard_of_hearing: bool
    relay: bool
    is_callback: bool
    promised: CallbackAsked | None
    number: str | None


class OfferShown(CallerShown):
    """A call that rings at this agent since `offered_at`, until `lease_until`. `waited`: seconds in the queue so far;
    `ahead`: seconds it was put before its arrival, for these `reasons` (`rules.priority`); `helped_before`: by this
    agent, lately."""

    id: str
    offered_at: datetime
    waits_since: datetime
    waited: float
    lease_until: datetime
    ahead: float
    reasons: tuple[str, ...]
    passed: PassShown | None
    helped_before: bool


class TakesPart(Shown):
    """A supervisor in this agent's conversation, and how."""

    name: str
    mode: Monitoring


class DistressShown(Shown):
    """A distress of one of this supervisor's agents, which nobody has taken on."""

    contact_id: str
    agent: str
    topic: str
    department: str
    since: datetime


class CallInHand(CallerShown):
    """The call this agent holds, from accepted to recorded. `held_since`, `muted`: as the carrier has done it; `hold`,
    `mute`: as it was asked for; `rung_back_at`: when the limit of this hold last rang the agent; `unsure`: what the
    carrier did is not known. `rung_in`: supervisors whose telephone rings
    for it. `private`: its citizen refuses supervisors; `distress_taken_by`: the one who sees to it. `dial_at`: when the
    carrier may dial the citizen, where it is not at once. `help`: brought into the conversation last; `help_acts`: what
    may be done about it now; `passed`: who passed it here. `may_call_back`: they were cut off, and their agent may call
    them back."""

    state: CallState
    contact_id: str
    reference: str
    talking_at: datetime | None
    hold: bool
    held_since: datetime | None
    rung_back_at: datetime | None
    mute: bool
    muted: bool
    unsure: bool
    monitors: tuple[TakesPart, ...]
    rung_in: tuple[str, ...]
    private: bool
    distress: bool
    distress_taken_by: str | None
    help: HelpShown | None
    help_acts: tuple[HelpAct, ...]
    passed: PassShown | None
    lease_until: datetime | None
    dial_at: datetime | None
    extended: bool
    may_call_back: bool


class DeskPhone(Shown):
    """The desk phone that is to ring. `state`: `rings`; `turn`: the carrier is asked at `turn_at`, for it dials so many
    a second; `busy`: its last line is not known to be over, and it is rung when it is."""

    state: Literal["rings", "turn", "busy"]
    turn_at: datetime


class OfferGone(Shown):
    """Why an agent is paused whose last offer came to nothing, and where its call is since: `waits` in its place,
    `offered` to a colleague, `answered` by one, or `gone`."""

    refused: bool
    call: Literal["waits", "offered", "answered", "gone"]


class Moved(Shown):
    """Somebody else chose what the agent does, or does after this call: who, why (`rules.moved_by`), in their words."""

    by: str
    why: str
    words: str


class Desk(Shown):
    """All of it. `queues` is None while the live index does not answer. `keys`: the letter of each act
    (`rules.shortcuts`), empty for none. `distresses`: of the agents of a supervisor who is at a post."""

    agent_id: str
    name: str
    department: str
    timezone: str
    state: AgentState
    since: datetime
    reason: PauseReason | None
    next_state: AgentState | None
    next_reason: PauseReason | None
    moved: Moved | None
    line: str
    line_open: bool
    desk_phone: str | None
    phone: DeskPhone | None
    offer: OfferShown | None
    offer_gone: OfferGone | None
    help_asked: HelpAsked | None
    call: CallInHand | None
    contact_id: str | None
    recording: ContactToRecord | None
    owed: tuple[ContactToRecord, ...]
    earlier: tuple[EarlierContact, ...]
    callback: CallbackPromised | None
    queues: QueuesShown | None
    keys: dict[str, str]
    messages: tuple[MessageShown, ...]
    distresses: tuple[DistressShown, ...]
    calls_today: int
    helps_today: int
    handling_today: float | None


def of(agent_id: str) -> Desk:
    """An agent's desk as it is now. Raises DatabaseDown, NotFound."""
    at = clock.now()
    with reading() as session:
        agent = agents.get(session, agent_id)
        if agent is None:
            raise NotFound
        call = calls.get(session, agent.call_id) if agent.call_id else None
        offer = _offer(session, agent, call, at)
        help_asked = asked_of(session, agent)
        in_hand = _in_hand(session, agent, call, at) if call and offer is None else None
        owing = contacts.owed_by(session, agent_id)
        owed = tuple(to_record(session, each) for each in owing)
        contact = contacts.get(session, call.contact_id) if call else None
        recording = (
            to_record(session, contact) if contact and in_hand and _may_write(in_hand) else next(iter(owed), None)
        )
        person = contact or next(iter(owing), None)
        earlier = history(session, person) if person else ()
        recording = going_on(with_promise(session, recording), earlier) if recording else None
        promise = promise_to(session, call) if call else None
        timezone, number = timezone_of(agent.department), agent.phone  # opened once: it is sealed
        phone = _phone(session, agent, call, at)
        gone = _offer_gone(session, agent)
        moved = _moved(session, agent)
        messages = unread(session, agent_id, at)
        declared = distresses.untaken(session, agent, at)
        today = agent_days.of_agent(session, agent_id, midnight_of(timezone, at))
    return Desk(
        agent_id=agent.id,
        name=agent.name,
        department=agent.department,
        timezone=timezone,
        state=AgentState(agent.state),
        since=agent.since,
        reason=PauseReason(agent.pause_reason) if agent.pause_reason else None,
        next_state=AgentState(agent.next_state) if agent.next_state else None,
        next_reason=PauseReason(agent.next_reason) if agent.next_reason else None,
        moved=moved,
        line=agent.line,
        line_open=agent.shift_line is not None,
        desk_phone=str(number) if number else None,
        phone=phone,
        offer=offer,
        offer_gone=gone,
        help_asked=help_asked,
        call=in_hand,
        contact_id=recording.contact_id if recording else None,
        recording=recording,
        owed=owed,
        earlier=earlier,
        callback=promise,
        queues=queues_of(agent) if agent.state != AgentState.OFFLINE else None,
        keys=shortcuts.keys_of(agent.shortcuts),
        messages=messages,
        distresses=tuple(DistressShown(**asdict(each)) for each in declared),
        calls_today=today.calls,
        helps_today=today.helps,
        handling_today=today.handling,
    )


def _moved(session: Session, agent: Agent) -> Moved | None:
    if agent.moved_by is None or agent.moved_why is None:
        return None
    by = agents.get(session, agent.moved_by)
    return Moved(by=by.name if by else "", why=agent.moved_why, words=agent.told_why)


def _offer(session: Session, agent: Agent, call: calls.Call | None, at: datetime) -> OfferShown | None:
    offer = offers.open_of_agent(session, agent.id) if call and call.state == CallState.OFFERED else None
    if call is None or offer is None or call.waits_since is None:
        return None
    return OfferShown(
        **_citizen(session, call),
        id=offer.id,
        offered_at=offer.at,
        waits_since=call.waits_since,
        waited=(at - call.waits_since).total_seconds(),
        lease_until=offer.lease_until,
        ahead=call.priority,
        reasons=tuple(call.reasons),
        passed=passed_to(session, call),
        helped_before=call.for_agent == agent.id and call.callback_id is None,
    )


def _offer_gone(session: Session, agent: Agent) -> OfferGone | None:
    if agent.state != AgentState.PAUSE or agent.pause_reason not in (PauseReason.REFUSED, PauseReason.NO_ANSWER):
        return None
    last = offers.last_of_agent(session, agent.id)
    call = calls.get(session, last.call_id) if last else None
    return OfferGone(refused=agent.pause_reason == PauseReason.REFUSED, call=_where_it_is(call))


def _where_it_is(call: calls.Call | None) -> Literal["waits", "offered", "answered", "gone"]:
    if call is None or call.state == CallState.MENU:
        return "gone"
    if call.state == CallState.WAITING:
        return "waits"
    if call.state in (CallState.OFFERED, CallState.CONNECTING):
        return "offered"
    return "answered" if call.talking_at else "gone"


def _in_hand(session: Session, agent: Agent, call: calls.Call, at: datetime) -> CallInHand | None:
    leg = legs.serving(session, call.id)
    contact = contacts.get(session, call.contact_id)
    if contact is None:
        return None
    part = monitors.of_call(session, call.id)
    return CallInHand(
        **_citizen(session, call),
        state=CallState(call.state),
        contact_id=contact.id,
        reference=threads.reference(session, contact),
        talking_at=call.talking_at,
        hold=leg.hold if leg else False,
        held_since=leg.held_since if leg else None,
        rung_back_at=leg.rung_back_at if leg and leg.held_since else None,
        mute=leg.mute if leg else False,
        muted=leg.muted if leg else False,
        unsure=call.state == CallState.TALKING and leg is not None and leg.answer_by is not None,
        monitors=tuple(
            TakesPart(name=name, mode=Monitoring(leg.told or Monitoring.LISTEN))
            for leg, name in part
            if leg.state == LegState.JOINED
        ),
        rung_in=tuple(name for leg, name in part if leg.state != LegState.JOINED),
        private=call.private,
        distress=contact.distress,
        distress_taken_by=distresses.taker(session, contact.id) if contact.distress else None,
        **help_of(session, call, leg),
        lease_until=call.lease_until,
        dial_at=call.dial_at if call.dial_at and call.dial_at > at else None,
        extended=call.extended,
        may_call_back=cut_off.may_call_back(session, agent, contact, call, at),
    )


def _phone(session: Session, agent: Agent, call: calls.Call | None, at: datetime) -> DeskPhone | None:
    """None: it neither rings nor is to."""
    ring = desk_phone_rings.of(session, agent.id)
    leg = legs.serving(session, call.id) if call and call.state == CallState.CONNECTING else None
    waits = leg is not None and leg.state in (LegState.ASKED, LegState.RINGING) and not leg.shift
    if ring is None and waits and desk_phone_rings.of_phone(session, agent.phone):
        return DeskPhone(state="busy", turn_at=at)  # it rings, or is spoken on, for another account
    if ring is None:
        return DeskPhone(state="rings", turn_at=at) if waits else None
    last = legs.get(session, ring.leg_id) if ring.leg_id else None
    if last and last.state == LegState.LEFT and (waits or at - (last.left_at or at) > STUCK):
        return DeskPhone(state="busy", turn_at=at)
    if waits or (ring.leg_id is None and agent.shift_line is None):
        return DeskPhone(state="turn" if ring.asked_at is None else "rings", turn_at=ring.turn_at)
    return None


def _citizen(session: Session, call: calls.Call) -> dict[str, Any]:
    callback = callbacks.get(session, call.callback_id) if call.callback_id else None
    return {
        "call_id": call.id,
        "topic": call.topic,
        "department": call.department,
        "language": call.language,
        "asked_language": call.asked_language,
        "for_anybody": call.for_anybody,
        "hard_of_hearing": call.hard_of_hearing,
        "relay": call.relay,
        "is_callback": callback is not None,
        "promised": _callback_asked(callback) if callback else None,
        "number": str(call.phone) if call.phone else None,
    }


def _callback_asked(callback: callbacks.Callback) -> CallbackAsked:
    return CallbackAsked(
        by=callback.source, at=callback.promised_at, attempts=callback.attempts, also=tuple(callback.also)
    )


def _may_write(call: CallInHand) -> bool:
    return call.state in (CallState.TALKING, CallState.WRAP_UP)
