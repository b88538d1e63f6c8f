"""A world that is slow to write, written once a run: the next test finds the same rows in the emptied database. And its
figures."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import text

from callcenter.db import Session, transaction
from callcenter.records.all_tables import metadata
from callcenter.records.figures import roll_up

_kept: set[str] = set()

WRITTEN = text(
    "select string_agg(quote_ident(attname), ', ') from pg_attribute"
    " where attrelid = cast(:of as regclass) and attnum > 0 and not attisdropped and attgenerated = ''"
)
"""The columns of a table that are not worked out from others."""


def once(name: str, write: Callable[[], None]) -> None:
    """What `write` puts into the empty database, by writing it or by taking what it wrote before in this process."""
    if name not in _kept:
        write()
    with transaction(60) as session:
        as_superuser(session)
        if name in _kept:
            _take(session, name)
        else:
            _keep(session, name)
            _kept.add(name)


def as_superuser(session: Session) -> None:
    """This transaction may do what the service may not, and no trigger or key is looked at, in any order of tables."""
    session.execute(text("set local role postgres"))
    session.execute(text("set local session_replication_role = replica"))


def rolled_up(at: datetime) -> None:
    """The figures of everything that has changed, as the worker brings them up to date: a few days at a time."""
    for _ in range(60):
        with transaction(60) as session:
            roll_up.roll_up(session, at)
            if not roll_up.is_marked(session):
                return
    raise AssertionError("it never ends")


def _keep(session: Session, name: str) -> None:
    session.execute(text(f"create schema kept_{name}"))
    for table in metadata.tables:
        session.execute(text(f"create table kept_{name}.{table} as table public.{table}"))


def _take(session: Session, name: str) -> None:
    for table in metadata.tables:
        written = session.scalar(WRITTEN, {"of": table})
        kept = f"insert into {table} ({written}) overriding system value select {written} from kept_{name}.{table}"  # noqa: S608 - our names
        session.execute(text(kept + " on conflict do nothing"))  # what a migration fills is there already
