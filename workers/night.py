"""Tidying: sessions, typed numbers and carrier events that can matter no more."""

from typing import Any

from celery import Celery

from callcenter import clock
from callcenter.db import transaction
from callcenter.jobs import Job
from callcenter.records import carrier_events, drafts, sessions


def register(app: Celery) -> list[Any]:
    """The tasks of this module, under the names that `jobs` knows."""

    return [app.task(tidy, name=Job.TIDY.value)]


def tidy() -> None:
    """Forget what is past its use."""
    at = clock.now()
    with transaction() as session:
        for noun in (carrier_events, drafts, sessions):
            noun.tidy(session, at)
