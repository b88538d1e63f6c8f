"""What becomes of a text once the carrier has it."""

from datetime import datetime

import structlog

from callcenter.db import transaction
from callcenter.records import texts
from callcenter.rules.carrier_news import Delivery

log = structlog.get_logger()


def note_report(text_id: str, delivery: Delivery, error_code: int | None, at: datetime) -> None:
    """The carrier says what became of a text. Raises DatabaseDown."""
    with transaction() as session:
        news = texts.hear(session, text_id, delivery, error_code, at)
    if news and delivery in (Delivery.UNDELIVERED, Delivery.FAILED):
        log.warning("a text did not arrive", text=text_id, error=error_code)
