"""The supervisors' board: the truth of PostgreSQL, cut to their departments, and acts that are written down."""

from datetime import timedelta

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, contacts, events, sessions
from callcenter.records.identifiers import new_id
from callcenter.rules.states import AgentState, CallState, Due
from tests.callcenter.web.conftest import SignIn
from tests.support.owed import owe
from tests.support.town import settle


def _waits(department: str, topic: str, seconds: int) -> str:
    at = clock.now() - timedelta(seconds=seconds)
    with transaction() as session:
        call = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber("+33565051234"), at)
        call.state, call.queued_at, call.department, call.topic = CallState.WAITING, at, department, topic
        return call.id


def _owes(agent_id: str) -> str:
    call_id = _waits("46", "impots", 300)
    with transaction() as session:
        call = calls.get(session, call_id)
        assert call
        call.state, call.agent_id, call.ending, call.ended_at = CallState.ENDED, agent_id, "answered", clock.now()
        contact = contacts.get(session, call.contact_id)
        assert contact
        contact.agent_id = agent_id
        owe(session, contact)
        return contact.id


def moving(agent_id: str, to: str) -> dict[str, str]:
    """What a supervisor asks of an agent, with the reason that they will read."""
    return {"agent_id": agent_id, "to": to, "why": "forgot"}


def test_a_supervisor_sees_their_departments_and_those_of_nobody(sign_in: SignIn) -> None:
    settle("karim", department="46")
    settle("lea", department="974")
    settle("ines", role="supervisor", departments=["46"])
    settle("root", role="admin")
    for login in ("karim", "lea"):
        sign_in(login).post("/api/desk/post", json={})
    _waits("46", "impots", 90)
    _waits("46", "impots", 30)
    _waits("974", "impots", 200)
    _waits("inconnu", "autre", 10)
    seen = sign_in("ines").get("/api/board").json()
    assert seen["waiting"] == 3
    assert [(row["topic"], row["waiting"], row["on_duty"], row["free"]) for row in seen["rows"]] == [
        ("impots", 2, 1, 1),
        ("autre", 1, 1, 1),
    ]
    assert [agent["name"] for agent in seen["agents"]] == ["Karim"]
    assert seen["states"]["available"] == 1
    everything = sign_in("root").get("/api/board").json()
    assert everything["waiting"] == 4
    assert everything["states"]["available"] == 2
    page = sign_in("ines").get("/supervision").text
    assert "Karim" in page
    assert "Lea" not in page


def test_pausing_somebody_is_done_and_written_down(sign_in: SignIn) -> None:
    karim_id = settle("karim", department="46")
    ines_id = settle("ines", role="supervisor", departments=["46"])
    karim, ines = sign_in("karim"), sign_in("ines")
    karim.post("/api/desk/post", json={})
    assert ines.post("/supervision/agent", data=moving(karim_id, "pause")).headers["location"] == "/supervision"
    assert karim.get("/api/desk").json()["state"] == "pause"
    assert ines.post("/api/board/agent", json=moving(karim_id, "offline")).status_code == 204
    assert karim.get("/api/desk").json()["state"] == "offline"
    with reading() as session:
        acts = session.query(sessions.AuditEntry).order_by(sessions.AuditEntry.id).all()
    assert [(each.who, each.noun_id) for each in acts] == [(ines_id, karim_id)] * 2


def test_the_trail_says_who_moved_an_agent_and_nothing_is_written_of_what_was_refused(sign_in: SignIn) -> None:
    karim_id = settle("karim", department="46")
    ines_id = settle("ines", role="supervisor", departments=["46"])
    karim, ines = sign_in("karim"), sign_in("ines")
    assert ines.post("/supervision/agent", data=moving(karim_id, "pause")).status_code == 409
    karim.post("/api/desk/post", json={})
    ines.post("/supervision/agent", data=moving(karim_id, "pause"))
    assert f'data-move="available" data-agent="{karim_id}"' in ines.get("/supervision").text
    assert ines.post("/supervision/agent", data=moving(karim_id, "available")).status_code == 303
    assert karim.get("/api/desk").json()["state"] == "available"
    with reading() as session:
        changes = session.query(events.Event).filter_by(noun_id=karim_id).order_by(events.Event.id).all()
        acts = session.query(sessions.AuditEntry).order_by(sessions.AuditEntry.id).all()
    assert [(each.now, each.who) for each in changes] == [
        ("available", karim_id), ("pause", ines_id), ("available", ines_id),
    ]  # fmt: skip
    assert [each.act for each in acts] == ["moved to pause", "moved to available"]


def test_a_stuck_wrap_up_is_closed_from_the_agents_grid(sign_in: SignIn) -> None:
    karim_id = settle("karim", department="46")
    settle("ines", role="supervisor", departments=["46"])
    sign_in("karim").post("/api/desk/post", json={})
    call_id = _waits("46", "impots", 30)
    with transaction() as session:
        call, karim = calls.get(session, call_id), agents.get(session, karim_id)
        assert call
        assert karim
        contact = contacts.get(session, call.contact_id)
        assert contact
        call.state, call.agent_id, call.ended_at = CallState.WRAP_UP, karim_id, clock.now()
        call.lease_until, contact.agent_id = clock.now() + timedelta(seconds=120), karim_id
        karim.state, karim.call_id = AgentState.WRAP_UP, call_id
    ines = sign_in("ines")
    assert f'name="contact_id" value="{contact.id}"' in ines.get("/supervision").text
    assert ines.post("/supervision/release", data={"contact_id": contact.id}).status_code == 303
    with reading() as session:
        freed, released = agents.get(session, karim_id), contacts.get(session, contact.id)
    assert freed
    assert released
    assert (freed.state, released.due) == (AgentState.AVAILABLE, Due.RELEASED)


def test_another_department_is_out_of_reach(sign_in: SignIn) -> None:
    lea_id = settle("lea", department="974")
    settle("ines", role="supervisor", departments=["46"])
    contact_id = _owes(lea_id)
    ines = sign_in("ines")
    assert ines.post("/api/board/agent", json=moving(lea_id, "offline")).status_code == 403
    assert ines.post("/api/board/release", json={"contact_id": contact_id}).status_code == 403
    assert ines.get("/api/board").json()["owed"] == []


def test_a_released_contact_owes_nothing_and_has_no_outcome(sign_in: SignIn) -> None:
    karim_id = settle("karim", department="46")
    settle("ines", role="supervisor", departments=["46"])
    contact_id = _owes(karim_id)
    ines = sign_in("ines")
    assert [each["contact_id"] for each in ines.get("/api/board").json()["owed"]] == [contact_id]
    assert ines.post("/supervision/release", data={"contact_id": contact_id}).status_code == 303
    with reading() as session:
        contact = contacts.get(session, contact_id)
        assert contact is not None
        assert contact.due == Due.RELEASED
        assert not contacts.accompaniments(session, [contact_id])
        assert not contacts.is_owing(session, karim_id)


def test_an_auditor_sees_but_does_not_act(sign_in: SignIn) -> None:
    karim_id = settle("karim", department="46")
    settle("vera", role="auditor", departments=["46"])
    sign_in("karim").post("/api/desk/post", json={})
    vera = sign_in("vera")
    page = vera.get("/supervision").text
    assert "Karim" in page
    assert "data-move" not in page
    assert vera.post("/supervision/agent", data=moving(karim_id, "pause")).status_code == 403
