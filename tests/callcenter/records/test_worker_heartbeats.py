"""Workers are judged alive by work done, and a broker that is away costs nobody anything."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from callcenter import clock, config, jobs
from callcenter.actions import healing
from tests.support.ports import free_port
from workers import heartbeat


@pytest.fixture
def broker_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{free_port()}/1")
    for remembered in (config.settings, jobs.celery):
        remembered.cache_clear()
    yield
    monkeypatch.undo()
    for remembered in (config.settings, jobs.celery):
        remembered.cache_clear()


@pytest.mark.usefixtures("database")
def test_who_has_done_no_job_for_minutes_is_not_at_work() -> None:
    assert not healing.watch_workers(clock.now())
    heartbeat.ping()
    assert healing.watch_workers(clock.now())
    assert not healing.watch_workers(clock.now() + timedelta(minutes=4))


@pytest.mark.usefixtures("broker_away")
def test_a_broker_that_is_away_is_asked_once_and_not_for_every_hint() -> None:
    with capture_logs() as said:
        jobs.send((jobs.Job.PING, {}) for _ in range(50))
    assert [entry["event"] for entry in said] == ["a hint could not be sent"]
