"""The offer on an agent's screen: taken, refused, or left until its lease ends."""

from datetime import datetime, timedelta

from callcenter.actions import agent_line, desk_phone, live_index
from callcenter.actions.agent_rows import read
from callcenter.actions.release import release
from callcenter.config import settings
from callcenter.db import transaction
from callcenter.errors import (
    AlreadyTaken,
    NotFound,
)
from callcenter.records import assignments, legs, offers
from callcenter.rules.states import AgentState, OfferState, PauseReason
from callcenter.telephone import telephone


def accept_offer(agent_id: str, offer_id: str, at: datetime, *, by_key: bool = False) -> legs.Leg | None:
    """Take the call that is offered. Refused (AlreadyTaken) when it is no longer theirs to take. `by_key`: 1 was
    pressed on the open line, which the webhook itself brings into the room. The leg, the same for the same click
    again."""
    with transaction() as session:
        agent = read(session, agent_id)
        on_shift = agent.line == "shift" and agent.shift_line is not None
        if not on_shift:
            desk_phone.of(agent)
        until = at + timedelta(seconds=settings().connecting_lease_browser if on_shift else settings().ringing_lease)
        call = assignments.accept_offer(session, offer_id, agent_id, at, until)
        if call is None:
            offer = offers.get(session, offer_id)
            if offer and offer.agent_id == agent_id and offer.state == OfferState.ACCEPTED:
                return legs.serving(session, offer.call_id)  # the same click again
            raise AlreadyTaken
        shift_line = agent.shift_line if on_shift else None
        leg = legs.ask(session, call.id, call.contact_id, agent_id, call.epoch, at, shift_line)
        agent = read(session, agent_id)
    live_index.show(agent)
    if not by_key:
        agent_line.come_in(leg, at)
    return leg


def refuse_offer(agent_id: str, offer_id: str, at: datetime) -> None:
    """Not now: the call keeps its place and goes to the next agent; the agent is paused."""
    _offer_ends(offer_id, OfferState.REFUSED, at, agent_id)


def expire_offer(offer_id: str, at: datetime) -> None:
    """The offer's lease ended without an answer: Pause, non-réponse."""
    _offer_ends(offer_id, OfferState.MISSED, at, None)


def _offer_ends(offer_id: str, how: OfferState, at: datetime, agent_id: str | None) -> None:
    with transaction() as session:
        offer = offers.get(session, offer_id)
        if offer is None or agent_id not in (None, offer.agent_id):
            raise NotFound
        returned = assignments.return_offer(
            session, offer_id, how, at, agent_to=AgentState.PAUSE, reason=PauseReason.NO_ANSWER
        )
        if returned is None:
            return  # accepted, withdrawn or ended already
        agent = read(session, offer.agent_id)
    if agent.shift_line:
        with live_index.best_effort("quieting an open line"):
            telephone().shift_to(agent.shift_line, agent.id, None)
    release(returned)
