"""Promising a callback to somebody else: who may, to whom, and what is refused."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from callcenter import clock
from callcenter.db import reading
from callcenter.records import sessions
from callcenter.records.identifiers import new_id
from callcenter.rules.states import Ending
from tests.callcenter.web.conftest import SignIn
from tests.support.promised import (
    DURAND,
    MOREL,
    THURSDAY,
    count,
    hung_up,
    local,
    open_promise,
    refusal,
)
from tests.support.town import settle

pytestmark = pytest.mark.usefixtures("monday")


@pytest.mark.parametrize("role", ["agent", "auditor"])
def test_whoever_may_not_promise_for_others_is_refused(sign_in: SignIn, role: str) -> None:
    settle("somebody", role=role, departments=["46"])
    visitor = sign_in("somebody")
    for answer in (
        visitor.post("/api/callbacks", json={"number": DURAND, "department": "46"}),
        visitor.post("/api/callbacks/unheard", json={"call_ids": [new_id()]}),
        visitor.delete(f"/api/callbacks/{new_id()}"),
        visitor.get("/supervision/callbacks/print"),
    ):
        assert answer.status_code == 403
    assert count() == 0


def test_nobody_who_is_not_signed_in_promises_anything(browser: object) -> None:
    visitor = browser()  # type: ignore[operator]
    assert visitor.post("/api/callbacks", json={"number": DURAND, "department": "46"}).status_code == 401
    assert count() == 0


def test_those_who_hung_up_unheard_are_promised_a_callback_at_once(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    durand, morel = hung_up(DURAND), hung_up(MOREL, "inconnu", Ending.FULL)
    elsewhere, premium = hung_up("+33561000000", "31"), hung_up("+33899123456")
    ines = sign_in("ines")
    listed = {each["call_id"] for each in ines.get("/api/callbacks/unheard").json()}
    assert listed == {durand, morel}
    page = ines.get("/supervision/callbacks").text
    assert page.count('name="call"') == 2
    assert ines.post("/supervision/callbacks/unheard", data={}).status_code == 422
    chosen = {"call": [durand, morel, elsewhere, premium, new_id()]}
    done = ines.post("/supervision/callbacks/unheard", data=chosen)
    assert done.headers["location"] == "/supervision/callbacks?promised=2"
    assert "Rappels promis : 2." in ines.get(done.headers["location"]).text
    assert count() == 2
    kept = open_promise()
    assert kept.source == "supervisor"
    assert kept.due_from <= clock.now()  # as soon as the line is open, and it is
    assert ines.get("/api/callbacks/unheard").json() == []
    assert "Personne n'a raccroché" in ines.get("/supervision/callbacks").text.replace("&#39;", "'")
    ines.post("/supervision/callbacks/unheard", data=chosen)  # twice is once
    assert count() == 2
    nobody = ines.post("/api/callbacks/unheard", json={"call_ids": [elsewhere]})
    assert refusal(nobody) == (403, "NotAllowed")
    sunday = ines.post("/api/callbacks/unheard", json={"call_ids": [hung_up("+33565057777")], "day": "2026-11-29"})
    assert refusal(sunday) == (422, "NoSuchTime")
    assert ines.post("/api/callbacks/unheard", json={"call_ids": ["no id"]}).status_code == 404
    assert count() == 2


def test_two_who_promise_at_once_promise_once(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    ines = sign_in("ines")

    def asks(_: int) -> httpx2.Response:
        return ines.post("/api/callbacks", json={"number": DURAND, "department": "46", "topic": "impots"})

    with ThreadPoolExecutor(6) as many:
        answers = list(many.map(asks, range(6)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1
    assert count() == 1


def test_other_software_promises_through_the_api(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46", "974"])
    karim_id = settle("karim")
    ines = sign_in("ines")
    asked = {"number": "05 65 05 12 34", "department": "46", "topic": "impots", "day": THURSDAY, "half": "a"}
    made = ines.post("/api/callbacks", json=asked | {"agent": "karim"})
    assert made.status_code == 201
    row = made.json()
    assert (row["source"], row["state"], row["for_agent"]) == ("api", "promised", "Karim")
    assert (local(row["due_from"]), local(row["due_until"])) == ("Thu 13:00", "Thu 18:00")
    assert open_promise().for_agent == karim_id
    again = ines.post("/api/callbacks", json=asked | {"day": None}).json()
    assert again["id"] == row["id"]
    reunion = ines.post("/api/callbacks", json={"number": "0262 12 34 56", "department": "974"}).json()
    assert local(reunion["due_from"], "Indian/Reunion") == "Mon 13:00"  # their clock, three hours ahead of Cahors


@pytest.mark.parametrize(
    ("department", "written", "number"),
    [("988", "26 12 34", "+687261234"), ("988", "687 26 12 34", "+687261234"), ("988", "+687 26.12.34", "+687261234"),
     ("988", "+33 6 87 26 12 34", "+33687261234"), ("975", "0508 41 12 34", "+508411234"),
     ("987", "87 12 34 56", "+68987123456"), ("46", "0508411234", "+508411234")],
)  # fmt: skip
def test_a_supervisor_writes_a_number_as_it_is_dialled_there(
    sign_in: SignIn, department: str, written: str, number: str
) -> None:
    settle("ines", role="supervisor", departments=[department])
    asked = {"number": written, "department": department}
    assert sign_in("ines").post("/api/callbacks", json=asked).status_code == 201
    assert open_promise(number).department == department


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"number": "+33899123456"}, (422, "BadNumber")),
        ({"number": "112"}, (422, "BadNumber")),
        ({"number": "rubbish"}, (422, "BadNumber")),
        ({"number": "06 87 26 12 34", "department": "988"}, (422, "TwoNumbers")),
        ({"number": DURAND, "department": "31"}, (403, "NotAllowed")),
        ({"number": DURAND, "department": "999"}, (404, "NotFound")),
        ({"number": DURAND, "topic": "nothing"}, (404, "NotFound")),
        ({"number": DURAND, "agent": "nobody"}, (404, "NotFound")),
        ({"number": DURAND, "day": "2026-11-29"}, (422, "NoSuchTime")),
    ],
)
def test_what_the_api_refuses(sign_in: SignIn, asked: dict[str, str], refused: tuple[int, str]) -> None:
    settle("ines", role="supervisor", departments=["46"])
    assert refusal(sign_in("ines").post("/api/callbacks", json={"department": "46"} | asked)) == refused
    assert count() == 0


def test_a_promise_of_another_team_is_not_read_by_asking_for_one(sign_in: SignIn) -> None:
    """Nor by calling back who hung up with us: no department, topic, reference, agent or time."""
    settle("paul", role="supervisor", departments=["974"])
    settle("ines", role="supervisor", departments=["46"])
    reunion = "+262262123456"
    made = sign_in("paul").post("/api/callbacks", json={"number": reunion, "department": "974", "topic": "impots"})
    ines = sign_in("ines")
    asked = ines.post("/api/callbacks", json={"number": reunion, "department": "46"})
    assert asked.status_code == 409
    assert asked.json() == {"refusal": "AlreadyPromised", "sentence": "Un rappel est déjà promis à ce numéro."}
    again = ines.post("/api/callbacks/unheard", json={"call_ids": [hung_up(reunion)]})
    assert refusal(again) == (409, "AlreadyPromised")
    assert open_promise(reunion).id == made.json()["id"]
    with reading() as session:
        assert [each.noun_id for each in session.query(sessions.AuditEntry)] == [made.json()["id"]]


@pytest.mark.parametrize(("department", "role"), [("974", "agent"), ("46", "auditor")])
def test_nobody_is_promised_to_an_agent_of_another_team_or_who_takes_no_calls(
    sign_in: SignIn, department: str, role: str
) -> None:
    settle("ines", role="supervisor", departments=["46"])
    settle("marie", department=department, role=role)
    asked = {"number": DURAND, "department": "46", "agent": "marie"}
    assert refusal(sign_in("ines").post("/api/callbacks", json=asked)) == (404, "NotFound")
    assert count() == 0


def test_the_api_is_described(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    described = sign_in("ines").get("/api/openapi.json").json()
    assert "Refused for a number that" in described["paths"]["/api/callbacks"]["post"]["description"]
    fields = described["components"]["schemas"]["Ask"]["properties"]
    assert fields["number"]["description"]
    assert {"/api/callbacks/unheard", "/api/callbacks/mine", "/api/callbacks/{callback_id}"} <= set(described["paths"])
