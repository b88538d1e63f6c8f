"""A conversation by the verbs alone, for tests of what comes after it, on the practice carrier."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from callcenter import config
from callcenter.actions import citizen, conversation, offer_answers
from callcenter.db import reading, transaction
from callcenter.records import assignments, calls, legs, offers
from callcenter.records.calls import Wish
from callcenter.rules.states import CallState
from callcenter.telephone import telephone
from ivr import twilio
from ivr.practice.server import Running, create
from ivr.practice.telephones import PracticeLine


@contextmanager
def carrier() -> Iterator[PracticeLine]:
    """The practice carrier, whose webhooks reach nobody."""
    with Running(create("http://127.0.0.1:9", calls_per_second=0)) as url:
        os.environ["TWILIO_API_URL"] = url
        for remembered in (config.settings, telephone, twilio._client):
            remembered.cache_clear()
        try:
            yield PracticeLine(url)
        finally:
            del os.environ["TWILIO_API_URL"]
            for remembered in (config.settings, telephone, twilio._client):
                remembered.cache_clear()


def speaks(agent_id: str, line: str, number: str, at: datetime, wish: Wish | None = None) -> str:
    """The citizen of this line speaks with this agent, who is free; the call's id."""
    waits = citizen.join_queue(line, number, wish or Wish("46", "impots", "fr", relay=False), at)
    assert isinstance(waits, citizen.Waits), waits
    with reading() as session:
        offer = offers.open_of_agent(session, agent_id)
    assert offer is not None
    leg = offer_answers.accept_offer(agent_id, offer.id, at)
    assert leg is not None
    with transaction() as session:  # in the room, as the carrier's events would say
        own, call = legs.get(session, leg.id), calls.lock(session, leg.call_id)
        assert own is not None
        assert call is not None
        own.carrier_id, own.state, own.joined_at = f"CAleg{leg.id[:8]}", "joined", at
        assignments.begin_conversation(session, call, own, at)
    return waits.call_id


def ends(agent_id: str, call_id: str, at: datetime) -> None:
    """The agent ends it."""
    conversation.hang_up(agent_id, at)
    with reading() as session:
        call = calls.get(session, call_id)
    assert call is not None
    assert call.state == CallState.WRAP_UP
