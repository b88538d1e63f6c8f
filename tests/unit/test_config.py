"""The settings refuse the demonstration's secrets in earnest."""

from typing import Any

import pytest
from pydantic import ValidationError

from callcenter.config import PRACTICE_SECRET, Settings, as_markdown

OWN: dict[str, Any] = {"secret_key": "x" * 32, "twilio_auth_token": "f" * 32, "twilio_account_sid": "AC" + "1" * 32}


@pytest.fixture(autouse=True)
def _in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMONSTRATION", "0")


def test_with_secrets_of_its_own_the_service_starts() -> None:
    assert not Settings(**OWN).demonstration


@pytest.mark.parametrize("name", sorted(OWN))
def test_each_demonstration_secret_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValidationError, match=name.upper()):
        Settings(**{key: value for key, value in OWN.items() if key != name})


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValidationError, match="32 characters"):
        Settings(**OWN | {"secret_key": "short"})


def test_the_printed_table_names_every_setting_and_no_secret() -> None:
    table = as_markdown()
    assert all(f"`{name.upper()}`" in table for name in Settings.model_fields)
    assert PRACTICE_SECRET not in table


@pytest.mark.parametrize("safety", ["epoch", "lease", "attempt", "beacon"])
def test_a_bug_is_planted_only_in_the_demonstration(safety: str) -> None:
    with pytest.raises(ValidationError, match="PLANTED_BUG"):
        Settings(**OWN, planted_bug=safety)
    assert Settings(demonstration=True, planted_bug=safety).planted_bug == safety
