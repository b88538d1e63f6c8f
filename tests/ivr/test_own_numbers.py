"""Who we are at the carrier: with which key, at which address, from which number, and which lines are ours."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from callcenter import clock, config
from callcenter.actions import healing
from callcenter.db import reading
from callcenter.demonstration import embedded
from callcenter.errors import CarrierDidNothing
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls
from callcenter.records.identifiers import new_id
from callcenter.telephone import telephone
from ivr import text_messages, twilio
from ivr.practice.server import Running, create
from ivr.practice.telephones import PracticeLine

NATIONAL, SHOWN, WRITES, FOREIGN = "+33800000000", "+33565051200", "+33757050010", "+33144556677"
KEY, SECRET, SERVICE = "SK" + "b" * 32, "the-secret-of-the-key", "MG" + "a" * 32
DURAND, KARIM = PhoneNumber("+33612345678"), PhoneNumber("+33565000077")


async def _stays(_request: Request) -> Response:
    return Response('<Response><Say>Un instant.</Say><Pause length="3600"/></Response>', media_type="text/xml")


def _forget() -> None:
    for remembered in (config.settings, telephone, twilio._client):
        remembered.cache_clear()


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeLine]:
    """The practice carrier, where the account has four numbers and an API key; whoever dials in stays there."""
    patient = Starlette(routes=[Route("/{path:path}", _stays, methods=["POST"])])
    others, keys = [SHOWN, WRITES, FOREIGN], {KEY: SECRET}
    with (
        Running(patient) as voice,
        Running(create(voice, NATIONAL, calls_per_second=0, others=others, api_keys=keys)) as url,
    ):
        for name, value in {"TWILIO_API_URL": url, "PUBLIC_VOICE_URL": voice, "TWILIO_CALLER_ID": SHOWN}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TWILIO_TEXT_SENDER", WRITES)
        _forget()
        yield PracticeLine(url, NATIONAL)
    monkeypatch.undo()
    _forget()


def _asked(line: PracticeLine, resource: str) -> list[dict[str, str]]:
    """The forms that were sent to a resource."""
    rest = [entry for entry in line.log() if entry["kind"] == "rest" and entry["method"] == "POST"]
    return [dict(entry["form"]) for entry in rest if entry["path"].endswith(resource)]


def test_those_whom_we_dial_see_the_number_that_calls_show(line: PracticeLine) -> None:
    keeper = telephone()
    keeper.ring_citizen(new_id(), DURAND)
    keeper.ring_agent(new_id(), KARIM)
    keeper.ring_shift(new_id(), KARIM)
    keeper.ring_monitor(new_id(), KARIM)
    assert [form["From"] for form in _asked(line, "/Calls.json")] == [SHOWN] * 4


def test_a_dial_is_found_again_by_the_number_that_it_shows(line: PracticeLine) -> None:
    asked = clock.now()
    rung = telephone().ring_citizen(new_id(), DURAND)
    assert [found.carrier_id for found in telephone().lines_to(DURAND, asked)] == [rung]


def test_texts_come_from_the_number_that_takes_them(line: PracticeLine) -> None:
    telephone().send_text("text-1", DURAND, text_messages.satisfaction("fr"))
    assert [(text["from"], text["to"]) for text in line.messages()] == [(WRITES, DURAND.e164)]


def test_texts_may_come_from_a_messaging_service(line: PracticeLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_TEXT_SENDER", SERVICE)
    _forget()
    telephone().send_text("text-1", DURAND, text_messages.satisfaction("fr"))
    (asked,) = _asked(line, "/Messages.json")
    assert asked["MessagingServiceSid"] == SERVICE
    assert "From" not in asked


def test_an_api_key_speaks_for_the_account_without_the_token(
    line: PracticeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_API_KEY_SID", KEY)
    monkeypatch.setenv("TWILIO_API_KEY_SECRET", SECRET)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "f" * 32)  # of webhooks alone
    _forget()
    assert telephone().ring_citizen(new_id(), DURAND).startswith("CA")
    monkeypatch.setenv("TWILIO_API_KEY_SECRET", "another")
    _forget()
    with pytest.raises(CarrierDidNothing):
        telephone().ring_citizen(new_id(), DURAND)


@pytest.mark.parametrize(
    ("base", "host"),
    [
        ("", "https://api.twilio.com"),
        ("https://api.dublin.ie1.twilio.com", "https://api.dublin.ie1.twilio.com"),
        ("https://api.dublin.ie1.twilio.com/", "https://api.dublin.ie1.twilio.com"),
    ],
)
def test_a_region_is_its_base_and_nothing_else(base: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_API_URL", base)
    monkeypatch.setenv("TWILIO_REGION", "au1")  # the carrier's library would read these by itself
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    _forget()
    client = twilio._client()
    calls_of_ours = client.api.v2010.account.calls
    asked = client.get_hostname(calls_of_ours._version.absolute_url(calls_of_ours._uri))
    monkeypatch.undo()
    _forget()
    assert asked == f"{host}/2010-04-01/Accounts/{config.PRACTICE_ACCOUNT}/Calls.json"


def test_lines_to_other_numbers_of_the_account_are_nobodys_citizens(
    line: PracticeLine, database: embedded.Server, live: embedded.Server
) -> None:
    citizen = line.call("+33565051234", NATIONAL)
    returns = line.call("+33565051235", SHOWN)  # who missed our call dials what they saw
    strangers = [line.call("+33565051236", FOREIGN), line.call("anonymous", FOREIGN), line.call("client:ines", WRITES)]
    strangers.append(line.connects("karim", config.settings().public_voice_url + "/voice/softphone"))
    for caller in (citizen, returns, *strangers):
        caller.hears("un instant")
    healing.compare_carrier(clock.now() + timedelta(seconds=120))
    with reading() as session:
        adopted = calls.of_lines(session, [caller.sid for caller in (citizen, returns, *strangers)])
    assert adopted == {citizen.sid, returns.sid}
    assert len(line.live()) == len(strangers) + 2, "what is not ours is not hung up either"
