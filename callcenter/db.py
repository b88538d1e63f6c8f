"""PostgreSQL: the engine, reading, and `transaction()`, the only commit.

A server that is frozen, not dead, answers nothing at all, so `statement_timeout` never fires: each unit of work
has a deadline here after which its socket is closed under it. After a failure the next callers are refused at
once for a moment instead of queueing behind a dead server.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import DateTime, Engine, create_engine, text
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import IntegrityError as Conflict
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

from callcenter import jobs
from callcenter.config import settings
from callcenter.errors import BadAnswer, DatabaseBusy, DatabaseDown, Illegible, NotFound

PATIENCE = 2.5  # seconds a unit of work may take; a voice webhook must answer within 4
__all__ = [
    "Base",
    "Conflict",
    "Session",
    "engine",
    "later",
    "may_idle",
    "reading",
    "transaction",
]  # Conflict: a constraint refused a write

COOLING = 0.5  # seconds during which nobody tries a server that has just failed
# A process that is frozen in the middle of a transaction keeps its rows from everybody: soon the server ends it.
OPTIONS = "-c statement_timeout=2000 -c lock_timeout=1000 -c idle_in_transaction_session_timeout=2500 -c timezone=UTC"


class Base(DeclarativeBase):
    """The root of every table; instants are stored with their zone."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


@lru_cache
def engine() -> Engine:
    """One pool per process; `engine.cache_clear()` after a change of DATABASE_URL."""
    return create_engine(
        settings().database_url,
        pool_size=12,
        max_overflow=8,
        pool_timeout=1,
        pool_pre_ping=False,
        pool_recycle=1800,
        hide_parameters=True,  # an error is logged without the values: some are personal
        connect_args={"connect_timeout": 2, "options": OPTIONS},
    )


@contextmanager
def transaction(patience: float = PATIENCE) -> Iterator[Session]:
    """The only commit in the code base. Jobs asked for inside leave if, and only if, it succeeds."""
    with _work(patience) as session:
        yield session
        session.commit()
    jobs.send(session.info.pop("jobs", []))


@contextmanager
def reading(patience: float = PATIENCE) -> Iterator[Session]:
    """A look at what is so; nothing is kept."""
    with _work(patience) as session:
        yield session


def may_idle(session: Session, seconds: float) -> None:
    """How long this transaction may do nothing before the server ends it, and lets others at its rows."""
    session.execute(text(f"set local idle_in_transaction_session_timeout = {round(seconds * 1000)}"))


def later(session: Session, job: jobs.Job, **what: str | int) -> None:
    """Send `job` once this transaction is committed."""
    session.info.setdefault("jobs", []).append((job, what))


class Deadlines:
    """Connections at work, and when their socket is to be closed under them."""

    def __init__(self) -> None:
        self._due: dict[int, float] = {}
        self._lock = threading.Lock()
        self._watching = False

    @contextmanager
    def over(self, descriptor: int, patience: float) -> Iterator[None]:
        """Close the socket `descriptor` if the body has not ended within `patience` seconds."""
        with self._lock:
            self._due[descriptor] = time.monotonic() + patience
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="database-deadlines", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._due.pop(descriptor, None)

    def _watch(self) -> None:
        while True:
            time.sleep(0.1)
            with self._lock:
                for descriptor in [d for d, due in self._due.items() if due < time.monotonic()]:
                    del self._due[descriptor]
                    with suppress(OSError):
                        twin = socket.socket(fileno=os.dup(descriptor))
                        twin.shutdown(socket.SHUT_RDWR)
                        twin.close()


NAMES_NOTHING = ("22P02", "22003")  # no id at all, and a number beyond any that is kept
NO_TEXT = ("22P05", "22021")  # a NUL within JSON, and bytes that are of no character
_deadlines = Deadlines()
_refusing_until = 0.0


@contextmanager
def _work(patience: float) -> Iterator[Session]:
    global _refusing_until
    if time.monotonic() < _refusing_until:
        raise DatabaseDown
    try:
        with Session(engine(), expire_on_commit=False) as session:
            descriptor = _descriptor(session)
            if patience > PATIENCE:
                may_idle(session, patience)
            with _deadlines.over(descriptor, patience):
                yield session
    except (OperationalError, InterfaceError, PoolTimeout) as failure:
        if _is_contention(failure):
            raise DatabaseBusy from failure
        _refusing_until = time.monotonic() + COOLING
        raise DatabaseDown from failure
    except DBAPIError as failure:
        if failure.connection_invalidated:
            raise DatabaseDown from failure
        sqlstate = getattr(failure.orig, "sqlstate", None)
        if sqlstate in NAMES_NOTHING:
            raise NotFound from failure
        if sqlstate in NO_TEXT:
            raise Illegible from failure
        if isinstance(failure, DataError) and sqlstate is None:  # a NUL, which the driver refuses to send
            raise BadAnswer("form") from failure
        raise


def _descriptor(session: Session) -> int:
    driver: Any = session.connection().connection.driver_connection
    return int(driver.fileno())


def _is_contention(failure: Exception) -> bool:
    """A lock or a deadlock is a colleague at work, not a dead server."""
    state = getattr(getattr(failure, "orig", None), "sqlstate", None)
    return state in {"40P01", "55P03", "40001"}
