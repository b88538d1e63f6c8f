"""Rolling up the figures: the hint says only that it is time; the trail and the marked days say what changed."""

import time
from typing import Any

from celery import Celery

from callcenter import clock
from callcenter.db import transaction
from callcenter.jobs import Job
from callcenter.records.figures import roll_up as roll_up_figures

LONGEST = 12.0  # seconds for one transaction, of the 20 a task may take
ENOUGH = 5.0  # seconds after which the rest is left to the next hint


def register(app: Celery) -> list[Any]:
    """The tasks of this module, under the names that `jobs` knows."""
    return [app.task(roll_up, name=Job.ROLL_UP.value)]


def roll_up() -> None:
    """Bring the figures up to date, a few days at a time."""
    began, more = time.monotonic(), True
    while more and time.monotonic() - began < ENOUGH:
        with transaction(LONGEST) as session:
            roll_up_figures.roll_up(session, clock.now())
            more = roll_up_figures.is_marked(session)
