"""Two hundred people of anywhere, any day, any minute, about anything, by keys or by voice: each reaches a human, a
dated callback or a spoken next opening; where the line does not serve them yet, the sites of their department; where
nobody knows the calendar, the reason. Through the carrier's webhooks, on the real stores, with the clock moved."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from callcenter import clock
from callcenter.actions import agent, callback, citizen, config_snapshot, offer_answers
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.live import floor
from callcenter.records import calls, offers, rollout
from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.records.site_texts import SiteText
from callcenter.rules.callbacks import half_day
from callcenter.rules.menu import Topic
from callcenter.rules.opening_hours import opening
from callcenter.rules.orders import led_to
from callcenter.rules.packaged_menu import packaged_menu
from callcenter.rules.territory import TERRITORIES, departments
from ivr import dialogue, steps
from ivr.caller_answers import Heard
from tests.support.town import settle
from tests.support.voice_line import Carrier, Document, in_front_of_the_app

PEOPLE = 200
YEAR = datetime(2026, 12, 1, tzinfo=UTC)
INHABITED = [code for code, territory in TERRITORIES.items() if territory.inhabited]
CODED = packaged_menu().coded()
TOPICS = [topic.code for topic in CODED] + ["autre"]
QUESTIONS = 60  # more than anybody is asked
WAYS = {"human", "callback", "opening", "sites", "explained"}
SPOKEN_OPENING = ("Ils vous répondront ", "They will be back ")


@dataclass(frozen=True)
class Person:
    """Somebody who calls."""

    n: int
    department: str
    topic: Topic | None
    """None: they do not know."""
    english: bool
    relay: bool
    masked: bool
    by_voice: bool

    @property
    def number(self) -> str:
        return "anonymous" if self.masked else f"+336{self.n:08}"


@dataclass(frozen=True)
class World:
    """What holds while they call."""

    shift: list[str]
    queue_is_closed: bool
    department_is_closed: bool
    calendar_is_unknown: bool


@pytest.fixture
def hours(database: object, live: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The line keeps its ordinary hours, and texts are on."""
    monkeypatch.setenv("ALWAYS_OPEN", "0")
    monkeypatch.setenv("TEXTS", "1")
    settings.cache_clear()
    _refresh()
    yield
    monkeypatch.undo()
    settings.cache_clear()
    _refresh()


def test_two_hundred_people_each_reach_somebody_or_know_when(hours: None, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(20261201)
    staff = [
        settle(
            f"agent{n}", chance.choice(INHABITED), chance.sample(TOPICS, 8),
            ("fr", "en") if n % 3 == 0 else ("fr",), phone=f"+3356500{n:04}",
        )
        for n in range(12)
    ]  # fmt: skip
    reached: Counter[str] = Counter()
    whys: Counter[str] = Counter()
    with in_front_of_the_app() as carrier:
        for n in range(PEOPLE):
            person = Person(
                n, chance.choice(INHABITED), chance.choice([*CODED, None]), *(chance.random() < 0.2 for _ in range(4))
            )
            world = World(
                chance.sample(staff, chance.choice((0, 1, 4))), *(chance.random() < odds for odds in (0.15, 0.1, 0.05))
            )
            at = YEAR + timedelta(minutes=chance.randrange(365 * 24 * 60))
            with time_machine.travel(at, tick=True), monkeypatch.context() as patch:
                _begins(person, world, patch)
                way, why = _calls(carrier, person, world, chance)
                reached[way] += 1
                whys[why] += 1
                _ends(person, world)
    assert reached.total() == PEOPLE
    assert set(reached) == WAYS
    assert min(reached.values()) >= 3, reached  # each way was really taken
    assert {"closed", "nobody", "suspended"} <= set(whys), whys
    with reading() as session:
        assert session.query(SiteText).count() >= 3


def _calls(carrier: Carrier, person: Person, world: World, chance: random.Random) -> tuple[str, str]:
    """How one call ends, and why it could not wait; AssertionError where it is a dead end."""
    line, said, why = f"CA{person.n:032}", "", ""
    asked = carrier.asks("/voice/incoming", CallSid=line, From=person.number)
    for _ in range(QUESTIONS):
        said += asked.text
        if "Enqueue" in asked.verbs:
            return _is_helped(carrier, asked, line, person), why
        if asked.verbs[-1] == "Hangup":
            return _is_told(said, line, person, world), why
        step, heard = dialogue.place_of(asked.action.partition("?")[2])
        why = step if step in steps.OFFERS else why
        keys = _answers(step, heard, person, chance)
        spoken = person.by_voice and step not in ("number", "read_back") and keys not in ("9", "8")
        how = {"SpeechResult": keys} if spoken and keys else {"Digits": keys}
        asked = carrier.asks(asked.action, CallSid=line, From=person.number, **how)
    raise AssertionError(f"no end: {person}")


def _answers(step: str, heard: Heard, person: Person, chance: random.Random) -> str:
    """The keys of somebody who listens."""
    menu = config_snapshot.current().menu.of(heard.department)
    match step:
        case "welcome" | "postal":
            if person.english and heard.language == "fr":
                return "9"
            return "8" if person.relay and not heard.relay else _postal_code(person.department)
        case "which":
            return str(heard.among.index(person.department) + 1)
        case "confirm":
            assert heard.department == person.department
            return "1"
        case "topic":
            unknown = str(len(menu.level(heard.group)) + 1)
            return person.topic.keys[len(heard.group)] if person.topic else unknown
        case "closed" if person.masked and chance.random() < 0.7:
            return "3"  # they have heard when
        case "number":
            return f"06{50_000_000 + person.n}"
        case "slot":
            return str(1 + chance.randrange(len(heard.slots)))
        case "sites":
            return "3" if heard.takes_texts else ""
        case _:
            return "1"


def _is_helped(carrier: Carrier, held: Document, line: str, person: Person) -> str:
    """In the waiting room: somebody is free, it is offered to them at once, and the wait is spoken."""
    with reading() as session:
        call = calls.by_carrier_id(session, line)
        assert call is not None
        offer = offers.open_of_call(session, call.id)
        assert offer is not None, person
        served = session.get(Agent, offer.agent_id)
        assert served is not None
    assert (call.language in served.languages, call.topic in served.topics) == (True, True)
    assert (call.language == "en") <= person.english
    wait = carrier.asks(held.address("Enqueue", "waitUrl"), CallSid=line, From=person.number)
    assert wait.verbs[-1] == "Redirect"
    offer_answers.refuse_offer(offer.agent_id, offer.id, clock.now())
    return "human"


def _is_told(said: str, line: str, person: Person, world: World) -> str:
    """The line is closed: by a promise that stands, or after hearing when, where or why."""
    with reading() as session:
        call = calls.by_carrier_id(session, line)
        promise = session.query(Callback).filter_by(asked_by=call.id).one_or_none() if call else None
    if promise:
        assert "rappellerons" in said or "We will call you back" in said
        at = promise.promised_from
        assert promise.promised_until > at >= clock.now() - timedelta(minutes=1)
        assert opening(config_snapshot.current().hours, person.department, at, promise.topic).is_open, (person, promise)
        return "callback"
    if world.department_is_closed:
        assert "ne répond pas encore" in said or "does not serve your department yet" in said
        return "sites"
    if world.calendar_is_unknown:
        assert "vous annoncer d'heure de réouverture" in said or "cannot tell you when" in said
        return "explained"
    assert any(words in said for words in SPOKEN_OPENING), (person, world)
    return "opening"


def _begins(person: Person, world: World, patch: pytest.MonkeyPatch) -> None:
    topic = person.topic.code if person.topic else "autre"
    with transaction() as session:
        if world.queue_is_closed:
            rollout.order(session, person.department, topic, "close", "", clock.now())
        if world.department_is_closed:
            rollout.plan(session, person.department, "closed", clock.now().date() - timedelta(days=1))
    if world.calendar_is_unknown:
        strange = replace(TERRITORIES[person.department], holidays="no such subdivision")
        patch.setitem(TERRITORIES, person.department, strange)
    _refresh()
    assert (led_to(config_snapshot.current().orders, person.department, topic) is None) == world.queue_is_closed
    for agent_id in world.shift:
        agent.take_post(agent_id, "phone", clock.now())


def _ends(person: Person, world: World) -> None:
    citizen.hang_up(f"CA{person.n:032}", clock.now())
    with transaction() as session:
        rollout.order(
            session, person.department, person.topic.code if person.topic else "autre", "open", "", clock.now()
        )
        rollout.forget(session, person.department, clock.now().date() - timedelta(days=1))
    for agent_id in world.shift:
        agent.leave_post(agent_id, clock.now())
        floor.leave(agent_id)
    with reading() as session:
        assert not session.query(Agent).where(Agent.state != "offline").count()
        assert not calls.live(session)


def _refresh() -> None:
    """Another revision: what stands is read again, with this day's."""
    with transaction() as session:
        rollout.say(session, "N", {}, clock.now())
    config_snapshot.refresh()


def _postal_code(department: str) -> str:
    """One that lies there, and perhaps elsewhere too."""
    islands = {"2A": "20000", "2B": "20200", "977": "97133", "978": "97150"}
    code = islands.get(department) or department.ljust(5, "0")
    assert department in departments(code), department
    return code


def test_every_inhabited_territory_is_reached_by_a_postal_code() -> None:
    assert len(INHABITED) == 107
    assert all(_postal_code(department) for department in INHABITED)


def test_a_promised_half_day_is_one_in_which_the_line_is_open(hours: None) -> None:
    """The slots that are read out, for every territory on an ordinary night."""
    with time_machine.travel(datetime(2026, 12, 24, 22, 30, tzinfo=UTC), tick=False):
        config_snapshot.refresh()
        for department in INHABITED:
            slots = callback.offered_slots(department, "", clock.now())
            assert slots, department
            for slot in slots:
                window = half_day(config_snapshot.current().hours, department, slot)
                assert window is not None
                assert opening(config_snapshot.current().hours, department, window[0]).is_open
