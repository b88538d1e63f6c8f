"""Dialling callbacks, and the text when nobody was reached: a hint says which row; the row says whether it still
counts."""

import time
from datetime import timedelta
from typing import Any

import structlog
from celery import Celery

from callcenter import clock
from callcenter.actions import callback_due
from callcenter.actions import dial as dialling
from callcenter.config import settings
from callcenter.errors import StoreDown
from callcenter.jobs import Job
from callcenter.live import budget
from ivr import text_messages

log = structlog.get_logger()
PATIENCE = 5.0  # seconds a worker waits for its turn to dial; the sweep gives the hint again
SHORT = 1.5  # seconds of waiting of which nobody is told


def register(app: Celery) -> list[Any]:
    """The tasks of this module, under the names that `jobs` knows."""
    return [app.task(dial, name=Job.DIAL.value), app.task(text, name=Job.TEXT.value)]


def dial(call_id: str, epoch: int) -> None:
    """Dial the citizen of this call, in its turn, for the agent who is in its room."""
    try:
        if not dialling.is_wanted(call_id, epoch):
            return
        turn = budget.dial(clock.now().timestamp(), settings().dials_per_second, PATIENCE)
        if turn.wait > SHORT:
            dialling.note_turn(call_id, epoch, clock.now() + timedelta(seconds=turn.wait))
        if not turn.taken:
            return
        time.sleep(turn.wait)
        dialling.dial_citizen(call_id, epoch, clock.now())
    except StoreDown as failure:
        log.warning("a dial is left to the next hint", call=call_id, failure=type(failure).__name__)


def text(callback_id: str) -> None:
    """Tell a citizen in writing that they were not reached; once, whatever the carrier answers."""
    callback_due.send_text(callback_id, clock.now(), text_messages.not_reached)
