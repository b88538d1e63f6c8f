"""Help on an agent's desk: what they brought in, what a colleague asks of them, and whom they may ask."""

from datetime import datetime
from typing import Any, Literal

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import Session, reading
from callcenter.errors import BadNumber, NotFound
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, consults, legs, offers, passes, referents
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.legs import Leg
from callcenter.records.referents import Referent
from callcenter.rules import distress
from callcenter.rules.consults import ConsultKind, HelpAct, Purpose, acts_now, referent_opening
from callcenter.rules.plain_text import folded
from callcenter.rules.states import AgentState, CallState, LegState
from callcenter.screens.desk_parts import Shown

LAST_USED = 3


class HelpShown(Shown):
    """Who is brought into a conversation, and how far that is. `name`: of a desk or a colleague. `rings`: at the far
    end; `hears`: who speaks with the agent now, as the carrier has done it (`nobody`: both hear music); `unsure`: what
    the carrier did is not known. `ended`: why it is over."""

    kind: ConsultKind
    name: str
    partner: str | None
    queue: str | None
    state: str
    ended: str | None
    rings: bool
    asked_at: datetime
    joined_at: datetime | None
    together_at: datetime | None
    over_at: datetime | None
    hears: Literal["both", "helper", "citizen", "nobody"]
    unsure: bool


class PassShown(Shown):
    """Who passed a conversation on, and why; `warm`: after speaking."""

    by: str
    reason: str
    warm: bool
    at: datetime


class HelpAsked(Shown):
    """What a colleague asks of this agent. `offer_id`: to be accepted or refused until `lease_until`; None: they are
    on their way, or in the room (`joined_at`)."""

    call_id: str
    by: str
    topic: str
    department: str
    language: str
    offer_id: str | None
    lease_until: datetime | None
    joined_at: datetime | None


class ReferentToCall(Shown):
    """A partner's desk. `is_open` None: its hours are not told in a way that can be judged; `opens`, `closes`: on its
    own clock. `last_used`: 1 for whom this agent called last."""

    id: str
    scope: str
    partner: str
    partner_name: str
    desk: str
    phone: str
    hours: str
    is_open: bool | None
    opens: datetime | None
    closes: datetime | None
    last_used: int | None


class ColleagueToAsk(Shown):
    """A colleague who is free."""

    agent_id: str
    name: str
    department: str
    topics: tuple[str, ...]
    languages: tuple[str, ...]


def help_of(session: Session, call: Call, leg: Leg | None) -> dict[str, Any]:
    """`help`, `help_acts` and `passed` of a call in hand."""
    found = consults.last_of_call(session, call.id)
    shown = _shown(session, found, leg) if found else None
    return {
        "help": shown,
        "help_acts": _acts(shown) if call.state == CallState.TALKING else (),
        "passed": passed_to(session, call),
    }


def passed_to(session: Session, call: Call) -> PassShown | None:
    """By whom a call was passed to where it is."""
    last = passes.last_of_call(session, call.id)
    by = agents.get(session, last.by) if last else None
    if last is None or by is None or last.by == call.agent_id:
        return None
    return PassShown(by=by.name, reason=last.reason, warm=last.warm, at=last.at)


def asked_of(session: Session, agent: Agent) -> HelpAsked | None:
    """What a colleague asks of this agent."""
    if agent.state not in (AgentState.ASKED, AgentState.HELPING):
        return None
    consult = consults.open_of_helper(session, agent.id)
    call = calls.get(session, consult.call_id) if consult else None
    by = agents.get(session, consult.asked_by) if consult else None
    if consult is None or call is None or by is None:
        return None
    offer = offers.open_of_agent(session, agent.id)
    offer = offer if offer and offer.purpose == Purpose.CONSULT else None
    return HelpAsked(
        call_id=call.id,
        by=by.name,
        topic=call.topic,
        department=call.department,
        language=call.language,
        offer_id=offer.id if offer else None,
        lease_until=offer.lease_until if offer else None,
        joined_at=consult.joined_at,
    )


def referents_of(agent_id: str, words: str = "") -> list[ReferentToCall]:
    """Whom this agent may call, for the citizen in hand too: of these those called last first, then their own
    department's, then the nation's. `words`: only those whose partner, desk or number has them all."""
    at = clock.now()
    with reading() as session:
        agent = agents.get(session, agent_id)
        if agent is None:
            raise NotFound
        call = calls.get(session, agent.call_id) if agent.call_id else None
        rows = {row.id: row for row in referents.referents(session, agent.department)}
        if call:
            rows |= {row.id: row for row in referents.referents(session, call.department)}
        names = config_snapshot.current().partners
        shown = [_referent(row, names.get(row.partner, row.partner), at) for row in rows.values()]
        asked = folded(words).split()
        shown = [each for each in shown if all(word in folded(_found_by(each)) for word in asked)]
        last = consults.last_used(session, agent_id, [each.id for each in shown], LAST_USED)
    order = {row_id: n for n, row_id in enumerate(last, 1)}
    used = [each.model_copy(update={"last_used": order.get(each.id)}) for each in shown]
    return sorted(used, key=lambda each: each.last_used or LAST_USED + 1)


def helplines_of(agent_id: str) -> list[ReferentToCall]:
    """The helplines and local services for the citizen in hand, else for the agent's department."""
    at = clock.now()
    with reading() as session:
        agent = agents.get(session, agent_id)
        if agent is None:
            raise NotFound
        call = calls.get(session, agent.call_id) if agent.call_id else None
        place = distress.place_of(call.department, agent.department) if call else agent.department
        rows = referents.helplines(session, place)
        return [_referent(row, "", at) for row in rows]


def colleagues_of(agent_id: str) -> list[ColleagueToAsk]:
    """Who is free to be asked now, by name."""
    with reading() as session:
        free = [row for row in agents.on_duty(session) if row.state == AgentState.AVAILABLE and row.id != agent_id]
        return [
            ColleagueToAsk(
                agent_id=row.id,
                name=row.name,
                department=row.department,
                topics=tuple(row.topics),
                languages=tuple(row.languages),
            )
            for row in sorted(free, key=lambda row: row.name)
        ]


def _acts(shown: HelpShown | None) -> tuple[HelpAct, ...]:
    if shown is None:
        return acts_now(None, None, "citizen", together=False)
    return acts_now(shown.state, shown.kind, shown.hears, together=shown.together_at is not None)


def _found_by(referent: ReferentToCall) -> str:
    return f"{referent.partner_name} {referent.desk} {referent.phone}"


def _shown(session: Session, consult: Consult, serving: Leg | None) -> HelpShown:
    leg = legs.get(session, consult.leg_id) if consult.leg_id else None
    helper = agents.get(session, consult.helper_id) if consult.helper_id else None
    return HelpShown(
        kind=ConsultKind(consult.kind),
        name=consult.desk or (helper.name if helper else ""),
        partner=consult.partner,
        queue=consult.queue,
        state=consult.state,
        ended=consult.ended,
        rings=leg is not None and leg.state == LegState.RINGING,
        asked_at=consult.asked_at,
        joined_at=consult.joined_at,
        together_at=consult.together_at,
        over_at=consult.over_at,
        hears=_hears(leg, serving),
        unsure=leg is not None and leg.state == LegState.JOINED and not leg.as_wished,
    )


def _hears(leg: Leg | None, serving: Leg | None) -> Literal["both", "helper", "citizen", "nobody"]:
    citizen = serving is None or serving.held_since is None
    helper = leg is not None and leg.state == LegState.JOINED and not leg.is_aside
    if citizen and helper:
        return "both"
    return "helper" if helper else "citizen" if citizen else "nobody"


def _referent(row: Referent, partner: str, at: datetime) -> ReferentToCall:
    opening = referent_opening(row.hours, row.scope, at)
    try:
        phone = PhoneNumber.parse(row.phone).national
    except BadNumber:
        phone = row.phone
    return ReferentToCall(
        id=row.id,
        scope=row.scope,
        partner=row.partner,
        partner_name=partner,
        desk=row.desk,
        phone=phone,
        hours=row.hours,
        is_open=opening.is_open if opening else None,
        opens=opening.next_opening if opening and not opening.is_open else None,
        closes=opening.closes_at if opening and opening.is_open else None,
        last_used=None,
    )
