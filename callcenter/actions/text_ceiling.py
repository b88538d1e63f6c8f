"""How many texts may leave in an hour: one ceiling for all of them, with an alarm at half."""

from datetime import datetime, timedelta

import structlog

from callcenter.config import settings
from callcenter.db import Session, reading
from callcenter.records import texts

HOUR = timedelta(hours=1)
log = structlog.get_logger()


def may_one_leave(session: Session, at: datetime) -> bool:
    """Whether one more text may leave this hour. Asked in the transaction that writes its row: nobody else sends one
    until it ends."""
    texts.hold(session)
    sent, ceiling = texts.sent_since(session, at - HOUR), settings().texts_per_hour
    if sent >= ceiling:
        log.error("alarm: no more texts are sent this hour", ceiling=ceiling)
        return False
    if sent + 1 == -(-ceiling // 2):
        log.error("alarm: half of the texts of an hour are sent", ceiling=ceiling)
    return True


def are_spent(at: datetime) -> bool:
    """Whether none may leave now: those that wait are looked at again when some may. Raises DatabaseDown."""
    with reading() as session:
        return texts.sent_since(session, at - HOUR) >= settings().texts_per_hour
