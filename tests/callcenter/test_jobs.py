"""Whether the broker keeps hints is asked of it, in a second; a hint that it does not keep stops nothing."""

import time
from collections.abc import Iterator

import pytest
import redis

from callcenter import jobs
from callcenter.config import settings
from callcenter.demonstration import embedded
from callcenter.errors import BrokerDown
from callcenter.jobs import Job
from tests.support.freezing import frozen
from tests.support.ports import free_port


@pytest.fixture
def broker(live: embedded.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[embedded.Server]:
    monkeypatch.setenv("CELERY_BROKER_URL", f"{live.url}/1")
    _afresh()
    yield live
    monkeypatch.undo()
    _afresh()


def _afresh() -> None:
    settings.cache_clear()
    jobs._broker.cache_clear()
    jobs.celery.cache_clear()
    jobs._left_alone_until = 0.0


def test_a_broker_that_is_frozen_is_told_within_two_seconds(broker: embedded.Server) -> None:
    jobs.answers()
    began = time.monotonic()
    with frozen(broker), pytest.raises(BrokerDown):
        jobs.answers()
    assert time.monotonic() - began < 2 * jobs.ANSWERS_WITHIN + 1
    jobs.answers()


def test_one_that_is_dead_is_told(broker: embedded.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")
    _afresh()
    with pytest.raises(BrokerDown):
        jobs.answers()


def test_a_hint_that_the_broker_refuses_stops_nothing_and_later_ones_are_sent(broker: embedded.Server) -> None:
    kept = redis.Redis.from_url(f"{broker.url}/1")
    kept.set("celery", "no list")
    jobs.send([(Job.DIAL, {"attempt_id": "1"}), (Job.DIAL, {"attempt_id": "2"})])
    jobs.answers()  # it keeps other things: only the hint was refused
    kept.delete("celery")
    jobs.send([(Job.DIAL, {"attempt_id": "3"})])
    assert kept.llen("celery") == 0  # left alone for a moment
    time.sleep(jobs.SHORT_REST + 0.1)
    jobs.send([(Job.DIAL, {"attempt_id": "4"})])
    assert kept.llen("celery") == 1
