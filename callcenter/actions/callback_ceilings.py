"""How many callbacks may be promised: to one number, from one line, to each destination by its pools; and how the
ceilings of the hour stand, those of texts too, for whoever watches them."""

from datetime import datetime, timedelta

import structlog

from callcenter.actions.shared_lines import is_of_many
from callcenter.config import CALLING_CODES, settings
from callcenter.db import Session
from callcenter.errors import BadNumber, LineHadEnough, TooManyCallbacks
from callcenter.phone_number import PhoneNumber
from callcenter.records import callbacks, promises_made
from callcenter.records.texts import sent_since
from callcenter.rules import pools
from callcenter.rules.pools import Ceilings, Pool, Used

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PER_DAY = 3  # promises to one number, and from one line, in 24 hours
FROM_A_CROWD = 30  # from a line of which others wait, so that many people call from it: a care home, a town hall
log = structlog.get_logger()


def draw(
    session: Session, number: PhoneNumber, asker: bytes | None, at: datetime, *, typed: bool, silent: bool = False,
    crowded: bool = False,
) -> Pool:  # fmt: skip
    """The pool that a promise is drawn from; the last of its first half is an alarm. `asker`: the line that asks, None
    for one that withholds its number; `silent`: nobody asks, and it takes nothing from whoever will. `crowded`: the
    callback is what is offered to them because others of their line wait. Raises BadNumber for a number that had enough
    of them today, LineHadEnough, TooManyCallbacks."""
    today, code = at - DAY, pools.destination(number.e164)
    promised_today = promises_made.promised_since(session, today, to=callbacks.key(number), silent=silent)
    if promised_today >= PER_DAY:
        raise BadNumber
    if asker and not silent and _asked_enough(session, asker, today, FROM_A_CROWD if crowded else PER_DAY):
        raise LineHadEnough
    most = callbacks_of(code)
    already, lately = promises_made.drawn_within(session, HOUR, HOUR / pools.SPELLS, at, code)
    asks = {"typed": typed, "withheld": asker is None, "is_new_today": not promised_today, "silent": silent}
    pool = pools.draw(already, lately, most, **asks)
    if pool is None:
        log.error("alarm: no more callbacks are promised for now", destination=code, typed=typed)
        raise TooManyCallbacks
    for used in pools.usage(code, already | {pool: already.get(pool, 0) + 1}, most):
        if used.is_drawn_from(pool) and used.has_just_reached_half:
            log.error("alarm: half of a pool of callbacks is promised", destination=code, pool=used.pool)
    return pool


def _asked_enough(session: Session, asker: bytes, since: datetime, most: int) -> bool:
    """Whether a line asked for as many as it may; those that are listed as many people's are not bounded by it."""
    return promises_made.promised_since(session, since, asker=asker) >= most and not is_of_many(session, asker)


def callbacks_of(code: str) -> Ceilings:
    """What a deployer allows of promises an hour to one destination."""
    own = settings()
    return Ceilings(
        own.callbacks_per_hour[code],
        own.typed_callbacks_per_hour[code],
        own.second_callbacks_per_hour[code],
        own.silent_callbacks_per_hour[code],
    )


def pools_since(session: Session, since: datetime) -> tuple[Used, ...]:
    """Every pool of callbacks."""
    counts = promises_made.all_drawn_since(session, since)
    return tuple(
        used
        for code in CALLING_CODES
        for used in pools.usage(code, {pool: counts.get((code, pool), 0) for pool in Pool}, callbacks_of(code))
    )


def texts_since(session: Session, since: datetime) -> Used:
    """The texts of every kind."""
    return Used("", "texts", sent_since(session, since), settings().texts_per_hour)
