"""The carrier calls so many telephones a second, and no desk phone twice at once: the desk says whose turn it is."""

from collections.abc import Iterator

import pytest

from callcenter import clock
from callcenter.actions import agent, desk_phone, healing, offer_answers
from callcenter.db import reading, transaction
from callcenter.live import budget
from callcenter.records import agents, calls, legs, offers
from callcenter.records.agents import sealed_phone
from callcenter.screens import desk_screen
from ivr.practice.telephones import PracticeLine
from tests.support.due_callback import accepted, promised
from tests.support.people import hires, joins, rings
from workers import callbacks as worker

SWITCHBOARD = "+33565009999"


@pytest.fixture(autouse=True)
def telephones(carrier: PracticeLine, database: object, live: object) -> Iterator[PracticeLine]:
    """Nobody answers by themselves."""
    carrier.registers("default", "manual").faults()
    yield carrier
    for open_ in carrier.live():
        carrier.ask("POST", f"/calls/{open_['sid']}/hangup", {})


def behind_the_switchboard(number: int) -> str:
    """An agent at their post, whose telephone is another account's too."""
    agent_id = hires(number)
    with transaction() as session:
        row = agents.lock(session, agent_id)
        assert row is not None
        row.desk_phone = sealed_phone(agent_id, SWITCHBOARD)
    agent.take_post(agent_id, "phone", clock.now())
    return agent_id


def accepts(agent_id: str) -> None:
    with reading() as session:
        open_one = offers.open_of_agent(session, agent_id)
    assert open_one is not None
    offer_answers.accept_offer(agent_id, open_one.id, clock.now())


def ringing(carrier: PracticeLine) -> list[str]:
    return [each["sid"] for each in carrier.live() if each["number"] == SWITCHBOARD]


def phone_of(agent_id: str) -> str | None:
    shown = desk_screen.of(agent_id).phone
    return shown.state if shown else None


def test_a_telephone_of_two_accounts_rings_for_one_at_a_time(carrier: PracticeLine) -> None:
    karim, lea = behind_the_switchboard(1), behind_the_switchboard(2)
    for number in (1, 2):
        joins(rings(carrier, number).sid, number)
    accepts(karim)
    accepts(lea)
    (first,) = ringing(carrier)
    assert (phone_of(karim), phone_of(lea)) == ("rings", "busy")
    healing.settle_phones(clock.now())
    assert ringing(carrier) == [first]
    with reading() as session:
        mine = agents.get(session, karim)
        call = calls.get(session, mine.call_id) if mine and mine.call_id else None
        leg = legs.serving(session, call.id) if call else None
    assert leg is not None
    carrier.ask("POST", f"/calls/{first}/hangup", {})
    desk_phone.end_ring(karim, leg.id, first)
    healing.settle_phones(clock.now() + healing.WARY * 2)
    (second,) = ringing(carrier)
    assert second != first
    assert phone_of(lea) == "rings"


def test_the_agent_of_a_callback_reads_when_its_turn_to_be_dialled_comes(carrier: PracticeLine) -> None:
    karim = hires(1)
    agent.take_post(karim, "phone", clock.now())
    promised()
    call = accepted(karim)
    shown = desk_screen.of(karim).call
    assert shown is not None
    assert shown.dial_at is None
    at = clock.now()
    for _ in range(30):
        budget.dial(at.timestamp(), 1)
    worker.dial(call.id, call.epoch)
    told = desk_screen.of(karim).call
    assert told is not None
    assert told.dial_at is not None
    assert 25 < (told.dial_at - at).total_seconds() < 35
