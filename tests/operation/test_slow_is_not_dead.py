"""A slow query fails for whoever asked it; only a server that is dead or frozen is down for everybody."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from sqlalchemy import text

from callcenter.db import Session, engine, reading
from callcenter.demonstration import embedded
from callcenter.errors import DatabaseBusy, DatabaseDown, DatabaseSlow, StoreDown
from tests.support.freezing import frozen
from tests.support.patience import until

POOL = 20
pytestmark = pytest.mark.usefixtures("database")


def answers() -> bool:
    with reading() as session:
        return bool(session.scalar(text("select 1")) == 1)


def sleeps(seconds: float, times: int = 1) -> Callable[[], None]:
    def asks() -> None:
        with reading() as session:
            for _ in range(times):
                session.execute(text(f"select pg_sleep({seconds})"))

    return asks


@contextmanager
def locked(row: str) -> Iterator[None]:
    with engine().connect() as other:
        other.execute(text(row))
        yield
        other.rollback()


def test_a_statement_that_is_too_slow_is_slow_for_its_asker_alone() -> None:
    with pytest.raises(DatabaseSlow):
        sleeps(30)()
    assert answers()


def test_many_statements_that_are_too_slow_together_are_slow_for_their_asker_alone() -> None:
    with pytest.raises(DatabaseSlow):
        sleeps(0.9, times=30)()
    assert answers()


def test_a_pool_that_is_all_at_work_is_no_dead_server() -> None:
    ready = Barrier(POOL + 1)

    def holds() -> None:
        with engine().connect() as connection:
            connection.execute(text("select 1"))
            ready.wait(60)
            ready.wait(60)

    with ThreadPoolExecutor(POOL) as threads:
        holding = [threads.submit(holds) for _ in range(POOL)]
        ready.wait(60)
        with pytest.raises(DatabaseSlow):
            answers()
        ready.wait(60)
        for each in holding:
            each.result()
    assert answers()


def test_a_lock_is_a_colleague_at_work() -> None:
    with locked("select pg_advisory_lock(4321)"):
        with pytest.raises(DatabaseBusy), reading() as session:
            session.execute(text("select pg_advisory_xact_lock(4321)"))
        assert answers()


def test_one_connection_that_the_server_ends_is_no_dead_server() -> None:
    def ends_itself(session: Session) -> None:
        session.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DatabaseDown), reading() as session:
        ends_itself(session)
    assert answers()


def test_a_frozen_server_is_waited_for_and_then_asked_by_nobody_for_a_moment(stores: embedded.Stores) -> None:
    assert answers()
    with frozen(stores.postgresql):
        with pytest.raises(DatabaseDown) as waited_for:
            answers()
        assert not isinstance(waited_for.value, DatabaseBusy)
        assert waited_for.value.__cause__ is not None
        with pytest.raises(DatabaseDown) as at_once:
            answers()
        assert at_once.value.__cause__ is None, "it was asked"
    until(_answers_again, "PostgreSQL does not answer")


def _answers_again() -> bool:
    try:
        return answers()
    except StoreDown:
        return False
