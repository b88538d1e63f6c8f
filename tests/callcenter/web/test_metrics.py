"""Prometheus is told what the wall shows, if it brings the token, and nobody else is."""

from collections.abc import Callable, Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from callcenter.config import settings
from tests.callcenter.web.conftest import SignIn
from tests.support.last_hour import hour
from tests.support.town import settle


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("METRICS_TOKEN", "un-jeton")
    settings.cache_clear()
    yield "un-jeton"
    monkeypatch.undo()
    settings.cache_clear()


def test_the_live_figures_are_told_to_whoever_brings_the_token(
    browser: Callable[[], TestClient], sign_in: SignIn, token: str
) -> None:
    settle("karim", department="46")
    sign_in("karim").post("/api/desk/post", json={})
    hour()
    answer = browser().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    told = {
        (sample.name.removeprefix("callcenter_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert told["calls_waiting", "46", "fr", "impots"] == 1
    assert told["longest_wait_seconds", "46", "fr", "impots"] >= 30
    assert told["agents", "46", "available"] == 1
    assert told["contacts_owed",] == 0
    assert told["last_hour_calls", "46", "answered"] == 4
    assert told["last_hour_calls", "974", "abandoned"] == 1
    assert told["last_hour_share_part", "46", "service_level"] == 3
    assert told["last_hour_share_of", "46", "service_level"] == 5


def test_without_the_token_there_is_nothing(browser: Callable[[], TestClient], token: str) -> None:
    stranger = browser()
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer autre"}):
        assert stranger.get("/metrics", headers=headers).status_code == 404


def test_without_a_token_set_there_is_nothing_either(browser: Callable[[], TestClient]) -> None:
    assert browser().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
