"""Tidying: what can matter no more is forgotten, after what must be known of it is written."""

import time
from typing import Any

from celery import Celery

from callcenter import clock
from callcenter.db import transaction
from callcenter.jobs import Job
from callcenter.records import (
    agents,
    carrier_events,
    drafts,
    password_links,
    persons,
    pulses,
    sessions,
    site_texts,
    staff_messages,
    texts,
    tries,
    worker_heartbeats,
)
from callcenter.records.figures import roll_up

AT_ONCE = 1_000  # contacts erased in one transaction
LONGEST = 6.0  # seconds for one transaction, of the 20 a task may take
ENOUGH = 8.0  # seconds after which the rest is left to the next hint


def register(app: Celery) -> list[Any]:
    """The tasks of this module, under the names that `jobs` knows."""

    return [app.task(tidy, name=Job.TIDY.value)]


def tidy() -> None:
    """Forget what is past its use, and erase what is past its age; what is left over is the next hour's."""
    at, began = clock.now(), time.monotonic()
    with transaction() as session:
        for noun in (
            carrier_events,
            drafts,
            password_links,
            worker_heartbeats,
            pulses,
            sessions,
            site_texts,
            staff_messages,
            texts,
            tries,
        ):
            noun.tidy(session, at)
    with transaction() as session:
        roll_up.judge_returns(session, at)  # before the numbers that say it are gone
    with transaction() as session:
        agents.forget_closed(session, at)
        agents.forget_visits(session, at)
    while time.monotonic() - began < ENOUGH:
        with transaction(LONGEST) as session:
            if not persons.erase_old(session, at, AT_ONCE):
                return
