"""What supervisors order, and why a call waits where it waits: through the API and the pages, on the real stores."""

import time

import pytest
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.actions import agent, citizen, config_snapshot
from callcenter.db import reading, transaction
from callcenter.live import queue
from callcenter.records import contacts, rollout, sessions
from callcenter.records.calls import Wish
from callcenter.rules.states import PauseReason
from ivr import dialogue
from ivr.caller_answers import Heard
from tests.callcenter.web.api.conftest import SignIn
from tests.support.people import joins, the_call
from tests.support.town import settle

pytestmark = pytest.mark.usefixtures("no_orders")


def at_post(login: str, **who: object) -> str:
    agent_id = settle(login, **who)  # type: ignore[arg-type]
    agent.take_post(agent_id, "phone", clock.now())
    return agent_id


def paused(login: str, **who: object) -> str:
    agent_id = at_post(login, **who)
    agent.pause(agent_id, PauseReason.LUNCH, clock.now())
    return agent_id


def test_a_message_is_heard_by_the_next_caller_within_two_seconds(ines: TestClient) -> None:
    config_snapshot.current()
    began = time.monotonic()
    given = {"scope": "N", "fr": "Inondations : appelez le 112.", "en": "Floods: call 112."}
    assert ines.post("/api/board/orders/message", json=given).status_code == 200
    while not (spoken := dialogue.ask("welcome", Heard(), config_snapshot.current().menu, "/v").say[0]):
        assert time.monotonic() - began < 2
    assert str(spoken) == "Inondations : appelez le 112."
    assert ines.post("/supervision/orders/message", data={"scope": "N"}).status_code == 303
    assert ines.get("/api/board/orders").json()["messages"] == []


def test_another_process_hears_of_it_within_two_seconds_too(ines: TestClient) -> None:
    """The telephone's process is not the one that was told: it follows the revision."""
    config_snapshot.current()
    with transaction() as session:  # as another process does: nobody calls `refresh` here
        rollout.say(session, "46", {"fr": "Grève."}, clock.now())
    began = time.monotonic()
    while not config_snapshot.current().messages:
        assert time.monotonic() - began < 2
        time.sleep(0.02)


def test_a_closed_queue_turns_the_next_away_and_keeps_who_waits(ines: TestClient) -> None:
    paused("karim")
    waits = joins("CA1", 1)
    assert _orders(ines, scope="46", topic="impots", act="close") == 0
    away = citizen.join_queue("CA2", "+33600000002", Wish("46", "impots"), clock.now())
    elsewhere = citizen.join_queue("CA3", "+33600000003", Wish("31", "impots"), clock.now())
    assert isinstance(away, citizen.TurnedAway)
    assert (away.why, isinstance(elsewhere, citizen.Waits), the_call(waits).state) == ("suspended", True, "waiting")
    _orders(ines, scope="46", topic="impots", act="open")
    assert isinstance(citizen.join_queue("CA4", "+33600000004", Wish("46", "impots"), clock.now()), citizen.Waits)


def test_a_redirected_queue_leads_who_comes_and_a_merged_one_who_waits_too(ines: TestClient) -> None:
    paused("karim")
    earlier, beside = joins("CA1", 1), joins("CA2", 2, Wish("46", "sante"))
    assert _orders(ines, scope="46", topic="impots", act="redirect", to_topic="sante") == 0
    later = joins("CA3", 3)
    assert [the_call(each).topic for each in (earlier, beside, later)] == ["impots", "sante", "sante"]
    assert _orders(ines, scope="46", topic="impots", act="merge", to_topic="sante") == 1
    assert the_call(earlier).topic == "sante"
    place = queue.place(earlier, clock.now().timestamp())
    assert place is not None
    assert (place.queue, place.position) == ("46:sante:fr", 1)


def test_whoever_is_merged_waits_for_those_for_whom_who_comes_now_waits(ines: TestClient) -> None:
    """English by a specialist, French by a specialist, English by anybody: in this order, as at the door."""
    paused("mary", topics=["impots", "justice"], languages=["fr", "en"])
    paused("remi", topics=["retraite"])
    earlier = joins("CA1", 1, Wish("46", "impots", "en"))
    assert _stands(earlier) == ("46:impots:en", None, "en")
    _orders(ines, scope="46", topic="impots", act="merge", to_topic="retraite")
    later = joins("CA2", 2, Wish("46", "impots", "en"))
    assert _stands(earlier) == _stands(later) == ("46:retraite:fr", "en", "fr")
    _orders(ines, scope="46", topic="retraite", act="merge", to_topic="justice")
    assert _stands(earlier) == _stands(later) == ("46:justice:en", None, "en")
    _orders(ines, scope="46", topic="justice", act="merge", to_topic="logement")
    assert _stands(earlier) == _stands(later) == ("46:*:en", None, "en")


@pytest.mark.parametrize(
    "order",
    [
        {"act": "redirect", "to_topic": "rien"},
        {"act": "redirect", "to_topic": "impots"},
        {"act": "merge"},
        {"act": "close", "topic": "rien"},
    ],
)
def test_what_makes_no_sense_is_refused(ines: TestClient, order: dict[str, str]) -> None:
    refused = ines.post("/api/board/orders/queue", json={"scope": "46", "topic": "impots"} | order)
    assert refused.status_code == 422
    assert ines.get("/api/board/orders").json()["queues"] == []


def test_a_circle_is_refused(ines: TestClient) -> None:
    _orders(ines, scope="46", topic="impots", act="redirect", to_topic="sante")
    circle = {"scope": "46", "topic": "sante", "act": "redirect", "to_topic": "impots"}
    assert ines.post("/api/board/orders/queue", json=circle).status_code == 422
    assert ines.post("/supervision/orders/queue", data=circle).status_code == 422


def test_orders_are_written_down_and_only_for_ones_own_departments(sign_in: SignIn) -> None:
    lot_id = settle("lot", role="supervisor", departments=["46"])
    lot = sign_in("lot")
    for scope in ("N", "R76", "974", "nowhere"):
        assert lot.post("/api/board/orders/message", json={"scope": scope, "fr": "Bonjour"}).status_code == 403
    assert lot.post("/api/board/orders/message", json={"scope": "46", "en": "Hello"}).status_code == 422
    assert lot.post("/api/board/orders/message", json={"scope": "46", "fr": "x" * 401}).status_code == 422
    _orders(lot, scope="46", topic="", act="close")
    assert (
        lot.post(
            "/supervision/orders/threshold", data={"scope": "46", "region_after": "10", "nation_after": "5"}
        ).status_code
        == 422
    )
    assert (
        lot.post("/supervision/orders/threshold", data={"scope": "46", "region_after": "10", "nation_after": "30"})
        .headers["location"]
        .endswith("done=0")
    )
    assert config_snapshot.current().widens_after("46", "sante") == (10.0, 30.0)
    with reading() as session:
        written = [(e.who, e.act, e.noun_id) for e in session.query(sessions.AuditEntry).order_by("id")]
    assert written == [(lot_id, "close a queue", "46:"), (lot_id, "set thresholds", "46:")]
    settle("vera", role="auditor", departments=["46"])
    vera = sign_in("vera")
    page = vera.get("/supervision/orders")
    assert (page.status_code, "<textarea" in page.text) == (200, False)
    assert vera.post("/api/board/orders/message", json={"scope": "46", "fr": "Bonjour"}).status_code == 403


def test_a_waiting_call_is_explained(ines: TestClient) -> None:
    paused("karim")
    at_post("lea", department="31")
    at_post("paul", topics=["sante"])
    at_post("mary", topics=["impots"], languages=["en"])
    at_post("zoe", department="974")
    call_id = joins("CA1", 1)
    said = ines.get(f"/api/board/waiting/{call_id}").json()
    assert (said["call"]["queue"], said["call"]["position"]) == ("46:impots:fr", 1)
    assert said["call"]["widens_at"] is not None
    assert said["eligible"] == []
    why = {each["name"]: each["why"] for each in said["others"]}
    assert why == {"Karim": "state", "Lea": "ring", "Zoe": "ring", "Paul": "topic", "Mary": "language"}
    assert said["hindered"] == {"state": 1, "ring": 2, "topic": 1, "language": 1}
    queue.widen(clock.now().timestamp() + 25)
    said = ines.get(f"/api/board/waiting/{call_id}").json()
    assert said["call"]["queue"] == "R76:impots:fr"
    assert [each["name"] for each in said["eligible"]] == ["Lea"]
    listed = ines.get("/api/board/waiting").json()
    assert [each["call_id"] for each in listed] == [call_id]
    page = ines.get(f"/supervision/waiting/{call_id}").text
    assert "Occitanie" in page
    assert "Lea" in page
    assert f"/supervision/waiting/{call_id}" in ines.get("/supervision/waiting").text


def test_agents_of_other_teams_have_no_name_in_an_explanation(sign_in: SignIn) -> None:
    """They are counted, with their department and why: who they are and what they do is their own supervisor's."""
    paused("karim")
    at_post("zoe", department="974")
    settle("irma", role="supervisor", departments=["46"])
    call_id = joins("CA1", 1)
    irma = sign_in("irma")
    said = irma.get(f"/api/board/waiting/{call_id}").json()
    assert [(each["name"], each["department"], each["why"]) for each in said["others"]] == [
        ("Karim", "46", "state"),
        (None, "974", "ring"),
    ]
    page = irma.get(f"/supervision/waiting/{call_id}").text
    assert ("Zoe" in page, "Un agent d&#39;une autre équipe" in page) == (False, True)


def test_a_call_of_another_department_is_not_explained(sign_in: SignIn) -> None:
    paused("karim")
    settle("reunion", role="supervisor", departments=["974"])
    reunion = sign_in("reunion")
    call_id = joins("CA1", 1)
    assert reunion.get(f"/api/board/waiting/{call_id}").status_code == 404
    assert reunion.get("/api/board/waiting").json() == []


def _stands(call_id: str) -> tuple[str, str | None, str]:
    """Its queue in the index, the language that was chosen if it is not the one spoken, and its contact's."""
    call, place = the_call(call_id), queue.place(call_id, clock.now().timestamp())
    with reading() as session:
        contact = contacts.get(session, call.contact_id)
    assert place
    assert contact
    assert (place.topic, contact.topic) == (call.topic, call.topic)
    return place.queue, call.asked_language, contact.language


def _orders(supervisor: TestClient, **order: str) -> int:
    answer = supervisor.post("/api/board/orders/queue", json=order)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["moved"])
