"""Asking by text how satisfied a citizen is; the row says whether it still wants asking."""

from typing import Any

from celery import Celery

from callcenter import clock
from callcenter.actions import satisfaction
from callcenter.jobs import Job
from ivr import text_messages


def register(app: Celery) -> list[Any]:
    """The tasks of this module, under the names that `jobs` knows."""
    return [app.task(ask, name=Job.ASK.value)]


def ask(contact_id: str) -> None:
    """Ask one citizen, once, whatever the carrier answers."""
    satisfaction.ask_by_text(contact_id, clock.now(), text_messages.satisfaction)
