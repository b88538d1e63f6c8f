"""No supervisor listens while somebody of a partner's is there, who heard no notice: refused, or sent away first."""

from collections.abc import Iterator

import pytest

from callcenter import clock
from callcenter.actions import config_snapshot, consult, consult_healing, monitoring
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.errors import NotPossibleNow
from callcenter.records import legs, monitors, referents
from callcenter.records.agents import Agent
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.rules.states import Monitoring
from callcenter.rules.whys import Why
from ivr.practice.telephones import PracticeLine
from tests.support.consulting import CAF, Scene
from tests.support.people import hires


@pytest.fixture
def scene(
    carrier: PracticeLine, database: object, live: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Scene, str]]:
    """A conversation whose citizen was told, and Inès, who sees it."""
    monkeypatch.setenv("MONITORING", "1")
    settings.cache_clear()
    made, ines = Scene(carrier), hires(3)
    with transaction() as session:
        row = session.get_one(Agent, ines)
        row.role, row.departments = "supervisor", ["46"]
        session.get_one(Call, made.call_id).warned = True
        referents.add_referent(session, "46", "caf", "Ligne des partenaires", CAF, "")
    config_snapshot.refresh()
    yield made, ines
    monkeypatch.undo()
    settings.cache_clear()
    carrier.faults()
    for open_ in carrier.live():
        carrier.ask("POST", f"/calls/{open_['sid']}/hangup", {})


def _asks_partner(made: Scene) -> None:
    with reading() as session:
        (caf,) = referents.referents(session, "46")
    consult.ask_referent(made.karim, caf.id, clock.now())


def _partner_is_called(made: Scene) -> None:
    """The carrier has no such room here, and would end the help at once."""
    with transaction() as session:
        call = session.get_one(Call, made.call_id)
        held = call.id, call.contact_id, call.epoch, made.karim, clock.now()
        legs.add(session, *held, "consult", Why.ASKED_FOR_HELP, partner=True)


def _taking_part(made: Scene) -> int:
    with reading() as session:
        return len(monitors.of_call(session, made.call_id))


def test_who_asks_to_listen_while_a_partner_is_called_is_told_why_not(scene: tuple[Scene, str]) -> None:
    made, ines = scene
    _partner_is_called(made)
    with pytest.raises(NotPossibleNow) as refused:
        monitoring.take_part(ines, made.karim, Monitoring.LISTEN, clock.now())
    assert refused.value.args == ("monitoring_outsider",)
    assert _taking_part(made) == 0


def test_who_listens_is_out_before_a_partner_is_rung(scene: tuple[Scene, str]) -> None:
    made, ines = scene
    monitoring.take_part(ines, made.karim, Monitoring.LISTEN, clock.now())
    assert _taking_part(made) == 1
    _asks_partner(made)
    consult_healing.settle_consults(clock.now())
    with reading() as session:
        assert session.query(Consult).one().rung_at is not None
    assert _taking_part(made) == 0


def test_one_whose_line_comes_late_does_not_come_in(scene: tuple[Scene, str]) -> None:
    made, ines = scene
    monitoring.take_part(ines, made.karim, Monitoring.LISTEN, clock.now())
    with reading() as session:
        ((leg, _),) = monitors.of_call(session, made.call_id)
    assert monitoring.call_to_monitor(leg.id) == made.call_id
    _partner_is_called(made)
    assert monitoring.call_to_monitor(leg.id) is None
    with reading() as session:
        assert leg.id in monitors.unsettled(session, True, clock.now())
