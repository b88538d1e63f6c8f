"""A store dies or freezes under the running service: every webhook answers a document in time, and who waits is served
once the store is back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from time import monotonic
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from starlette.routing import Route

from callcenter import clock
from callcenter.actions import agent, callback, citizen
from callcenter.config import PRACTICE_TOKEN
from callcenter.demonstration import embedded
from callcenter.rules.states import PauseReason
from ivr.app import create
from ivr.practice.webhooks import sign
from tests.faults.conftest import Town, dead, until
from tests.support.freezing import frozen

IN_TIME = 4.0  # seconds
ANY = str(uuid4())
QUERIES = {
    "/voice/heard": [
        f"s={step}&d=46" for step in ("welcome", "postal", "confirm", "topic", "number", "read_back", "wish")
    ],
    "/voice/waiting": ["s=queue&d=46&t=impots", f"s=queue&d=46&t=impots&c={ANY}"],
    "/voice/wishes": [f"s=queue&d=46&c={ANY}"],
    "/voice/left": [f"s=queue&d=46&c={ANY}"],
    "/voice/room/events": [f"c={ANY}"],
}
NEWS = ("/status", "/events", "/judged")
FORM = {
    "CallSid": "CA" + "5" * 32, "From": "+33565051299", "To": "+33800000000", "CallStatus": "completed", "Digits": "1",
    "QueueResult": "leave", "ConferenceSid": "CF" + "5" * 32, "SequenceNumber": "1", "ParticipantLabel": "citizen",
    "StatusCallbackEvent": "participant-join",
}  # fmt: skip


def every_webhook() -> list[str]:
    """Each address the carrier may ask, with a query it could have."""
    paths = [route.path for route in create().routes if isinstance(route, Route) and "POST" in (route.methods or ())]
    return [
        f"{path}?{query}" for path in paths for query in QUERIES.get(path, [f"c={ANY}&g={ANY}&a={ANY}&o={ANY}&p={ANY}"])
    ]


def asks(town: Town, address: str, signature: str | None = None) -> tuple[int, str, float]:
    """Status, document and seconds. `signature`: not the right one, but this; empty: none."""
    url = town.service.voice + address
    right = sign(PRACTICE_TOKEN, url, FORM)
    headers = {"X-Twilio-Signature": right if signature is None else signature}
    request = Request(url, urlencode(FORM).encode(), headers if signature != "" else {}, method="POST")
    began = monotonic()
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=15) as answer:
            return answer.status, answer.read().decode(), monotonic() - began
    except HTTPError as refused:
        return refused.code, refused.read().decode(), monotonic() - began


def waits(town: Town, number: str) -> str:
    """Somebody calls and gets as far as the waiting room; their line."""
    caller = town.line.call(from_=number)
    caller.hears("code postal", 30).presses("46000").hears("Lot", 30).presses("1").hears("impôts", 30).presses("3")
    caller.waits_in_queue(30)
    return caller.sid


def is_served(town: Town, sid: str) -> None:
    """Karim is offered the call of this line; whom the volley of webhooks made up hangs up, and wants no callback."""

    def is_theirs() -> bool:
        offer = town.offer()
        if offer is None:
            return False
        if town.rows("select carrier_id from calls where id = %s", offer.call_id) == [(sid,)]:
            return True
        citizen.hang_up(FORM["CallSid"], clock.now())
        callback.cancel_from_menu(FORM["From"], clock.now())
        return False

    until(is_theirs)


FAULTS: dict[str, tuple[Callable[[embedded.Server], AbstractContextManager[None]], str]] = {
    "Valkey is dead": (dead, "valkey"),
    "Valkey is frozen": (frozen, "valkey"),
    "PostgreSQL is dead": (dead, "postgresql"),
    "PostgreSQL is frozen": (frozen, "postgresql"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_caller_lives_through_it_and_gets_an_agent(town: Town, fault: str) -> None:
    breaks, name = FAULTS[fault]
    number = f"+3356505100{list(FAULTS).index(fault)}"
    seen = len(town.line.log())
    agent.become_available(town.karim, clock.now())
    with breaks(getattr(town.stores, name)), ThreadPoolExecutor(40) as carriers:
        sid = waits(town, number)
        addresses = every_webhook()
        answers = dict(zip(addresses, carriers.map(lambda address: asks(town, address), addresses), strict=True))
    for address, (status, document, seconds) in answers.items():
        is_news = address.partition("?")[0].endswith(NEWS)
        assert status == (204 if is_news else 200), address
        assert is_news or ElementTree.fromstring(document).tag == "Response", address
        assert seconds < IN_TIME, address
    is_served(town, sid)
    told = [entry for entry in town.line.log(seen) if entry["kind"] == "webhook"]
    assert {entry["status"] for entry in told} <= {200, 204}
    assert max(entry["seconds"] for entry in told) < IN_TIME
    town.line.ask("POST", f"/calls/{sid}/hangup", {})
    agent.pause(town.karim, PauseReason.BREAK, clock.now())


def test_what_is_not_signed_changes_nothing(town: Town) -> None:
    tables = [str(name) for (name,) in town.rows("select tablename from pg_tables where schemaname = 'public'")]
    still = [name for name in tables if name not in ("agents", "beacon", "hands", "pulses")]

    def all_rows() -> dict[str, list[tuple[object, ...]]]:
        return {name: town.rows(f'select t::text from "{name}" t order by 1') for name in still}  # noqa: S608

    before = all_rows()
    for address in every_webhook():
        assert asks(town, address, "")[0] == 403, address
        assert asks(town, address, sign("another token", town.service.voice + address, FORM))[0] == 403, address
        assert asks(town, address, "é")[0] == 403, address
    assert all_rows() == before
