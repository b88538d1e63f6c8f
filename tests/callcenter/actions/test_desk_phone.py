"""A desk phone's number is judged again before each ring."""

import pytest
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.actions import agent as verbs
from callcenter.config import settings
from callcenter.errors import DeskPhoneNotCalled
from tests.support.town import settle


def test_what_is_allowed_no_more_is_rung_no_more(
    web: TestClient, luxembourg_allowed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    karim = settle("karim", phone="+35224782000")
    verbs.take_post(karim, "phone", clock.now())
    monkeypatch.setenv("DESK_PHONES_ALLOWED", "")
    settings.cache_clear()
    verbs.leave_post(karim, clock.now())
    with pytest.raises(DeskPhoneNotCalled):
        verbs.take_post(karim, "phone", clock.now())
