"""The real stores, for every test that wants them: started once, emptied before each.

The environment is set here, when pytest reads this file, before anything reads the settings. Ask for `database`,
`live`, or both.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from callcenter.actions import config_snapshot
from callcenter.config import settings
from callcenter.db import reading
from callcenter.demonstration import embedded
from callcenter.errors import DatabaseDown
from callcenter.live import store
from callcenter.records import beacon
from tests.support import recorder

os.environ.update({"DEMONSTRATION": "1", "SECURE_COOKIES": "0", "ALWAYS_OPEN": "1"})
for _name in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "TWILIO_API_URL"):
    os.environ.pop(_name, None)  # no test may reach a store or a carrier that somebody uses
settings.cache_clear()


@pytest.fixture(autouse=True)
def told(request: pytest.FixtureRequest) -> None:
    """What the apps answer is written down under the test's own name, which outlives a move of its file."""
    recorder.says(request.node.name)


# The append-only tables refuse to be emptied by anybody but the server's superuser, who first switches their triggers
# off; and truncating a table that is already empty is not free.
EMPTY = """
DO $$
DECLARE
    each text;
    filled text[] := '{{}}';
    has_rows boolean;
BEGIN
    FOREACH each IN ARRAY '{{{tables}}}'::text[] LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', each) INTO has_rows;
        IF has_rows THEN
            filled := filled || quote_ident(each);
        END IF;
    END LOOP;
    IF cardinality(filled) > 0 THEN
        PERFORM set_config('session_replication_role', 'replica', true);
        EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' CASCADE';
    END IF;
END $$
"""


@pytest.fixture(scope="session")
def stores() -> Iterator[embedded.Stores]:
    """PostgreSQL, empty of tables, and Valkey; the settings name them."""
    with tempfile.TemporaryDirectory(prefix="callcenter-tests-") as directory:
        Path(directory).chmod(0o755)  # for root PostgreSQL runs as `nobody`, who must be able to walk in
        with embedded.stores(Path(directory)) as both:
            os.environ.update(both.environment())
            settings.cache_clear()
            yield both


@pytest.fixture(scope="session")
def schema(stores: embedded.Stores) -> list[str]:
    """The database migrated; gives the tables that tests may fill."""
    from callcenter import migrations

    migrations.upgrade()
    with _connected(stores) as connection:
        # For `tests.support.kept.as_superuser`: by `SET ROLE` alone, since nothing is inherited.
        connection.execute(f"GRANT postgres TO {embedded.SERVICE} WITH INHERIT FALSE".encode())
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        tables = [row[0] for row in connection.execute(named)]
        return [each for each in tables if not connection.execute(f'SELECT FROM "{each}" LIMIT 1'.encode()).fetchone()]


@pytest.fixture
def database(stores: embedded.Stores, schema: list[str]) -> embedded.Server:
    """Migrated, and nothing in it."""
    with _connected(stores) as connection:
        while True:
            try:
                connection.execute(EMPTY.format(tables=",".join(schema)).encode())
                break
            except psycopg.errors.DeadlockDetected:
                continue  # a service that is running holds the tables in its own order
    _until_it_is_asked_again()
    config_snapshot.refresh()
    return stores.postgresql


def _until_it_is_asked_again() -> None:
    """A test before this one may have broken a server, and nobody asks one that has just failed."""
    for _ in range(100):
        try:
            with reading() as session:
                assert beacon.answers(session)
                return
        except DatabaseDown:
            time.sleep(0.05)
    raise AssertionError("PostgreSQL does not answer")


@pytest.fixture
def live(stores: embedded.Stores) -> embedded.Server:
    """Valkey with nothing in it, and a way to it that has seen no failure."""
    store.forget()
    store.client().flushall()
    return stores.valkey


def _connected(stores: embedded.Stores) -> psycopg.Connection:
    return psycopg.connect(stores.postgresql.url.replace("+psycopg", ""), autocommit=True)
