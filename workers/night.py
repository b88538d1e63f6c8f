"""Tidying: what can matter no more is forgotten, after what must be known of it is written."""

from typing import Any

from celery import Celery

from callcenter import clock
from callcenter.db import transaction
from callcenter.jobs import Job
from callcenter.records import carrier_events, drafts, hands, rollups, sessions


def register(app: Celery) -> list[Any]:
    """The tasks of this module, under the names that `jobs` knows."""

    return [app.task(tidy, name=Job.TIDY.value)]


def tidy() -> None:
    """Forget what is past its use."""
    at = clock.now()
    with transaction() as session:
        for noun in (carrier_events, drafts, hands, sessions):
            noun.tidy(session, at)
    with transaction() as session:
        rollups.judge_returns(session, at)
