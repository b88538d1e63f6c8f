"""What was promised lately: to one number, from one line, and from each pool of a destination (`rules.pools`)."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.records.callbacks import Callback
from callcenter.rules.callbacks import Source
from callcenter.rules.pools import Pool

DRAWN = 7_311_028  # advisory, with a calling code: one draws from its pools at a time


def promised_since(
    session: Session, since: datetime, *, to: bytes | None = None, asker: bytes | None = None, silent: bool = False
) -> int:
    """How many promises were made since then: in all, to one number, or asked from one line, by their pseudonyms; with
    `silent` those that nobody asked for are counted too."""
    made = select(func.count()).select_from(Callback).where(Callback.promised_at >= since)
    if not silent:
        made = made.where(Callback.source != Source.SILENCE)
    if to is not None:
        made = made.where(Callback.number_key == to)
    if asker is not None:
        made = made.where(Callback.asker_key == asker)
    return session.scalar(made) or 0


def drawn_within(
    session: Session, span: timedelta, spell: timedelta, at: datetime, code: str
) -> tuple[dict[Pool, int], dict[Pool, int]]:
    """How many promises to a destination were drawn from each of its pools within a span of time before `at`, and
    within the shorter `spell`. Whoever counts is the only one to draw from them, until their transaction ends: a
    ceiling is never passed by two at once."""
    session.execute(select(func.pg_advisory_xact_lock(DRAWN, int(code))))
    lately = func.count().filter(Callback.promised_at > at - spell)
    made = select(Callback.pool, func.count(), lately).where(
        Callback.destination == code, Callback.promised_at >= at - span
    )
    counted = [(Pool(pool), whole, part) for pool, whole, part in session.execute(made.group_by(Callback.pool))]
    return {pool: whole for pool, whole, _ in counted}, {pool: part for pool, _, part in counted}


def all_drawn_since(session: Session, since: datetime) -> dict[tuple[str, Pool], int]:
    """The same of every destination, as a look that holds nobody up."""
    place = (Callback.destination, Callback.pool)
    made = select(*place, func.count()).where(Callback.promised_at >= since).group_by(*place)
    return {(code, Pool(pool)): count for code, pool, count in session.execute(made)}
