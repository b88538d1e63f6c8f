"""A conversation into which help is brought, at the verbs' own level: its two agents, its citizen, their lines."""

from datetime import timedelta

from callcenter import clock
from callcenter.actions import agent, config_snapshot, consult, consult_lines, offer_answers, promise_check, room
from callcenter.db import reading, transaction
from callcenter.records import agents, offers
from callcenter.records.consults import Consult
from callcenter.records.legs import Leg
from ivr.practice.telephones import PracticeLine
from tests.support.people import hires, joins, rings

CAF = "+33565009900"
SECONDS = timedelta(seconds=1)


class Scene:
    """Karim and a citizen in conversation, with their lines in the carrier's own room, and Lea, free."""

    def __init__(self, line: PracticeLine) -> None:
        self.line = line
        line.registers("default", "manual").faults()
        config_snapshot.refresh()
        self.karim, self.lea = hires(1), hires(2)
        agent.take_post(self.karim, "phone", clock.now())
        self.caller = rings(line, 1)
        self.call_id = joins(self.caller.sid, 1)
        with reading() as session:
            offer = offers.open_of_agent(session, self.karim)
        assert offer is not None
        leg = offer_answers.accept_offer(self.karim, offer.id, clock.now())
        assert leg is not None
        self.karim_line = f"CA{leg.id}"
        self.leg_id = leg.id
        room.admit_leg(leg.id, self.karim_line, clock.now(), "CF" + "1" * 32)
        room.admit_citizen(self.call_id, clock.now(), "CF" + "1" * 32)
        agent.take_post(self.lea, "phone", clock.now())
        with transaction() as session:  # as the carrier would say
            held = session.get_one(Leg, leg.id)
            held.hold, held.held_since = True, clock.now()

    def asks_lea(self) -> Leg:
        """And she comes in."""
        self.asks_colleague()
        leg = self.accepts()
        self.comes(leg)
        return leg

    def asks_colleague(self) -> None:
        consult.ask_agent(self.karim, self.lea, clock.now())

    def accepts(self) -> Leg:
        with reading() as session:
            offer = offers.open_of_agent(session, self.lea)
        assert offer is not None
        leg = offer_answers.accept_offer(self.lea, offer.id, clock.now())
        assert leg is not None
        return leg

    def comes(self, leg: Leg) -> None:
        consult_lines.enter(leg.id, f"CA{leg.id}", clock.now(), "CF" + "1" * 32)


def the_consult() -> Consult:
    with reading() as session:
        return session.query(Consult).order_by(Consult.asked_at.desc()).limit(1).one()


def is_well() -> None:
    with reading() as session:  # a busy machine takes longer than a page may be silent
        on_duty = [row.id for row in agents.on_duty(session)]
    for agent_id in on_duty:
        agent.beat(agent_id, clock.now())
    assert promise_check.check(clock.now(), ask_carrier=False).breaches == []
