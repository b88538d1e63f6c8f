"""Every page over a database in which everybody was erased: words where a person was, never a failure."""

import html
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import text

from callcenter.actions import agent, callback, citizen, outcome_form, persons_rights
from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, persons
from callcenter.records.calls import Wish
from callcenter.records.contacts import WrapUpEntry
from callcenter.rules.states import Outcome, PauseReason
from callcenter.rules.territory import national_day
from callcenter.web.app import create
from tests.callcenter.records.test_visits import LINE, settle_sites, taken
from tests.callcenter.web.conftest import SignIn
from tests.support.conversation import carrier, ends, speaks
from tests.support.kept import rolled_up
from tests.support.town import settle

DURAND, NEIGHBOUR, TYPED, LOST = "+33612345698", "+33612345601", "+33687654329", "+33565051299"
WISH = Wish("46", "impots", "fr", relay=False)
STREAMS = {"/stream"}
ERASED = "Données effacées"


@pytest.fixture(autouse=True)
def line(database: object, live: object) -> Iterator[None]:
    with carrier():
        yield


@pytest.fixture
def town(sign_in: SignIn) -> dict[str, str]:
    """A day of every kind of contact, then nobody of it: the ids that are left."""
    settle_sites([(7, "46")])
    karim = settle("karim", "46", ["impots", "autre"])
    for role in ("supervisor", "auditor", "admin"):
        settle(role, role=role, departments=["46"])
    agent.take_post(karim, "phone", now())
    call_id = speaks(karim, "CA" + "1" * 32, DURAND, now(), WISH)
    with reading() as session:
        call = calls.get(session, call_id)
    assert call is not None
    ends(karim, call_id, now())
    outcome_form.record_outcome(
        karim, call.contact_id, [WrapUpEntry("dgfip", "declaration-revenus", Outcome.INFORMATION, settled=True)], now()
    )
    citizen.hang_up("CA" + "1" * 32, now())
    callback.promise_to_caller("CA" + "2" * 32, NEIGHBOUR, WISH, now(), typed=False)
    callback.draft_number("CA" + "3" * 32, "0687654329", now())
    typed = callback.promise_to_caller("CA" + "3" * 32, NEIGHBOUR, WISH, now(), typed=True)
    assert not typed.already
    agent.pause(karim, PauseReason.BREAK, now())
    citizen.join_queue("CA" + "4" * 32, LOST, WISH, now() - timedelta(minutes=5))
    for n in (2, 3, 4):
        citizen.hang_up("CA" + str(n) * 32, now())
    assert taken([LINE | {"reference": "V-1", "debut": "2025-03-14T09:30", "remarques": "moineau"}]).contacts == 1
    leaver = settle("parti", "46")
    for number in (DURAND, NEIGHBOUR, TYPED, LOST):
        persons_rights.erase(PhoneNumber(number), now())
    with transaction() as session:
        persons.erase_old(session, now(), 100)
        session.execute(
            text("update agents set active = false, closed_at = since - interval '3 years' where id = :id"),
            {"id": leaver},
        )
        agents.forget_closed(session, now())
        rolled = session.scalar(text("select count(*) from contacts where erased_at is null"))
        promise = session.scalar(text("select id::text from callbacks limit 1"))
    assert rolled == 0
    rolled_up(now())
    ids = {"contact_id": call.contact_id, "call_id": call_id, "callback_id": str(promise), "agent_id": leaver}
    return ids | {"site_id": "7", "department": "46", "day": str(national_day(now()))}


def _pages() -> list[tuple[str, frozenset[str]]]:
    return [
        (route.path, frozenset(getattr(route.endpoint, "roles", ())))
        for route in iter_route_contexts(create().routes)
        if route.path and "GET" in (route.methods or ()) and route.path not in STREAMS
    ]


def test_every_page_stands_when_everybody_is_erased(town: dict[str, str], sign_in: SignIn) -> None:
    failed, read = [], 0
    for login, role in (("karim", "agent"), ("supervisor",) * 2, ("auditor",) * 2, ("admin",) * 2):
        client = sign_in(login)
        for path, roles in _pages():
            if role not in roles:
                continue
            address = path
            for name, value in town.items():
                address = address.replace(f"{{{name}}}", value)
            answer = client.get(address)
            read += answer.status_code == 200
            if answer.status_code >= 500:
                failed.append((role, address, answer.status_code))
    assert failed == []
    assert read > 60


def test_whoever_is_erased_is_told_in_words(town: dict[str, str], sign_in: SignIn) -> None:
    supervisor = sign_in("supervisor")
    page = html.unescape(supervisor.get("/supervision/callbacks").text)
    assert page.count(ERASED) == 2
    assert "moineau" not in page
    first = national_day(now()).replace(day=1)
    behind = supervisor.get(f"/reports/rows?measure=demands&side=phone&period=month&of={first}")
    assert html.unescape(behind.text).count(ERASED) >= 2
