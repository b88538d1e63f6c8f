"""What was promised lately: to one number, from one line, and from each pool of a destination (`rules.pools`)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.records.callbacks import Callback
from callcenter.rules.pools import Pool

DRAWN = 7_311_028  # advisory, with a calling code: one draws from its pools at a time


def promised_since(session: Session, since: datetime, *, to: bytes | None = None, asker: bytes | None = None) -> int:
    """How many promises were made since then: in all, to one number, or asked from one line, by their pseudonyms."""
    made = select(func.count()).select_from(Callback).where(Callback.promised_at >= since)
    if to is not None:
        made = made.where(Callback.number_key == to)
    if asker is not None:
        made = made.where(Callback.asker_key == asker)
    return session.scalar(made) or 0


def drawn_since(session: Session, since: datetime, code: str) -> dict[Pool, int]:
    """How many promises to a destination were drawn from each of its pools since then. Whoever counts is the only one
    to draw from them, until their transaction ends: a ceiling is never passed by two at once."""
    session.execute(select(func.pg_advisory_xact_lock(DRAWN, int(code))))
    made = select(Callback.pool, func.count()).where(Callback.destination == code, Callback.promised_at >= since)
    return {Pool(pool): count for pool, count in session.execute(made.group_by(Callback.pool))}


def all_drawn_since(session: Session, since: datetime) -> dict[tuple[str, Pool], int]:
    """The same of every destination, as a look that holds nobody up."""
    place = (Callback.destination, Callback.pool)
    made = select(*place, func.count()).where(Callback.promised_at >= since).group_by(*place)
    return {(code, Pool(pool)): count for code, pool, count in session.execute(made)}
