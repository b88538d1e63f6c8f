"""Weeks of plausible telephone and front desk life, written straight into the tables, every oddity included."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from callcenter import sealing
from callcenter.phone_number import PhoneNumber
from callcenter.records import events
from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback, sealed
from callcenter.records.calls import Call
from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.identifiers import new_id, new_reference
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer
from callcenter.rules.states import Ending
from callcenter.rules.territory import local_day
from callcenter.rules.whys import Why

PARTNERS = ("caf", "cpam", "dgfip", "france-titres", "")
DEPARTMENTS = ("46", "974", "972", "987", "inconnu")


class World:
    """`live` writes so many contacts between two instants; the same seed gives the same world."""

    def __init__(self, session: Session, seed: int = 1) -> None:
        self.session, self.chance, self.said = session, Random(seed), Random(seed)
        self.agents = [self._agent(n) for n in range(4)]
        self.opened: list[str] = []
        session.flush()

    def live(self, first: datetime, last: datetime, contacts: int) -> None:
        for _ in range(contacts):
            at = first + self.chance.random() * (last - first)
            self.contact(at.replace(microsecond=0))
        self.session.flush()

    def contact(self, at: datetime) -> Contact:
        chance = self.chance
        department, channel = chance.choice(DEPARTMENTS), chance.choice(("phone", "phone", "front_desk", "bus"))
        line = channel == "phone"
        contact = Contact(
            id=new_id(), reference=new_reference(), channel=channel, department=department, arrived_at=at,
            local_day=local_day(department, at), due="nothing", relay=line and chance.random() < 0.1, language="fr",
            topic=chance.choice(("impots", "sante", None)), department_assumed=False,
            pseudonym=sealing.pseudonym(f"+3356500{chance.randrange(20):04}") if line else None,
        )  # fmt: skip
        self.session.add(contact)
        self.session.flush()
        if line:
            self._call(contact)
        else:
            contact.lasted = chance.choice((None, 300.0, 1234.567))
            contact.waited = chance.choice((None, chance.random() * 900))
            contact.due = "recorded"
        if contact.due == "recorded":
            self._matters(contact)
            contact.satisfaction = chance.choice((None, 1, 2, 3, 4, 4))
            contact.satisfaction_scale = chance.choice((4, 4, 5)) if contact.satisfaction else None
            contact.settled_said = self.said.choice((None, True, True, False))
        events.note(self.session, at, "contact", contact.id, "", contact.due, Why.CHOSEN)
        return contact

    def _call(self, contact: Contact) -> None:
        chance, at = self.chance, contact.arrived_at
        ending = chance.choice([None, *(e.value for e in Ending if e != Ending.NOT_REACHED), "answered", "answered"])
        queued = (
            at + timedelta(seconds=20) if ending not in ("left_in_menu", "closed") and chance.random() < 0.8 else None
        )
        if ending in ("answered", "abandoned", None):
            queued = at + timedelta(seconds=20)
        agent = chance.choice(self.agents)
        state = "ended" if ending else "waiting"
        call = Call(
            id=new_id(), channel="phone", contact_id=contact.id, department=contact.department, state=state,
            arrived_at=at, queued_at=queued, ending=ending, agent_id=agent.id if ending == "answered" else None,
            relay=contact.relay, priority=0.0, epoch=0, inside=False, private=False, extended=False, language="fr",
            topic="impots",
        )  # fmt: skip
        self.session.add(call)
        self.session.flush()
        for state in chance.sample(("accepted", "missed", "refused", "withdrawn"), chance.randrange(4)):
            self.session.add(
                Offer(id=new_id(), call_id=call.id, agent_id=agent.id, epoch=1, state=state, at=at, lease_until=at)
            )
        if ending == "answered":
            assert queued is not None
            contact.waited = chance.choice((0.4, 59.9, 60.0, 60.1, 12.3456789, 1800.5, chance.expovariate(1 / 90)))
            talked = queued + timedelta(seconds=contact.waited)
            call.talking_at, call.ended_at = talked, talked + timedelta(seconds=400)
            contact.due = chance.choice(("owed", "recorded", "recorded", "recorded", "released"))
            wrapped = call.ended_at + timedelta(seconds=30.25) if contact.due == "recorded" else None
            self.session.add(
                Leg(
                    id=new_id(), call_id=call.id, contact_id=contact.id, agent_id=agent.id, epoch=1, kind="serve",
                    state="left", asked_at=queued, talked_from=talked, left_at=call.ended_at, held=17.125,
                    shift=False, muted=False, wrapped_at=wrapped,
                )
            )  # fmt: skip
        if ending == "became_callback" or chance.random() < 0.05:
            self._promise(call if chance.random() < 0.8 else None, contact)

    def _promise(self, asked: Call | None, contact: Contact) -> None:
        chance, at = self.chance, contact.arrived_at
        state = chance.choice(("promised", "reached", "reached", "not_reached", "cancelled"))
        promise_id = new_id()
        promise = Callback(
            id=promise_id, state=state, asked_by=asked.id if asked else None,
            number=sealed(promise_id, PhoneNumber("+33565001234")), number_key=sealing.pseudonym(new_id()),
            department=contact.department, topic="impots", language="fr",
            reference=contact.reference, promised_at=at, promised_from=at, promised_until=at + timedelta(hours=1),
            due_from=at + timedelta(hours=2), due_until=at + timedelta(hours=3), attempts=chance.randrange(4),
            waited=0.0, relay=False,
        )  # fmt: skip
        self.session.add(promise)
        self.session.flush()
        events.note(self.session, at, "callback", promise.id, "", state, Why.CHOSEN)
        if state == "reached":
            spoke = at + timedelta(minutes=chance.choice((10, 59, 61, 200)))
            called = Contact(
                id=new_id(), reference=new_reference(), channel="callback", department=contact.department,
                arrived_at=spoke, local_day=local_day(contact.department, spoke), due="released", waited=33.0,
            )  # fmt: skip
            self.session.add(called)
            self.session.flush()
            self.session.add(
                Call(
                    id=new_id(), channel="callback", contact_id=called.id, callback_id=promise.id, state="ended",
                    ending="answered", arrived_at=spoke, queued_at=spoke, talking_at=spoke, ended_at=spoke,
                    department=contact.department, agent_id=self.agents[0].id,
                )
            )  # fmt: skip
            events.note(self.session, spoke, "contact", called.id, "", "released", Why.CHOSEN)

    def _matters(self, contact: Contact) -> None:
        for n in range(self.chance.randrange(4)):
            outcome = self.chance.choice(("information", "accompaniment", "accompaniment", "orientation"))
            row = Accompaniment(
                id=new_id(), contact_id=contact.id, partner=self.chance.choice(PARTNERS), procedure=f"p{n}",
                outcome=outcome, reason="must_come" if outcome == "orientation" else None, at=contact.arrived_at,
                settled=False if outcome == "orientation" else self.chance.choice((True, True, False, None)),
                continues=self.chance.choice(self.opened) if self.opened and self.chance.random() < 0.2 else None,
            )  # fmt: skip
            self.session.add(row)
            self.session.flush()
            self.opened.append(row.id)

    def _agent(self, n: int) -> Agent:
        agent = Agent(
            id=new_id(), login=f"w{n}", name=f"W{n}", password_hash="-", department=DEPARTMENTS[n],
            since=datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
        )  # fmt: skip
        self.session.add(agent)
        return agent

    def shift(self, agent: Agent, begins: datetime) -> None:
        """A day's work of an agent, changing state on whole minutes."""
        at = begins
        for was, now, minutes in (
            ("offline", "available", 50), ("available", "offered", 1), ("offered", "talking", 25),
            ("talking", "wrap_up", 4), ("wrap_up", "available", 200), ("available", "pause", 30),
            ("pause", "available", 45), ("available", "offline", 0),
        ):  # fmt: skip
            events.note(self.session, at, "agent", agent.id, was, now, Why.CHOSEN)
            at += timedelta(minutes=minutes)
