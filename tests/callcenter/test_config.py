"""The settings refuse in earnest what only a demonstration may have, and say nothing of what they refuse."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from callcenter.config import PRACTICE_SECRET, PRACTICE_TOKEN, Settings, as_markdown

OWN: dict[str, Any] = {
    "secret_key": "pTq9vWzL2mXc7RbN4kYd8sJf3hGa6uQe",
    "twilio_auth_token": "7b1f0a93c5e28d64f1093ab7c2d5e86f",
    "twilio_account_sid": "AC" + "1" * 32,
    "public_voice_url": "https://voix.example.fr",
    "public_web_url": "https://poste.example.fr",
    "secure_cookies": "1",
    "twilio_caller_id": "+33565051200",
}
DRAWN = "Zt5mK9xQ2vB7nH4cL8wR1pD6sF3gJ0yA"
SERVICE = "MG" + "a" * 32
WEAK = {
    "zeros": "0" * 32,
    "one letter": "x" * 40,
    "too short": "pTq9vWzL2mXc7RbN4kYd8sJf3hGa6uQ",
    "few characters": "abcabcbabcbacbabcbabcabcabcabcbacb",
    "a pattern": "Motdepasse12!Motdepasse12!Motdepasse12!",
    "a pattern and a bit": "password123password123password123!",
    "the alphabet": "abcdefghijklmnopqrstuvwxyz012345",
    "two rows of figures and letters": "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",
    "a keyboard": "azertyuiopqsdfghjklmwxcvbn123456",
    "words": "this-is-my-very-secret-key-for-production",
    "the practice key": PRACTICE_SECRET,
    "the practice key and a bit": PRACTICE_SECRET + "-1",
    "the practice token": PRACTICE_TOKEN,
}
MARK = "hunter2"
START = """
import os, traceback
from callcenter.config import Settings
given = dict(os.environ)
for name in Settings.model_fields:
    for value in ("hunter2", "hunter2,hunter2", "1:hunter2", "https://a:hunter2@[", '{"hunter2": 1}'):
        os.environ.clear()
        os.environ.update(given | {name.upper(): value})
        try:
            Settings()
        except Exception:
            traceback.print_exc()
"""


@pytest.fixture(autouse=True)
def _in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMONSTRATION", "0")


def test_with_secrets_of_its_own_the_service_starts() -> None:
    assert not Settings(**OWN).demonstration


@pytest.mark.parametrize("name", sorted(OWN.keys() - {"secure_cookies"}))
def test_each_demonstration_value_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValidationError, match=name.upper()):
        Settings(**{key: value for key, value in OWN.items() if key != name})


@pytest.mark.parametrize(
    "name",
    [
        "secret_key",
        "twilio_auth_token",
        "twilio_auth_token_next",
        "metrics_token",
        "twilio_shared_keys",
        "secret_keys_old",
    ],
)
@pytest.mark.parametrize("weak", sorted(WEAK))
def test_a_secret_that_somebody_made_up_is_refused_unshown(name: str, weak: str) -> None:
    listed = {"twilio_shared_keys": "one:{},two:{}", "secret_keys_old": "2:{},3:{}"}
    given = OWN | {name: listed.get(name, "{1}").format(DRAWN, WEAK[weak])}
    with pytest.raises(ValidationError, match=name.upper()) as refused:
        Settings(**given)
    assert WEAK[weak][:6] not in str(refused.value)
    assert Settings(**given | {"demonstration": True})


@pytest.mark.parametrize("draw", [lambda: secrets.token_hex(16), lambda: secrets.token_urlsafe(32)])
def test_a_secret_that_was_drawn_is_taken(draw: Callable[[], str]) -> None:
    for _ in range(200):
        assert Settings(**OWN | {"secret_key": draw(), "twilio_auth_token": draw(), "metrics_token": draw()})


@pytest.mark.parametrize("name", ["public_voice_url", "public_web_url"])
@pytest.mark.parametrize(
    "url", ["http://poste.example.fr", "poste.example.fr", "https://", "https://a:b@c.fr", "https://["]
)
def test_a_public_address_is_https(name: str, url: str) -> None:
    with pytest.raises(ValidationError, match=name.upper()):
        Settings(**OWN | {name: url})


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0", "10.0.0.5,128.0.0.0/1"])
def test_not_everybody_is_a_proxy(everybody: str) -> None:
    with pytest.raises(ValidationError, match="TRUSTED_PROXIES"):
        Settings(**OWN | {"trusted_proxies": everybody})
    assert Settings(**OWN | {"trusted_proxies": "10.0.0.0/8,2001:db8::/32"})


def test_insecure_cookies_are_refused() -> None:
    with pytest.raises(ValidationError, match="SECURE_COOKIES"):
        Settings(**OWN | {"secure_cookies": False})


def test_a_refusal_at_the_start_shows_nothing_of_what_was_given() -> None:
    environment = {"PATH": os.environ["PATH"], **{name.upper(): value for name, value in OWN.items()}}
    done = subprocess.run([sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True)
    assert done.stderr.count("ValidationError") > len(Settings.model_fields)
    assert MARK not in done.stderr
    assert not [name for name in ("secret_key", "twilio_auth_token") if OWN[name][8:18] in done.stderr]


def test_the_apps_too_are_silent_about_it() -> None:
    for app in ("callcenter.web.app", "ivr.app", "callcenter.sweep", "workers.app"):
        environment = {"PATH": os.environ["PATH"], "SECRET_KEY": MARK * 2, "TWILIO_AUTH_TOKEN": MARK * 4}
        command = [sys.executable, "-c", f"import {app}; from callcenter.config import settings; settings()"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert "SECRET_KEY" in done.stderr
        assert MARK not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("desk_phones_allowed", "+352,12"), ("secret_keys_old", "abc"), ("secret_keys_old", f"999:{DRAWN}"),
     ("trusted_proxies", "here"),
     ("relay_numbers", "+33565051234,0565051235"), ("relay_numbers", "+336")],
)  # fmt: skip
def test_lists_are_read_at_the_start(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**OWN | {name: value})


def test_the_printed_table_names_every_setting_and_no_secret() -> None:
    table = as_markdown()
    assert all(f"`{name.upper()}`" in table for name in Settings.model_fields)
    assert PRACTICE_SECRET not in table


@pytest.mark.parametrize("safety", ["epoch", "lease", "attempt", "beacon", "handover"])
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
@pytest.mark.parametrize("number", ["0565051200", "33565051200", "+33 5 65 05 12 00", "+0565051200", "France", "MG12",
                                    "+3356505120", "+99912345678", "+335650512000"])  # fmt: skip
def test_what_is_no_number_in_full_is_refused_by_name(name: str, number: str) -> None:
    with pytest.raises(ValidationError, match=f"{name.upper()}.*E.164"):
        Settings(**OWN | {name: number})
    with pytest.raises(ValidationError, match=f"{name.upper()}.*E.164"):
        Settings(**OWN | {name: number, "demonstration": True})


@pytest.mark.parametrize("base", ["http://api.twilio.com", "api.twilio.com", "https://", "https://a:b@api.twilio.com"])
def test_the_carrier_is_told_the_token_over_https_alone(base: str) -> None:
    with pytest.raises(ValidationError, match="TWILIO_API_URL: https"):
        Settings(**OWN, twilio_api_url=base)
    assert Settings(**OWN, twilio_api_url="https://api.dublin.ie1.twilio.com").twilio_api_url


@pytest.mark.parametrize("account", ["", "SK" + "b" * 32, "AC12", "AC" + "g" * 32])
def test_an_account_is_written_as_the_carrier_does(account: str) -> None:
    with pytest.raises(ValidationError, match="TWILIO_ACCOUNT_SID: AC"):
        Settings(**OWN | {"twilio_account_sid": account})


def test_an_api_key_is_whole_or_absent() -> None:
    sid = "SK" + "b" * 32
    assert Settings(**OWN, twilio_api_key_sid=sid, twilio_api_key_secret=DRAWN).twilio_api_key_sid == sid
    for half in ({"twilio_api_key_sid": sid}, {"twilio_api_key_secret": DRAWN}):
        with pytest.raises(ValidationError, match="both or neither"):
            Settings(**OWN | half)
    with pytest.raises(ValidationError, match="TWILIO_API_KEY_SID: SK"):
        Settings(**OWN, twilio_api_key_sid="AC" + "b" * 32, twilio_api_key_secret=DRAWN)


@pytest.mark.parametrize("listed", ["secret-alone", "id:", ":secret", "id:secret,other"])
def test_a_shared_key_has_a_name_and_a_secret(listed: str) -> None:
    with pytest.raises(ValidationError, match="TWILIO_SHARED_KEYS"):
        Settings(**OWN | {"twilio_shared_keys": listed})


def test_shared_keys_are_known_by_their_names() -> None:
    own = Settings(**OWN, twilio_shared_keys=f"one:first:{DRAWN}, two:{DRAWN}")
    assert own.shared_keys == {"one": f"first:{DRAWN}", "two": DRAWN}
