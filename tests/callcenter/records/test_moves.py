"""A row moves along a declared arrow with columns that it has; anything else is an error that a test sees."""

import ast
from pathlib import Path

import pytest

from callcenter import clock
from callcenter.db import Base, transaction
from callcenter.records import calls
from callcenter.records.calls import Call
from callcenter.records.moves import Stateful, UndeclaredMove, UnknownColumn, move
from callcenter.rules.callbacks import CallbackState, DialResult
from callcenter.rules.consults import ConsultState
from callcenter.rules.state_machines import ATTEMPT, DIALLING, LEG, MACHINES, MONITOR, Machine
from callcenter.rules.states import AgentState, CallState, Due, LegState, Monitoring, OfferState
from callcenter.rules.whys import Why


@pytest.mark.parametrize("machine", MACHINES, ids=lambda each: each.noun)
def test_every_move_leads_to_a_state_that_is_declared(machine: Machine) -> None:
    assert frozenset().union(*(state.leads_to for state in machine.states.values())) <= machine.states.keys()
    assert all(machine.allows(was, to) for to in machine.states for was in machine.before(to))


@pytest.mark.parametrize("machine", MACHINES, ids=lambda each: each.noun)
def test_every_state_has_a_word_of_its_own(machine: Machine) -> None:
    words = [state.word for state in machine.states.values()]
    assert len(set(words)) == len(words)
    assert all(word[0].isupper() and word.endswith(".") and len(word.split()) > 2 for word in words)


def test_every_kind_of_state_is_of_one_machine_and_whole() -> None:
    kinds = [CallState, AgentState, OfferState, LegState, DialResult, CallbackState, ConsultState, Monitoring, Due]
    declared = [set(machine.states) - ({DIALLING} if machine is ATTEMPT else set()) for machine in MACHINES]
    assert all(declared.count(set(kind)) == 1 for kind in kinds)
    assert len(declared) == len(kinds)


def test_every_row_with_a_state_is_moved_by_its_machine() -> None:
    kinds = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Stateful)}
    assert {kind.states for kind in kinds} == set(MACHINES) - {MONITOR}  # the second machine of a leg


def test_every_move_of_ours_names_columns_that_its_row_has() -> None:
    """They are given by name, which no type checker reads."""
    kinds = {mapper.class_.__name__: set(mapper.columns.keys()) for mapper in Base.registry.mappers}
    words = {"who", "still", "machine", "keeps_rank", None}
    moves = [
        (path.name, node.lineno, ast.unparse(node.args[1]).rpartition(".")[2], {each.arg for each in node.keywords})
        for path in (Path(__file__).parents[3] / "callcenter").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "move" and len(node.args) >= 7
    ]
    assert len(moves) > 40
    assert [move for move in moves if not move[3] - words <= kinds[move[2]]] == []


def test_a_leg_that_has_left_stays_left() -> None:
    assert not any(LEG.allows(LegState.LEFT, to) for to in LegState)
    assert LEG.before(LegState.RINGING) == (LegState.ASKED,)


@pytest.mark.usefixtures("database")
def test_a_misspelt_column_and_an_undeclared_move_are_errors_and_write_nothing() -> None:
    at = clock.now()
    with transaction() as session:
        call_id = calls.arrive(session, "CA1", None, at).id
    with pytest.raises(UnknownColumn, match="quened_at"), transaction() as session:
        move(session, Call, call_id, [CallState.MENU], CallState.WAITING, at, Why.JOINED_THE_QUEUE, quened_at=at)
    with pytest.raises(UndeclaredMove), transaction() as session:
        move(session, Call, call_id, [CallState.MENU], CallState.TALKING, at, Why.JOINED_THE_QUEUE)
    with transaction() as session:
        call = calls.get(session, call_id)
        assert call is not None
        assert call.state == CallState.MENU
        assert move(session, Call, call_id, [CallState.WAITING], CallState.ENDED, at, Why.LEFT) is None
