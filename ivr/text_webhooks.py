"""What the carrier tells of texts: one that came to us, and what became of ours."""

from starlette.routing import Route

from callcenter.actions import satisfaction, text_reports
from callcenter.clock import now
from ivr import addresses
from ivr.webhook import CarrierRequest, Webhook, take_no_notice

NO_ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


async def replied(request: CarrierRequest) -> bytes:
    """A text came to our number."""
    await request.decided(satisfaction.record_reply, request.from_, request.written, now())
    return NO_ANSWER


async def delivery(request: CarrierRequest) -> None:
    """What became of a text of ours."""
    news = request.text
    if news.delivery:
        await request.decided(
            text_reports.note_report, request.own(addresses.TEXT_ID), news.delivery, news.error, now()
        )


def _no_answer(_request: CarrierRequest) -> bytes:
    return NO_ANSWER


routes = [
    Route(path, Webhook(answer, otherwise=otherwise), methods=["POST"])
    for path, answer, otherwise in (
        (addresses.TEXT, replied, _no_answer),
        (addresses.TEXT_STATUS, delivery, take_no_notice),
    )
]
