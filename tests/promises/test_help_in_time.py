"""Help that does not come is given up by when somebody was rung for it, not by when it was asked for."""

from datetime import timedelta
from typing import Any

from callcenter import clock
from callcenter.actions import consult, consult_healing
from callcenter.db import reading, transaction
from callcenter.records import monitors, referents
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.desk_phone_rings import Ring
from callcenter.records.legs import Leg
from callcenter.rules.states import Monitoring
from tests.support.consulting import CAF, SECONDS, Scene, the_consult
from tests.support.people import hires


def was_asked(ago: timedelta) -> None:
    """By now, whoever is asked last."""
    with transaction() as session:
        session.query(Consult).update({"asked_at": clock.now() - ago})


def test_whoever_accepts_late_has_as_long_to_come_as_the_first(scene: Scene) -> None:
    scene.asks_colleague()
    was_asked(70 * SECONDS)  # others were asked before
    scene.accepts()
    consult_healing.settle_consults(clock.now() + 20 * SECONDS)
    assert the_consult().state == "rung"
    consult_healing.settle_consults(clock.now() + 80 * SECONDS)
    assert (the_consult().state, the_consult().ended) == ("over", "no_answer")


def test_a_colleagues_telephone_whose_turn_is_far_away_rings_as_long(scene: Scene) -> None:
    scene.asks_colleague()
    leg = scene.accepts()
    with transaction() as session:
        session.query(Ring).filter_by(leg_id=leg.id).update({"asked_at": None, "turn_at": clock.now() + 60 * SECONDS})
    consult_healing.settle_consults(clock.now() + 100 * SECONDS)
    assert the_consult().state == "rung"
    consult_healing.settle_consults(clock.now() + 140 * SECONDS)
    assert the_consult().state == "over"


def test_a_partners_desk_rings_as_long_however_late_its_turn_was(scene: Scene) -> None:
    with transaction() as session:
        referent_id = referents.add_referent(session, "46", "caf", "CAF", CAF, "")
    scene.line.faults(rest=[{"mode": "500", "path": "/Participants.json"}])  # in it nobody knows: the room is not real
    consult.ask_referent(scene.karim, referent_id, clock.now())
    was_asked(70 * SECONDS)
    with transaction() as session:
        rung: dict[Any, object] = {
            "asked_at": clock.now() - 70 * SECONDS,
            "carrier_id": "CA" + "c" * 32,
        }  # as the carrier would say
        session.query(Leg).filter_by(kind="consult").update(rung)
    scene.line.faults()
    assert the_consult().rung_at is not None
    consult_healing.settle_consults(clock.now() + 20 * SECONDS)
    assert the_consult().state == "rung"
    consult_healing.settle_consults(clock.now() + 80 * SECONDS)
    assert the_consult().state == "over"


def test_a_supervisors_telephone_whose_turn_is_far_away_rings_as_long(scene: Scene) -> None:
    ines, at = hires(3), clock.now()
    with transaction() as session:
        supervisor, call = session.get_one(Agent, ines), session.get_one(Call, scene.call_id)
        supervisor.role, supervisor.departments, call.warned = "supervisor", ["46"], True
        leg = monitors.ask(session, call, ines, Monitoring.LISTEN, at)
        session.add(Ring(agent_id=ines, id=leg.id, leg_id=leg.id, turn_at=at + 60 * SECONDS))

    def is_late(rung_before: timedelta) -> bool:
        with reading() as session:
            return leg.id in monitors.unsettled(session, True, at + rung_before)

    assert (is_late(30 * SECONDS), is_late(61 * SECONDS)) == (False, True)
