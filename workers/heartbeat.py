"""A worker is judged alive by work done: the sweep asks for this cheap job four times a minute."""

import os
import socket
from typing import Any

from celery import Celery

from callcenter import clock
from callcenter.db import transaction
from callcenter.jobs import Job
from callcenter.records import worker_heartbeats


def register(app: Celery) -> list[Any]:
    """The tasks of this module, under the names that `jobs` knows."""
    return [app.task(ping, name=Job.PING.value)]


def ping() -> None:
    """Write down that this worker works."""
    with transaction() as session:
        worker_heartbeats.record_work(session, f"{socket.gethostname()} {os.getpid()}", clock.now())
