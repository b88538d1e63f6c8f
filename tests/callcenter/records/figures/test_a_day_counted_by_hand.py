"""Each measure of `metrics.md` from raw rows, against a day that was counted by hand; told in another order, or twice,
the day is the same."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from callcenter import sealing
from callcenter.db import Session, reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import events
from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback, sealed
from callcenter.records.calls import Call
from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.figures import roll_up
from callcenter.records.identifiers import new_id, new_reference
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer
from callcenter.rules.published_measures import MEASURES
from callcenter.rules.quality import Policy, Share
from callcenter.rules.whys import Why
from callcenter.screens.report_query import ReportQuery
from callcenter.screens.report_screen import Report, report
from tests.support.kept import as_superuser, rolled_up
from tests.support.recount import instant

DAY = date(2026, 10, 25)  # of 25 hours, in the Lot
NOW = instant(2026, 11, 9, 12)
BEGINS = instant(2026, 10, 25, 8)
MINUTE = timedelta(minutes=1)
MS = 60_000  # of a minute

BY_HAND: dict[str, tuple[object, object]] = {
    "demands": (17, 3),  # 15 calls and 2 callbacks; 3 visits
    "accompaniments": (5, 4),
    "settled_in_one_contact": (Share(3, 4), Share(1, 2)),  # one not recorded; at the desk another, and one continues
    "oriented": (Share(1, 5), Share(0, 4)),
    "satisfied": (Share(2, 3), Share(1, 2)),  # 4, 3 and 1; 4 and 2, the 5 out of 5 being of no declared scale
    "very_satisfied": (Share(1, 3), Share(1, 2)),
    "answered_the_question": (Share(3, 17), Share(2, 3)),
    "settled_as_said": (Share(1, 2), Share(1, 1)),  # the first says so, whatever became of her second démarche
    "said_whether_settled": (Share(2, 17), Share(1, 3)),
    "recorded": (Share(4, 6), Share(3, 3)),  # one is owed, one was released; who reached nobody owes nothing
    "handling_time": (270.0, 900.0),  # (360 + 300 + 150) ÷ 3, relay apart; (600 + 1,200) ÷ 2
    "mean_wait": (141.0, 120.0),  # (30 + 90 + 60 + 600 + 33 + 33) ÷ 6
    "median_wait": (33.0, 120.0),
    "p90_wait": (600.0, 120.0),
    "longest_wait": (600.0, 120.0),
    "offered": (15, None),
    "requiring_an_agent": (10, None),  # 4 answered, 2 abandoned, 2 became callbacks, 1 refused, 1 of 2 technical
    "picked_up_live": (Share(4, 10), None),
    "picked_up_or_called_back": (Share(6, 10), None),
    "global_pick_up": (Share(5, 15), None),
    "service_level": (Share(2, 5), None),  # 30 and 60 s of 4 answered, 1 abandoned; the short abandon apart
    "abandonment": (Share(1, 5), None),
    "no_return_within_7_days": (Share(2, 3), None),  # the first called again about it; one has no number
    "relay_handling_time": (1200.0, None),
    "hearing_handling_time": (None, None),
    "occupancy": (Share(29 * MS, 89 * MS), None),
    "offers_missed": (Share(1, 7), None),
    "callbacks_kept": (Share(1, 2), None),
    "callback_attempts": (2.0, None),
    "reached_after_silence": (Share(0, 1), None),  # of the caller whom nobody at post could answer: asked for nothing
    "callback_lateness": (600.0, None),  # one in time, one 20 minutes late
}


class Day:
    """Writes the day; each call and visit has the facts that it is counted by, and no other."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.agent = Agent(
            id=new_id(), login="a", name="A", password_hash="-", department="46",
            since=BEGINS - timedelta(days=30),
        )  # fmt: skip
        session.add(self.agent)
        session.flush()

    def contact(self, channel: str, at: datetime, **facts: object) -> Contact:
        contact = Contact(
            id=new_id(), reference=new_reference(), channel=channel, department="46", arrived_at=at, local_day=DAY,
            **{"due": "nothing", "relay": False} | facts,
        )  # fmt: skip
        self._add(contact)
        events.note(self.session, at, "contact", contact.id, "", contact.due, Why.CHOSEN)
        return contact

    def call(
        self, minute: int, ending: str | None, waited: float | None = None, queued: bool = True, **facts: object
    ) -> tuple[Contact, Call]:
        at = BEGINS + minute * MINUTE
        contact = self.contact("phone", at, waited=waited, **facts)
        call = Call(
            id=new_id(), channel="phone", contact_id=contact.id, department="46", arrived_at=at, ending=ending,
            state="ended" if ending else "waiting", queued_at=at if queued else None, relay=contact.relay,
        )  # fmt: skip
        self._add(call)
        return contact, call

    def handled(self, contact: Contact, call: Call, talk: float, hold: float, wrap_up: float) -> None:
        """By the agent, in seconds."""
        begins = contact.arrived_at + timedelta(seconds=contact.waited or 0)
        left = begins + timedelta(seconds=talk + hold)
        self._add(
            Leg(
                id=new_id(), call_id=call.id, contact_id=contact.id, agent_id=self.agent.id, epoch=1, state="left",
                asked_at=begins, talked_from=begins, left_at=left, held=hold,
                wrapped_at=left + timedelta(seconds=wrap_up),
            )
        )  # fmt: skip

    def matter(
        self, contact: Contact, partner: str, outcome: str, settled: bool | None, continues: Accompaniment | None = None
    ) -> Accompaniment:
        row = Accompaniment(
            id=new_id(), contact_id=contact.id, partner=partner, procedure=f"{partner}-{new_id()[-12:]}",
            outcome=outcome, reason="must_come" if outcome == "orientation" else None, settled=settled,
            continues=continues.id if continues else None, at=contact.arrived_at,
        )  # fmt: skip
        self._add(row)
        return row

    def offered(self, call: Call, *states: str) -> None:
        for state in states:
            self._add(
                Offer(
                    id=new_id(), call_id=call.id, agent_id=self.agent.id, epoch=1, state=state, at=call.arrived_at,
                    lease_until=call.arrived_at,
                )
            )  # fmt: skip

    def promised_on_a_silence(self, asked: Call) -> None:
        """Nobody asked for it, and nobody was reached: it counts in one figure."""
        at, promise_id = asked.arrived_at, new_id()
        self._add(
            Callback(
                id=promise_id, state="not_reached", source="silence", asked_by=asked.id, attempts=1,
                closed_at=at + MINUTE,
                number=sealed(promise_id, PhoneNumber("+33565001234")), number_key=sealing.pseudonym(new_id()),
                department="46", topic="impots", language="fr", reference="ABD", promised_at=at, promised_from=at,
                promised_until=at + 60 * MINUTE, due_from=at, due_until=at + 60 * MINUTE,
            )
        )  # fmt: skip

    def called_back(self, minute: int, reached_after: int, attempts: int, due: str) -> tuple[Contact, Call]:
        """Somebody promised a call between 30 and 90 minutes later, and reached so many minutes after the promise."""
        _, asked = self.call(minute, "became_callback")
        at, reached = asked.arrived_at, asked.arrived_at + reached_after * MINUTE
        promise_id = new_id()
        promise = Callback(
            id=promise_id, state="reached", asked_by=asked.id, number=sealed(promise_id, PhoneNumber("+33565001234")),
            number_key=sealing.pseudonym(new_id()), department="46", topic="impots", language="fr",
            reference="ABC", promised_at=at, promised_from=at + 30 * MINUTE, promised_until=at + 90 * MINUTE,
            due_from=at + 30 * MINUTE, due_until=at + 90 * MINUTE, attempts=attempts, closed_at=reached,
        )  # fmt: skip
        self._add(promise)
        contact = self.contact("callback", reached, waited=33.0, due=due)
        call = Call(
            id=new_id(), channel="callback", contact_id=contact.id, callback_id=promise.id, state="ended",
            ending="answered", arrived_at=reached, queued_at=reached, talking_at=reached, department="46",
        )  # fmt: skip
        self._add(call)
        return contact, call

    def _add(self, row: object) -> None:
        self.session.add(row)
        self.session.flush()


def write(session: Session) -> None:
    """The day, in the order of `BY_HAND`'s comments."""
    day = Day(session)
    someone, other = sealing.pseudonym("+33565000001"), sealing.pseudonym("+33565000002")
    known: Any = {"satisfaction_scale": 4, "due": "recorded"}

    first, call = day.call(
        0, "answered", 30.0, pseudonym=someone, topic="impots", satisfaction=4, settled_said=True, **known
    )
    day.handled(first, call, 240, 60, 60)
    day.offered(call, "accepted")
    day.matter(first, "caf", "accompaniment", True)
    oriented = day.matter(first, "dgfip", "orientation", False)
    again, call = day.call(
        60, "answered", 90.0, pseudonym=someone, topic="impots", settled_said=False, satisfaction=3, **known
    )
    day.handled(again, call, 200, 0, 100)
    day.offered(call, "missed", "accepted")
    day.matter(again, "caf", "information", True)
    relayed, call = day.call(61, "answered", 60.0, relay=True, satisfaction=1, **known)
    day.handled(relayed, call, 900, 0, 300)
    day.offered(call, "refused", "accepted")
    day.matter(relayed, "cpam", "accompaniment", None)
    owed, call = day.call(62, "answered", 600.0, pseudonym=other, topic="sante", due="owed")
    day.handled(owed, call, 100, 0, 0)  # not counted before it is recorded
    day.offered(call, "withdrawn", "accepted")

    day.call(63, "abandoned")
    day.call(64, "short_abandon")
    day.call(65, "left_in_menu", queued=False)
    day.call(66, "served_by_menu", queued=False)
    day.call(67, "closed", queued=False)
    _, fell_silent = day.call(68, "full", queued=False)
    day.promised_on_a_silence(fell_silent)
    day.call(69, "technical")
    day.call(70, "technical", queued=False)
    day.call(71, None)

    reached, call = day.called_back(72, 60, attempts=1, due="recorded")
    day.handled(reached, call, 100, 20, 30)
    day.matter(reached, "caf", "accompaniment", True)
    day.called_back(73, 110, attempts=3, due="released")

    visit = day.contact("front_desk", BEGINS, lasted=600.0, waited=120.0, satisfaction=4, **known)
    day.matter(visit, "caf", "accompaniment", True)
    day.matter(visit, "dgfip", "accompaniment", True, continues=oriented)
    said = {"satisfaction": 5, "satisfaction_scale": 5, "settled_said": True}
    bus = day.contact("bus", BEGINS, lasted=1200.0, due="recorded", **said)
    day.matter(bus, "dgfip", "accompaniment", None)
    visit = day.contact("front_desk", BEGINS, satisfaction=2, **known)
    day.matter(visit, "caf", "information", False)

    at = BEGINS - 720 * MINUTE  # two hours before that day began
    for was, now, minutes in (
        ("offline", "available", 170), ("available", "offered", 1), ("offered", "talking", 25),
        ("talking", "wrap_up", 4), ("wrap_up", "available", 10), ("available", "offline", 0),
    ):  # fmt: skip
        events.note(session, at, "agent", day.agent.id, was, now, Why.CHOSEN)
        at += minutes * MINUTE


def told(report: Report) -> dict[str, tuple[object, object]]:
    return {line.measure.code: (line.phone, line.desk) for line in report.lines}


def reported() -> Report:
    rolled_up(NOW)
    return report(ReportQuery(DAY, DAY, "46"), None, str)


def agree(report: Report) -> None:
    found = told(report)
    assert found.keys() == BY_HAND.keys() == {each.code for each in MEASURES}
    for code, expected in BY_HAND.items():
        rel = 0.025 if code in ("median_wait", "p90_wait") else 0  # log buckets
        for value, wanted in zip(found[code], expected, strict=True):
            assert value == (pytest.approx(wanted, rel=rel) if isinstance(wanted, float) else wanted), code


@pytest.fixture
def day(database: object) -> None:
    with transaction(60) as session:
        write(session)
        roll_up.judge_returns(session, NOW)


def test_each_measure_is_what_was_counted_by_hand(day: None) -> None:
    report = reported()
    agree(report)
    assert report.policies == (Policy().version,)
    assert [(bar.code, bar.phone, bar.desk) for bar in report.partners] == [
        ("caf", 3, 2),
        ("dgfip", 1, 2),
        ("cpam", 1, 0),
    ]
    assert [(bar.code, bar.phone, bar.desk) for bar in report.departments] == [("46", 5, 4)]
    with reading() as session:
        rows = session.execute(text("select distinct policy from figures_days")).all()
    assert rows == [(Policy().version,)]


TOLD = ("agents", "contacts", "calls", "callbacks", "accompaniments", "legs", "offers")


def test_the_same_day_told_in_any_order_and_every_event_twice_gives_the_same_figures(day: None) -> None:
    with transaction(60) as session:
        as_superuser(session)
        for table in (*TOLD, "events"):
            session.execute(text(f"create temporary table was_{table} on commit drop as select * from {table}"))  # noqa: S608 - our own names
        session.execute(text(f"truncate {', '.join((*TOLD, 'events'))} cascade"))
        for table in TOLD:
            session.execute(text(f"insert into {table} select * from was_{table} order by random()"))  # noqa: S608
        columns = "at, noun, noun_id, was, now, why, who"
        twice = "(table was_events union all table was_events) told order by random()"
        session.execute(text(f"insert into events ({columns}) select {columns} from {twice}"))  # noqa: S608
    agree(reported())
