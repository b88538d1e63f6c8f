"""The settings refuse the demonstration's secrets in earnest."""

from typing import Any

import pytest
from pydantic import ValidationError

from callcenter.config import PRACTICE_SECRET, Settings, as_markdown

OWN: dict[str, Any] = {
    "secret_key": "x" * 32,
    "twilio_auth_token": "f" * 32,
    "twilio_account_sid": "AC" + "1" * 32,
    "twilio_caller_id": "+33565051200",
}
SERVICE = "MG" + "a" * 32


@pytest.fixture(autouse=True)
def _in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMONSTRATION", "0")


def test_with_secrets_of_its_own_the_service_starts() -> None:
    assert not Settings(**OWN).demonstration


@pytest.mark.parametrize("name", ["secret_key", "twilio_account_sid", "twilio_auth_token"])
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


def test_each_number_has_its_own_purpose() -> None:
    own = Settings(**OWN, texts=True, twilio_text_sender="+33757050010")
    assert (own.twilio_number, own.caller_id, own.text_sender) == ("+33800000000", "+33565051200", "+33757050010")
    assert Settings(**OWN, texts=True, twilio_text_sender=SERVICE).text_sender == SERVICE


def test_without_settings_of_their_own_calls_and_texts_come_from_the_national_number() -> None:
    own = Settings(**OWN | {"twilio_caller_id": "", "twilio_number": "+33970701230"})
    assert own.caller_id == own.text_sender == "+33970701230"


@pytest.mark.parametrize("shown", ["", "+33800123456", "+33806001234", "+33899001234", "+33820123456", "+18005551234"])
def test_a_number_that_operators_cut_is_no_caller_id(shown: str) -> None:
    with pytest.raises(ValidationError, match="TWILIO_CALLER_ID: a toll-free"):
        Settings(**OWN | {"twilio_caller_id": shown})
    assert Settings(demonstration=True, twilio_caller_id=shown).caller_id == (shown or "+33800000000")


@pytest.mark.parametrize("sender", ["", "+33800123456", "+33806001234"])
def test_a_number_that_sends_no_texts_is_refused_where_texts_are_on(sender: str) -> None:
    with pytest.raises(ValidationError, match="TWILIO_TEXT_SENDER: a toll-free"):
        Settings(**OWN, texts=True, twilio_text_sender=sender)
    assert not Settings(**OWN, twilio_text_sender=sender).texts


@pytest.mark.parametrize("name", ["twilio_number", "twilio_caller_id", "twilio_text_sender"])
@pytest.mark.parametrize("number", ["0565051200", "33565051200", "+33 5 65 05 12 00", "+0565051200", "France", "MG12"])
def test_what_is_no_number_in_full_is_refused_by_name(name: str, number: str) -> None:
    with pytest.raises(ValidationError, match=f"{name.upper()}.*E.164"):
        Settings(**OWN | {name: number})
    with pytest.raises(ValidationError, match=f"{name.upper()}.*E.164"):
        Settings(**OWN | {name: number, "demonstration": True})


def test_an_api_key_is_whole_or_absent() -> None:
    sid = "SK" + "b" * 32
    assert Settings(**OWN, twilio_api_key_sid=sid, twilio_api_key_secret="s").twilio_api_key_sid == sid
    for half in ({"twilio_api_key_sid": sid}, {"twilio_api_key_secret": "s"}):
        with pytest.raises(ValidationError, match="both or neither"):
            Settings(**OWN | half)
    with pytest.raises(ValidationError, match="TWILIO_API_KEY_SID: SK"):
        Settings(**OWN, twilio_api_key_sid="AC" + "b" * 32, twilio_api_key_secret="s")


@pytest.mark.parametrize("listed", ["secret-alone", "id:", ":secret", "id:secret,other"])
def test_a_shared_key_has_a_name_and_a_secret(listed: str) -> None:
    with pytest.raises(ValidationError, match="TWILIO_SHARED_KEYS"):
        Settings(**OWN | {"twilio_shared_keys": listed})


def test_shared_keys_are_known_by_their_names() -> None:
    own = Settings(**OWN, twilio_shared_keys="one:first:with:colons, two:second")
    assert own.shared_keys == {"one": "first:with:colons", "two": "second"}
