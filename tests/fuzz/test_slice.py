"""A slice of `make fuzz`: every route of both webs is asked the same hostile things, and none of them is a fault."""

import re
import subprocess
import sys

from tests.fuzz import routes

ROUNDS = 2  # times that every route is asked
AT_THE_DOOR = 60  # tries to sign in
ANSWERED = re.compile(r"^(web|voice) ([A-Z]+) (\S+): ", re.MULTILINE)
VERDICT = re.compile(r"^(\d+) requests, 0 faults of 0 kinds", re.MULTILINE)


def test_every_route_bears_what_strangers_send() -> None:
    every = {(route.web, route.method, route.path) for route in routes.every()}
    _bears(every, ROUNDS * len(every))


def test_the_door_bears_it_too() -> None:
    assert {path for method, path in routes.LEFT_OUT} == {route.path for route in routes.door()}
    _bears({(route.web, route.method, route.path) for route in routes.door()}, AT_THE_DOOR, "--sign-in")


def _bears(every: set[tuple[str, str, str]], many: int, *more: str) -> None:
    # So many requests end it, not so many minutes; a machine that runs the other tests too answers late.
    words = ["9", "--seed=20261130", f"--requests={many}", "--within=25", *more]
    command = [sys.executable, "-m", "tests.fuzz", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    verdict = VERDICT.search(done.stdout)
    assert verdict, done.stdout[-2000:]
    assert int(verdict[1]) >= many
    assert {match.groups() for match in ANSWERED.finditer(done.stdout)} == every
