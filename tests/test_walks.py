"""The walks of CONTRIBUTING are true: every step is there and calls the next, and nobody counts fewer files than there
are."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNCOUNTED = {f"callcenter/{name}.py" for name in ("config", "clock", "db", "errors")}
WALK = re.compile(
    r"^- \*\*(?P<name>[^*]+)\*\*: (?P<files>\d+) of (?P<most>\d+) \((?P<called>\d+)\)\.(?P<steps>.*?)(?=^- |\n\n)",
    re.MULTILINE | re.DOTALL,
)
STEP = re.compile(r"(?P<arrow>[→⇢])?\s*`(?P<path>[\w/]+\.py)?:(?P<function>\w+)`")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Step:
    """`handed`: between the step before and this one stands what is not ours: a line, a hint, a link."""

    path: str
    function: str
    handed: bool


@dataclass(frozen=True)
class Walk:
    """`files` on the thread, at most `most`; `called`: with every file in which the thread calls a function."""

    name: str
    files: int
    most: int
    called: int
    steps: tuple[Step, ...]


def _walks() -> Iterator[Walk]:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for found in WALK.finditer(text[text.index("## Walks") :]):
        steps: list[Step] = []
        for step in STEP.finditer(found["steps"]):
            path = step["path"] or steps[-1].path
            steps.append(Step(path, step["function"], handed=step["arrow"] != "→"))
        files, most, called = (int(found[each]) for each in ("files", "most", "called"))
        yield Walk(found["name"], files, most, called, tuple(steps))


WALKS = {walk.name: walk for walk in _walks()}


@cache
def _module(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def _functions(path: str) -> dict[str, Function]:
    return {node.name: node for node in _module(path).body if isinstance(node, Function)}


@cache
def _names(path: str) -> dict[str, str]:
    """The names that a module imports of ours, and what each is: `package.module` or `package.module.function`."""
    imports = (node for node in ast.walk(_module(path)) if isinstance(node, ast.ImportFrom) and node.module)
    return {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in imports for alias in node.names}


def _file(module: str) -> str | None:
    path = module.replace(".", "/") + ".py"
    return path if (ROOT / path).is_file() else None


def _called(step: Step) -> set[tuple[str, str]]:
    """The functions that a step calls or hands on by name, each with its file."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(_functions(step.path)[step.function]):
        if isinstance(node, ast.Name) and node.id in _functions(step.path):
            found.add((step.path, node.id))
        elif isinstance(node, ast.Name) and node.id in _names(step.path):
            module, _, name = _names(step.path)[node.id].rpartition(".")
            found |= {(path, name) for path in [_file(module)] if path}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            path = _file(_names(step.path).get(node.value.id, ""))
            found |= {(path, node.attr)} if path else set()
    return {(path, name) for path, name in found if name in _functions(path)}


def _is_a_door(step: Step) -> bool:
    """Whether something outside reaches it: a route or a task."""
    outside = [node for node in _module(step.path).body if not isinstance(node, Function)]
    registers = [node for name, node in _functions(step.path).items() if name == "register"]
    decorated = bool(_functions(step.path)[step.function].decorator_list)
    named = {each.id for node in outside + registers for each in ast.walk(node) if isinstance(each, ast.Name)}
    return decorated or step.function in named


def test_there_are_four_walks_and_none_is_longer_than_it_may_be() -> None:
    assert [walk.most for walk in WALKS.values()] == [6, 6, 8, 6]
    for walk in WALKS.values():
        files = {step.path for step in walk.steps} - UNCOUNTED
        assert len(files) == walk.files, walk.name
        assert walk.files <= walk.most, walk.name


@pytest.mark.parametrize("name", WALKS)
def test_each_step_stands_where_it_is_said_and_calls_the_next(name: str) -> None:
    steps = WALKS[name].steps
    assert [step for step in steps if step.function not in _functions(step.path)] == []
    for before, after in pairwise(steps):
        if after.handed:
            elsewhere = [walk.steps for walk in WALKS.values() if walk.name != name]
            assert (
                _is_a_door(after)
                or _stands_in(after, steps[:1])
                or any(_stands_in(after, other) for other in elsewhere)
            ), after
        else:
            assert (after.path, after.function) in _called(before), (before, after)


def _stands_in(step: Step, steps: tuple[Step, ...]) -> bool:
    return (step.path, step.function) in {(each.path, each.function) for each in steps}


@pytest.mark.parametrize("name", WALKS)
def test_the_count_with_everything_that_is_called_is_told(name: str) -> None:
    steps = WALKS[name].steps
    files = {step.path for step in steps} | {path for step in steps for path, _ in _called(step)}
    assert len(files - UNCOUNTED) == WALKS[name].called, sorted(files - UNCOUNTED)
