"""The town that is fuzzed: staff of every role with their sessions, and sites."""

import os
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from sqlalchemy import update

from callcenter import clock
from callcenter.actions import site_imports
from callcenter.db import transaction
from callcenter.records import sessions
from callcenter.records.agents import Agent
from callcenter.rules import national_list
from callcenter.web.identity import csrf_token
from tests.fuzz.known import Known
from tests.support.town import settle

STAFF = {"agent": 3, "supervisor": 2, "auditor": 1, "admin": 2}
SITES = 80


@dataclass(frozen=True)
class Ticket:
    """One browser's session, and what its forms must carry."""

    cookie: str
    csrf: str


@dataclass(frozen=True)
class World:
    """Who may ask, and what is known to exist."""

    members: dict[str, list[str]]
    known: Known

    def tickets(self) -> dict[str, list[Ticket]]:
        """New sessions of everybody, who are active and what they were again: requests undo that too."""
        given: dict[str, list[Ticket]] = {}
        for role, several in self.members.items():
            for agent_id in several:
                cookie = token_urlsafe(32)
                with transaction() as session:
                    whole = {"role": role, "active": True, "closed_at": None}
                    session.execute(update(Agent).where(Agent.id == agent_id).values(**whole))
                    sessions.begin(session, agent_id, cookie, clock.now())
                given.setdefault(role, []).append(Ticket(cookie, csrf_token(cookie)))
        return given


def national_list_at_hand() -> Path | None:
    """The real list, if DATA_DIR or the folder beside the project has it."""
    folder = Path(os.environ.get("DATA_DIR") or Path(__file__).parents[3] / "shared" / "data")
    return next(iter(sorted(folder.glob("liste-fs-*.csv"))), None)


def settles(lists: Path | None) -> World:
    """A town in an empty database; the sites of `lists`, the national list, where it is at hand."""
    members = {
        role: [
            settle(f"{role}{n}", ("46", "974", "2A")[n % 3], role=role, departments=["46", "31"]) for n in range(many)
        ]
        for role, many in STAFF.items()
    }
    if lists:
        content = b"".join(lists.read_bytes().splitlines(keepends=True)[:SITES])
        site_imports.import_list(None, national_list.read(content), clock.now())
    return World(members, Known([each for several in members.values() for each in several]))
