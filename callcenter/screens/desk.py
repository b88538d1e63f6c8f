"""The desk of one agent: all that their screen shows, read at once."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from callcenter import clock
from callcenter.db import Session, reading
from callcenter.errors import LiveStoreDown, NotFound
from callcenter.live import queue
from callcenter.records import agent_days, agents, callbacks, calls, contacts, desk_phone_rings, legs, monitors, offers
from callcenter.records.agents import Agent
from callcenter.rules.callbacks import CallbackState
from callcenter.rules.states import AgentState, CallState, Due, LegState, Monitoring, PauseReason
from callcenter.rules.territory import TERRITORIES

STUCK = timedelta(seconds=3)  # a line that the carrier did not end by then is shown
HOLD_LIMIT = 60  # seconds of music after which the screen says so


class Shown(BaseModel):
    """Something a screen shows. Instants are UTC."""

    model_config = ConfigDict(frozen=True)


class Asked(Shown):
    """Why we call somebody: who asked for it (`rules.callbacks.Source`), when, how often we have tried, and what else
    they wish to speak of."""

    by: str
    at: datetime
    attempts: int
    also: tuple[str, ...]


class Citizen(Shown):
    """What is known of a caller. `number` is masked; None: anonymous. `language`: that is spoken; `asked_language`:
    that was chosen, where nobody of ours speaks it; `for_anybody`: no account serves the topic. `promised`: we promised
    to call them, and why."""

    call_id: str
    topic: str
    department: str
    language: str
    asked_language: str | None
    for_anybody: bool
    relay: bool
    is_callback: bool
    promised: Asked | None
    number: str | None


class Offered(Citizen):
    """A call that rings at this agent until `lease_until`. `waited`: seconds in the queue so far; `ahead`: seconds it
    was put before its arrival, for these `reasons` (`rules.priority`); `helped_before`: by this agent, lately."""

    id: str
    queued_at: datetime
    waited: float
    lease_until: datetime
    ahead: float
    reasons: tuple[str, ...]
    helped_before: bool


class TakesPart(Shown):
    """A supervisor in this agent's conversation, and how."""

    name: str
    mode: Monitoring


class InHand(Citizen):
    """The call this agent holds, from accepted to recorded. `held_since`, `muted`: as the carrier has done it; `hold`,
    `mute`: as it was asked for; `unsure`: what the carrier did is not known. `private`: its citizen refuses
    supervisors. `dial_at`: when the carrier may dial the citizen, where it is not at once."""

    state: CallState
    contact_id: str
    reference: str
    talking_at: datetime | None
    hold: bool
    held_since: datetime | None
    mute: bool
    muted: bool
    unsure: bool
    monitors: tuple[TakesPart, ...]
    private: bool
    lease_until: datetime | None
    dial_at: datetime | None
    extended: bool


class Phone(Shown):
    """The desk phone that is to ring. `state`: `rings`; `turn`: the carrier is asked at `turn_at`, for it dials so many
    a second; `busy`: its last line is not known to be over, and it is rung when it is."""

    state: Literal["rings", "turn", "busy"]
    turn_at: datetime


class Promised(Shown):
    """An open callback to this person; its times are those of their territory."""

    due_from: datetime
    due_until: datetime
    state: str
    timezone: str


class Recording(Shown):
    """The contact whose outcome is to be written: the call in hand, else the oldest that is owed. `notes` are those
    kept so far; `notes_revision` grows with each change of them. `can_call_back`: a callback may be promised to its
    person, and none is."""

    contact_id: str
    reference: str
    topic: str | None
    department: str
    arrived_at: datetime
    owed: bool
    notes: str
    notes_revision: int
    promised: Promised | None = None
    can_call_back: bool = False


class Earlier(Shown):
    """An earlier contact of the same person, with what came of each démarche."""

    reference: str
    arrived_at: datetime
    topic: str | None
    outcomes: tuple[tuple[str, str, bool], ...]


class Line(Shown):
    """One queue in which somebody waits. `ring`: a department, `R76`, `N` or `A`; `topic`: `*` for those that no
    account serves."""

    ring: str
    topic: str
    language: str
    waiting: int
    oldest: datetime


class Queues(Shown):
    """My queues: those in which somebody waits, in the order they will be served."""

    served: int
    waiting: int
    oldest: datetime | None
    lines: tuple[Line, ...]


class Desk(Shown):
    """All of it. `queues` is None while the live index does not answer."""

    agent_id: str
    name: str
    department: str
    timezone: str
    state: AgentState
    since: datetime
    reason: PauseReason | None
    next_state: AgentState | None
    next_reason: PauseReason | None
    line: str
    line_open: bool
    desk_phone: str | None
    phone: Phone | None
    offer: Offered | None
    call: InHand | None
    contact_id: str | None
    recording: Recording | None
    owed: tuple[Recording, ...]
    earlier: tuple[Earlier, ...]
    callback: Promised | None
    queues: Queues | None
    calls_today: int
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
        in_hand = _in_hand(session, call, at) if call and offer is None else None
        owed = tuple(_recording(contact) for contact in contacts.owed_by(session, agent_id))
        contact = contacts.get(session, call.contact_id) if call else None
        recording = _recording(contact) if contact and in_hand and _may_write(in_hand) else next(iter(owed), None)
        recording = _with_promise(session, recording) if recording else None
        earlier, promise = _history(session, call, contact) if call and contact else ((), None)
        timezone = timezone_of(agent.department)
        phone = _phone(session, agent, call, at)
        today = agent_days.of_agent(session, agent_id, _midnight(timezone, at))
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
        line=agent.line,
        line_open=agent.shift_line is not None,
        desk_phone=str(agent.phone) if agent.phone else None,
        phone=phone,
        offer=offer,
        call=in_hand,
        contact_id=recording.contact_id if recording else None,
        recording=recording,
        owed=owed,
        earlier=earlier,
        callback=promise,
        queues=_queues(agent) if agent.state != AgentState.OFFLINE else None,
        calls_today=today.calls,
        handling_today=today.handling,
    )


def timezone_of(department: str) -> str:
    """Whose clock a department lives by; Paris's for one that is not known."""
    territory = TERRITORIES.get(department)
    return territory.timezone if territory and territory.timezone else "Europe/Paris"


def _offer(session: Session, agent: Agent, call: calls.Call | None, at: datetime) -> Offered | None:
    offer = offers.open_of_agent(session, agent.id) if call and call.state == CallState.OFFERED else None
    if call is None or offer is None or call.queued_at is None:
        return None
    return Offered(
        **_citizen(session, call),
        id=offer.id,
        queued_at=call.queued_at,
        waited=(at - call.queued_at).total_seconds(),
        lease_until=offer.lease_until,
        ahead=call.priority,
        reasons=tuple(call.reasons),
        helped_before=call.for_agent == agent.id and call.callback_id is None,
    )


def _in_hand(session: Session, call: calls.Call, at: datetime) -> InHand | None:
    leg = legs.serving(session, call.id)
    contact = contacts.get(session, call.contact_id)
    if contact is None:
        return None
    return InHand(
        **_citizen(session, call),
        state=CallState(call.state),
        contact_id=contact.id,
        reference=contact.reference,
        talking_at=call.talking_at,
        hold=leg.hold if leg else False,
        held_since=leg.held_since if leg else None,
        mute=leg.mute if leg else False,
        muted=leg.muted if leg else False,
        unsure=call.state == CallState.TALKING and leg is not None and leg.answer_by is not None,
        monitors=tuple(
            TakesPart(name=name, mode=Monitoring(leg.told or Monitoring.LISTEN))
            for leg, name in monitors.of_call(session, call.id)
            if leg.state == LegState.JOINED
        ),
        private=call.private,
        lease_until=call.lease_until,
        dial_at=call.dial_at if call.dial_at and call.dial_at > at else None,
        extended=call.extended,
    )


def _phone(session: Session, agent: Agent, call: calls.Call | None, at: datetime) -> Phone | None:
    """None: it neither rings nor is to."""
    ring = desk_phone_rings.of(session, agent.id)
    leg = legs.serving(session, call.id) if call and call.state == CallState.CONNECTING else None
    waits = leg is not None and leg.state in (LegState.ASKED, LegState.RINGING) and not leg.shift
    if ring is None and waits and desk_phone_rings.of_phone(session, agent.phone):
        return Phone(state="busy", turn_at=at)  # it rings, or is spoken on, for another account
    if ring is None:
        return Phone(state="rings", turn_at=at) if waits else None
    last = legs.get(session, ring.leg_id) if ring.leg_id else None
    if last and last.state == LegState.LEFT and (waits or at - (last.left_at or at) > STUCK):
        return Phone(state="busy", turn_at=at)
    if waits or (ring.leg_id is None and agent.shift_line is None):
        return Phone(state="turn" if ring.asked_at is None else "rings", turn_at=ring.turn_at)
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
        "relay": call.relay,
        "is_callback": callback is not None,
        "promised": _asked(callback) if callback else None,
        "number": str(call.phone) if call.phone else None,
    }


def _asked(callback: callbacks.Callback) -> Asked:
    return Asked(by=callback.source, at=callback.promised_at, attempts=callback.attempts, also=tuple(callback.also))


def _may_write(call: InHand) -> bool:
    return call.state in (CallState.TALKING, CallState.WRAP_UP)


def _recording(contact: contacts.Contact) -> Recording:
    return Recording(
        contact_id=contact.id,
        reference=contact.reference,
        topic=contact.topic,
        department=contact.department,
        arrived_at=contact.arrived_at,
        owed=contact.due == Due.OWED,
        notes=contact.drafted or "",
        notes_revision=contact.draft_revision,
    )


def _history(
    session: Session, call: calls.Call, contact: contacts.Contact
) -> tuple[tuple[Earlier, ...], Promised | None]:
    if contact.pseudonym is None or call.phone is None:
        return (), None
    before = contacts.of_person(session, contact.pseudonym, contact.id)
    rows = contacts.accompaniments(session, [each.id for each in before])
    earlier = tuple(
        Earlier(
            reference=each.reference,
            arrived_at=each.arrived_at,
            topic=each.topic,
            outcomes=tuple((r.procedure, r.outcome, r.settled) for r in rows if r.contact_id == each.id),
        )
        for each in before
    )
    return earlier, _promised(session, call)


def _with_promise(session: Session, recording: Recording) -> Recording:
    call = calls.of_contact(session, recording.contact_id)
    promised = _promised(session, call) if call else None
    able = promised is None and call is not None and call.phone is not None and call.phone.may_be_called_back
    return recording.model_copy(update={"promised": promised, "can_call_back": able})


def _promised(session: Session, call: calls.Call) -> Promised | None:
    kept = callbacks.open_for(session, call.phone) if call.phone else None
    if kept is None or kept.state == CallbackState.TALKING:  # the promise that this very conversation keeps
        return None
    timezone = timezone_of(kept.department)
    return Promised(due_from=kept.due_from, due_until=kept.due_until, state=kept.state, timezone=timezone)


def _queues(agent: Agent) -> Queues | None:
    try:
        found = queue.lines(agent.queues)
    except LiveStoreDown:
        return None
    waiting = sorted((line for line in found if line.oldest_score is not None), key=lambda line: line.oldest_score or 0)
    lines = tuple(
        Line(ring=ring, topic=topic, language=language, waiting=line.waiting, oldest=_instant(line.arrival))
        for line in waiting
        for ring, topic, language in [_parts(line.queue)]
    )
    oldest = min((line.oldest for line in lines), default=None)
    return Queues(served=len(found), waiting=sum(line.waiting for line in lines), oldest=oldest, lines=lines)


def _parts(key: str) -> tuple[str, str, str]:
    """`46:impots:fr`, or an agent's own `A:<id>`."""
    ring, _, rest = key.partition(":")
    topic, _, language = rest.partition(":")
    return (ring, "", "") if ring == "A" else (ring, topic, language)


def _instant(seconds: float | None) -> datetime:
    return datetime.fromtimestamp(round(seconds or 0), UTC)


def _midnight(timezone: str, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
