"""A service of one's own, to break: real stores, real processes, the practice carrier; telephone time is faster."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from callcenter import clock, config, migrations
from callcenter.actions import agent
from callcenter.db import engine, reading
from callcenter.demonstration import embedded
from callcenter.errors import StoreDown
from callcenter.live import store
from callcenter.records import offers
from callcenter.records.offers import Offer
from callcenter.telephone import telephone
from ivr import twilio
from ivr.practice.telephones import PracticeLine
from tests.support import cast
from tests.support.freezing import family
from tests.support.town import settle

KARIM = "+33565000001"
PEOPLE = ("agents", "contacts", "calls", "callbacks", "drafts", "events", "carrier_events")
PATIENCE = 60.0  # seconds for the service to come to itself again on a busy machine


@dataclass(frozen=True)
class Town:
    """The running service, its stores, and Karim, who is at his post in this process."""

    service: cast.Service
    stores: embedded.Stores
    line: PracticeLine
    karim: str

    def rows(self, query: str, *values: str) -> list[tuple[object, ...]]:
        """`query` has %s for each of `values`."""
        with psycopg.connect(self.stores.postgresql.url.replace("+psycopg", "")) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def offer(self) -> Offer | None:
        """What Karim's page shows, after a heartbeat."""
        agent.beat(self.karim, clock.now())
        with reading() as session:
            return offers.open_of_agent(session, self.karim)

    def is_(self, state: str) -> bool:
        return self.rows("select state from agents where login = 'karim'") == [(state,)]


def until(happens: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Waits for something that the service does by itself; a store may still be away."""
    deadline = time.monotonic() + patience
    while True:
        try:
            if happens():
                return
        except (StoreDown, psycopg.OperationalError):
            pass
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[cast.Service, embedded.Stores]]:
    """Started once; the settings of this process are those of the service, and then what they were."""
    directory = tmp_path_factory.mktemp("stores")
    for part in (directory, *directory.parents[:2]):
        part.chmod(0o755)  # for root PostgreSQL runs as `nobody`, who must be able to walk in
    before = dict(os.environ)
    with embedded.stores(Path(directory)) as both:
        os.environ.update(both.environment())
        forget()
        migrations.upgrade()
        with cast.service(both.environment(), tmp_path_factory.mktemp("logs")) as service:
            os.environ.update(TWILIO_API_URL=service.carrier, PUBLIC_VOICE_URL=service.voice, MONITORING="1")
            forget()
            yield service, both
        engine().dispose()
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)
    forget()


@pytest.fixture(scope="module")
def town(running: tuple[cast.Service, embedded.Stores]) -> Town:
    """The service with nobody in it but Karim, at his post with a desk phone that answers and presses 1."""
    service, both = running
    line = service.line().faults().registers("default", "answer_and_press_1")
    for call in line.live():
        line.ask("POST", f"/calls/{call['sid']}/hangup", {})
    until(lambda: empties(both.postgresql))  # the running service may hold a table the other way round
    until(lambda: bool(store.client().flushall()))
    karim = settle("karim", phone=KARIM)
    agent.take_post(karim, "phone", clock.now())
    return Town(service, both, line, karim)


def empties(server: embedded.Server) -> bool:
    with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")  # or the trail would refuse
        connection.execute(f"TRUNCATE {', '.join(PEOPLE)} CASCADE".encode())
    return True


def forget() -> None:
    """This process looks its settings up again, and everything that was made of them."""
    for remembered in (config.settings, engine, telephone, twilio._client):
        remembered.cache_clear()
    store.forget()


@contextmanager
def dead(server: embedded.Server) -> Iterator[None]:
    """All its processes are killed outright, as with their machine; at the end it is started again."""
    everyone = family(server)
    for process in everyone:
        process.kill()
    psutil.wait_procs(everyone)
    server.process.wait()
    try:
        yield
    finally:
        assert server.revive()
