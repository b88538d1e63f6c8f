"""What an agent does to bring help into their conversation: ask for it, and decide who hears whom.

The citizen hears music until the agent brings the two together: no machine is ever left with them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from callcenter.actions import consult_lines, live_index, sound
from callcenter.actions.agent_rows import hold_call, read
from callcenter.actions.queue_names import check_queue
from callcenter.db import Session, reading, transaction
from callcenter.errors import (
    BadNumber,
    CarrierDown,
    DeskNotCalled,
    HelpIsOpen,
    NoHelp,
    NotFound,
    NotPossibleNow,
    ReferentClosed,
)
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, consults, contacts, legs, referents, sessions
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.legs import Leg
from callcenter.rules import distress
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.consults import KEYS, ConsultEnd, ConsultKind, ConsultState, referent_opening
from callcenter.rules.states import AgentState, CallState, LegState
from callcenter.telephone import telephone

Hears = Literal["both", "helper", "citizen"]


def ask_referent(agent_id: str, referent_id: str, at: datetime) -> None:
    """Ring a partner's desk into the conversation, the citizen on hold; in a distress a helpline too. Raises
    NotPossibleNow, NotFound, ReferentClosed, DeskNotCalled, HelpIsOpen, CarrierDown (nothing is rung)."""
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        agent = read(session, agent_id)
        near = [*referents.referents(session, agent.department), *referents.referents(session, call.department)]
        contact = contacts.get(session, call.contact_id)
        if contact and contact.distress:
            near += referents.helplines(session, distress.place_of(call.department, agent.department))
        referent = next((each for each in near if each.id == referent_id), None)
        if referent is None:
            raise NotFound
        opening = referent_opening(referent.hours, referent.scope, at)
        if opening and not opening.is_open:
            raise ReferentClosed(opening.next_opening)
        number = _callable(referent.phone)
        kind = ConsultKind.LINE if referent.helpline else ConsultKind.REFERENT
        consult = _asks(session, call, agent_id, kind, ConsultState.RUNG, at)
        consult.partner, consult.referent_id, consult.desk = referent.partner or None, referent.id, referent.desk
        consults.write_number(consult, number)
        consult.turn_at = at
        consults.open_leg(session, consult, call, agent_id, at, None)
        if referent.helpline:
            whom = {"desk": ("", referent.desk)}
            sessions.audit(session, agent_id, AuditedAct.BROUGHT_A_HELPLINE_IN, "contact", call.contact_id, at, whom)
        held = _wish_hold(leg, at)
    _puts_on_hold(consult, held, at)
    consult_lines.ring_partner(consult.id, at)
    live_index.look(agent_id)


def ask_agent(agent_id: str, colleague_id: str, at: datetime) -> None:
    """Ask one colleague, who must be free. Raises NotPossibleNow, NotFound, HelpIsOpen, CarrierDown."""
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        colleague = agents.get(session, colleague_id)
        if colleague is None or colleague_id == agent_id:
            raise NotFound
        if consults.help_of_call(session, call.id):
            raise HelpIsOpen  # before a word on a colleague, who may be the one asked already
        if colleague.state != AgentState.AVAILABLE or not colleague.takes_calls or colleague.phone is None:
            raise NotPossibleNow("colleague_not_free")
        consult = _asks(session, call, agent_id, ConsultKind.AGENT, ConsultState.SOUGHT, at)
        consult.desk, consult.helper_id = colleague.name, colleague_id
        held = _wish_hold(leg, at)
    with live_index.best_effort("asking a colleague"):
        if not consult_lines.offer_to(consult.id, colleague_id, at):
            _takes_back(consult, held, ConsultEnd.NOBODY, at)
            raise NotPossibleNow("colleague_not_free")
    _puts_on_hold(consult, held, at)
    live_index.look(agent_id)


def ask_queue(agent_id: str, scope: str, topic: str, language: str, at: datetime) -> None:
    """Ask whoever is free longest of those who serve a topic, of a department, a region (`R76`) or the nation. Raises
    NotPossibleNow, NotFound (no such queue), HelpIsOpen, CarrierDown."""
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        check_queue(call.department, scope, topic, language)
        consult = _asks(session, call, agent_id, ConsultKind.QUEUE, ConsultState.SOUGHT, at)
        consult.queue = f"{scope}:{topic}:{language}"
        held = _wish_hold(leg, at)
    with live_index.best_effort("asking whoever is free"):
        consult_lines.seek(consult.id, at)
    _puts_on_hold(consult, held, at)
    live_index.look(agent_id)


def speak(agent_id: str, with_: Hears, at: datetime) -> None:
    """Who is in the conversation from now on: the citizen and the help together, or one of them while the other hears
    music. Whoever is to hear no more is put aside first. Raises NoHelp, CarrierDown: it is asked again."""
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        consult, helper = _in_room(session, call)
        if with_ == "both" and consult.together_at is None:
            consult.together_at = at
        first = {"helper": leg, "citizen": helper}.get(with_)
        if with_ == "helper":
            leg.hold = True
        elif with_ == "citizen":
            helper.aside = True
        claimed = first is not None and legs.claim_asking(first, at)
    if first:
        sound.apply_and_show(first.id, agent_id, claimed)
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        _, helper = _in_room(session, call)
        leg.hold, helper.aside = with_ == "helper", with_ == "citizen"
        claims = [(each.id, legs.claim_asking(each, at)) for each in (leg, helper)]
    for leg_id, claimed in claims:
        sound.apply_and_show(leg_id, agent_id, claimed)


def come_back(agent_id: str, at: datetime) -> None:
    """The help is sent away, or asked no more, and the citizen hears the agent again. Raises NoHelp, CarrierDown: the
    citizen stays on hold."""
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        consult = consults.help_of_call(session, call.id)
        if consult is None:
            raise NoHelp
    how = ConsultEnd.DISMISSED if consult.joined_at else ConsultEnd.CANCELLED
    try:
        consult_lines.dismiss(consult.id, how, at, agent_id)
    finally:
        live_index.look(agent_id)
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        leg.hold = False
        claimed = legs.claim_asking(leg, at)
    sound.apply_and_show(leg.id, agent_id, claimed)


def leave(helper_id: str, at: datetime) -> None:
    """A colleague who helps, or is on their way to, leaves: the citizen stays with whoever asked. Raises NoHelp,
    CarrierDown: they are in the room still."""
    with reading() as session:
        consult = consults.open_of_helper(session, helper_id)
    if consult is None or consult.state not in (ConsultState.RUNG, ConsultState.JOINED):
        raise NoHelp
    try:
        consult_lines.dismiss(consult.id, ConsultEnd.HELPER_LEFT, at, helper_id)
    finally:
        live_index.look(helper_id)


def press(agent_id: str, keys: str, at: datetime) -> None:
    """Keys into the help's line: a menu is passed by them. What they are rests sealed, in no address. Raises NoHelp,
    NotFound (no such keys), CarrierDown."""
    if not KEYS.fullmatch(keys):
        raise NotFound
    with transaction() as session:
        call, serving = hold_call(session, agent_id, CallState.TALKING)
        consult, helper = _in_room(session, call)
        which = consults.write_keys(consult, keys)
    room = helper.room or serving.room or telephone().room_of(call.id)
    if (
        room is None
        or helper.carrier_id is None
        or not telephone().press_keys(room, helper.carrier_id, helper.id, which)
    ):
        raise NoHelp


def _asks(session: Session, call: Call, agent_id: str, kind: ConsultKind, state: ConsultState, at: datetime) -> Consult:
    if consults.help_of_call(session, call.id):
        raise HelpIsOpen
    return consults.ask(session, call, agent_id, kind, state, at)


def _in_room(session: Session, call: Call) -> tuple[Consult, Leg]:
    """The help that is in the room. Raises NoHelp."""
    consult = consults.help_of_call(session, call.id)
    helper = legs.get(session, consult.leg_id) if consult and consult.leg_id else None
    if consult is None or helper is None or consult.state != ConsultState.JOINED or helper.state != LegState.JOINED:
        raise NoHelp
    return consult, helper


@dataclass(frozen=True)
class _Held:
    """The citizen is to hear music while help comes; `before`: they did already. `claimed`: whoever asked for help asks
    for it."""

    leg_id: str
    agent_id: str
    before: bool
    claimed: bool


def _wish_hold(leg: Leg, at: datetime) -> _Held:
    before, leg.hold = leg.hold, True
    return _Held(leg.id, leg.agent_id, before, legs.claim_asking(leg, at))


def _puts_on_hold(consult: Consult, held: _Held, at: datetime) -> None:
    try:
        sound.apply(held.leg_id, held.claimed)
    except CarrierDown:
        _takes_back(consult, held, ConsultEnd.FAILED, at)
        raise
    finally:
        live_index.look(held.agent_id)


def _takes_back(consult: Consult, held: _Held, how: ConsultEnd, at: datetime) -> None:
    """Nobody comes: the help is wanted no more, and the citizen is on hold only where they were before it was asked
    for. Whatever the carrier has begun of it the sweep undoes."""
    with transaction() as session:
        ended, call = consults.held(session, consult.id)
        leg = legs.get(session, held.leg_id)
        if ended is None or call is None or leg is None:
            return
        ended.wanted = False
        if consults.help_of_call(session, call.id) in (ended, None):
            leg.hold = held.before
        if how == ConsultEnd.NOBODY and held.claimed:
            leg.answer_by = None  # the carrier was asked for nothing
    consult_lines.dismiss(consult.id, how, at)


def _callable(written: str) -> PhoneNumber:
    try:
        number = PhoneNumber.parse(written)
    except BadNumber:
        raise DeskNotCalled from None
    if not number.may_be_rung:
        raise DeskNotCalled
    return number
