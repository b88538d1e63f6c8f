"""A supervisor listens to a conversation, whispers to its agent and barges in; every webhook is told twice."""

import pytest

from callcenter.actions import promise_check
from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.records.calls import Call
from callcenter.records.legs import Leg
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.desk import Desk, DeskAgent
from tests.support.patience import until
from tests.support.town import PASSWORD, settle

KARIM, INES, DURAND = "+33565000001", "+33565000009", "+33565051234"


def hears(listener: Caller, speaker: str) -> bool:
    return any(speaker in who.values() for who in listener.state["hears"])


@pytest.fixture
def karim(line: PracticeLine, desk: Desk) -> DeskAgent:
    settle("karim", phone=KARIM)
    settle("ines", role="supervisor", departments=["46"], phone=INES)
    return desk.sign_in("karim", PASSWORD).takes_post()


@pytest.fixture
def ines(karim: DeskAgent, desk: Desk) -> DeskAgent:
    return desk.sign_in("ines", PASSWORD, beats=False)


@pytest.fixture
def durand(line: PracticeLine, karim: DeskAgent) -> Caller:
    durand = line.call(from_=DURAND).presses("0").waits_in_queue()
    karim.is_offered()
    karim.accepts()
    durand.speaks_with(KARIM)
    karim.is_("talking")
    return durand


def _takes_part(ines: DeskAgent, mode: str, karim: DeskAgent) -> None:
    answer = ines.http.post("/supervision/monitor", data={"monitor": f"{mode}:{karim.id}"})
    assert answer.status_code == 303, answer.text


def _listens(line: PracticeLine, ines: DeskAgent, karim: DeskAgent, durand: Caller) -> Caller:
    """Ines has come in; her telephone."""
    _takes_part(ines, "listen", karim)
    inside = line.rung(INES).hears("Tapez 1 pour l'entendre")
    until(lambda: hears(inside, DURAND) and hears(inside, KARIM))
    assert not hears(durand, INES)
    return inside


def _seen(karim: DeskAgent) -> list[tuple[str, str]]:
    return [(each["name"], each["mode"]) for each in karim.sees["call"]["monitors"]]


def test_ines_listens_then_whispers_then_barges_in(
    line: PracticeLine, karim: DeskAgent, ines: DeskAgent, durand: Caller
) -> None:
    inside = _listens(line, ines, karim, durand)
    until(lambda: _seen(karim) == [("Ines", "listen")])
    desk_phone = line.rung(KARIM)
    assert not hears(desk_phone, INES)
    assert "Ines écoute votre conversation." in karim.http.get("/desk").text
    assert "Ines écoute" in ines.http.get("/supervision").text

    _takes_part(ines, "whisper", karim)
    until(lambda: hears(desk_phone, INES))
    assert not hears(durand, INES)
    assert _seen(karim) == [("Ines", "whisper")]

    _takes_part(ines, "barge", karim)
    until(lambda: hears(durand, INES) and hears(desk_phone, INES))

    _takes_part(ines, "listen", karim)
    until(lambda: not hears(durand, INES) and not hears(desk_phone, INES))
    assert hears(inside, DURAND)

    _takes_part(ines, "none", karim)
    inside.is_hung_up()
    assert _seen(karim) == []
    durand.speaks_with(KARIM)


def test_the_citizen_is_told_whole_before_anybody_may_listen(
    line: PracticeLine, karim: DeskAgent, ines: DeskAgent, durand: Caller
) -> None:
    """However soon the agent is there: after the queue, before the room, and by no document that a key cuts short."""
    heard = [entry.get("text", "") if entry["kind"] == "say" else entry["kind"] for entry in durand.transcript]
    told = [n for n, each in enumerate(heard) if "Un responsable peut écouter" in each]
    assert told == [heard.index("room") - 1], heard
    assert heard.index("queue") < told[0]
    with transaction() as session:  # as if listening had been allowed since
        session.query(Call).filter_by(state="talking").update({"warned": False})
    asked = {"agent_id": karim.id, "mode": "listen"}
    refused = ines.http.post("/api/board/monitor", json=asked)
    assert (refused.status_code, "n'a pas été prévenue" in refused.text) == (409, True)


def test_somebody_called_back_is_told_after_their_key(line: PracticeLine, karim: DeskAgent, desk: Desk) -> None:
    karim.pauses()
    line.registers(DURAND, "manual")
    durand = line.call(from_=DURAND).presses("46000").presses("1").presses("3").hears("Pour être rappelé").presses("1")
    durand.hears("0565051234").presses("1").hears("référence").is_hung_up()
    karim.becomes_available()
    karim.is_offered()
    karim.accepts()
    rung = line.rung(DURAND, timeout=30).answers().hears("conseiller").presses("1").speaks_with(KARIM)
    heard = [entry.get("text", "") if entry["kind"] == "say" else entry["kind"] for entry in rung.transcript]
    assert [n for n, each in enumerate(heard) if "Un responsable peut écouter" in each] == [heard.index("room") - 1]


def test_whoever_listens_leaves_with_the_conversation_and_counts_for_nothing(
    line: PracticeLine, karim: DeskAgent, ines: DeskAgent, durand: Caller
) -> None:
    inside = _listens(line, ines, karim, durand)
    karim.hangs_up()
    durand.hears("référence")
    inside.is_hung_up()
    karim.records("declaration-revenus", settled=True)
    with reading() as session:
        part = session.query(Leg).filter_by(agent_id=ines.id).one()
        served = session.query(Leg).filter_by(agent_id=karim.id).one()
    assert (part.state, part.talked, served.wrapped_at is not None) == ("left", 0.0, True)
    durand.hangs_up().is_hung_up()
    assert [breach for breach in promise_check.check(now()).breaches if breach.promise in ("P11", "P12")] == []


def test_a_citizen_who_refuses_is_not_listened_to(
    line: PracticeLine, karim: DeskAgent, ines: DeskAgent, durand: Caller
) -> None:
    inside = _listens(line, ines, karim, durand)
    assert karim.http.post("/desk/monitoring", data={"declined": "true"}).status_code == 303
    inside.is_hung_up()
    refused = ines.http.post("/api/board/monitor", json={"agent_id": karim.id, "mode": "barge"})
    assert (refused.status_code, "refuse" in refused.text) == (409, True)
    karim.http.post("/desk/monitoring", data={"declined": "false"})
    _takes_part(ines, "listen", karim)


def test_the_screens_say_what_the_carrier_was_told_and_it_is_told_until_it_hears(
    line: PracticeLine, karim: DeskAgent, ines: DeskAgent, durand: Caller
) -> None:
    inside = _listens(line, ines, karim, durand)
    _takes_part(ines, "barge", karim)
    until(lambda: hears(durand, INES))
    line.faults(rest=[{"mode": "500", "times": None}])
    failed = ines.http.post("/api/board/monitor", json={"agent_id": karim.id, "mode": "listen"})
    assert failed.status_code == 503
    assert _seen(karim) == [("Ines", "barge")]
    line.faults()
    until(lambda: _seen(karim) == [("Ines", "listen")])
    assert not hears(durand, INES)
    line.faults(rest=[{"mode": "500", "times": None}])
    karim.http.post("/desk/monitoring", data={"declined": "true"})
    assert _seen(karim) == [("Ines", "listen")]
    line.faults()
    inside.is_hung_up()
    until(lambda: _seen(karim) == [])


@pytest.mark.parametrize(("mode", "comes"), [("500", False), ("500-with-effect", True)])
def test_a_ring_whose_answer_was_lost_is_found_or_forgotten(
    line: PracticeLine, karim: DeskAgent, ines: DeskAgent, durand: Caller, mode: str, comes: bool
) -> None:
    line.registers(INES, "manual")
    line.faults(rest=[{"mode": mode, "method": "POST", "path": "/Calls.json"}])
    asked = {"agent_id": karim.id, "mode": "listen"}
    assert ines.http.post("/api/board/monitor", json=asked).status_code == 503
    assert "Le téléphone de Ines sonne" in ines.http.get("/supervision").text
    if comes:
        line.rung(INES).answers().hears("Tapez 1").presses("1")
        until(lambda: _seen(karim) == [("Ines", "listen")])
    else:
        until(lambda: "Le téléphone de Ines sonne" not in ines.http.get("/supervision").text)


def test_a_supervisor_in_a_conversation_takes_no_post(
    line: PracticeLine, karim: DeskAgent, ines: DeskAgent, durand: Caller
) -> None:
    _listens(line, ines, karim, durand)
    assert ines.http.post("/api/desk/post", json={}).status_code == 409
    _takes_part(ines, "none", karim)
    ines.takes_post()
    refused = ines.http.post("/api/board/monitor", json={"agent_id": karim.id, "mode": "listen"})
    assert (refused.status_code, "Terminez d'abord votre poste" in refused.text) == (409, True)


def test_whoever_may_hear_an_agent_no_more_leaves_the_conversation(
    line: PracticeLine, karim: DeskAgent, ines: DeskAgent, durand: Caller, desk: Desk
) -> None:
    """Their departments were changed, or their account was closed, while they listened."""
    inside = _listens(line, ines, karim, durand)
    settle("root", role="admin")
    root = desk.sign_in("root", PASSWORD, beats=False)
    elsewhere = {"login": "ines", "name": "Ines", "department": "46", "role": "supervisor", "phone": INES}
    changed = root.http.put(f"/api/admin/agents/{ines.id}", json=elsewhere | {"departments": ["31"]})
    assert changed.status_code == 204
    inside.is_hung_up()
    until(lambda: _seen(karim) == [])
    durand.speaks_with(KARIM)


def test_a_supervisor_who_does_not_come_is_forgotten(
    line: PracticeLine, karim: DeskAgent, ines: DeskAgent, durand: Caller
) -> None:
    line.registers(INES, "no-answer")
    _takes_part(ines, "listen", karim)
    until(lambda: "Le téléphone de Ines sonne" in ines.http.get("/supervision").text)
    line.rung(INES).is_hung_up()
    until(lambda: "Le téléphone de Ines sonne" not in ines.http.get("/supervision").text)
    durand.speaks_with(KARIM)


def test_others_conversations_are_out_of_reach(
    line: PracticeLine, karim: DeskAgent, durand: Caller, desk: Desk
) -> None:
    settle("paul", role="supervisor", departments=["31"], phone="+33565000011")
    settle("vera", role="auditor", departments=["46"], phone="+33565000012")
    settle("root", role="admin", phone="+33565000013")
    asked = {"agent_id": karim.id, "mode": "listen"}
    assert desk.sign_in("paul", PASSWORD, beats=False).http.post("/api/board/monitor", json=asked).status_code == 403
    assert desk.sign_in("vera", PASSWORD, beats=False).http.post("/api/board/monitor", json=asked).status_code == 403
    assert karim.http.post("/api/board/monitor", json=asked).status_code == 403
    durand.hangs_up()
    karim.is_("wrap_up")
    root = desk.sign_in("root", PASSWORD, beats=False)
    over = root.http.post("/api/board/monitor", json=asked)
    assert (over.status_code, "Personne n'est en conversation" in over.text) == (409, True)
