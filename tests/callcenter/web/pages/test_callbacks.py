"""The pages of callbacks: the printed list, and the half day that an agent agrees on."""

import pytest

from callcenter.db import reading
from callcenter.records import sessions
from tests.callcenter.web.conftest import SignIn
from tests.support.promised import THURSDAY, asked, local, open_promise, wraps_up
from tests.support.town import settle

pytestmark = pytest.mark.usefixtures("monday")


def test_the_printed_list_has_whole_numbers_and_looking_is_written_down(sign_in: SignIn) -> None:
    ines_id = settle("ines", role="supervisor", departments=["46"])
    asked()
    page = sign_in("ines").get("/supervision/callbacks/print").text
    assert "05 65 05 12 34" in page
    with reading() as session:
        assert ines_id in [each.who for each in session.query(sessions.AuditEntry).all()]


def test_an_agent_agrees_on_a_half_day_in_the_hours_of_the_citizen(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    contact = wraps_up(karim_id)
    karim = sign_in("karim")
    given = {"contact_id": contact, "day": THURSDAY, "half": "m"}
    assert karim.post("/desk/promise", data=given).headers["location"] == "/desk"
    kept = open_promise()
    assert (kept.source, kept.promised_by, kept.for_agent) == ("agent", karim_id, None)
    assert local(kept.due_from.isoformat()) == "Thu 08:30"
    assert local(kept.due_until.isoformat()) == "Thu 13:00"
    assert "Rappel promis le 26/11" in karim.get("/desk").text
    karim.post("/desk/promise", data=given | {"half": "a"})  # a second click: the first promise stands
    assert open_promise().id == kept.id
    assert open_promise().due_from == kept.due_from
