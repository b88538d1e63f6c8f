"""Whether the broker keeps hints is asked of it, in a second."""

import time
from collections.abc import Iterator

import pytest

from callcenter import jobs
from callcenter.config import settings
from callcenter.demonstration import embedded
from callcenter.errors import BrokerDown
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
