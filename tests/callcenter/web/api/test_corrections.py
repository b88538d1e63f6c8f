"""A recorded contact is corrected: by whom, until when, and what it changes of the figures."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import text

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.records import calls, events, promises
from callcenter.records.contacts import Contact, WrapUpEntry
from callcenter.records.figures import roll_up
from callcenter.records.figures.corrections import corrections
from callcenter.rules.states import Outcome
from callcenter.rules.territory import national_day
from callcenter.rules.whys import Why
from tests.callcenter.records.figures.test_roll_up import stored
from tests.callcenter.web.conftest import SignIn
from tests.support.kept import rolled_up
from tests.support.spoken import contact, demarches, spoke
from tests.support.town import settle

DURAND = "+33565051234"
SETTLED = {"procedure": "declaration-revenus", "outcome": "accompaniment", "settled": True, "notes": "RIB reçu"}
NOTICE = {"procedure": "avis-impot", "outcome": "information", "settled": True}


def _settled_of(day: object) -> tuple[int, int]:
    cells = [cell for key, cell in stored().items() if key[0] == day and key[2] == "*" and key[3] == "phone"]
    return sum(cell.settled for cell in cells), sum(cell.accompaniments for cell in cells)


def test_an_agent_corrects_their_own_for_a_day_and_the_figures_follow(sign_in: SignIn) -> None:
    karim = settle("karim")
    helped = spoke(karim, DURAND)
    (row,) = demarches(helped)
    rolled_up(clock.now())
    day = contact(helped).local_day
    assert _settled_of(day) == (0, 1)
    browser = sign_in("karim")
    done = browser.post(f"/api/contacts/{helped}/correction", json={"entries": [SETTLED, NOTICE]})
    assert done.status_code == 204, done.text
    rolled_up(clock.now())
    assert _settled_of(day) == (2, 2)
    kept, added = sorted(demarches(helped), key=lambda each: each.procedure, reverse=True)
    assert (kept.id, kept.settled, kept.noted) == (row.id, True, "RIB reçu")
    assert (added.procedure, added.settled, added.noted) == ("avis-impot", True, None)
    (correction,) = browser.get(f"/api/contacts/{helped}").json()["corrections"]
    assert correction["who"] == "Karim"
    assert correction["changes"]["declaration-revenus"][0]["settled"] is False
    assert "RIB" not in str(correction)  # neither what was noted nor what is
    with reading() as session:
        broken = [each.what for each in promises.broken(session, clock.now())]
    assert not [what for what in broken if "contact" in what or "record" in what]
    page = browser.get(f"/contacts/{helped}").text
    assert "c&#39;était Accompagnement, à suivre" in page
    assert "Démarche ajoutée" in page


def test_after_a_day_it_is_their_supervisors(sign_in: SignIn) -> None:
    karim = settle("karim")
    settle("ines", role="supervisor", department="46", departments=["46"])
    settle("other", role="supervisor", department="31", departments=["31"])
    settle("lea")
    helped = spoke(karim, DURAND, clock.now() - timedelta(hours=26))
    given = {"entries": [SETTLED]}
    assert sign_in("karim").post(f"/api/contacts/{helped}/correction", json=given).status_code == 409
    assert sign_in("lea").post(f"/api/contacts/{helped}/correction", json=given).status_code == 409
    assert sign_in("other").post(f"/api/contacts/{helped}/correction", json=given).status_code == 404
    assert "/correction" not in sign_in("karim").get("/contacts").text
    assert sign_in("ines").post(f"/api/contacts/{helped}/correction", json=given).status_code == 204
    assert [row.settled for row in demarches(helped)] == [True]


def test_a_final_month_shows_the_date_of_a_correction(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    karim = settle("karim")
    helped = spoke(karim, DURAND, clock.now() - timedelta(days=60))
    month = contact(helped).local_day.replace(day=1)
    rolled_up(clock.now() - timedelta(days=1))
    sign_in("ines").post(f"/api/contacts/{helped}/correction", json={"entries": [SETTLED]})
    rolled_up(clock.now())
    with reading() as session:
        told = corrections(session, month, month, ["46"], ["phone"])
    assert told == {(month, "46"): national_day(clock.now())}


def test_what_goes_on_from_a_demarche_that_is_taken_back_still_opens_nothing(sign_in: SignIn) -> None:
    karim = settle("karim")
    first = spoke(karim, DURAND, clock.now() - timedelta(hours=5))
    later = spoke(karim, DURAND)
    with transaction() as session:
        session.get_one(Contact, later).continues = first
        session.execute(
            text("update accompaniments set continues = :of where contact_id = :id"),
            {"of": demarches(first)[0].id, "id": later},
        )
    done = sign_in("karim").post(f"/api/contacts/{first}/correction", json={"entries": [NOTICE]})
    assert done.status_code == 204
    assert [row.continues for row in demarches(later)] == [demarches(first)[0].id]
    assert [row.procedure for row in demarches(first)] == ["avis-impot"]


def test_the_form_shows_what_is_recorded_and_says_what_is_missing_without_losing_what_was_typed(
    sign_in: SignIn,
) -> None:
    karim = settle("karim")
    helped = spoke(karim, DURAND)
    browser = sign_in("karim")
    form = browser.get(f"/contacts/{helped}/correction").text
    assert '<option value="declaration-revenus" selected>' in form
    assert "Il manque le RIB" in form
    given = {"procedure-0": "declaration-revenus", "outcome-0": "orientation", "notes-0": "Renvoyé au guichet"}
    refused = browser.post(f"/contacts/{helped}/correction", data=given)
    assert refused.status_code == 422
    assert "Renvoyé au guichet" in refused.text
    assert "Choisissez le motif" in refused.text
    assert re.search('id="reason-0"[^>]* aria-invalid="true" aria-describedby="reason-0-lacks" autofocus', refused.text)
    both = given | {"procedure-0": "", "procedure-3": "avis-impot", "outcome-3": "information"}
    shown = browser.post(f"/contacts/{helped}/correction", data=both).text  # the first is taken away: one is left
    assert re.search('id="yes-0"[^>]* aria-invalid="true" aria-describedby="settled-0-lacks" autofocus', shown)
    assert 'id="settled-0-lacks"' in shown
    assert shown.count("fr-message--error") == 1
    emptied = browser.post(f"/contacts/{helped}/correction", data=given | {"procedure-0": ""}).text
    assert re.search('id="procedure-0"[^>]* autofocus', emptied)
    assert "Renvoyé au guichet" in emptied
    given |= {"reason-0": "must_come", "procedure-1": "", "notes-1": ""}
    done = browser.post(f"/contacts/{helped}/correction", data=given)
    assert (done.status_code, done.headers["location"]) == (303, f"/contacts/{helped}?done=1")
    (row,) = demarches(helped)
    assert (row.outcome, row.reason, row.settled, row.noted) == (
        "orientation",
        "must_come",
        False,
        "Renvoyé au guichet",
    )


def test_a_correction_that_changes_nothing_writes_nothing_and_what_is_owed_is_recorded_not_corrected(
    sign_in: SignIn,
) -> None:
    karim = settle("karim")
    plain = WrapUpEntry("dgfip", "declaration-revenus", Outcome.ACCOMPANIMENT, settled=True, notes="RIB reçu")
    helped, owed = spoke(karim, DURAND, entries=[plain]), spoke(karim, "+33612345678", entries=None)
    browser = sign_in("karim")
    assert browser.post(f"/api/contacts/{helped}/correction", json={"entries": [SETTLED]}).status_code == 204
    assert browser.post(f"/api/contacts/{owed}/correction", json={"entries": [SETTLED]}).status_code == 409
    assert browser.post(f"/api/contacts/{helped}/correction", json={"entries": []}).status_code == 422
    twice = browser.post(f"/api/contacts/{helped}/correction", json={"entries": [SETTLED, SETTLED]})
    assert twice.status_code == 422
    with reading() as session:
        assert session.scalar(text("select count(*) from audit")) == 0
        assert session.scalar(text("select count(*) from events where why = 'corrected'")) == 0


@pytest.mark.parametrize("hours", [23, 25])
def test_the_day_is_counted_from_the_outcome(sign_in: SignIn, hours: int) -> None:
    karim = settle("karim")
    helped = spoke(karim, DURAND, clock.now() - timedelta(minutes=6))
    with time_machine.travel(clock.now() + timedelta(hours=hours)):
        browser = sign_in("karim")
        done = browser.post(f"/api/contacts/{helped}/correction", json={"entries": [SETTLED]})
    assert done.status_code == (204 if hours < 24 else 409)


def _demands(day: object, department: str) -> int:
    return sum(cell.contacts for key, cell in stored().items() if key[:4] == (day, department, "*", "phone"))


def test_department_and_topic_are_corrected_dated_and_the_figures_follow(sign_in: SignIn) -> None:
    """Those of both departments; the call keeps what it was queued for, and the démarches stay."""
    karim = settle("karim")
    helped = spoke(karim, DURAND)
    rolled_up(clock.now())
    before = contact(helped)
    assert (_demands(before.local_day, "46"), _demands(before.local_day, "12")) == (1, 0)
    browser = sign_in("karim")
    given = {"entries": [SETTLED], "department": "12", "topic": "logement"}
    assert browser.post(f"/api/contacts/{helped}/correction", json=given).status_code == 204
    rolled_up(clock.now())
    after = contact(helped)
    assert (after.department, after.topic, after.recorded_at) == ("12", "logement", before.recorded_at)
    assert (_demands(after.local_day, "46"), _demands(after.local_day, "12")) == (0, 1)
    with reading() as session:
        call = calls.of_contact(session, helped)
        trail = [(each.was, each.now, each.why) for each in events.of(session, [helped])]
        broken = [each.what for each in promises.broken(session, clock.now())]
    assert not [what for what in broken if "contact" in what or "record" in what]
    assert call is not None
    assert (call.department, call.topic) == ("46", "impots")
    assert trail[-1] == ("recorded", "recorded", Why.CORRECTED)
    (correction,) = browser.get(f"/api/contacts/{helped}").json()["corrections"]
    assert correction["changes"]["contact_department"] == ["46", "12"]
    assert correction["changes"]["contact_topic"] == ["impots", "logement"]
    page = browser.get(f"/contacts/{helped}").text
    assert "Département de la personne : c&#39;était" in page
    assert "Sujet : c&#39;était Impôts" in page
    again = browser.post(f"/api/contacts/{helped}/correction", json=given)
    assert again.status_code == 204
    assert len(browser.get(f"/api/contacts/{helped}").json()["corrections"]) == 1  # nothing changed


def test_what_is_corrected_overseas_counts_on_the_day_of_there(sign_in: SignIn) -> None:
    """At eleven in the evening in Cahors it is tomorrow in La Réunion: the day it was counted on has it no more."""
    evening = datetime(2026, 11, 24, 23, 0, tzinfo=ZoneInfo("Europe/Paris"))
    karim = settle("karim")
    with time_machine.travel(evening + timedelta(hours=2), tick=True):
        helped = spoke(karim, DURAND, evening)
        rolled_up(clock.now())
        assert _demands(date(2026, 11, 24), "46") == 1
        given = {"entries": [SETTLED], "department": "974"}
        assert sign_in("karim").post(f"/api/contacts/{helped}/correction", json=given).status_code == 204
        rolled_up(clock.now())
    assert (contact(helped).local_day, contact(helped).topic) == (date(2026, 11, 25), "impots")
    counted = {key[:2]: cell.contacts for key, cell in stored().items() if key[2:] == ("*", "phone") and cell.contacts}
    assert counted == {(date(2026, 11, 25), "974"): 1}


def test_a_department_or_topic_that_is_none_is_refused_and_what_may_be_corrected_is_as_before(sign_in: SignIn) -> None:
    karim = settle("karim")
    settle("ines", role="supervisor", department="46", departments=["46"])
    late = spoke(karim, DURAND, clock.now() - timedelta(hours=26))
    helped = spoke(karim, DURAND)
    browser, ines = sign_in("karim"), sign_in("ines")
    for wrong in ({"department": "99"}, {"department": "984"}, {"topic": "nothing"}, {"topic": "x" * 41}):
        refused = browser.post(f"/api/contacts/{helped}/correction", json={"entries": [SETTLED]} | wrong)
        assert refused.status_code in (404, 422), wrong
    assert (contact(helped).department, [row.settled for row in demarches(helped)]) == ("46", [False])
    moved = {"entries": [SETTLED], "department": "inconnu", "topic": "autre"}
    assert browser.post(f"/api/contacts/{late}/correction", json=moved).status_code == 409
    assert ines.post(f"/api/contacts/{late}/correction", json=moved).status_code == 204
    assert (contact(late).department, contact(late).topic) == ("inconnu", "autre")


def test_the_form_shows_both_keeps_what_was_chosen_and_leads_back_to_what_may_be_read(sign_in: SignIn) -> None:
    karim = settle("karim", "12", departments=["12"])
    settle("ines", role="supervisor", department="46", departments=["46"])
    helped = spoke(karim, DURAND)
    ines = sign_in("ines")
    form = ines.get(f"/contacts/{helped}/correction").text
    assert '<option value="46" selected>' in form
    assert '<option value="impots" selected>' in form
    given = {"procedure-0": "declaration-revenus", "outcome-0": "information", "department": "974", "topic": "famille"}
    refused = ines.post(f"/contacts/{helped}/correction", data=given)
    assert refused.status_code == 422
    assert '<option value="974" selected>' in refused.text
    assert '<option value="famille" selected>' in refused.text
    assert contact(helped).department == "46"
    done = ines.post(f"/contacts/{helped}/correction", data=given | {"settled-0": "true"})
    assert (done.status_code, done.headers["location"]) == (303, "/contacts")  # it is another team's from now on
    assert (contact(helped).department, contact(helped).topic) == ("974", "famille")


def test_whose_return_a_corrected_topic_decided_is_judged_again(sign_in: SignIn) -> None:
    karim = settle("karim")
    now = clock.now()
    first = spoke(karim, DURAND, now - timedelta(days=7, hours=2))
    second = spoke(karim, DURAND, now - timedelta(days=1, hours=-2))
    with transaction() as session:
        roll_up.judge_returns(session, now)
    assert (contact(first).returned, contact(second).returned) == (True, None)
    given = {"entries": [SETTLED], "topic": "logement"}
    assert sign_in("karim").post(f"/api/contacts/{second}/correction", json=given).status_code == 204
    assert contact(first).returned is None
    with transaction() as session:
        roll_up.judge_returns(session, now)
    assert contact(first).returned is False
