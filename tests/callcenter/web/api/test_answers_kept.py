"""What is answered in a form is kept as it is chosen, and goes when it is recorded."""

import re

from callcenter.db import reading
from callcenter.records import agents, contacts
from callcenter.records.identifiers import new_id
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle
from tests.support.wrap_up import wraps_up

ANSWERS = {"procedure-0": "avis-impot", "outcome-0": "information", "procedure-2": "", "agreement": "mandate:voice"}


def test_answers_are_kept_by_revision_and_stand_in_the_form_again(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = wraps_up(karim_id)
    given = {"contact_id": contact_id, "answers": ANSWERS, "revision": 0}
    kept = karim.post("/api/desk/answers", json=given).json()["recording"]
    assert (kept["answers"], kept["answers_revision"]) == (ANSWERS, 1)
    assert karim.post("/api/desk/answers", json=given).json()["recording"]["answers_revision"] == 1  # the same again
    late = karim.post("/api/desk/answers", json=given | {"answers": {"procedure-0": ""}})
    assert (late.status_code, late.json()["refusal"]) == (409, "NotesNewer")
    page = sign_in("karim").get("/desk").text  # another browser
    assert re.search('<option value="avis-impot"[^>]* selected>', page)
    assert '<option value="mandate:voice" selected>' in page
    assert 'value="information" checked' in page
    assert 'name="procedure-2"' in page
    with reading() as session:
        sealed = session.get_one(contacts.Contact, contact_id).answers
    assert sealed is not None
    assert b"mandate" not in sealed


def test_answers_go_when_the_contact_is_recorded_and_none_are_kept_after(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = wraps_up(karim_id)
    given = {"contact_id": contact_id, "answers": ANSWERS, "revision": 0}
    karim.post("/api/desk/answers", json=given)
    entry = {"procedure": "avis-impot", "outcome": "information", "settled": True}
    assert karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [entry]}).status_code == 200
    with reading() as session:
        assert session.get_one(contacts.Contact, contact_id).answers is None
    assert karim.post("/api/desk/answers", json=given | {"revision": 1}).status_code == 409


def test_nobody_keeps_answers_of_anothers_contact_and_no_field_is_invented(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    settle("lea")
    _, contact_id = wraps_up(karim_id)
    given = {"contact_id": contact_id, "answers": ANSWERS}
    assert sign_in("lea").post("/api/desk/answers", json=given).status_code == 404
    for wrong in (
        {"<b>": "x"},
        {"procedure-0": "x" * 5000},
        {f"procedure-{n % 99}{'x' * (n // 99)}": "" for n in range(300)},
    ):
        assert sign_in("karim").post("/api/desk/answers", json=given | {"answers": wrong}).status_code == 422


def test_a_visit_that_is_being_written_is_kept_masked_until_it_is_recorded(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    visit_id = new_id()
    visit = {"contact_id": visit_id, "answers": ANSWERS | {"notes": "NIR 1 84 12 76 451 089 46"}}
    assert karim.post("/api/desk/visit-answers", json=visit).status_code == 200
    page = sign_in("karim").get("/desk/visit").text
    assert "NIR •••" in page
    assert visit_id in page
    entry = {"procedure": "avis-impot", "outcome": "information", "settled": True}
    done = {"contact_id": visit_id, "department": "46", "entries": [entry]}
    assert karim.post("/api/desk/visit", json=done).status_code == 200
    with reading() as session:
        assert session.get_one(agents.Agent, karim_id).visit is None
    assert karim.post("/api/desk/visit-answers", json=visit).status_code == 409
    assert visit_id not in karim.get("/desk/visit").text
