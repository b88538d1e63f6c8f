"""A town of agents, written straight into the database, and the practice people who play them."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import transaction
from callcenter.records import hours
from callcenter.records.agents import Agent, sealed_phone
from callcenter.records.identifiers import new_id
from callcenter.reference import rows
from tests.support.cast import Service

PASSWORD = "un mot de passe de répétition"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # cheap: the tests sign in a lot
TOPICS = [row["code"] for row in rows("topics.csv") if row["code"]] + ["autre"]
DEPARTMENTS = ("46", "31", "12", "974", "2A", "67", "972", "59")


def settle(
    login: str,
    department: str = "46",
    topics: Sequence[str] = TOPICS,
    languages: Sequence[str] = ("fr",),
    role: str = "agent",
    phone: str = "+33565000001",
    departments: Sequence[str] = (),
) -> str:
    """One member of staff, with the test's password; gives their id."""
    agent_id = new_id()
    with transaction() as session:
        session.add(
            Agent(
                id=agent_id, login=login, name=login.capitalize(), password_hash=HASH, role=role, department=department,
                departments=list(departments), topics=list(topics), languages=list(languages), since=clock.now(),
                desk_phone=sealed_phone(agent_id, phone), site_id=None,
            )
        )  # fmt: skip
    return agent_id


def settle_many(count: int) -> list[str]:
    """So many agents, spread over the departments, who know every topic; their logins."""
    logins = [f"agent{n}" for n in range(count)]
    for n, login in enumerate(logins):
        settle(login, DEPARTMENTS[n % len(DEPARTMENTS)], phone=f"+335650001{n:02}")
    return logins


@contextmanager
def line_hours(week: str = "Mo-Fr 08:30-18:00; PH off") -> Iterator[None]:
    """The line is open at these hours of every territory's own clock, in this process; otherwise it always is."""
    with transaction() as session:
        hours.write(session, "N", "", week)
    config_snapshot.refresh()
    try:
        yield
    finally:
        with transaction() as session:
            hours.write(session, "N", "", "")
        config_snapshot.refresh()


@contextmanager
def at_work(service: Service, environment: dict[str, str], logins: Sequence[str], hurry: float) -> Iterator[None]:
    """The practice agents of these logins, `hurry` times as fast as people, until the block ends."""
    accounts = [word for login in logins for word in ("--account", f"{login}:{PASSWORD}")]
    command = [sys.executable, "-m", "ivr.practice.agents", "--web", service.web, "--hurry", str(hurry), *accounts]
    with (Path(service.logs) / "agents.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)
