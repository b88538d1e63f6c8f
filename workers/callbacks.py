"""Dialling callbacks: the hint says which acceptance of which call; the rows say whether it still counts."""

from typing import Any

from celery import Celery

from callcenter import clock
from callcenter.actions import callback
from callcenter.jobs import Job


def register(app: Celery) -> list[Any]:
    """The tasks of this module, under the names that `jobs` knows."""

    return [app.task(dial, name=Job.DIAL.value)]


def dial(call_id: str, epoch: int) -> None:
    """Dial the citizen of this call for the agent who is in its room."""
    callback.dials(call_id, epoch, clock.now())
