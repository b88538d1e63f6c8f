"""Celery, as messenger: the app, and the names of the jobs.

A message is a hint, never a promise: it says "dial attempt 42", and the promise is attempt 42's row. A hint that
cannot be sent is logged and swallowed, because the sweep finds the row. No `countdown`, no `eta`, no retry: on
Redis those lose and double work.
"""

import time
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

import redis
import structlog
from celery import Celery
from redis.backoff import NoBackoff
from redis.retry import Retry

from callcenter.config import settings
from callcenter.errors import BrokerDown

log = structlog.get_logger()
SILENCE = 1.0  # seconds: a broker that took longer to fail is frozen or cut off, not merely restarting
SHORT_REST, LONG_REST = 0.5, 10.0  # seconds without a hint after a failure; a frozen one costs 5 s each time
_left_alone_until = 0.0
ANSWERS_WITHIN = 1.0  # seconds
KEEPS = "callcenter.keeps"  # what the broker is asked to keep for a moment, to see whether it does


class Job(StrEnum):
    """Each has one task in `workers/`."""

    DIAL = "callbacks.dial"
    TEXT = "callbacks.text"
    SITES = "sites.text"
    PING = "hands.ping"
    ASK = "satisfaction.ask"
    ROLL_UP = "figures.roll_up"
    TIDY = "night.tidy"


@lru_cache
def celery() -> Celery:
    """The app, with the settings that lost nothing in 102 faults (`promises.md`)."""
    app = Celery("callcenter", broker=settings().celery_broker_url)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        task_soft_time_limit=20,
        task_time_limit=30,
        task_serializer="json",
        accept_content=["json"],
        task_publish_retry=False,
        broker_connection_max_retries=None,
        broker_connection_retry_on_startup=True,
        worker_soft_shutdown_timeout=10,
        worker_hijack_root_logger=False,
        broker_transport_options={
            "visibility_timeout": 120,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "health_check_interval": 10,
        },
    )
    return app


def answers() -> None:
    """Ask the broker to keep a word, as it must keep hints. Raises BrokerDown: it is gone, frozen or full."""
    try:
        _broker().set(KEEPS, "", px=1_000)
    except redis.RedisError as failure:
        raise BrokerDown from failure


@lru_cache
def _broker() -> redis.Redis:
    return redis.Redis.from_url(
        settings().celery_broker_url,
        socket_timeout=ANSWERS_WITHIN,
        socket_connect_timeout=ANSWERS_WITHIN,
        retry=Retry(NoBackoff(), 0),
    )


def send(asked: Iterable[tuple[Job, Mapping[str, str | int]]]) -> None:
    """Hand the hints to the broker; they are stale after a minute, and the sweep sends them anew. A broker that has
    just failed is left alone: nobody waits for its silence more than once in a while."""
    global _left_alone_until
    for job, what in asked:
        began = time.monotonic()
        if began < _left_alone_until:
            return
        try:
            celery().send_task(job.value, kwargs=dict(what), expires=60)
        except Exception as failure:  # the broker's library raises many kinds, and none may stop a verb that is done
            now = time.monotonic()
            _left_alone_until = now + (LONG_REST if now - began > SILENCE else SHORT_REST)
            log.warning("a hint could not be sent", job=job.value, failure=type(failure).__name__)
