"""Who sees a department is asked of the person, and of PostgreSQL with the same answer."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import array

from callcenter.db import reading
from callcenter.records import agents
from callcenter.records.agents import Agent
from tests.support.town import settle


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("role", "departments"), [("supervisor", ["46", "12"]), ("supervisor", []), ("admin", [])])
def test_the_person_and_the_database_see_the_same_departments(role: str, departments: list[str]) -> None:
    agent_id = settle("ines", role=role, departments=departments)
    with reading() as session:
        ines = agents.get(session, agent_id)
        assert ines is not None
        for department in ("46", "12", "75"):
            one: list[Any] = [department]
            told = session.scalar(select(agents.seeing(Agent, array(one))).where(Agent.id == agent_id))
            assert told == ines.sees(department) == (role == "admin" or department in departments)
        assert ines.may_order("N") == (role == "admin")
        assert ines.may_order("46") == (role == "admin" or "46" in departments)
        assert ines.tends("inconnu")
