"""What a department adds to the directory is for its own citizens and its own desks: no other is offered it, and none
may record it."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.records import agents, contacts, directory, visits
from callcenter.records.directory import Procedure
from callcenter.rules.visits import Refused, WhyRefused, read_csv
from tests.callcenter.records.test_visits import LINE, NOW, settle_sites, table
from tests.callcenter.web.conftest import SignIn
from tests.support.local_service import ADIL
from tests.support.town import settle
from tests.support.wrap_up import wraps_up

LEASE = {"procedure": "bail", "outcome": "information", "settled": True}


@pytest.fixture
def root(sign_in: SignIn) -> TestClient:
    """An administrator; the Lot has a service of its own, with a démarche."""
    settle("root", role="admin")
    root = sign_in("root")
    assert root.put("/api/admin/directory/topics", json=ADIL).status_code == 204
    lease = {"scope": "46", "code": "bail", "labels": {"fr": "Relire un bail", "en": "Read a lease"}, "topic": "adil"}
    assert root.put("/api/admin/directory/procedures", json=lease).status_code == 204
    return root


def test_the_desk_of_another_department_is_not_offered_a_local_service(root: TestClient, sign_in: SignIn) -> None:
    settle("karim")
    lea_id = settle("lea", department="974")
    assert _offered(sign_in("karim"), "visit-procedure-0") >= {"bail", "declaration-revenus"}
    lea = sign_in("lea")
    assert _offered(lea, "visit-procedure-0") >= {"declaration-revenus"}
    assert "bail" not in _offered(lea, "visit-procedure-0")
    _, contact_id = wraps_up(lea_id)  # a call of the Lot that widened to the nation
    assert "bail" in _offered(lea, f"record-{contact_id}-procedure-0")
    _is_of("974", contact_id)
    assert "bail" not in _offered(lea, f"record-{contact_id}-procedure-0")


def test_a_local_service_is_recorded_for_its_own_citizens_and_at_its_own_desks_only(
    root: TestClient, sign_in: SignIn
) -> None:
    lea_id, karim_id = settle("lea", department="974"), settle("karim")
    lea, karim = sign_in("lea"), sign_in("karim")
    _, contact_id = wraps_up(lea_id)
    _is_of("974", contact_id)
    outcome: dict[str, Any] = {"contact_id": contact_id, "entries": [LEASE]}
    assert lea.post("/api/desk/outcome", json=outcome).status_code == 404
    _is_of("46", contact_id)
    assert lea.post("/api/desk/outcome", json=outcome).status_code == 200
    _, of_a_neighbour = wraps_up(karim_id)
    _is_of("12", of_a_neighbour)
    assert karim.post("/api/desk/outcome", json=outcome | {"contact_id": of_a_neighbour}).status_code == 200
    visit: dict[str, Any] = {"department": "974", "entries": [LEASE]}
    assert lea.post("/api/desk/visit", json=visit).status_code == 404
    assert lea.post("/api/desk/visit", json=visit | {"department": "46"}).status_code == 200
    assert karim.post("/api/desk/visit", json=visit).status_code == 200


def test_a_table_of_visits_has_local_services_of_its_site_or_its_citizen_only(database: object) -> None:
    settle_sites([(7, "46"), (8, "974")])
    with transaction() as session:
        lease = Procedure("bail", "adil", "", {"fr": "Relire un bail", "en": "Read a lease"}, "46")
        directory.put_procedure(session, lease, NOW.date())
    of_lot = LINE | {"demarche": "bail", "debut": NOW.strftime("%Y-%m-%dT%H:%M")}
    rows = [of_lot, of_lot | {"id_fs": "8"}, of_lot | {"id_fs": "8", "reference": "B", "departement": "46"}]
    with transaction(60) as session:
        report = visits.import_visits(session, read_csv("".join(table(rows)).encode()), NOW)
    assert (report.contacts, report.refused) == (2, (Refused(3, WhyRefused.ELSEWHERE),))


def test_no_caller_waits_for_a_service_that_only_a_neighbour_added(root: TestClient, sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["974"])
    ines = sign_in("ines")
    settle("karim")
    assert "bail" not in ines.get("/supervision/orders").text
    assert 'value="adil"' not in ines.get("/supervision/orders").text
    assert 'value="adil"' in root.get("/supervision/orders").text
    for scope, status in (("974", 422), ("N", 422), ("46", 200)):
        led = {"scope": scope, "topic": "impots", "act": "redirect", "to_topic": "adil"}
        assert root.post("/api/board/orders/queue", json=led).status_code == status, scope
    asked = {"number": "0262 12 34 56", "department": "974", "topic": "adil"}
    assert ines.post("/api/callbacks", json=asked).status_code == 404


def test_every_topic_is_that_of_the_nation_and_of_ones_own_department(root: TestClient, sign_in: SignIn) -> None:
    """A form's default and a table's star give nobody a neighbour's service, and no list is of all departments."""
    blank = root.get("/admin/agents/new").text
    assert 'value="impots" checked' in blank
    assert 'value="adil"' not in blank
    table = "login;name;department;topics\nlea;Léa;974;*\nkarim;Karim;46;*\n"
    taken = root.post("/api/admin/agents/import", files={"table": table.encode()})
    assert taken.status_code == 200, taken.text
    with reading() as session:
        lea, karim = (agents.by_login(session, login) for login in ("lea", "karim"))
    assert lea
    assert karim
    assert set(karim.topics) - set(lea.topics) == {"adil"}
    assert root.get("/admin/agents").text.count("Tous les sujets") == 2
    assert 'value="adil" checked' in root.get(f"/admin/agents/{karim.id}").text
    assert 'value="adil"' not in root.get(f"/admin/agents/{lea.id}").text
    for page in ("/admin/hours?scope={}", "/supervision/orders?scope={}", "/admin/directory/item/procedure?scope={}"):
        assert '<option value="adil">' in root.get(page.format("46")).text, page
        assert '<option value="adil">' not in root.get(page.format("974")).text, page


def test_an_order_taken_up_again_keeps_its_place_and_all_that_was_chosen(root: TestClient) -> None:
    """Asked from a department's page, read back and changed, or refused: the same places, the same topics."""
    page = root.get("/supervision/orders?scope=46").text
    until = f"{clock.now() + timedelta(days=2):%Y-%m-%dT10:00}"
    order = {"scope": "46", "topic": "impots", "act": "redirect", "to_topic": "adil", "ends": "at", "until": until}
    order |= {"place": "46"}
    message = {"scope": "46", "fr": "Grève.", "en": "Strike.", "ends": "lift", "place": "46"}
    ages = {"scope": "46", "topic": "adil", "region_after": "5", "nation_after": "9", "ends": "lift", "place": "46"}
    for form, chosen in (("queue", order), ("message", message), ("threshold", ages)):
        read_back = root.post(f"/supervision/orders/{form}", data=chosen)
        assert read_back.status_code == 200, form
        assert 'href="/supervision/orders?scope=46"' in read_back.text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', read_back.text))
        assert chosen.items() <= hidden.items()
        again = root.post(f"/supervision/orders/{form}", data=hidden | {"again": "1"}).text
        assert _chosen(again, form) == chosen
        assert _places(again) == _places(page) == ["N", "R76", "46"]
        lacks = root.post(f"/supervision/orders/{form}", data=chosen | {"ends": ""})
        assert (lacks.status_code, _chosen(lacks.text, form)) == (422, chosen | {"ends": ""})
        assert _places(lacks.text) == _places(page)
    assert "974" in _places(root.post("/supervision/orders/message", data=message | {"place": "x", "again": "1"}).text)


def _places(page: str) -> list[str]:
    found = re.search(r'<select [^>]*id="queue-scope".*?</select>', page, re.DOTALL)
    assert found
    return [code for code in re.findall(r'<option value="([^"]*)"', found[0]) if code]


def _chosen(page: str, form: str) -> dict[str, str]:
    """What a form of orders sends as it stands."""
    own = re.search(rf'<form [^>]*action="/supervision/orders/{form}".*?</form>', page, re.DOTALL)
    assert own
    sent = dict.fromkeys(re.findall(r'type="radio"[^>]* name="(\w+)"', own[0]), "")
    for tag in re.findall(r"<input [^>]*>", own[0]):
        name, value = (re.search(rf' {attribute}="([^"]*)"', tag) for attribute in ("name", "value"))
        if name and name[1] != "csrf" and ('type="radio"' not in tag or " checked" in tag):
            sent[name[1]] = html.unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select [^>]*name="(\w+)".*?>(.*?)</select>', own[0], re.DOTALL):
        selected = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = selected[1] if selected else ""
    for name, words in re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>(.*?)</textarea>', own[0], re.DOTALL):
        sent[name] = html.unescape(words)
    return {name: value for name, value in sent.items() if value or name == "ends"}


def _offered(web: TestClient, select: str) -> set[str]:
    """The codes one may choose in a list of the desk, or of its form of a visit."""
    page = html.unescape(web.get("/desk/visit" if select.startswith("visit-") else "/desk").text)
    found = re.search(f'<select [^>]*id="{select}".*?</select>', page, re.DOTALL)
    assert found, select
    return set(re.findall(r'<option value="([^"]+)"', found[0]))


def _is_of(department: str, contact_id: str) -> None:
    with transaction() as session:
        contact = contacts.get(session, contact_id)
        assert contact
        contact.department = department
