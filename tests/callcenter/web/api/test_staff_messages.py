"""Messages of a supervisor: who reads them, who has acknowledged them, and when they are gone."""

from datetime import timedelta

import pytest
import time_machine

from callcenter import clock
from callcenter.db import reading
from callcenter.records.staff_messages import StaffMessage
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle
from workers import nightly

WORDS = "Réunion à 14 h, la ligne reste ouverte."


@pytest.fixture
def team(sign_in: SignIn) -> dict[str, str]:
    """Inès supervises the Lot and the Aveyron; Karim and Léa are hers, Zoé is not."""
    settle("ines", role="supervisor", departments=["46", "12"])
    return {"karim": settle("karim"), "lea": settle("lea", "12"), "zoe": settle("zoe", "31")}


def shown(sign_in: SignIn, login: str) -> list[str]:
    return [each["text"] for each in sign_in(login).get("/api/desk").json()["messages"]]


@pytest.mark.parametrize(
    ("to", "read_by"), [("agent:{karim}", ["karim"]), ("team:12", ["lea"]), ("all", ["ines", "karim", "lea"])]
)
def test_one_agent_a_team_or_all_read_it_and_nobody_else(
    sign_in: SignIn, team: dict[str, str], to: str, read_by: list[str]
) -> None:
    theirs = [login for login in read_by if login != "ines"]  # nobody writes to themselves
    answer = sign_in("ines").post("/api/messages", json={"to": to.format(**team), "words": f"  {WORDS}\n"})
    assert (answer.status_code, answer.json()) == (200, {"addressees": len(theirs)})
    assert [login for login in team if shown(sign_in, login) == [WORDS]] == theirs


def test_the_supervisor_sees_who_has_acknowledged_and_the_desk_shows_it_no_more(
    sign_in: SignIn, team: dict[str, str]
) -> None:
    ines, karim = sign_in("ines"), sign_in("karim")
    ines.post("/api/messages", json={"to": "all", "words": WORDS})
    (message,) = karim.get("/api/desk").json()["messages"]
    assert (message["by"], WORDS in karim.get("/desk").text) == ("Ines", True)
    for _ in range(2):  # a click repeated
        answer = karim.post("/desk/messages/acknowledge", data={"message_id": message["id"]})
        assert answer.status_code == 303
    assert karim.get("/api/desk").json()["messages"] == []
    assert shown(sign_in, "lea") == [WORDS]
    (written,) = ines.get("/api/messages").json()
    assert [(each["name"], each["acknowledged_at"] is not None) for each in written["readers"]] == [
        ("Karim", True),
        ("Lea", False),
    ]
    page = ines.get("/supervision/messages").text
    assert "lu par 1 sur 2" in page
    assert "Lea : pas encore lu" in page
    assert sign_in("zoe").post("/api/messages/acknowledge", json={"message_id": message["id"]}).status_code == 404


def test_it_is_gone_at_the_end_of_the_day_of_whoever_reads_it(sign_in: SignIn, team: dict[str, str]) -> None:
    settle("rene", "974")
    settle("admin", role="admin")
    noon = clock.now().replace(hour=12, minute=0) + timedelta(days=1)
    with time_machine.travel(noon, tick=True):
        sign_in("admin").post("/api/messages", json={"to": "all", "words": WORDS})
        assert (shown(sign_in, "karim"), shown(sign_in, "rene")) == ([WORDS], [WORDS])
    with time_machine.travel(noon.replace(hour=21), tick=True):  # past midnight in La Réunion
        assert (shown(sign_in, "karim"), shown(sign_in, "rene")) == ([WORDS], [])
    with time_machine.travel(noon + timedelta(days=1), tick=True):
        assert (shown(sign_in, "karim"), sign_in("admin").get("/api/messages").json()) == ([], [])
        nightly.tidy()
    with reading() as session:
        assert session.query(StaffMessage).count() == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"to": "all", "words": " "}, "300 caractères"),
        ({"to": "all", "words": "a" * 301}, "300 caractères"),
        ({"to": "team:31", "words": WORDS}, "Aucun de vos agents"),
        ({"to": "agent:nobody", "words": WORDS}, "à qui"),
        ({"to": "everybody", "words": WORDS}, "à qui"),
        ({"to": "", "words": WORDS}, "à qui"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    sign_in: SignIn, team: dict[str, str], given: dict[str, str], sentence: str
) -> None:
    ines = sign_in("ines")
    answer = ines.post("/supervision/messages", data=given)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert given["words"].strip() in answer.text
    assert ines.get("/api/messages").json() == []


def test_agents_and_auditors_write_to_nobody(sign_in: SignIn, team: dict[str, str]) -> None:
    settle("vera", role="auditor", departments=["46"])
    for login in ("karim", "vera"):
        assert sign_in(login).post("/api/messages", json={"to": "all", "words": WORDS}).status_code == 403
