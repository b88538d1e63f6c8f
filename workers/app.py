"""The worker: `celery -A workers.app worker`."""

from typing import Any

from celery.signals import worker_process_init, worker_ready, worker_shutting_down

from callcenter import logs
from callcenter.actions.process_pulse import ProcessPulse
from callcenter.actions.readiness import HAND, WORKER
from callcenter.jobs import celery
from callcenter.telephone import telephone
from workers import callbacks, figures, heartbeat, nightly, satisfaction, site_texts

logs.configure()
app = celery()
app.set_default()
TASKS = tuple(
    task for each in (callbacks, figures, heartbeat, nightly, satisfaction, site_texts) for task in each.register(app)
)
telephone()  # a wrong setting stops the worker here, not in the middle of a dial
pulse = ProcessPulse(WORKER)


def _begins(**_: Any) -> None:
    pulse.start()


def _ends(**_: Any) -> None:
    pulse.stop()


def _child_begins(**_: Any) -> None:
    ProcessPulse(HAND).start()  # the children dial: that the parent lives is no sign of theirs


worker_ready.connect(_begins)
worker_process_init.connect(_child_begins)
worker_shutting_down.connect(_ends)
