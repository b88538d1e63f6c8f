"""One routing decision, from the last key of the menu to the offer at an agent's desk, in both stores:
`make bench ARGS=routing`.

The 2,845 sites of the real list stand in the database (made-up ones where `tests.support.data` does not find it), and
first 10, then 5,000 agents are on duty. Prints milliseconds for each, the median of calls from random territories about
random topics, and the ratio of the two: flat is below 2; and the seconds of `callcenter import sites`: below 10.
"""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callcenter import clock, logs, migrations
from callcenter.actions import citizen
from callcenter.cli import imports as cli_import
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.demonstration import embedded
from callcenter.live import floor, store
from callcenter.records import sites
from callcenter.records.agents import Agent
from callcenter.records.calls import Wish
from callcenter.records.identifiers import new_id
from callcenter.records.sites import Site
from callcenter.rules import national_list
from callcenter.rules.states import AgentState
from callcenter.rules.territory import TERRITORIES
from tests.support.data import DATA

SITES = 2845
CREWS = (10, 5000)
CALLS = 60
ROUNDS = 3
DEPARTMENTS = [code for code, territory in TERRITORIES.items() if territory.inhabited]
TOPICS = ["identite", "permis", "sejour", "sante", "famille", "retraite", "impots", "emploi", "logement", "justice"]


def main() -> None:
    with _stores():
        logs.configure()
        _settle_sites()
        medians: dict[int, list[float]] = {crew: [] for crew in CREWS}
        present = 0
        for crew in CREWS:
            _hire(present, crew)
            present = crew
            for _ in range(ROUNDS):
                medians[crew].append(_decide(crew))
        best = {crew: min(found) for crew, found in medians.items()}
        for crew, seconds in best.items():
            print(f"routing_milliseconds_with_{crew}_agents {seconds * 1000:.2f}")
        print(f"routing_5000_over_10_agents {best[CREWS[1]] / best[CREWS[0]]:.2f}")


def _decide(crew: int) -> float:
    """The median of CALLS decisions; each ends before the next, so that agents are always free."""
    chance = random.Random(crew)
    took = []
    for _ in range(CALLS):
        line = f"CA{new_id().replace('-', '')}"
        wish = Wish(chance.choice(DEPARTMENTS), chance.choice(TOPICS), "fr")
        began = time.perf_counter()
        joined = citizen.join_queue(line, f"+336{chance.randrange(10**8):08}", wish, clock.now())
        took.append(time.perf_counter() - began)
        assert isinstance(joined, citizen.Waits), joined
        citizen.hang_up(line, clock.now())
    return statistics.median(took)


def _hire(present: int, crew: int) -> None:
    """So many on duty and free, over all the departments, each with three quarters of the topics."""
    at = clock.now()
    staff = []
    for n in range(present, crew):
        topics = TOPICS if n < CREWS[0] else random.Random(n).sample(TOPICS, 7)
        staff.append(
            Agent(
                id=new_id(), login=f"a{n}", name=f"Agent {n}", password_hash="x", role="agent", departments=[],
                department=DEPARTMENTS[n % len(DEPARTMENTS)], topics=topics, languages=["fr"], since=at,
                state=AgentState.AVAILABLE, free_since=at,
            )
        )  # fmt: skip
    with transaction(patience=60) as session:
        session.add_all(staff)
    for agent in staff:
        floor.enter(agent.id, agent.queues, at.timestamp())
        floor.free(agent.id, at.timestamp())


def _settle_sites() -> None:
    listed = DATA / "liste-fs-20240801.csv"
    if not listed.is_file():
        _make_sites_up()
        return
    began = time.perf_counter()
    taken = national_list.read(cli_import.fetch(str(listed)))
    with transaction(patience=60) as session:
        sites.import_list(session, list(taken.sites.values()), clock.now())
    print(f"import_sites_seconds {time.perf_counter() - began:.2f}")
    with reading() as session:
        assert len(sites.every(session)) == SITES


def _make_sites_up() -> None:
    with transaction(patience=60) as session:
        session.add_all(
            Site(
                id=n, name=f"France Services {n}", department=DEPARTMENTS[n % len(DEPARTMENTS)], postal_code="46000",
                city="Cahors", address="1 rue de la République", phone="+33565000001", mail="", week=[[]] * 7,
                by_appointment=False, comment="", kind="", format="", grouping="", label="", doubts=[],
                first_listed_at=clock.now(), changed_at=clock.now(),
            )
            for n in range(1, SITES + 1)
        )  # fmt: skip


@contextmanager
def _stores() -> Iterator[None]:
    os.environ |= {"DEMONSTRATION": "1", "ALWAYS_OPEN": "1"}
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as directory:
        Path(directory).chmod(0o755)  # for root PostgreSQL runs as `nobody`, who must be able to walk in
        with embedded.stores(Path(directory)) as both:
            os.environ |= both.environment()
            settings.cache_clear()
            store.forget()
            migrations.upgrade()
            yield


if __name__ == "__main__":
    main()
