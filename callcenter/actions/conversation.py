"""What an agent does in a conversation and its wrap-up."""

from datetime import datetime, timedelta

from callcenter.actions import live_index, sound
from callcenter.actions.agent_rows import contact_of, hold_call
from callcenter.actions.release import release
from callcenter.config import settings
from callcenter.db import transaction
from callcenter.errors import (
    HelpIsOpen,
    NotFound,
    NotPossibleNow,
)
from callcenter.records import agents, assignments, calls, consults, contacts, handovers, legs, sessions
from callcenter.records.figures import roll_up
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.consults import PassReason
from callcenter.rules.states import CallState
from callcenter.rules.whys import Why


def hang_up(agent_id: str, at: datetime) -> None:
    """End the conversation: the caller goes on to the last words, the agent to the wrap-up; with a colleague who is in
    the room, they go on together."""
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING, CallState.WRAP_UP)
        if call.state == CallState.WRAP_UP:
            return
        after = handovers.leave_to_colleague(session, call, leg, PassReason.HUNG_UP, at)
        after = after or assignments.begin_wrap_up(session, call, at, Why.THE_AGENT_HUNG_UP, leads_on=True)
    release(after)


def hold(agent_id: str, on: bool, at: datetime) -> None:
    """Music for the citizen, or the conversation again, once the carrier has done it; seconds on hold are counted from
    then. Raises CarrierDown: it is asked again."""
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        if not on and consults.help_of_call(session, call.id):
            raise HelpIsOpen  # whoever answers there is never let in by a click that means something else
        leg.hold = on
        claimed = legs.claim_asking(leg, at)
    sound.apply_and_show(leg.id, agent_id, claimed)


def mute(agent_id: str, on: bool, at: datetime) -> None:
    """Whether the citizen hears the agent, once the carrier has done it. Raises CarrierDown: it is asked again."""
    with transaction() as session:
        _, leg = hold_call(session, agent_id, CallState.TALKING)
        leg.mute = on
        claimed = legs.claim_asking(leg, at)
    sound.apply_and_show(leg.id, agent_id, claimed)


def extend_wrap_up(agent_id: str) -> None:
    """Once as much time again to record the outcome."""
    with transaction() as session:
        call, _ = hold_call(session, agent_id, CallState.WRAP_UP)
        if call.extended or call.lease_until is None:
            raise NotPossibleNow
        call.lease_until += timedelta(seconds=settings().wrap_up_limit)
        call.extended = True
    live_index.look(agent_id)


def tag_relay(agent_id: str, relay: bool) -> None:
    """Whether the person speaks through a relay service, as the agent hears it: such calls are kept out of the handling
    times. During the conversation and its wrap-up; refused at any other moment."""
    with transaction() as session:
        agent = agents.get(session, agent_id)
        call = calls.lock(session, agent.call_id) if agent and agent.call_id else None
        if call is None or call.agent_id != agent_id or call.state not in (CallState.TALKING, CallState.WRAP_UP):
            raise NotPossibleNow
        contact = contact_of(session, agent_id, call.contact_id)
        call.relay = contact.relay = relay
        roll_up.mark(session, [contact.local_day])
    live_index.look(agent_id)


def note_agreement(agent_id: str, contact_id: str, kind: str, given_by: str, at: datetime) -> None:
    """Log apart that the citizen gave a mandate or a consent, by voice, by text or on paper; the first of its kind
    stands."""
    with transaction() as session:
        contact = contact_of(session, agent_id, contact_id)
        contacts.record_agreement(session, contact.id, kind, given_by, agent_id, at)


def reveal_number(agent_id: str, call_id: str, at: datetime) -> str:
    """The full number of the call in hand, and nobody else's; looking is written down."""
    with transaction() as session:
        call, _ = hold_call(session, agent_id, CallState.TALKING, CallState.WRAP_UP, CallState.CONNECTING)
        if call.id != call_id or call.phone is None:
            raise NotFound
        sessions.audit(session, agent_id, AuditedAct.SAW_A_FULL_NUMBER, "call", call_id, at)
        return call.phone.national
