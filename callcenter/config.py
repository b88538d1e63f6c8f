"""The settings: the only reader of the environment.

`python -m callcenter.config` prints the table that the README shows.
"""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from callcenter.own_numbers import is_a_number, is_nobodys_own
from callcenter.secret_strength import weakness

Network = IPv4Network | IPv6Network
MOST_PROXIES = {4: 2**24, 6: 2**96}
"""Addresses of the widest network that may be believed about who asks: 10.0.0.0/8, a provider's block."""
LogLevel = Literal["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"]

PRACTICE_SECRET = "practice-secret-practice-secret-practice"
PRACTICE_ACCOUNT = "AC" + "0" * 32
PRACTICE_TOKEN = "0123456789abcdef0123456789abcdef"
MESSAGING_SERVICE = re.compile(r"MG[0-9a-f]{32}")
API_KEY = re.compile(r"SK[0-9a-f]{32}")
ACCOUNT = re.compile(r"AC[0-9a-f]{32}")
CALLING_CODES = ("+33", "+262", "+508", "+590", "+594", "+596", "+681", "+687", "+689")


def per_destination(metropolitan: int, reunion_mayotte: int, larger: int, small: int) -> dict[str, int]:
    """A ceiling for each calling code, sized by who lives there."""
    sizes = {"+262": reunion_mayotte, "+508": small, "+681": small}
    return {code: sizes.get(code, larger) for code in CALLING_CODES} | {"+33": metropolitan}


PerDestination = Annotated[dict[str, Annotated[int, Field(ge=0)]], NoDecode]


class Settings(BaseSettings):
    """Every choice a deployer makes. Times are in seconds unless a name says otherwise."""

    # A refusal at the start is written to logs: it names the setting and never shows what it holds.
    model_config = SettingsConfigDict(env_prefix="", extra="ignore", hide_input_in_errors=True)

    demonstration: bool = Field(
        default=False, description="set by `callcenter up` on embedded stores; allows the practice secrets"
    )

    database_url: str = Field(default="", description="PostgreSQL 15 or later; empty: an embedded server")
    migrate_database_url: str = Field(
        default="",
        description="the same database as the role that owns the tables, for `callcenter migrate` alone; "
        "empty: DATABASE_URL",
    )
    redis_url: str = Field(
        default="", description="Redis 7.2 / Valkey 8 or later, for the live index; empty: an embedded server"
    )
    celery_broker_url: str = Field(default="", description="Redis for Celery's messages, its own database or server")

    public_voice_url: str = Field(
        default="http://127.0.0.1:8001",
        description="where the carrier reaches the voice app; signatures are checked against it",
    )
    public_web_url: str = Field(
        default="http://127.0.0.1:8000", description="where staff open the desk; the Origin every form must come from"
    )

    telephone: str = Field(default="ivr.twilio:Twilio", description="the keeper of the telephone port, `module:name`")
    twilio_account_sid: str = Field(default=PRACTICE_ACCOUNT, description="the carrier's account")
    twilio_auth_token: SecretStr = Field(
        default=SecretStr(PRACTICE_TOKEN),
        description="signs webhooks, and REST requests where there is no API key; of the region of `TWILIO_API_URL`",
    )
    twilio_auth_token_next: SecretStr | None = Field(default=None, description="a second token accepted while rotating")
    twilio_shared_keys: SecretStr = Field(
        default=SecretStr(""),
        description="keys that sign webhooks in place of the token, as `id:secret`, separated by commas",
    )
    twilio_api_key_sid: str = Field(
        default="", description="an API key (`SK…`) for REST requests in place of the token, of the same region"
    )
    twilio_api_key_secret: SecretStr = Field(default=SecretStr(""), description="the secret of that API key")
    twilio_api_url: str = Field(
        default="",
        description="the carrier's REST base; empty: Twilio's own, in the United States; Ireland: "
        "`https://api.dublin.ie1.twilio.com`",
    )
    twilio_number: str = Field(default="+33800000000", description="the national number, E.164: the one citizens dial")
    twilio_caller_id: str = Field(
        default="",
        description="the number that called citizens, agents and supervisors see, E.164 and of the account, not a "
        "toll-free or 08 one; empty: the national number",
    )
    twilio_text_sender: str = Field(
        default="",
        description="who texts come from: a number that takes them, E.164, or a messaging service (`MG…`); empty: the "
        "national number",
    )

    secret_key: SecretStr = Field(
        default=SecretStr(PRACTICE_SECRET), description="at least 32 characters; seals numbers and sessions"
    )
    secret_key_id: int = Field(default=1, ge=1, le=255, description="written beside each sealed number, for rotation")
    secret_keys_old: str = Field(default="", description="earlier keys as `id:key`, separated by commas")
    secure_cookies: bool = Field(
        default=True, description="`__Host-` cookies; only the demonstration over plain HTTP turns it off"
    )

    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(),
        description="addresses or networks of the proxies in front of the webs, separated by commas; what they say of "
        "who asks (`X-Forwarded-For`) is believed from them alone",
    )

    brand: Literal["neutre", "etat"] = Field(
        default="neutre", description="`etat` for a deployer entitled to the State's brand"
    )
    relay_numbers: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(), description="E.164 numbers of relay services, separated by commas; their calls are tagged"
    )

    desk_phones_allowed: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="desk phones beyond the fixed, mobile and VoIP numbers of French territories: E.164 numbers or "
        "their beginnings (`+3524`), separated by commas",
    )

    ring_widens_after: Annotated[tuple[float, float], NoDecode] = Field(
        default=(20.0, 45.0), description="true age at which a call is open to the region, then to the nation"
    )
    offer_lease: float = Field(default=20, description="how long an agent may let a call ring")
    connecting_lease_browser: float = Field(
        default=10, description="from accepted to talking, on a browser line or an open phone line"
    )
    connecting_lease_phone: float = Field(default=30, description="the same on a desk phone, from its first ring")
    ringing_lease: float = Field(
        default=45, description="from accepted to the desk phone's first ring: carriers queue dials beyond their rate"
    )
    reservation_lease: float = Field(default=5, description="from reserved in the index to decided in PostgreSQL")
    hold_limit: float = Field(
        default=180, gt=0, description="a citizen on hold; then their agent is rung back, and every minute after that"
    )
    wrap_up_limit: float = Field(default=120, description="to record the outcome; one extension of as much again")
    silence_limit: float = Field(default=15, description="without a heartbeat: Connexion perdue")
    maximum_wait: float = Field(default=1800, description="then a callback is offered rather than more music")
    queue_limit: int = Field(
        default=5000, description="calls waiting in the whole nation before new ones are offered a callback"
    )

    callback_attempts: int = Field(default=3, ge=1, description="dials of a callback before « non joint »")
    callback_apart: float = Field(default=1800, description="at least, between two dials of a callback")
    callbacks_per_hour: PerDestination = Field(
        default=per_destination(3000, 120, 60, 10),
        description="promises to numbers that called us, to each destination, before no other is made; one number is "
        "for +33, `+33:4000,+262:200` changes those named; at half of any pool of callbacks there is an alarm",
    )
    typed_callbacks_per_hour: PerDestination = Field(
        default=per_destination(600, 40, 20, 6),
        description="the same for numbers that were typed; whoever withholds their own has at most half of it",
    )
    second_callbacks_per_hour: PerDestination = Field(
        default=per_destination(200, 20, 10, 3),
        description="then the same for whoever withholds their number, to numbers not promised yet that day",
    )
    silent_callbacks_per_hour: PerDestination = Field(
        default=per_destination(600, 40, 20, 6),
        description="the same for those who answered us and then fell silent where nobody could serve them: they are "
        "promised a callback without asking, at the number they call from",
    )
    texts_per_hour: int = Field(
        default=3000, ge=0, description="texts in the whole nation, of any kind; at half of it there is an alarm"
    )
    dials_per_second: float = Field(
        default=1.0, gt=0, description="what the carrier lets us dial, desk phones and callbacks together"
    )
    voicemail_message: bool = Field(
        default=False, description="leave a short impersonal message on an answering machine"
    )
    texts: bool = Field(
        default=False,
        description="write to whom we could not reach, ask those who spoke with us how satisfied they are, "
        "send the sites of a department that is not open",
    )

    monitoring: bool = Field(
        default=False,
        description="supervisors may listen to a conversation, whisper to its agent and barge in; callers are told, "
        "and whoever refuses is not listened to",
    )

    opens_at: str = Field(default="08:30", description="local time of the citizen's territory, Monday to Friday")
    closes_at: str = Field(default="18:00", description="local time of the citizen's territory, Monday to Friday")
    always_open: bool = Field(default=False, description="for the demonstration: every hour of every day")

    planted_bug: Literal["", "epoch", "lease", "attempt", "beacon", "handover"] = Field(
        default="",
        description="takes one safety away, for `callcenter drill` to prove that it notices: the epoch of an answer, "
        "the end of leases, the row before a dial, the beacon of the index, that whoever is handed a conversation "
        "serves it; refused outside the demonstration",
    )

    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="what Prometheus brings as a bearer to GET /metrics; empty: there is none"
    )
    log_level: LogLevel = Field(default="INFO", description="of structured logs on standard output")

    @field_validator("relay_numbers", "trusted_proxies", "desk_phones_allowed", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [n.strip() for n in value.split(",") if n.strip()] if isinstance(value, str) else value

    @field_validator("desk_phones_allowed")
    @classmethod
    def _beginnings(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch(r"\+[1-9][0-9]{1,14}", each) for each in value):
            raise ValueError("each is + and figures, the country's code first")
        return value

    @field_validator("relay_numbers")
    @classmethod
    def _numbers(cls, value: frozenset[str]) -> frozenset[str]:
        if not all(map(is_a_number, value)):
            raise ValueError("each is a number as +33… (E.164)")
        return value

    @field_validator("secret_keys_old")
    @classmethod
    def _by_id(cls, value: str) -> str:
        pairs = [re.fullmatch(r"([0-9]{1,3}):.+", pair) for pair in value.split(",") if pair]
        if not all(pair and 1 <= int(pair[1]) <= 255 for pair in pairs):
            raise ValueError("each is `id:key`, an id from 1 to 255")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator(
        "callbacks_per_hour",
        "typed_callbacks_per_hour",
        "second_callbacks_per_hour",
        "silent_callbacks_per_hour",
        mode="before",
    )
    @classmethod
    def _by_destination(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        pairs = (each.rpartition(":") for each in value.replace(" ", "").split(","))
        given = {code or CALLING_CODES[0]: ceiling for code, _, ceiling in pairs}
        if set(given) - set(CALLING_CODES):
            raise ValueError(f"a destination that is none of {', '.join(CALLING_CODES)}")
        return cls.model_fields[str(info.field_name)].default | given

    @field_validator("ring_widens_after", mode="before")
    @classmethod
    def _two_ages(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value

    @model_validator(mode="after")
    def _no_practice_secret_in_earnest(self) -> Self:
        if self.demonstration:
            return self
        if self.planted_bug:
            raise ValueError("PLANTED_BUG: only in the demonstration.")
        if found := [*self._practised(), *self._weak(), *self._open()]:
            raise ValueError("; ".join(found))
        return self

    def _practised(self) -> Iterator[str]:
        public = {
            "SECRET_KEY": self.secret_key.get_secret_value() == PRACTICE_SECRET,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token.get_secret_value() == PRACTICE_TOKEN,
            "TWILIO_ACCOUNT_SID": self.twilio_account_sid == PRACTICE_ACCOUNT,
        }
        yield from (f"{name}: the demonstration's value is public; set your own" for name in public if public[name])

    def _weak(self) -> Iterator[str]:
        old = [pair.partition(":")[2] for pair in self.secret_keys_old.split(",") if pair]
        secrets = [
            ("SECRET_KEY", self.secret_key),
            ("TWILIO_AUTH_TOKEN", self.twilio_auth_token),
            ("TWILIO_AUTH_TOKEN_NEXT", self.twilio_auth_token_next or SecretStr("")),
            ("TWILIO_API_KEY_SECRET", self.twilio_api_key_secret),
            ("METRICS_TOKEN", self.metrics_token),
            *(("TWILIO_SHARED_KEYS", SecretStr(shared)) for shared in self.shared_keys.values()),
            *(("SECRET_KEYS_OLD", SecretStr(key)) for key in old),
        ]
        for name, secret in secrets:
            why = weakness(secret.get_secret_value())
            if why and (secret or name in ("SECRET_KEY", "TWILIO_AUTH_TOKEN")):
                yield f"{name}: {why}"

    def _open(self) -> Iterator[str]:
        addresses = {"PUBLIC_VOICE_URL": self.public_voice_url, "PUBLIC_WEB_URL": self.public_web_url}
        if self.twilio_api_url:
            addresses["TWILIO_API_URL"] = self.twilio_api_url
        for name, url in addresses.items():
            if not _is_safe(url):
                yield f"{name}: https:// and a host, outside the demonstration"
        if any(network.num_addresses > MOST_PROXIES[network.version] for network in self.trusted_proxies):
            yield "TRUSTED_PROXIES: a network of proxies, not a part of the Internet"
        if not self.secure_cookies:
            yield "SECURE_COOKIES: off only in the demonstration"

    @model_validator(mode="after")
    def _numbers_do_what_they_are_for(self) -> Self:
        numbers = {"TWILIO_NUMBER": self.twilio_number, "TWILIO_CALLER_ID": self.caller_id}
        if not MESSAGING_SERVICE.fullmatch(self.text_sender):
            numbers["TWILIO_TEXT_SENDER"] = self.text_sender
        if wrong := [name for name, number in numbers.items() if not is_a_number(number)]:
            raise ValueError(f"{', '.join(wrong)}: a number as +33… (E.164).")
        if self.demonstration:
            return self
        if is_nobodys_own(self.caller_id):
            raise ValueError("TWILIO_CALLER_ID: a toll-free or 08 number may not be shown; set one that may.")
        if self.texts and is_nobodys_own(numbers.get("TWILIO_TEXT_SENDER", "")):
            raise ValueError("TWILIO_TEXT_SENDER: a toll-free or 08 number sends no texts; set one that does.")
        return self

    @model_validator(mode="after")
    def _keys_are_whole(self) -> Self:
        if bool(self.twilio_api_key_sid) != bool(self.twilio_api_key_secret.get_secret_value()):
            raise ValueError("TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET: both or neither.")
        if not ACCOUNT.fullmatch(self.twilio_account_sid):
            raise ValueError("TWILIO_ACCOUNT_SID: AC and 32 hexadecimal figures.")
        if self.twilio_api_key_sid and not API_KEY.fullmatch(self.twilio_api_key_sid):
            raise ValueError("TWILIO_API_KEY_SID: SK and 32 hexadecimal figures.")
        if not all(name and secret for name, secret in _pairs(self.twilio_shared_keys)):
            raise ValueError("TWILIO_SHARED_KEYS: id:secret, separated by commas.")
        return self

    @property
    def caller_id(self) -> str:
        """The number that those whom we dial see."""
        return self.twilio_caller_id or self.twilio_number

    @property
    def text_sender(self) -> str:
        """The number, or the messaging service, that texts come from."""
        return self.twilio_text_sender or self.twilio_number

    @property
    def shared_keys(self) -> dict[str, str]:
        """The keys that may sign webhooks, by their ids."""
        return dict(_pairs(self.twilio_shared_keys))


def _pairs(keys: SecretStr) -> list[tuple[str, str]]:
    listed = [each.strip().partition(":") for each in keys.get_secret_value().split(",") if each.strip()]
    return [(name.strip(), secret.strip()) for name, _, secret in listed]


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once; `settings.cache_clear()` reads them again."""
    return Settings()


def lacks(safety: Literal["epoch", "lease", "attempt", "beacon", "handover"]) -> bool:
    """Whether this safety was taken away on purpose, to prove that the drill notices."""
    return settings().planted_bug == safety


def environment() -> dict[str, str]:
    """A copy of this process's variables, to look into before there are settings and to hand to children."""
    return dict(os.environ)


def as_markdown() -> str:
    """The README's table: one line a setting, in the order of the class."""
    lines = ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = default.get_secret_value() if isinstance(default, SecretStr) else default
        if shown in (PRACTICE_SECRET, PRACTICE_TOKEN, PRACTICE_ACCOUNT):
            shown = "(demonstration only)"
        if isinstance(shown, tuple | frozenset):
            shown = ",".join(str(part) for part in shown)
        if isinstance(shown, dict):
            shown = ",".join(f"{code}:{ceiling}" for code, ceiling in shown.items())
        lines.append(f"| `{name.upper()}` | {f'`{shown}`' if shown not in ('', None) else ''} | {field.description} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(as_markdown())
