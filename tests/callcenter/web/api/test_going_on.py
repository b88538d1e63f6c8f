"""A contact goes on from an earlier one: what the desk shows of it, what counts of it, and what is left when its person
is erased."""

from datetime import timedelta

from sqlalchemy import text

from callcenter import clock
from callcenter.actions import callback, callback_due, citizen, persons_rights, satisfaction
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import callbacks, calls, threads
from callcenter.records.calls import Wish
from callcenter.records.contacts import Contact, WrapUpEntry
from callcenter.rules.states import Due, Outcome
from tests.callcenter.records.figures.test_roll_up import stored
from tests.callcenter.web.conftest import SignIn
from tests.support.kept import rolled_up
from tests.support.spoken import TAXES, contact, demarches, spoke, wraps_up
from tests.support.town import settle

DURAND, DAUGHTER, MOREL = "+33565051234", "+33612345678", "+33565051299"
SETTLED = {"procedure": "declaration-revenus", "outcome": "accompaniment", "settled": True}


def test_the_desk_says_what_was_done_and_noted_and_by_whom(sign_in: SignIn) -> None:
    karim, lea = settle("karim"), settle("lea")
    earlier = spoke(lea, DURAND)
    now = wraps_up(karim, DURAND)
    shown = sign_in("karim").get("/api/desk").json()
    (each,) = shown["earlier"]
    assert (each["contact_id"], each["by"], each["may_continue"], each["is_continued"]) == (earlier, "Lea", True, False)
    assert [(row["procedure"], row["settled"], row["notes"]) for row in each["demarches"]] == [
        ("declaration-revenus", False, "Il manque le RIB")
    ]
    assert (shown["recording"]["contact_id"], shown["recording"]["continues"]) == (now, None)


def test_one_act_continues_it_and_the_same_demarche_opens_nothing(sign_in: SignIn) -> None:
    karim = settle("karim")
    earlier, now = spoke(karim, DURAND), wraps_up(karim, DURAND)
    browser = sign_in("karim")
    done = browser.post("/api/desk/continue", json={"contact_id": now, "earlier_id": earlier})
    assert done.status_code == 200
    shown = done.json()["recording"]
    assert (shown["continues"], shown["reference"]) == (earlier, contact(earlier).reference)
    assert shown["procedure"] == "declaration-revenus"  # the form begins with what was left open
    another = {"procedure": "avis-impot", "outcome": "information", "settled": True}
    recorded = browser.post("/api/desk/outcome", json={"contact_id": now, "entries": [SETTLED, another]})
    assert recorded.status_code == 200
    assert {(row.procedure, row.continues) for row in demarches(now)} == {
        ("declaration-revenus", demarches(earlier)[0].id),
        ("avis-impot", None),
    }
    rolled_up(clock.now())
    counted = [cell for key, cell in stored().items() if key[2] == "*" and key[3] == "phone"]
    assert sum(cell.accompaniments for cell in counted) == 3
    assert sum(cell.opened for cell in counted) == 2
    assert sum(cell.settled for cell in counted) == 1  # the one that was settled in its second contact is not


def test_a_contact_that_is_owed_shows_its_persons_true_history(sign_in: SignIn) -> None:
    karim = settle("karim")
    earlier = spoke(karim, DURAND, clock.now() - timedelta(days=3))
    owed = spoke(karim, DURAND, entries=None)
    browser = sign_in("karim")
    shown = browser.get("/api/desk").json()
    assert [each["contact_id"] for each in shown["earlier"]] == [earlier]
    page = browser.get("/desk").text
    assert "Il manque le RIB" in page
    assert "par Karim" in page
    assert "Aucun contact précédent" not in page
    assert browser.post("/api/desk/continue", json={"contact_id": owed, "earlier_id": earlier}).status_code == 200
    assert contact(owed).continues == earlier


def test_the_reference_that_the_person_gives_continues_it_from_another_telephone_and_another_department(
    sign_in: SignIn,
) -> None:
    karim, elsewhere = settle("karim"), settle("lea", department="974")
    earlier = spoke(elsewhere, DURAND, department="974")
    now = wraps_up(karim, DAUGHTER)
    browser = sign_in("karim")
    told = contact(earlier).reference
    assert browser.post("/api/desk/continue", json={"contact_id": now, "earlier_id": earlier}).status_code == 404
    for typed in (f" {told[:4]} {told[4:]}", "\u202f".join(told[n : n + 2] for n in range(0, 10, 2))):
        done = browser.post("/api/desk/continue", json={"contact_id": now, "reference": typed})
        assert done.status_code == 200, done.text
        assert [each["contact_id"] for each in done.json()["earlier"]] == [earlier]
    with reading() as session:
        looks = session.execute(text("select act, noun_id from audit")).all()
    assert {tuple(look) for look in looks} == {("saw a contact", earlier)}
    wrong = browser.post("/api/desk/continue", json={"contact_id": now, "reference": "12 34 56 78 90"})
    assert (wrong.status_code, wrong.json()["refusal"]) == (404, "NoSuchReference")
    alone = browser.post("/api/desk/continue", json={"contact_id": now}).json()
    assert (alone["recording"]["continues"], alone["earlier"]) == (None, [])


def test_a_contact_goes_on_from_an_earlier_one_alone_and_not_once_it_is_recorded(sign_in: SignIn) -> None:
    karim = settle("karim")
    first, second = spoke(karim, DURAND, clock.now() - timedelta(days=2)), spoke(karim, DURAND)
    owed = spoke(karim, DURAND, clock.now() - timedelta(days=1), entries=None)
    browser = sign_in("karim")
    for earlier in (second, owed):
        refused = browser.post("/api/desk/continue", json={"contact_id": owed, "earlier_id": earlier})
        assert (refused.status_code, refused.json()["refusal"]) == (409, "NotEarlier")
    refused = browser.post("/api/desk/continue", json={"contact_id": second, "earlier_id": first})
    assert refused.status_code == 409
    settle("lea")
    assert sign_in("lea").post("/api/desk/continue", json={"contact_id": owed, "earlier_id": first}).status_code == 404


def test_whichever_reference_of_a_thread_was_said_leads_to_all_of_it(database: object) -> None:
    karim = settle("karim")
    first = spoke(karim, DURAND, clock.now() - timedelta(days=2))
    second = spoke(karim, DURAND, clock.now() - timedelta(days=1))
    third = spoke(karim, DAUGHTER)
    with transaction() as session:
        for later, earlier in ((second, first), (third, second)):
            assert threads.take_up(session.get_one(Contact, later), session.get_one(Contact, earlier))
    with reading() as session:
        for said in (first, second, third):
            found = threads.by_reference(session, contact(said).reference)
            assert found is not None
            assert [each.id for each in threads.of_contact(session, found)] == [first, second, third]
            assert threads.reference(session, found) == contact(first).reference


def test_a_callback_goes_on_with_the_reference_of_the_call_that_asked_for_it(database: object, live: object) -> None:
    settle("karim")
    line, at = "CA" + "6" * 32, clock.now()
    promised = callback.promise_to_caller(line, DURAND, Wish("46", "impots"), at, typed=False)
    citizen.hang_up(line, at)
    with reading() as session:
        kept = callbacks.open_for(session, PhoneNumber(DURAND))
        asked = calls.by_carrier_id(session, line)
    assert kept is not None
    assert asked is not None
    for _ in range(2):  # nobody is reached the first time
        with transaction() as session:
            session.get_one(callbacks.Callback, kept.id).due_from = at - timedelta(minutes=1)
            session.execute(text("update calls set line_over_at = now()"))
        callback_due.queue_due(kept.id, clock.now())
        with reading() as session:
            call = calls.of_callback(session, kept.id)
            assert call is not None
            dialled = session.get_one(Contact, call.contact_id)
            assert dialled.continues == asked.contact_id
            assert threads.reference(session, dialled) == promised.reference
        words = satisfaction.last_words(call.id)
        assert words is not None
        assert words.reference == promised.reference
        callback.suspend_for_incoming_call(kept.number_key, clock.now())


def test_nothing_leads_from_a_contact_to_the_erased_one_that_it_went_on_from(sign_in: SignIn) -> None:
    karim = settle("karim")
    earlier, now = spoke(karim, DURAND), wraps_up(karim, DAUGHTER)
    browser = sign_in("karim")
    with reading() as session:
        told = session.get_one(Contact, earlier).reference
    browser.post("/api/desk/continue", json={"contact_id": now, "reference": told})
    browser.post("/api/desk/outcome", json={"contact_id": now, "entries": [SETTLED]})
    rolled_up(clock.now())
    before = stored()
    persons_rights.erase(PhoneNumber(DURAND), clock.now())
    assert contact(now).continues is None
    assert contact(now).due == Due.RECORDED
    with transaction() as session:
        session.execute(text("insert into figures_dirty (day) select distinct local_day from contacts"))
    rolled_up(clock.now())
    assert {key: cell.opened for key, cell in stored().items()} == {key: cell.opened for key, cell in before.items()}


def test_a_visit_names_the_reference_of_the_contact_it_goes_on_from(sign_in: SignIn) -> None:
    karim = settle("karim")
    earlier = spoke(
        karim, DURAND, entries=[TAXES, WrapUpEntry("dgfip", "avis-impot", Outcome.INFORMATION, settled=True)]
    )
    told = contact(earlier).reference
    form = {
        "outcome-0": "information",
        "procedure-0": "avis-impot",
        "settled-0": "true",
        "continues-0": f"{told[:5]} {told[5:]}",
    }
    assert sign_in("karim").post("/desk/visit", data=form | {"department": "46"}).status_code == 303
    with reading() as session:
        visit = session.query(Contact).filter_by(channel="front_desk").one()
    assert demarches(visit.id)[0].continues == next(
        row.id for row in demarches(earlier) if row.procedure == "avis-impot"
    )
