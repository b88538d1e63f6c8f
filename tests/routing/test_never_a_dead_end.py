"""Two hundred people of anywhere, any day, any minute, about anything: each reaches a human, a dated callback or a
spoken next opening. The verbs and the real stores in this process, with the clock moved; no carrier."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from callcenter import clock
from callcenter.actions import agent, callback, citizen, standing
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.errors import Refusal
from callcenter.live import floor
from callcenter.records import offers, rollout
from callcenter.records.agents import Agent
from callcenter.rules.callbacks import half_day
from callcenter.rules.opening_hours import opening
from callcenter.rules.territory import TERRITORIES
from ivr.dialogue import Heard, offered, packaged_menu
from ivr.dialogue import ask as asked
from ivr.webhooks import wish_of
from tests.town import settle

PEOPLE = 200
YEAR = datetime(2026, 12, 1, tzinfo=UTC)
INHABITED = [code for code, territory in TERRITORIES.items() if territory.inhabited]
TOPICS = [topic.code for topic in packaged_menu().coded()] + ["autre"]


@pytest.fixture
def hours(database: object, live: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The line keeps its ordinary hours: it is not always open."""
    monkeypatch.setenv("ALWAYS_OPEN", "0")
    settings.cache_clear()
    with transaction() as session:
        rollout.say(session, "N", {}, clock.now())  # another revision: what stands is read again
    standing.refresh()
    yield
    monkeypatch.undo()
    settings.cache_clear()
    with transaction() as session:
        rollout.say(session, "N", {}, clock.now())
    standing.refresh()


def test_two_hundred_people_each_reach_somebody_or_know_when(hours: None) -> None:
    chance = random.Random(20261201)
    staff = [
        settle(
            f"agent{n}", department=chance.choice(INHABITED), topics=chance.sample(TOPICS, 6), phone=f"+3356500{n:04}"
        )
        for n in range(12)
    ]
    reached: Counter[str] = Counter()
    for n in range(PEOPLE):
        at = YEAR + timedelta(minutes=chance.randrange(365 * 24 * 60))
        with time_machine.travel(at, tick=True):
            standing.refresh()
            shift = chance.sample(staff, chance.choice((0, 1, 2)))
            _begin(shift)
            reached[_calls(n, chance.choice(INHABITED), chance.choice(TOPICS), chance.random() < 0.2)] += 1
            _end(shift)
    assert reached.total() == PEOPLE
    assert set(reached) == {"human", "callback", "opening"}
    assert min(reached.values()) >= 10, reached  # each way was really taken


def _calls(n: int, department: str, topic: str, masked: bool) -> str:
    """How one call ends; AssertionError where it is a dead end."""
    line, number, at = f"CA{n:032}", "anonymous" if masked else f"+336{n:08}", clock.now()
    heard = Heard(department=department, topic=topic)
    joined = citizen.joins_queue(line, number, wish_of(heard), at)
    if isinstance(joined, citizen.Waits):
        with reading() as session:
            offer = offers.open_of_call(session, joined.call_id)
        assert offer is not None, (department, at, topic)  # somebody is free, and it is offered at once
        agent.refuses(offer.agent_id, offer.id, at)
        citizen.hangs_up(line, at)
        return "human"
    when = opening(citizen.line_hours(), department, at, topic)
    assert (joined.why == "closed") == (not when.is_open), (department, at, topic)
    if not masked:
        try:
            promise = callback.asks(line, number, wish_of(heard), at, typed=False, slot=_slot(department, at))
        except Refusal as refusal:
            raise AssertionError((department, at, topic)) from refusal
        assert promise.ends > promise.starts >= at - timedelta(minutes=1)
        assert opening(citizen.line_hours(), department, promise.starts, topic).is_open, (department, promise)
        return "callback"
    assert joined.why != "closed" or joined.reopens is not None
    spoken = asked(joined.why, _told(heard, joined), packaged_menu(), "/voice/heard").say
    assert any(str(part) for part in spoken)
    return "opening"


def _slot(department: str, at: datetime) -> str:
    return next(iter(callback.offered_slots(department, "", at)))


def _told(heard: Heard, away: citizen.TurnedAway) -> Heard:
    reopens = away.reopens.strftime("%Y-%m-%dT%H:%M") if away.reopens else ""
    return offered(
        heard, anonymous=True, reopens=reopens, slots=callback.offered_slots(heard.department, heard.topic, clock.now())
    )


def _begin(shift: list[str]) -> None:
    for agent_id in shift:
        agent.takes_post(agent_id, "phone", clock.now())


def _end(shift: list[str]) -> None:
    for agent_id in shift:
        agent.leaves_post(agent_id, clock.now())
        floor.goes(agent_id)
    with reading() as session:
        assert not session.query(Agent).where(Agent.state != "offline").count()


def test_a_promised_half_day_is_one_in_which_the_line_is_open(hours: None) -> None:
    """The slots that are read out, for every territory on an ordinary night."""
    with time_machine.travel(datetime(2026, 12, 24, 22, 30, tzinfo=UTC), tick=False):
        standing.refresh()
        for department in INHABITED:
            slots = callback.offered_slots(department, "", clock.now())
            assert slots, department
            for slot in slots:
                window = half_day(citizen.line_hours(), department, slot)
                assert window is not None
                assert opening(citizen.line_hours(), department, window[0]).is_open
