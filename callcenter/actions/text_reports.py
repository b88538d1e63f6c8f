"""What becomes of a text once the carrier has it."""

from datetime import datetime

import structlog

from callcenter.db import transaction
from callcenter.records import texts
from callcenter.records.texts import Delivery

log = structlog.get_logger()


def note_report(text_id: str, delivery: str, error_code: int | None, at: datetime) -> None:
    """The carrier says what became of a text; what we do not know of is ignored. Raises DatabaseDown."""
    if delivery not in list(Delivery):
        return
    with transaction() as session:
        news = texts.hear(session, text_id, Delivery(delivery), error_code, at)
    if news and delivery in (Delivery.UNDELIVERED, Delivery.FAILED):
        log.warning("a text did not arrive", text=text_id, error=error_code)
