"""The worker: `celery -A workers.app worker`."""

from callcenter import logs
from callcenter.jobs import celery
from callcenter.telephone import telephone
from workers import callbacks, figures, hands, night, satisfaction, sites

logs.configure()
app = celery()
app.set_default()
TASKS = tuple(task for each in (callbacks, figures, hands, night, satisfaction, sites) for task in each.register(app))
telephone()  # a wrong setting stops the worker here, not in the middle of a dial
