"""The service reads and writes rows and owns nothing; what is append-only cannot be emptied either."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from callcenter import clock
from callcenter.config import environment
from callcenter.db import transaction
from callcenter.demonstration import embedded
from callcenter.migrations.roles import READER, SERVICE
from callcenter.records import events, sessions
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.whys import Why
from tests.support.town import settle

APPEND_ONLY = ("events", "audit")


@contextmanager
def _as(role: str, server: embedded.Server) -> Iterator[psycopg.Connection]:
    url = server.url.replace("+psycopg", "").replace("//postgres@", f"//{role}@")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def server(database: embedded.Server) -> embedded.Server:
    """With a row in each append-only table."""
    agent = settle("lea")
    with transaction() as session:
        sessions.audit(session, agent, AuditedAct.SAW_A_FULL_NUMBER, "agent", agent, clock.now())
        events.note(session, clock.now(), "agent", agent, "offline", "available", Why.TOOK_THEIR_POST, agent)
    return database


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("role", [embedded.OWNER, "postgres"])
def test_what_is_append_only_is_not_emptied_even_by_its_owner(server: embedded.Server, table: str, role: str) -> None:
    with _as(role, server) as connection:
        for truncate in (f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE", f"TRUNCATE agents, {table} CASCADE"):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(truncate.encode())
        assert connection.execute(f"SELECT FROM {table}".encode()).rowcount == 1


@pytest.mark.parametrize("role", [SERVICE, READER])
@pytest.mark.parametrize(
    "forbidden",
    [
        "TRUNCATE agents CASCADE", "TRUNCATE events", "DROP TABLE events", "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TRIGGER events_never_emptied ON events", "CREATE TABLE mine (n int)", "UPDATE events SET why = ''",
        "DELETE FROM events", "UPDATE audit SET act = ''", "SET session_replication_role = replica",
        "DELETE FROM alembic_version", "CREATE ROLE other",
    ],
)  # fmt: skip
def test_neither_service_nor_reader_may_change_what_is_kept(server: embedded.Server, role: str, forbidden: str) -> None:
    with _as(role, server) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(forbidden.encode())


def test_the_reader_reads_rows_and_nothing_sealed_or_secret(server: embedded.Server) -> None:
    with _as(READER, server) as connection:
        assert connection.execute("SELECT name, department FROM agents").fetchall() == [("Lea", "46")]
        for query in (
            "SELECT desk_phone FROM agents", "SELECT password_hash FROM agents", "SELECT token FROM staff_sessions",
            "SELECT at FROM sign_in_tries", "SELECT number_key FROM calls", "SELECT number FROM callbacks",
            "SELECT draft FROM contacts", "SELECT 1 FROM drafts", "INSERT INTO hours DEFAULT VALUES",
            "UPDATE agents SET name = ''", "DELETE FROM agents",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(query.encode())


def test_nothing_sealed_is_readable_by_the_reader_in_any_table(server: embedded.Server) -> None:
    with _as("postgres", server) as connection:
        found = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type = 'bytea' AND has_column_privilege(%s, table_name::text, column_name::text, 'select')",
            [READER],
        ).fetchall()
        assert found == []


def test_the_demonstration_and_the_tests_serve_as_the_service(server: embedded.Server) -> None:
    assert f"//{SERVICE}@" in environment()["DATABASE_URL"]
    assert embedded.SERVICE == SERVICE
    with _as("postgres", server) as connection:
        owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall()
        superusers = connection.execute("SELECT rolname FROM pg_roles WHERE rolsuper").fetchall()
    assert owners == [(embedded.OWNER,)]
    assert superusers == [("postgres",)]
