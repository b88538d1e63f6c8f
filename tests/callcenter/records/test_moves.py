"""A row moves along a declared arrow with columns that it has; anything else is an error that a test sees."""

import pytest

from callcenter import clock
from callcenter.db import transaction
from callcenter.records import calls
from callcenter.records.moves import UndeclaredMove, UnknownColumn
from callcenter.rules import state_machines
from callcenter.rules.state_machines import AGENT, ATTEMPT, CALL, CALLBACK, LEG, MONITOR, OFFER, Machine
from callcenter.rules.states import CallState, LegState
from callcenter.rules.whys import Why


@pytest.mark.parametrize("machine", [CALL, AGENT, OFFER, LEG, ATTEMPT, CALLBACK, MONITOR], ids=lambda each: each.noun)
def test_every_move_leads_to_a_state_that_is_declared(machine: Machine) -> None:
    assert frozenset().union(*machine.moves.values()) <= machine.moves.keys()
    assert all(machine.allows(was, to) for to in machine.moves for was in machine.before(to))


def test_a_leg_that_has_left_stays_left() -> None:
    assert not any(state_machines.LEG.allows(LegState.LEFT, to) for to in LegState)
    assert LEG.before(LegState.RINGING) == (LegState.ASKED,)


@pytest.mark.usefixtures("database")
def test_a_misspelt_column_and_an_undeclared_move_are_errors_and_write_nothing() -> None:
    at = clock.now()
    with transaction() as session:
        call_id = calls.arrive(session, "CA1", None, at).id
    with pytest.raises(UnknownColumn, match="quened_at"), transaction() as session:
        calls.move(session, call_id, [CallState.MENU], CallState.WAITING, at, Why.JOINED_THE_QUEUE, quened_at=at)
    with pytest.raises(UndeclaredMove), transaction() as session:
        calls.move(session, call_id, [CallState.MENU], CallState.TALKING, at, Why.JOINED_THE_QUEUE)
    with transaction() as session:
        call = calls.get(session, call_id)
        assert call is not None
        assert call.state == CallState.MENU
        assert calls.move(session, call_id, [CallState.WAITING], CallState.ENDED, at, Why.LEFT) is None
