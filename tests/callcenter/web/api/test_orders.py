"""What supervisors order, and why a call waits where it waits: through the API and the pages, on the real stores."""

import re
import time
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.actions import agent, citizen, config_snapshot
from callcenter.db import reading, transaction
from callcenter.live import queue
from callcenter.records import contacts, hours, rollout, sessions
from callcenter.records.agents import Agent
from callcenter.records.calls import Wish
from callcenter.rules.states import PauseReason
from callcenter.rules.territory import national_day
from callcenter.web.pages.days_said import period_said
from ivr import dialogue
from ivr.caller_answers import Heard
from tests.callcenter.web.conftest import SignIn
from tests.support.october import site
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
    assert ines.post("/supervision/orders/lift", data={"lift": "message:N:"}).status_code == 303
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
    refused = ines.post("/supervision/orders/queue", data=circle | {"ends": "lift"})
    assert (refused.status_code, 'id="queue-to-error"' in refused.text) == (422, True)


def test_orders_are_written_down_and_only_for_ones_own_departments(sign_in: SignIn) -> None:
    lot_id = settle("lot", role="supervisor", departments=["46"])
    lot = sign_in("lot")
    for scope in ("N", "R76", "974", "nowhere"):
        assert lot.post("/api/board/orders/message", json={"scope": scope, "fr": "Bonjour"}).status_code == 403
    assert lot.post("/api/board/orders/message", json={"scope": "46", "en": "Hello"}).status_code == 422
    assert lot.post("/api/board/orders/message", json={"scope": "46", "fr": "x" * 401}).status_code == 422
    _orders(lot, scope="46", topic="", act="close")
    ages = {"scope": "46", "topic": "*", "region_after": "10", "ends": "lift", "confirmed": "1"}
    assert lot.post("/supervision/orders/threshold", data=ages | {"nation_after": "5"}).status_code == 422
    given = lot.post("/supervision/orders/threshold", data=ages | {"nation_after": "30"})
    assert given.headers["location"].endswith("done=0")
    assert config_snapshot.current().widens_after("46", "sante") == (10.0, 30.0)
    with reading() as session:
        written = [(e.who, e.act, e.noun_id) for e in session.query(sessions.AuditEntry).order_by("id")]
    assert written == [(lot_id, "close a queue", "46:"), (lot_id, "set thresholds", "46:")]
    settle("vera", role="auditor", departments=["46"])
    vera = sign_in("vera")
    page = vera.get("/supervision/orders")
    assert (page.status_code, "<textarea" in page.text) == (200, False)
    assert vera.post("/api/board/orders/message", json={"scope": "46", "fr": "Bonjour"}).status_code == 403


def test_a_widening_stands_on_the_wall_and_the_desks_and_is_lifted_there(ines: TestClient, sign_in: SignIn) -> None:
    settle("karim")
    settle("lea", department="31")
    assert ines.post("/supervision/orders/threshold", data=given("threshold", confirmed="1")).status_code == 303
    said = "ouvert à la région après 5 s, à la nation après 9 s"
    for page in (
        ines.get("/supervision").text,
        ines.get("/supervision/orders").text,
        ines.get("/admin/departments/46").text,
    ):
        assert page.count(said) == 1
    karim = sign_in("karim").get("/desk").text
    assert (said in karim, "1 ordre en vigueur" in karim, "lift-order" in karim) == (True, True, False)
    assert said not in sign_in("lea").get("/desk").text
    (lifted,) = re.findall(r'form="lift-order" name="lift" value="(threshold:[^"]+)"', ines.get("/supervision").text)
    assert ines.post("/supervision/orders/lift", data={"lift": lifted}).status_code == 303
    assert ines.get("/api/board/orders").json()["thresholds"] == []
    assert said not in sign_in("karim").get("/desk").text


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
    for words in (
        "en pause depuis moins d&#39;une minute (repas)",
        "ne parle pas : français",
        "ne sert pas « Impôts »",
    ):
        assert words in page
    assert "pas encore ouvert à son territoire ; le sera à " in page  # Zoe, who is of another region
    assert "Score" not in page
    assert "Lea" in page
    assert f"/supervision/waiting/{call_id}" in ines.get("/supervision/waiting").text


def test_an_agent_is_made_available_from_where_a_call_waits(ines: TestClient) -> None:
    """Who is on a break and would be offered the call; they read by whom, and that a call waits."""
    karim, paul = paused("karim"), paused("paul", topics=["sante"])
    call_id = joins("CA1", 1)
    page = ines.get(f"/supervision/waiting/{call_id}").text
    assert (f'value="{karim}"' in page, f'value="{paul}"' in page) == (True, False)
    answer = ines.post(f"/supervision/waiting/{call_id}/free", data={"agent_id": karim})
    assert answer.headers["location"] == f"/supervision/waiting/{call_id}?freed={karim}"
    with reading() as session:
        kept = session.get_one(Agent, karim)
    assert kept.state in ("available", "offered")
    assert the_call(call_id).state in ("waiting", "offered")


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


def given(form: str = "queue", **more: str) -> dict[str, str]:
    """A form that lacks nothing but its confirmation."""
    forms = {
        "queue": {"scope": "46", "topic": "impots", "act": "close", "ends": "lift"},
        "message": {"scope": "46", "fr": "Grève  ce\njour.", "ends": "lift"},
        "threshold": {"scope": "46", "topic": "impots", "region_after": "5", "nation_after": "9", "ends": "lift"},
    }
    return forms[form] | more


def test_nothing_is_chosen_beforehand_and_what_lacks_is_said_at_its_field(ines: TestClient) -> None:
    page = ines.get("/supervision/orders").text
    chosen = [option for option in page.split("<option ")[1:] if " selected" in option.partition(">")[0]]
    assert (chosen, " checked" in page.partition("<main")[2]) == ([], False)
    for form, lacking, field in (
        ("queue", {"scope": ""}, "queue-scope"),
        ("queue", {"topic": ""}, "queue-topic"),
        ("queue", {"act": ""}, "act"),
        ("queue", {"act": "merge"}, "queue-to"),
        ("queue", {"ends": ""}, "queue-ends"),
        ("queue", {"ends": "at"}, "queue-until"),
        ("queue", {"ends": "at", "until": "2001-01-01T10:00"}, "queue-until"),
        ("message", {"fr": " "}, "message-fr"),
        ("threshold", {"nation_after": ""}, "nation-after"),
        ("threshold", {"region_after": "many"}, "region-after"),
    ):
        refused = ines.post(f"/supervision/orders/{form}", data=given(form, **lacking) | {"confirmed": "1"})
        assert (refused.status_code, f'id="{field}-error"' in refused.text) == (422, True), (form, lacking)
        assert "Grève" in refused.text or form != "message" or "fr" in lacking
    stands = ines.get("/api/board/orders").json()
    assert (stands["messages"], stands["queues"], stands["thresholds"]) == ([], [], [])


def test_an_order_is_read_back_with_how_many_it_concerns_before_it_is_given(ines: TestClient) -> None:
    paused("karim")
    joins("CA1", 1)
    joins("CA2", 2)
    read_back = ines.post("/supervision/orders/queue", data=given())
    assert read_back.status_code == 200
    for sentence in (
        "Les 2 personnes qui attendent en ce moment gardent leur place et seront servies.",
        "2 personnes ont appelé ainsi dans la dernière heure.",
        "jusqu&#39;à ce que quelqu&#39;un le lève",
        "Il portera votre nom : Ines.",
    ):
        assert sentence in read_back.text
    assert ines.get("/api/board/orders").json()["queues"] == []
    again = ines.post("/supervision/orders/queue", data=given(again="1")).text
    assert '<option value="impots" selected>' in again
    done = ines.post("/supervision/orders/queue", data=given(confirmed="1"))
    assert done.headers["location"] == "/supervision/orders?done=0"
    (order,) = ines.get("/api/board/orders").json()["queues"]
    assert (order["scope"], order["topic"], order["given"]["by"]) == ("46", "impots", "Ines")
    assert ines.post("/supervision/orders/lift", data={"lift": "queue:46:impots"}).status_code == 303
    assert ines.get("/api/board/orders").json()["queues"] == []


def test_a_message_goes_out_only_once_it_was_heard_or_read(ines: TestClient) -> None:
    """What is read back is what callers hear, to the letter."""
    read_back = ines.post("/supervision/orders/message", data=given("message"))
    assert 'lang="fr" data-spoken>Grève ce jour.</blockquote>' in read_back.text
    assert ines.post("/supervision/orders/message", data=given("message", confirmed="1")).status_code == 422
    assert ines.get("/api/board/orders").json()["messages"] == []
    for heard in ("read", "listened"):
        sent = ines.post("/supervision/orders/message", data=given("message", confirmed="1", heard=heard))
        assert sent.status_code == 303
    (message,) = ines.get("/api/board/orders").json()["messages"]
    assert message["words"] == {"fr": "Grève ce jour."}


def test_an_order_ends_by_itself_on_the_clock_of_whom_it_is_for(ines: TestClient) -> None:
    """In a process that nobody tells, within a second."""
    local = clock.now().astimezone(ZoneInfo("Indian/Reunion")) + timedelta(minutes=3)
    until = f"{local:%Y-%m-%dT%H:%M}"
    asked = given("message", scope="974", ends="at", until=until)
    assert "(heure locale)" in ines.post("/supervision/orders/message", data=asked).text
    ines.post("/supervision/orders/message", data=asked | {"confirmed": "1", "heard": "read"})
    (message,) = config_snapshot.current().messages
    assert message.given is not None
    assert message.given.until is not None
    assert message.given.until.astimezone(ZoneInfo("Indian/Reunion")).strftime("%Y-%m-%dT%H:%M") == until
    soon = clock.now() + timedelta(seconds=1)
    with transaction() as session:
        rollout.say(session, "974", {"fr": "Bientôt fini."}, clock.now(), soon)
    began = time.monotonic()
    while not any(each.words["fr"] == "Bientôt fini." for each in config_snapshot.current().messages):
        assert time.monotonic() - began < 5
        time.sleep(0.02)
    while config_snapshot.current().messages:
        assert time.monotonic() - began < 10
        time.sleep(0.05)
    assert clock.now() >= soon


def test_a_closure_is_read_back_too_of_a_department_and_of_a_site(sign_in: SignIn) -> None:
    """« Grève » is not saved at once; its author is written."""
    settle("lot", role="supervisor", departments=["46"])
    lot = sign_in("lot")
    with transaction() as session:
        session.add(site(7, "46", []))
    today = str(national_day(clock.now()))
    closing = {"scope": "46", "first": today, "last": today, "topic": "*", "reason": "strike"}
    for page, asked in (("/admin/hours/except", closing), ("/sites/7/except", closing)):
        for lacking, field in (({"reason": ""}, "except-reason"), ({"first": ""}, "first")):
            refused = lot.post(page, data=asked | lacking)
            assert (refused.status_code, f'id="{field}-error"' in refused.text) == (422, True), (page, lacking)
        read_back = lot.post(page, data=asked)
        assert (read_back.status_code, "Relire avant de donner" in read_back.text) == (200, True)
        one_day = period_said(date.fromisoformat(today), date.fromisoformat(today), date.fromisoformat(today), "fr")
        assert f" {one_day} " in read_back.text
    with reading() as session:
        assert session.query(hours.HoursException).count() == 0
    assert 'id="except-topic-error"' in lot.post("/admin/hours/except", data=closing | {"topic": ""}).text
    for page in ("/admin/hours/except", "/sites/7/except"):
        assert lot.post(page, data=closing | {"confirmed": "1"}).status_code == 303
    with reading() as session:
        kept = {row.scope: row.value for row in session.query(hours.HoursException)}
    assert {scope: each.by for scope, each in kept.items()} == {"46": "Lot", "S7": "Lot"}
    wall = lot.get("/supervision").text
    assert ("La ligne – Lot" in wall, "(grève), par Lot" in wall) == (True, True)
    assert "/sites/7" in wall
    for id_ in re.findall(r'form="lift-order" name="lift" value="(closure:[\w-]+)"', wall):
        assert lot.post("/supervision/orders/lift", data={"lift": id_}).status_code == 303
    with reading() as session:
        assert session.query(hours.HoursException).count() == 0
