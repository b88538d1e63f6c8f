"""Callbacks on the screens and through the API: who sees which, who may promise, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
import pytest
import time_machine
from sqlalchemy import func, select

from callcenter import clock
from callcenter.actions import callback, callback_due, citizen
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, callbacks, calls, contacts, sessions
from callcenter.records.calls import Wish
from callcenter.records.identifiers import new_id
from callcenter.rules.callbacks import OPEN_STATES, CallbackState
from callcenter.rules.states import CallState, Due, Ending
from callcenter.rules.whys import Why
from tests.callcenter.web.api.conftest import SignIn
from tests.support.town import line_hours, settle

DURAND, MOREL = "+33565051234", "+33612345678"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten o'clock in Cahors, and the line is open
THURSDAY = "2026-11-26"


@pytest.fixture(autouse=True)
def _monday(database: object, live: object) -> object:
    with time_machine.travel(MONDAY, tick=True), line_hours():
        yield


def _asked(number: str = DURAND, department: str = "46", topic: str = "impots", language: str = "fr") -> str:
    """Promised to somebody who telephoned."""
    line = f"CA{new_id().replace('-', '')}"
    callback.promise_to_caller(line, number, Wish(department, topic, language), clock.now(), typed=False)
    citizen.hang_up(line, clock.now())
    return _open(number).id


def _open(number: str = DURAND) -> callbacks.Callback:
    with reading() as session:
        kept = callbacks.open_for(session, PhoneNumber(number))
    assert kept is not None
    return kept


def _count() -> int:
    with reading() as session:
        open_ones = select(func.count()).where(callbacks.Callback.state.in_(OPEN_STATES))
        return session.scalar(open_ones) or 0


def _hung_up(number: str, department: str = "46", ending: Ending = Ending.ABANDONED) -> str:
    at = clock.now() - timedelta(minutes=20)
    with transaction() as session:
        call = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber(number), at)
        call.state, call.ending, call.department, call.topic = CallState.ENDED, ending, department, "impots"
        call.ended_at = at + timedelta(minutes=4)
        return call.id


def _wraps_up(agent_id: str, number: str | None = DURAND) -> str:
    """A conversation of this agent's whose outcome is owed; its contact."""
    at = clock.now() - timedelta(minutes=5)
    with transaction() as session:
        call = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber(number) if number else None, at)
        call.state, call.agent_id, call.ending, call.ended_at = CallState.ENDED, agent_id, Ending.ANSWERED, clock.now()
        call.department, call.topic, call.talking_at = "46", "impots", at
        contact = contacts.get(session, call.contact_id)
        assert contact
        contact.agent_id = agent_id
        contacts.set_due(session, contact, Due.OWED, clock.now(), Why.THE_WRAP_UP_ENDED_WITHOUT_AN_OUTCOME)
        return contact.id


def _local(instant: str, zone: str = "Europe/Paris") -> str:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).strftime("%a %H:%M")


def _refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["refusal"]


def test_an_agent_sees_what_is_theirs_and_what_their_queues_hold(sign_in: SignIn) -> None:
    karim_id = settle("karim", topics=["impots"])
    settle("lea", topics=["logement"])
    _asked()
    contact = _wraps_up(karim_id, MOREL)
    karim, lea = sign_in("karim"), sign_in("lea")
    given = {"contact_id": contact, "day": THURSDAY, "half": "m", "mine": True}
    assert karim.post("/api/desk/promise", json=given).status_code == 200
    rows = karim.get("/api/callbacks/mine").json()
    assert [(row["mine"], row["source"], row["topic"]) for row in rows] == [
        (False, "citizen", "impots"),
        (True, "agent", "impots"),
    ]
    page = karim.get("/callbacks").text
    assert ">Pour moi<" in page
    assert page.count("Impôts") == 2
    assert DURAND[3:] not in page.replace(" ", "")  # masked
    assert lea.get("/api/callbacks/mine").json() == []
    assert "Aucun rappel." in lea.get("/callbacks").text


def test_a_supervisor_sees_state_due_time_attempts_and_lateness_of_their_departments(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    settle("paul", role="supervisor", departments=["31"])
    promised = _asked()
    with transaction() as session:
        row = callbacks.get(session, promised)
        assert row
        row.attempts = 2
        row.promised_until = clock.now() - timedelta(minutes=42)
    ines = sign_in("ines")
    (row_,) = ines.get("/api/callbacks").json()
    assert (row_["state"], row_["attempts"]) == ("promised", 2)
    assert 42 * 60 <= row_["late"] < 43 * 60
    page = ines.get("/supervision/callbacks").text
    assert "42 min de retard" in page
    assert "Promis</span>" in page
    assert sign_in("paul").get("/api/callbacks").json() == []


def test_a_supervisor_cancels_a_promise_and_it_is_written_down(sign_in: SignIn) -> None:
    ines_id = settle("ines", role="supervisor", departments=["46"])
    settle("paul", role="supervisor", departments=["31"])
    kept = _asked()
    assert _refusal(sign_in("paul").delete(f"/api/callbacks/{kept}")) == (403, "NotAllowed")
    ines = sign_in("ines")
    done = ines.post("/supervision/callbacks/cancel", data={"callback_id": kept})
    assert done.headers["location"] == "/supervision/callbacks?done=1"
    assert "Annulé" in ines.get("/supervision/callbacks?done=1").text
    assert _refusal(ines.delete(f"/api/callbacks/{kept}")) == (409, "NotPossibleNow")
    with reading() as session:
        row = callbacks.get(session, kept)
        acts = session.query(sessions.AuditEntry).all()
    assert row is not None
    assert row.state == CallbackState.CANCELLED
    assert (ines_id, kept) in [(each.who, each.noun_id) for each in acts]


def test_promises_of_no_known_department_are_every_supervisors(sign_in: SignIn) -> None:
    """As on the wall: listed, printed, cancelled, and shown once they have ended."""
    settle("ines", role="supervisor", departments=["46"])
    settle("paul", role="supervisor", departments=["974"])
    kept = _asked(department="inconnu")
    ines, paul = sign_in("ines"), sign_in("paul")
    for each in (ines, paul):
        assert [row["id"] for row in each.get("/api/callbacks").json()] == [kept]
        assert "05 65 05 12 34" in each.get("/supervision/callbacks/print").text
    assert ines.delete(f"/api/callbacks/{kept}").status_code == 204
    assert paul.get("/api/callbacks").json() == []
    assert "Annulé" in paul.get("/supervision/callbacks").text


def test_lists_say_what_will_be_spoken_and_what_was_asked_for(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"], topics=[])
    settle("karim")
    kept = _asked(language="en")
    karim, ines = sign_in("karim"), sign_in("ines")

    def spoken() -> tuple[str, str | None]:
        (row,) = ines.get("/api/callbacks").json()
        return row["language"], row["asked_language"]

    assert spoken() == ("fr", "en")
    assert [row["id"] for row in karim.get("/api/callbacks/mine").json()] == [kept]
    for web, path in ((ines, "/supervision/callbacks"), (ines, "/supervision/callbacks/print"), (karim, "/callbacks")):
        assert "français (demandé : anglais)" in web.get(path).text, path
    settle("lea", languages=["en"])
    assert spoken() == ("en", None)
    assert karim.get("/api/callbacks/mine").json() == []
    assert [row["id"] for row in sign_in("lea").get("/api/callbacks/mine").json()] == [kept]


def test_what_no_account_serves_is_in_everybodys_list(sign_in: SignIn) -> None:
    settle("karim", topics=["sante"])
    settle("admin", role="admin")
    kept = _asked()
    karim, admin = sign_in("karim"), sign_in("admin")

    def accounts() -> int:
        shown = admin.get("/api/admin/directory/N").json()["topics"]
        return int(next(topic["accounts"] for topic in shown if topic["code"] == "impots"))

    assert [row["id"] for row in karim.get("/api/callbacks/mine").json()] == [kept]
    assert accounts() == 0
    assert "Aucun</span>" in admin.get("/admin/directory").text
    settle("lea", topics=["impots"])
    assert karim.get("/api/callbacks/mine").json() == []
    assert accounts() == 1


@pytest.mark.parametrize(
    ("failures", "hours_ago", "ahead"),
    [(2, 1, (600.0, ["failed"])), (2, 49, (0.0, [])), (1, 1, (0.0, []))],
)
def test_a_callback_to_whom_we_failed_twice_in_48_hours_goes_before_those_due_before_it(
    failures: int, hours_ago: int, ahead: tuple[float, list[str]]
) -> None:
    """Hung up unheard, or a callback that was missed; a failure then, not a number that calls often."""
    settle("karim")
    with time_machine.travel(clock.now() - timedelta(hours=hours_ago)):
        for fail in (_missed, _hung_up)[:failures]:
            fail(DURAND)
    earlier, later = _asked(MOREL), _asked(DURAND)
    for kept in (earlier, later):
        callback_due.queue_due(kept, clock.now())
    with reading() as session:
        waiting = [(call.callback_id, call.priority, call.reasons) for call in calls.waiting(session)]
    mine = (later, *ahead)
    others: tuple[object, ...] = (earlier, 0.0, [])
    assert waiting == ([mine, others] if ahead[0] else [others, mine])


def _missed(number: str) -> None:
    """A promise that ended without reaching them."""
    kept = _asked(number)
    with transaction() as session:
        row = callbacks.get(session, kept)
        assert row
        row.state, row.closed_at = CallbackState.NOT_REACHED, clock.now()


def test_the_printed_list_has_whole_numbers_and_looking_is_written_down(sign_in: SignIn) -> None:
    ines_id = settle("ines", role="supervisor", departments=["46"])
    _asked()
    page = sign_in("ines").get("/supervision/callbacks/print").text
    assert "05 65 05 12 34" in page
    with reading() as session:
        assert ines_id in [each.who for each in session.query(sessions.AuditEntry).all()]


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
    assert _count() == 0


def test_nobody_who_is_not_signed_in_promises_anything(browser: object) -> None:
    visitor = browser()  # type: ignore[operator]
    assert visitor.post("/api/callbacks", json={"number": DURAND, "department": "46"}).status_code == 401
    assert _count() == 0


def test_an_agent_agrees_on_a_half_day_in_the_hours_of_the_citizen(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    contact = _wraps_up(karim_id)
    karim = sign_in("karim")
    given = {"contact_id": contact, "day": THURSDAY, "half": "m"}
    assert karim.post("/desk/promise", data=given).headers["location"] == "/desk"
    kept = _open()
    assert (kept.source, kept.promised_by, kept.for_agent) == ("agent", karim_id, None)
    assert _local(kept.due_from.isoformat()) == "Thu 08:30"
    assert _local(kept.due_until.isoformat()) == "Thu 13:00"
    assert "Rappel promis le 26/11" in karim.get("/desk").text
    karim.post("/desk/promise", data=given | {"half": "a"})  # a second click: the first promise stands
    assert _open().id == kept.id
    assert _open().due_from == kept.due_from


@pytest.mark.parametrize(
    ("day", "half"),
    [("2026-11-22", "m"), ("2026-11-29", "m"), ("2026-12-25", "m"), ("2027-06-01", "a"), ("2026-11-20", "a")],
)
def test_a_day_when_the_line_is_closed_is_refused(sign_in: SignIn, day: str, half: str) -> None:
    """Past, a Sunday, Christmas, too far away."""
    karim_id = settle("karim")
    contact = _wraps_up(karim_id)
    answer = sign_in("karim").post("/api/desk/promise", json={"contact_id": contact, "day": day, "half": half})
    assert _refusal(answer) == (422, "NoSuchTime")
    assert _count() == 0


def test_an_agent_promises_only_to_their_own_people_whose_number_is_known(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    settle("lea")
    given = {"contact_id": _wraps_up(karim_id), "day": THURSDAY}
    assert sign_in("lea").post("/api/desk/promise", json=given).status_code == 404
    given = {"contact_id": _wraps_up(karim_id, None), "day": THURSDAY}
    assert _refusal(sign_in("karim").post("/api/desk/promise", json=given)) == (422, "BadNumber")
    given = {"contact_id": (long_over := _wraps_up(karim_id)), "day": THURSDAY}
    with transaction() as session:
        contacts.set_due(session, session.get_one(contacts.Contact, long_over), Due.RECORDED, clock.now(), Why.OUTCOME)
    _asked()
    assert _refusal(sign_in("karim").post("/api/desk/promise", json=given)) == (409, "NotPossibleNow")
    assert _count() == 1


def test_those_who_hung_up_unheard_are_promised_a_callback_at_once(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    durand, morel = _hung_up(DURAND), _hung_up(MOREL, "inconnu", Ending.FULL)
    elsewhere, premium = _hung_up("+33561000000", "31"), _hung_up("+33899123456")
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
    assert _count() == 2
    kept = _open()
    assert kept.source == "supervisor"
    assert kept.due_from <= clock.now()  # as soon as the line is open, and it is
    assert ines.get("/api/callbacks/unheard").json() == []
    assert "Personne n'a raccroché" in ines.get("/supervision/callbacks").text.replace("&#39;", "'")
    ines.post("/supervision/callbacks/unheard", data=chosen)  # twice is once
    assert _count() == 2
    nobody = ines.post("/api/callbacks/unheard", json={"call_ids": [elsewhere]})
    assert _refusal(nobody) == (403, "NotAllowed")
    sunday = ines.post("/api/callbacks/unheard", json={"call_ids": [_hung_up("+33565057777")], "day": "2026-11-29"})
    assert _refusal(sunday) == (422, "NoSuchTime")
    assert ines.post("/api/callbacks/unheard", json={"call_ids": ["no id"]}).status_code == 404
    assert _count() == 2


def test_two_who_promise_at_once_promise_once(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    ines = sign_in("ines")

    def asks(_: int) -> httpx2.Response:
        return ines.post("/api/callbacks", json={"number": DURAND, "department": "46", "topic": "impots"})

    with ThreadPoolExecutor(6) as many:
        answers = list(many.map(asks, range(6)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1
    assert _count() == 1


def test_other_software_promises_through_the_api(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46", "974"])
    karim_id = settle("karim")
    ines = sign_in("ines")
    asked = {"number": "05 65 05 12 34", "department": "46", "topic": "impots", "day": THURSDAY, "half": "a"}
    made = ines.post("/api/callbacks", json=asked | {"agent": "karim"})
    assert made.status_code == 201
    row = made.json()
    assert (row["source"], row["state"], row["for_agent"]) == ("api", "promised", "Karim")
    assert (_local(row["due_from"]), _local(row["due_until"])) == ("Thu 13:00", "Thu 18:00")
    assert _open().for_agent == karim_id
    again = ines.post("/api/callbacks", json=asked | {"day": None}).json()
    assert again["id"] == row["id"]
    reunion = ines.post("/api/callbacks", json={"number": "0262 12 34 56", "department": "974"}).json()
    assert _local(reunion["due_from"], "Indian/Reunion") == "Mon 13:00"  # their clock, three hours ahead of Cahors


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
    assert _open(number).department == department


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
    assert _refusal(sign_in("ines").post("/api/callbacks", json={"department": "46"} | asked)) == refused
    assert _count() == 0


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
    again = ines.post("/api/callbacks/unheard", json={"call_ids": [_hung_up(reunion)]})
    assert _refusal(again) == (409, "AlreadyPromised")
    assert _open(reunion).id == made.json()["id"]
    with reading() as session:
        assert [each.noun_id for each in session.query(sessions.AuditEntry)] == [made.json()["id"]]


@pytest.mark.parametrize(("department", "role"), [("974", "agent"), ("46", "auditor")])
def test_nobody_is_promised_to_an_agent_of_another_team_or_who_takes_no_calls(
    sign_in: SignIn, department: str, role: str
) -> None:
    settle("ines", role="supervisor", departments=["46"])
    settle("marie", department=department, role=role)
    asked = {"number": DURAND, "department": "46", "agent": "marie"}
    assert _refusal(sign_in("ines").post("/api/callbacks", json=asked)) == (404, "NotFound")
    assert _count() == 0


def test_the_api_is_described(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    described = sign_in("ines").get("/api/openapi.json").json()
    assert "Refused for a number that" in described["paths"]["/api/callbacks"]["post"]["description"]
    fields = described["components"]["schemas"]["Ask"]["properties"]
    assert fields["number"]["description"]
    assert {"/api/callbacks/unheard", "/api/callbacks/mine", "/api/callbacks/{callback_id}"} <= set(described["paths"])


def test_an_offer_of_a_callback_says_why(sign_in: SignIn) -> None:
    karim_id = settle("karim", topics=["impots", "logement"])
    karim = sign_in("karim")
    karim.post("/api/desk/post", json={})
    kept = _asked()
    _asked(topic="logement")
    callback_due.queue_due(kept, clock.now())
    offer = karim.get("/api/desk").json()["offer"]
    assert offer["is_callback"]
    assert (offer["promised"]["by"], offer["promised"]["attempts"], offer["promised"]["also"]) == (
        "citizen", 0, ["logement"],
    )  # fmt: skip
    assert "Rappel demandé par la personne" in karim.get("/desk").text
    with reading() as session:
        found = agents.get(session, karim_id)
    assert found is not None
    assert found.state == "offered"
