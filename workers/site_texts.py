"""Sending a caller the sites of their department in writing; the row says whether it is still to be sent."""

from typing import Any

from celery import Celery

from callcenter import clock
from callcenter.actions import site_texts
from callcenter.jobs import Job
from ivr import text_messages


def register(app: Celery) -> list[Any]:
    """The tasks of this module, under the names that `jobs` knows."""
    return [app.task(text, name=Job.SITES.value)]


def text(text_id: str) -> None:
    """Write to one caller, once, whatever the carrier answers."""
    site_texts.send_text(text_id, clock.now(), text_messages.sites)
