"""The lists of callbacks on the screens and through the API: who sees which, and what a line says."""

from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.actions import callback_due
from callcenter.db import reading, transaction
from callcenter.records import agents, callbacks, sessions
from callcenter.rules.callbacks import CallbackState
from tests.callcenter.web.conftest import SignIn
from tests.support.promised import DURAND, MOREL, THURSDAY, asked, recorded_with, refusal, wraps_up
from tests.support.town import settle

pytestmark = pytest.mark.usefixtures("monday")


def test_an_agent_sees_what_is_theirs_and_what_their_queues_hold(sign_in: SignIn) -> None:
    karim_id = settle("karim", topics=["impots"])
    settle("lea", topics=["logement"])
    asked()
    contact = wraps_up(karim_id, MOREL)
    karim, lea = sign_in("karim"), sign_in("lea")
    given = recorded_with(contact, day=THURSDAY, half="m", mine=True)
    assert karim.post("/api/desk/outcome", json=given).status_code == 200
    rows = karim.get("/api/callbacks/mine").json()
    assert [(row["mine"], row["source"], row["topic"]) for row in rows] == [
        (False, "citizen", "impots"),
        (True, "agent", "impots"),
    ]
    page = karim.get("/callbacks").text
    assert ">Pour moi<" in page
    assert page.count("<td>Impôts") == 2
    assert DURAND[3:] not in page.replace(" ", "")  # masked
    assert lea.get("/api/callbacks/mine").json() == []
    assert "Aucun rappel." in lea.get("/callbacks").text


def test_a_supervisor_sees_state_due_time_attempts_and_lateness_of_their_departments(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    settle("paul", role="supervisor", departments=["31"])
    promised = asked()
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
    kept = asked()
    assert refusal(sign_in("paul").delete(f"/api/callbacks/{kept}")) == (403, "NotAllowed")
    ines = sign_in("ines")
    done = ines.post("/supervision/callbacks/cancel", data={"callback_id": kept})
    assert done.headers["location"] == "/supervision/callbacks?done=1"
    assert "Annulé" in ines.get("/supervision/callbacks?done=1").text
    assert refusal(ines.delete(f"/api/callbacks/{kept}")) == (409, "NotPossibleNow")
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
    kept = asked(department="inconnu")
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
    kept = asked(language="en")
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
    kept = asked()
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


def test_an_offer_of_a_callback_says_why(sign_in: SignIn) -> None:
    karim_id = settle("karim", topics=["impots", "logement"])
    karim = sign_in("karim")
    karim.post("/api/desk/post", json={})
    kept = asked()
    asked(topic="logement")
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
