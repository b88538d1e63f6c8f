"""A contact found again and read in full: by whom, how, and that each look is written down."""

import re
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import text

from callcenter import clock
from callcenter.actions import callback, citizen
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls, threads
from callcenter.records.agents import Agent
from callcenter.records.calls import Wish
from callcenter.records.contacts import Contact, WrapUpEntry
from callcenter.rules.states import Outcome
from tests.callcenter.web.conftest import SignIn
from tests.support.spoken import contact, spoke
from tests.support.town import settle

DURAND, DAUGHTER, REUNION, NOUMEA, BERLIN = (
    "+33565051234",
    "+33612345678",
    "+262262123456",
    "+687261234",
    "+49301234567",
)


def _ids(page: httpx2.Response) -> list[str]:
    assert page.status_code == 200, page.text
    found: list[str] = []
    for each in re.findall(r'href="/contacts/([0-9a-f-]{36})"', page.text):
        if each not in found:
            found.append(each)
    return found


def _looks() -> list[tuple[str, str]]:
    with reading() as session:
        rows = session.execute(text("select act, noun_id from audit order by id")).all()
    return [(row[0], row[1]) for row in rows]


def test_the_reference_however_it_is_typed_opens_the_contact_and_is_in_no_address(sign_in: SignIn) -> None:
    karim = settle("karim")
    helped = spoke(karim, DURAND)
    browser, said = sign_in("karim"), contact(helped).reference
    for typed in (said, " ".join(re.findall("..", said)), f"{said[:3]}.{said[3:]} "):
        page = browser.post("/contacts", data={"who": typed})
        assert page.status_code == 200
        assert "Il manque le RIB" in page.text
        assert f"Contact {chr(0x202F).join(re.findall('..', said))}" in page.text
        assert said not in re.findall(r"<title>(.*?)</title>", page.text)[0]
    assert _looks() == [("saw a contact", helped)] * 3
    nobody = browser.post("/contacts", data={"who": "12 34 56 78 90"})
    assert nobody.status_code == 404
    assert "Aucun contact ne porte cette référence" in nobody.text
    assert 'value="12 34 56 78 90"' in nobody.text  # what was typed is kept, and the field is marked
    assert "fr-input-group--error" in nobody.text


@pytest.mark.parametrize(
    ("number", "typed"),
    [
        (DURAND, "05 65 05 12 34"), (DURAND, "+33 5 65 05 12 34"), (DURAND, "0033565051234"), (DURAND, "33565051234"),
        (REUNION, "0262 12 34 56"), (REUNION, "+262262123456"), (NOUMEA, "26 12 34"), (NOUMEA, "687 26 12 34"),
        (BERLIN, "+49 30 1234567"), (BERLIN, "0049 30 1234567"),
    ],
)  # fmt: skip
def test_a_number_of_any_form_finds_its_contacts(sign_in: SignIn, number: str, typed: str) -> None:
    karim = settle("karim")
    theirs, _other = spoke(karim, number), spoke(karim, DAUGHTER)
    assert _ids(sign_in("karim").post("/contacts", data={"who": typed})) == [theirs]
    with reading() as session:
        ((changes, noun_id),) = session.execute(text("select changes::text, noun_id from audit")).all()
    assert noun_id == "number"
    assert re.sub(r"\D", "", typed)[-6:] not in changes


def test_what_is_neither_a_number_nor_a_reference_is_said_beside_its_field(sign_in: SignIn) -> None:
    settle("karim")
    page = sign_in("karim").post("/contacts", data={"who": "Mme Durand"})
    assert page.status_code == 422
    assert "Ce n&#39;est ni une référence" in page.text


def test_a_callback_that_was_asked_for_another_number_is_found_by_it(sign_in: SignIn) -> None:
    settle("karim")
    line, at = "CA" + "5" * 32, clock.now()
    callback.draft_number(line, "0612345678", at)
    callback.promise_to_caller(line, DURAND, Wish("46", "impots"), at, typed=True)
    citizen.hang_up(line, at)
    with reading() as session:
        call = calls.by_carrier_id(session, line)
    assert call is not None
    assert _ids(sign_in("karim").post("/contacts", data={"who": "06 12 34 56 78"})) == [call.contact_id]


def test_the_period_the_department_the_topic_and_the_agent_narrow_what_is_found(sign_in: SignIn) -> None:
    karim, lea = settle("karim"), settle("lea", department="12")
    settle("ines", role="supervisor", departments=["46", "12"])
    today = clock.now()
    old = spoke(karim, DURAND, today - timedelta(days=40))
    taxes, health = spoke(karim, DURAND), spoke(lea, DAUGHTER, topic="sante", department="12")
    ines = sign_in("ines")
    assert set(_ids(ines.get("/contacts/search"))) == {taxes, health}
    assert _ids(ines.get("/contacts/search?department=12")) == [health]
    assert _ids(ines.get("/contacts/search?topic=impots")) == [taxes]
    assert _ids(ines.get("/contacts/search?agent=kari")) == [taxes]
    with transaction() as session:  # she has left the service; what she did stays hers
        left = session.get_one(Agent, lea)
        left.active, left.closed_at = False, today
    assert _ids(ines.get("/contacts/search?agent=lea")) == [health]
    first, last = today.date() - timedelta(days=45), today.date() - timedelta(days=35)
    assert _ids(ines.get(f"/contacts/search?first={first}&last={last}")) == [old]
    nothing = ines.get("/contacts/search?agent=personne")
    assert "Élargissez la période" in nothing.text
    wrong = ines.get(f"/contacts/search?first={last}&last={first}")
    assert wrong.status_code == 422
    assert "Choisissez une période" in wrong.text
    assert f'value="{last}"' in wrong.text
    assert {act for act, _ in _looks()} == {"searched contacts"}


def test_who_may_read_what(sign_in: SignIn) -> None:
    karim, far = settle("karim"), settle("far", department="974")
    lot, reunion, unknown = (
        spoke(karim, DURAND),
        spoke(far, REUNION, department="974"),
        spoke(far, DAUGHTER, department="inconnu"),
    )
    for login, role, departments in (
        ("ines", "supervisor", ["46"]), ("admin", "admin", []), ("auditor", "auditor", ["46", "974"]),
    ):  # fmt: skip
        settle(login, role=role, department="31", departments=departments)
    settle("sarah")
    may = {
        "karim": {lot, unknown}, "sarah": {lot, unknown}, "far": {reunion, unknown}, "ines": {lot, unknown},
        "admin": {lot, reunion, unknown},
    }  # fmt: skip
    for login, theirs in may.items():
        browser = sign_in(login)
        assert set(_ids(browser.get("/contacts/search"))) == theirs, login
        for each in (lot, reunion, unknown):
            expected = 200 if each in theirs else 404
            assert browser.get(f"/contacts/{each}").status_code == expected, (login, each)
            assert browser.get(f"/api/contacts/{each}").status_code == expected
    auditor = sign_in("auditor")
    assert auditor.get("/contacts").status_code == 403
    assert auditor.get(f"/contacts/{lot}").status_code == 403
    told = sign_in("karim").post("/contacts", data={"who": contact(reunion).reference})
    assert told.status_code == 200  # the person on the line told it, so that any agent goes on
    assert sign_in("karim").post("/contacts", data={"who": "0262 12 34 56"}).text.count(reunion) == 0


def test_a_contact_is_told_in_full(sign_in: SignIn) -> None:
    karim = settle("karim")
    orientation = WrapUpEntry(
        "caf", "aides-logement", Outcome.ORIENTATION, settled=False, reason="rights_dispute", notes="Recours écrit"
    )
    earlier = spoke(karim, DURAND, clock.now() - timedelta(days=2))
    helped = spoke(karim, DURAND, entries=[orientation])
    with transaction() as session:
        assert threads.take_up(session.get_one(Contact, helped), session.get_one(Contact, earlier))
    page = sign_in("karim").get(f"/contacts/{helped}").text
    for said in (
        "Recours écrit", "Contestation d&#39;un droit", "sert la personne", "Appel : en conversation",
        "Le conseiller a raccroché", "+33 5 •• •• •• 34", "Suite et début de ce contact",
        "Cette consultation est journalisée",
    ):  # fmt: skip
        assert said in page, said
    assert DURAND[3:] not in page.replace(" ", "")
    shown = sign_in("karim").get(f"/api/contacts/{helped}").json()
    assert shown["reference"] == contact(earlier).reference
    assert shown["own_reference"] == contact(helped).reference
    assert [leg["talked"] for leg in shown["legs"]] == [300.0]
    assert [each["contact_id"] for each in shown["thread"]] == [earlier]


def test_many_contacts_are_read_a_page_at_a_time(sign_in: SignIn) -> None:
    karim = settle("karim")
    at = clock.now() - timedelta(hours=30)
    all_of_them = [spoke(karim, DURAND, at + timedelta(minutes=n)) for n in range(27)]
    browser = sign_in("karim")
    assert _ids(browser.get("/contacts")) == all_of_them[:1:-1]
    assert _ids(browser.get("/contacts?page=1")) == all_of_them[1::-1]
    assert _ids(browser.post("/contacts", data={"who": "05 65 05 12 34", "page": "1"})) == all_of_them[1::-1]
    assert "Plus anciens" in browser.get("/contacts").text
    assert "Plus récents" in browser.get("/contacts?page=1").text


def test_an_agent_sees_their_own_last_contacts_those_to_record_first(sign_in: SignIn) -> None:
    karim, lea = settle("karim"), settle("lea")
    owed = spoke(karim, DURAND, clock.now() - timedelta(days=3), entries=None)
    recorded, _others = spoke(karim, DAUGHTER), spoke(lea, DURAND)
    page = sign_in("karim").get("/contacts")
    assert _ids(page) == [owed, recorded]
    assert "À renseigner" in page.text or "à renseigner" in page.text
    assert "Vous n&#39;avez encore servi personne" in sign_in("lea").get("/contacts?page=1").text
    assert _looks() == []
    assert PhoneNumber(DURAND).masked not in page.text
