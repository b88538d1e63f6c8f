"""PostgreSQL: the engine, reading, and `transaction()`, the only commit.

A server that is frozen, not dead, answers nothing at all, so `statement_timeout` never fires: each unit of work
has a deadline here after which its socket is closed under it. After a server was found dead or frozen the next
callers are refused at once for a moment instead of queueing behind it. What is merely slow, or waits for a colleague's
lock, fails for whoever asked it and for nobody else: a server that lives says so itself, before our deadline.
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

from sqlalchemy import Connection, DateTime, Engine, create_engine, event, text
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import IntegrityError as Conflict
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

from callcenter import jobs, progress
from callcenter.breaker import Breaker
from callcenter.config import settings
from callcenter.errors import BadAnswer, DatabaseBusy, DatabaseDown, DatabaseSlow, Illegible, NotFound, Sentence

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
SILENT = 2.2  # seconds without an answer to one statement: one that lives would have ended it after two
ASKED = "asked"  # in a connection's notes: since when it waits for an answer
# A process that is frozen in the middle of a transaction keeps its rows from everybody: soon the server ends it.
OPTIONS = "-c statement_timeout=2000 -c lock_timeout=1000 -c idle_in_transaction_session_timeout=2500 -c timezone=UTC"


class Base(DeclarativeBase):
    """The root of every table; instants are stored with their zone."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


@lru_cache
def engine() -> Engine:
    """One pool per process; `engine.cache_clear()` after a change of DATABASE_URL."""
    made = create_engine(
        settings().database_url,
        pool_size=12,
        max_overflow=8,
        pool_timeout=1,
        pool_pre_ping=False,
        pool_recycle=1800,
        hide_parameters=True,  # an error is logged without the values: some are personal
        connect_args={"connect_timeout": 2, "options": OPTIONS},
    )
    for begins in ("before_cursor_execute", "commit"):
        event.listen(made, begins, _asks)
    event.listen(made, "after_cursor_execute", _is_answered)
    return made


def _asks(connection: Connection, *_statement: object) -> None:
    connection.info[ASKED] = time.monotonic()


def _is_answered(connection: Connection, *_statement: object) -> None:
    connection.info.pop(ASKED, None)


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


class Work:
    """One unit of work on its connection."""

    def __init__(self, session: Session) -> None:
        connection = session.connection()
        driver: Any = connection.connection.driver_connection
        self.descriptor = int(driver.fileno())
        self.cut = False
        self.unanswered = 0.0
        """Seconds for which the server owed an answer when the deadline came."""
        self._notes = connection.info

    def cut_off(self) -> None:
        """The deadline has come."""
        now = time.monotonic()
        self.cut, self.unanswered = True, now - self._notes.get(ASKED, now)


class Deadlines:
    """Connections at work, and when their socket is to be closed under them."""

    def __init__(self) -> None:
        self._due: dict[Work, float] = {}
        self._lock = threading.Lock()
        self._watching = False

    @contextmanager
    def over(self, work: "Work", patience: float) -> Iterator[None]:
        """Close the socket of `work` if the body has not ended within `patience` seconds."""
        with self._lock:
            self._due[work] = time.monotonic() + patience
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="database-deadlines", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._due.pop(work, None)

    def _watch(self) -> None:
        while True:
            time.sleep(0.1)
            with self._lock:
                for work in [each for each, due in self._due.items() if due < time.monotonic()]:
                    del self._due[work]
                    work.cut_off()
                    with suppress(OSError):
                        twin = socket.socket(fileno=os.dup(work.descriptor))
                        twin.shutdown(socket.SHUT_RDWR)
                        twin.close()


NAMES_NOTHING = ("22P02", "22003")  # no id at all, and a number beyond any that is kept
NO_TEXT = ("22P05", "22021")  # a NUL within JSON, and bytes that are of no character
CONTENTION = ("40P01", "55P03", "40001")  # a lock or a deadlock: a colleague at work
TOO_LONG = ("57014", "25P03")  # the server ended one statement, or one transaction that did nothing
_deadlines = Deadlines()
_breaker = Breaker(DatabaseDown, COOLING)


def _begin_anew() -> None:
    """A forked child (of a worker) has neither its parent's connections and locks, nor the thread that watches them."""
    global _deadlines, _breaker
    _deadlines, _breaker = Deadlines(), Breaker(DatabaseDown, COOLING)
    if engine.cache_info().currsize:
        engine().dispose(close=False)


os.register_at_fork(after_in_child=_begin_anew)


@contextmanager
def _work(patience: float) -> Iterator[Session]:
    progress.goes_on()
    _breaker.enter()
    work = None
    try:
        with Session(engine(), expire_on_commit=False) as session:
            work = Work(session)
            if patience > PATIENCE:
                may_idle(session, patience)
            with _deadlines.over(work, patience):
                yield session
    except PoolTimeout as failure:  # all connections are at work: that says nothing of the server
        raise DatabaseSlow from failure
    except DBAPIError as failure:
        refusal = _refusal(failure, work, patience)
        if refusal is None:
            raise
        if type(refusal) is DatabaseDown and _sqlstate(failure) is None:  # what says why it refuses is not dead
            _breaker.open()
        raise refusal from failure


def _refusal(failure: DBAPIError, work: Work | None, patience: float) -> Sentence | None:
    """What a failure of the database is to whoever asked; None for a fault of ours."""
    state = _sqlstate(failure)
    if state in CONTENTION:
        return DatabaseBusy()
    if state in TOO_LONG:
        return DatabaseSlow()
    if state in NAMES_NOTHING:
        return NotFound()
    if state in NO_TEXT:
        return Illegible()
    if isinstance(failure, DataError) and state is None:  # a NUL, which the driver refuses to send
        return BadAnswer("form")
    if work and work.cut:  # by us: a server that owes nothing yet, or was given longer, may well be alive
        is_frozen = patience <= PATIENCE and work.unanswered >= SILENT
        return DatabaseDown() if is_frozen else DatabaseSlow()
    is_lost = failure.connection_invalidated or isinstance(failure, (OperationalError, InterfaceError))
    return DatabaseDown() if is_lost else None


def _sqlstate(failure: DBAPIError) -> str | None:
    """What the server said; None where it said nothing."""
    state: str | None = getattr(failure.orig, "sqlstate", None)
    return state
