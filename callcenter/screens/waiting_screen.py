"""Why each call waits where it waits: its ring, age and score, who may take it, and why the others may not."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from callcenter import clock
from callcenter.actions import live_index
from callcenter.db import Session, reading
from callcenter.errors import LiveStoreDown, NotFound
from callcenter.live import queue
from callcenter.records import agents, calls, contacts, threads
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.rules.routing import ANYBODY
from callcenter.rules.states import AgentState, CallState, PauseReason
from callcenter.rules.territory import UNKNOWN, rings
from callcenter.rules.why_a_call_waits import AgentOnDuty, Hindrance, hindrance
from callcenter.screens.scope import Scope

SHOWN = 200


@dataclass(frozen=True)
class WaitingCall:
    """A call in the one order: `score` (epoch seconds) is its arrival less `ahead`, which has its `reasons`; the lowest
    is next. `age`: seconds of this wait. `asked_language`: chosen, where it is not the one spoken; `for_anybody`: no
    account serves the topic. `queue`, `position`, `widens_at`: None while the index is away, or it rings."""

    call_id: str
    reference: str
    department: str
    topic: str
    language: str
    asked_language: str | None
    for_anybody: bool
    hard_of_hearing: bool
    relay: bool
    is_callback: bool
    state: str
    queued_at: datetime
    age: float
    score: float
    ahead: float
    reasons: tuple[str, ...]
    queue: str | None
    position: int | None
    widens_at: datetime | None
    offered_to: str | None
    """The agent at whose desk it rings."""

    @property
    def ring(self) -> str:
        """`46`, `R76`, `N`, or `A` for one agent's own."""
        return (self.queue or "").partition(":")[0]


@dataclass(frozen=True)
class Seen:
    """An agent at their post; `why` they are not offered the call, None for the eligible. `name`: None for one of
    another team, of whom nothing more is told. `reason`: of a pause; `opens_at`: when the call will be open to them, if
    it stays; `may_be_freed`: they would be offered it if their supervisor made them available."""

    id: str | None
    name: str | None
    department: str
    state: str
    since: datetime
    reason: str | None
    why: str | None
    opens_at: datetime | None
    may_be_freed: bool


@dataclass(frozen=True)
class Explanation:
    """One call. `hindered`: how many agents on duty for each reason; `others`: the first of them, the nearest first."""

    call: WaitingCall
    eligible: tuple[Seen, ...]
    hindered: Mapping[str, int]
    others: tuple[Seen, ...]


def listed(overseer: Agent, topic: str = "", language: str = "") -> list[WaitingCall]:
    """At most SHOWN of them; with a topic or a language, those of it."""
    scope, at = overseer.scope, clock.now()
    with reading() as session:
        waiting = (call for call in calls.waiting(session) if _sees(scope, call))
        chosen = (c for c in waiting if topic in ("", c.topic) and language in ("", c.language))
        return [_shown(session, call, at) for call in islice(chosen, SHOWN)]


def explain(overseer: Agent, call_id: str) -> Explanation:
    """One call, waiting or ringing. Raises NotFound for what waits no more or is not theirs to see."""
    scope, at = overseer.scope, clock.now()
    with reading() as session:
        call = calls.get(session, call_id)
        if call is None or call.state not in (CallState.WAITING, CallState.OFFERED) or not _sees(scope, call):
            raise NotFound
        shown = _shown(session, call, at)
        at_post = agents.on_duty(session)
        openings = _openings(call)
    seen = [_seen(agent, shown, scope, openings) for agent in at_post]
    others = sorted((each for each in seen if each.why), key=lambda each: RANK.index(str(each.why)))
    return Explanation(
        call=shown,
        eligible=tuple(each for each in seen if each.why is None)[:SHOWN],
        hindered=Counter(each.why for each in others if each.why),
        others=tuple(others[:SHOWN]),
    )


RANK = ("state", "ring", "own", "topic", "language")  # nearest to taking it first


def _openings(call: Call) -> dict[str, datetime]:
    """When the call will stand in each of its later queues, by ring."""
    later = zip(call.queues[1:], live_index.widens(call), strict=False)
    return {stands.partition(":")[0]: datetime.fromtimestamp(when, UTC) for stands, when in later}


def _seen(agent: Agent, call: WaitingCall, scope: Scope, openings: Mapping[str, datetime]) -> Seen:
    at_post = AgentOnDuty(agent.id, agent.department, agent.topics, agent.languages, agent.state)
    standing_in = call.queue or f"{call.department}:{ANYBODY if call.for_anybody else call.topic}:{call.language}"
    why = hindrance(at_post, call.topic, call.language, standing_in)
    own = scope is None or agent.department in scope
    waits_for_ring = why in (Hindrance.RING, Hindrance.OWN)
    opens = (openings[ring] for ring in rings(agent.department) if ring in openings) if waits_for_ring else iter(())
    idle = agent.state == AgentState.PAUSE and agent.pause_reason != PauseReason.OUTCOME_OWED
    return Seen(
        id=agent.id if own else None,
        name=agent.name if own else None,
        department=agent.department,
        state=agent.state,
        since=agent.since,
        reason=agent.pause_reason if own else None,
        why=why,
        opens_at=next(opens, None),
        may_be_freed=own and why == Hindrance.STATE and idle,
    )


def _shown(session: Session, call: Call, at: datetime) -> WaitingCall:
    contact = contacts.get(session, call.contact_id)
    assert contact is not None
    assert call.queued_at is not None
    place = _place(call.id, at)
    widenings = zip(call.queues, live_index.widens(call), strict=False)
    widens = next((when for stands, when in widenings if place and stands == place.queue), None)
    return WaitingCall(
        call_id=call.id,
        reference=threads.reference(session, contact),
        department=call.department,
        topic=call.topic,
        language=call.language,
        asked_language=call.asked_language,
        for_anybody=call.for_anybody,
        hard_of_hearing=call.hard_of_hearing,
        relay=call.relay,
        is_callback=call.callback_id is not None,
        state=call.state,
        queued_at=call.queued_at,
        age=(at - (call.waits_since or at)).total_seconds(),
        score=live_index.score(call),
        ahead=call.priority,
        reasons=tuple(call.reasons),
        queue=place.queue if place else None,
        position=place.position if place else None,
        widens_at=datetime.fromtimestamp(widens, UTC) if widens else None,
        offered_to=call.agent_id,
    )


def _place(call_id: str, at: datetime) -> queue.PlaceInQueue | None:
    try:
        return queue.place(call_id, at.timestamp())
    except LiveStoreDown:
        return None


def _sees(scope: Scope, call: Call) -> bool:
    return scope is None or call.department in scope or call.department == UNKNOWN
