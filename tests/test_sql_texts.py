"""Every SQL text is read whole where it stands: nothing in it comes from another file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import ROOT, SOURCES

OURS = ("callcenter", "ivr", "workers")
BEGINS = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:select|insert|update|delete|with|create)\b", re.IGNORECASE)
Scope = dict[str, list[ast.expr]]  # what each name is made of
FOREIGN = ast.Constant("of another file")


def holes_from_elsewhere(source: str) -> list[str]:
    """The SQL texts that have a hole filled from another file of ours, each by its line and the name that fills it."""
    tree = ast.parse(source)
    of_file = _names_of(tree)
    found = set()
    for inside, scope in _scopes(tree, of_file):
        for node in inside:
            for hole in _holes(node, scope):
                found |= {(node.lineno, name) for name in _foreign(hole, scope, frozenset())}
    return [f"{line} {name}" for line, name in sorted(found)]


def _scopes(tree: ast.Module, of_file: Scope) -> Iterator[tuple[list[ast.expr], Scope]]:
    """The expressions of each function, and of the file outside of them, with the names that they see."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    within = {id(node) for function in functions for node in ast.walk(function)}
    outside = [node for node in ast.walk(tree) if isinstance(node, ast.expr) and id(node) not in within]
    yield outside, of_file
    for function in functions:
        inside = [node for node in ast.walk(function) if isinstance(node, ast.expr)]
        yield inside, of_file | _arguments(function) | _names_of(function)


def _names_of(place: ast.AST) -> Scope:
    """What is imported from ours, and what is assigned there, by name; of a function of the file, what it gives."""
    names: Scope = {}
    for node in ast.walk(place):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS:
            names |= {each.asname or each.name: [FOREIGN] for each in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for each in ast.walk(target):
                    if isinstance(each, ast.Name):
                        names.setdefault(each.id, []).append(node.value)
        elif isinstance(node, ast.FunctionDef) and node is not place:
            given = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
            names.setdefault(node.name, []).extend(given)
    return names


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Scope:
    """What others hand in: from another file, unless only this one may call."""
    is_own = function.name.startswith("_")
    each = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return {argument.arg: [] if is_own else [FOREIGN] for argument in each}


def _holes(node: ast.expr, scope: Scope) -> list[ast.expr]:
    """What fills the holes of a text that begins as SQL does; none of any other expression."""
    if isinstance(node, ast.JoinedStr) and _begins(node, scope):
        return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod) and _begins(node.left, scope):
        return [node.left, node.right]
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return []
    is_filled = node.func.attr in ("format", "replace") and _begins(node.func.value, scope)
    return [*node.args, *(each.value for each in node.keywords)] if is_filled else []


def _begins(node: ast.expr, scope: Scope) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and BEGINS.match(node.value) is not None
    if isinstance(node, ast.JoinedStr):
        return bool(node.values) and _begins(node.values[0], {})
    if isinstance(node, ast.BinOp):
        return _begins(node.left, scope)
    return isinstance(node, ast.Name) and any(_begins(each, {}) for each in scope.get(node.id, []))


def _foreign(node: ast.expr, scope: Scope, seen: frozenset[str]) -> set[str]:
    """The names of other files out of which an expression is made, through whatever is assigned in between."""
    found = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id not in seen:
            for made_of in scope.get(each.id, []):
                found |= {each.id} if made_of is FOREIGN else _foreign(made_of, scope, seen | {each.id})
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_hole_of_a_sql_text_is_filled_from_another_file(path: Path) -> None:
    assert holes_from_elsewhere(path.read_text()) == []


@pytest.mark.parametrize(
    "planted",
    [
        'from callcenter.rules.tally import COUNTERS\nSQL = f"select {COUNTERS} from days"',
        'from callcenter.rules.tally import COUNTERS\nNAMES = ", ".join(COUNTERS)\nSQL = f"""\nwith a as ({NAMES})"""',
        'from callcenter.rules.tally import COUNTERS\nSQL = "update days set a = {0}".format(COUNTERS)',
        'from callcenter.rules.tally import COUNTERS\nSQL = "-- why\\ninsert into days " + COUNTERS',
        'from ivr import names\ndef f():\n    made = names.all()\n    return f"delete from {made}"',
        'def f(chosen):\n    return f"select * from contacts where {chosen}"',
        'SQL = "select {chosen}"\ndef f(chosen):\n    return SQL.format(chosen=chosen)',
    ],
)
def test_a_hole_that_is_filled_from_elsewhere_is_found(planted: str) -> None:
    assert len(holes_from_elsewhere(planted)) == 1


@pytest.mark.parametrize(
    "whole",
    [
        'OWN = ("a", "b")\nSQL = f"select {OWN} from days"',
        'from callcenter.rules.tally import COUNTERS\nsaid = f"of {COUNTERS}"',
        'OWN = {"a": "b"}\ndef _f(name):\n    return f"select {OWN[name]}"',
    ],
)
def test_what_stands_in_the_same_file_is_no_such_hole(whole: str) -> None:
    assert holes_from_elsewhere(whole) == []
