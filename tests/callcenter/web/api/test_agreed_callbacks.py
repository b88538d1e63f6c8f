"""The callback that is agreed on with the person of a contact: promised in the act that records it, or not at all."""

import pytest

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.records import contacts
from callcenter.records.moves import move
from callcenter.rules.states import Due
from callcenter.rules.whys import Why
from tests.callcenter.web.conftest import SignIn
from tests.support.promised import THURSDAY, asked, count, local, open_promise, recorded_with, refusal, wraps_up
from tests.support.town import settle

pytestmark = pytest.mark.usefixtures("monday")


def _form(contact: str, **more: str) -> dict[str, str]:
    """The same, as the desk's form sends it."""
    entry = {"procedure-0": "avis-impot", "outcome-0": "information", "settled-0": "false", "follow_up-0": "callback"}
    return {"contact_id": contact} | entry | more


def test_an_outcome_that_says_callback_promises_it_in_the_hours_of_the_citizen(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    contact = wraps_up(karim_id)
    karim = sign_in("karim")
    assert "Moi</label>" in karim.get("/desk").text
    chosen = {"callback": "20261126m", "callback_by": "anyone"}
    assert karim.post("/desk/outcome", data=_form(contact, **chosen)).headers["location"] == "/desk"
    kept = open_promise()
    assert (kept.source, kept.promised_by, kept.for_agent) == ("agent", karim_id, None)
    assert local(kept.due_from.isoformat()) == "Thu 08:30"
    assert local(kept.due_until.isoformat()) == "Thu 13:00"
    karim.post("/desk/outcome", data=_form(contact, callback="20261126a", callback_by="me"))  # a second click
    assert (open_promise().id, open_promise().due_from, open_promise().for_agent) == (kept.id, kept.due_from, None)


def test_another_day_than_those_proposed_may_be_agreed_on_with_this_very_agent(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    other = {"callback": "other", "callback_day": "2026-12-03", "callback_half": "a", "callback_by": "me"}
    assert sign_in("karim").post("/desk/outcome", data=_form(wraps_up(karim_id), **other)).status_code == 303
    assert (local(open_promise().due_from.isoformat()), open_promise().for_agent) == ("Thu 13:00", karim_id)


def test_a_promise_that_is_open_stands_for_the_one_agreed_on(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    asked()
    kept = open_promise()
    contact = wraps_up(karim_id)
    karim = sign_in("karim")
    assert "est déjà promis à cette personne" in karim.get("/desk").text
    answer = karim.post("/desk/outcome", data=_form(contact), headers={"HX-Request": "true", "X-Shows": "desk"})
    assert answer.status_code == 200, answer.text
    assert "Rappel promis le" in answer.text
    assert open_promise().id == kept.id


def test_no_outcome_says_callback_where_none_is_promised(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    contact = wraps_up(karim_id)
    karim = sign_in("karim")
    given = recorded_with(contact)
    refused = karim.post("/api/desk/outcome", json={**given, "callback": None})
    assert refusal(refused) == (422, "OutcomeIncomplete")
    partial = karim.post("/desk/outcome", data=_form(contact), headers={"HX-Request": "true", "X-Shows": "desk"})
    assert partial.status_code == 422
    assert f"#record-{contact}-callback-lacks" in partial.text
    assert f"#record-{contact}-callback_by-lacks" in partial.text
    sent = {"callback": "other", "callback_day": "2026-11-29", "callback_by": "me"}  # a Sunday
    shut = karim.post("/desk/outcome", data=_form(contact, **sent), headers={"HX-Request": "true", "X-Shows": "desk"})
    assert shut.status_code == 422
    assert f"#record-{contact}-callback-lacks" in shut.text
    visit = {"department": "46", "entries": given["entries"]}
    assert refusal(karim.post("/api/desk/visit", json=visit)) == (422, "OutcomeIncomplete")
    with reading() as session:
        assert not contacts.accompaniments(session, [contact])
    assert count() == 0
    assert karim.post("/desk/outcome", data=_form(contact) | {"follow_up-0": "sms"}).status_code == 303


@pytest.mark.parametrize(
    ("day", "half"),
    [("2026-11-22", "m"), ("2026-11-29", "m"), ("2026-12-25", "m"), ("2027-06-01", "a"), ("2026-11-20", "a")],
)
def test_a_day_when_the_line_is_closed_is_refused(sign_in: SignIn, day: str, half: str) -> None:
    """Past, a Sunday, Christmas, too far away: and nothing is recorded."""
    karim_id = settle("karim")
    contact = wraps_up(karim_id)
    answer = sign_in("karim").post("/api/desk/outcome", json=recorded_with(contact, day=day, half=half))
    assert refusal(answer) == (422, "NoSuchTime")
    assert count() == 0
    with reading() as session:
        assert not contacts.accompaniments(session, [contact])


def test_an_agent_promises_only_to_their_own_people_whose_number_is_known(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    settle("lea")
    given = recorded_with(wraps_up(karim_id), day=THURSDAY)
    assert sign_in("lea").post("/api/desk/outcome", json=given).status_code == 404
    unknown = wraps_up(karim_id, None)
    karim = sign_in("karim")
    assert refusal(karim.post("/api/desk/outcome", json=recorded_with(unknown, day=THURSDAY))) == (422, "BadNumber")
    given = recorded_with(long_over := wraps_up(karim_id), day=THURSDAY)
    with transaction() as session:
        move(session, contacts.Contact, long_over, [Due.OWED], Due.RECORDED, clock.now(), Why.OUTCOME)
    assert karim.post("/api/desk/outcome", json=given).status_code == 200  # it is recorded already: nothing more is
    assert count() == 0
