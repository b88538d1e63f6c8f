"""Mme Durand is left with a partner's person, and what may go wrong there. Every webhook is told twice."""

from datetime import timedelta

import pytest

from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.records import presence
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.contacts import Contact
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.desk import DeskAgent, DeskRefused
from tests.support.helping import CAF, KARIM, does, helped, is_well, referent
from tests.support.patience import until


def speaks_with_caf(line: PracticeLine, karim: DeskAgent, durand: Caller) -> None:
    """All three speak: she, Karim, and the family allowance's person."""
    does(karim, "referent", referent_id=referent(line))
    helped(karim, state="joined")
    does(karim, "speak", **{"with": "both"})
    durand.speaks_with(CAF)


@pytest.fixture
def left(line: PracticeLine, karim: DeskAgent, durand: Caller) -> Caller:
    """She speaks with the family allowance's person, and Karim records."""
    speaks_with_caf(line, karim, durand)
    does(karim, "hand-over", reason="partner", taken_by="Mme Petit")
    karim.is_("wrap_up")
    until(lambda: [each for each in line.live() if each["number"] == KARIM] == [])
    durand.speaks_with(CAF)
    return durand


def records(karim: DeskAgent) -> None:
    karim.records("declaration-revenus", "orientation", False, reason="partner_only")
    karim.is_("available")


def test_she_is_led_out_as_soon_as_the_carrier_answers(line: PracticeLine, karim: DeskAgent, left: Caller) -> None:
    records(karim)
    wrong = [{"mode": "503", "method": "POST", "path": f"/Calls/{left.sid}", "times": None}]
    line.faults(rest=wrong, twice=1.0)
    line.rung(CAF).hangs_up()
    until(lambda: over() is not None)
    assert left.state["room"] is not None
    line.faults(twice=1.0)
    left.hears("référence", timeout=5)
    is_well()


def test_a_telephone_of_ours_that_could_not_be_let_go_leads_her_nowhere(
    line: PracticeLine, karim: DeskAgent, durand: Caller
) -> None:
    speaks_with_caf(line, karim, durand)
    phone = line.rung(KARIM)
    wrong = [{"mode": "503", "method": "POST", "path": f"/Calls/{phone.sid}", "times": None}]
    line.faults(rest=wrong, twice=1.0)
    does(karim, "hand-over", reason="partner")
    karim.is_("wrap_up")
    assert not phone.state["over"]
    line.faults(twice=1.0)
    phone.is_hung_up(timeout=5)
    durand.speaks_with(CAF)
    assert not [each for each in durand.transcript if "référence" in str(each.get("text", ""))]


def test_she_presses_1_after_the_outcome_is_recorded_and_goes_to_the_front(
    line: PracticeLine, karim: DeskAgent, left: Caller
) -> None:
    records(karim)
    karim.pauses()
    line.rung(CAF).hangs_up()
    left.hears("référence").hears("coupés").presses("1").hears("reprendre").waits_in_queue()
    karim.becomes_available()
    offer = karim.is_offered()
    assert offer.reasons == ["dropped"]
    karim.accepts()
    left.speaks_with(KARIM)
    karim.is_("talking").hangs_up()
    left.hears("référence")
    karim.records("declaration-revenus", settled=True)
    with reading() as session:
        first, second = session.query(Contact).order_by(Contact.arrived_at).all()
    assert (second.continues, first.due, second.due) == (first.id, "recorded", "recorded")
    left.hangs_up()
    until(lambda: all(call.line_over_at for call in calls_of_today()))
    is_well()


def test_she_presses_1_while_her_agent_records_and_goes_on_with_them(
    line: PracticeLine, karim: DeskAgent, left: Caller
) -> None:
    line.rung(CAF).hangs_up()
    left.hears("coupés").presses("1").hears("reprendre")
    karim.accepts()
    left.speaks_with(KARIM)
    assert len(calls_of_today()) == 1
    is_well()


def test_nobody_telephones_her_while_she_speaks_there(line: PracticeLine, karim: DeskAgent, left: Caller) -> None:
    (call,) = calls_of_today()
    with transaction() as session:  # they speak for longer than any last words
        session.query(Call).update({"ended_at": now() - timedelta(minutes=10)})
    with reading() as session:
        assert presence.is_on_the_line(session, call.number_key or b"", now())
    since = line.log_goes_on_from()
    with pytest.raises(DeskRefused, match="en ligne"):
        does(karim, "call-out", contact_id=call.contact_id, number="")
    assert not [entry for entry in line.log(since) if entry["kind"] == "rest" and entry["method"] == "POST"]


def test_her_agent_does_not_read_that_she_was_cut_off(karim: DeskAgent, left: Caller) -> None:
    assert "coupée" not in karim.http.get("/desk").text


def test_the_contact_says_who_took_her_and_how_long_both_waits_were(
    line: PracticeLine, karim: DeskAgent, left: Caller
) -> None:
    records(karim)
    line.rung(CAF).hangs_up()
    until(lambda: over() is not None)
    (call,) = calls_of_today()
    told = karim.http.get(f"/api/contacts/{call.contact_id}").json()
    (help_,), (passed,) = told["help"], told["passes"]
    assert (help_["name"], help_["taker"], help_["by"]) == ("Référents CAF du Lot", "Mme Petit", "Karim")
    assert told["waited"] is not None
    assert help_["waited"] > 0
    assert help_["lasted"] > 0
    assert (passed["by"], passed["to_partner"], passed["warm"]) == ("Karim", "Référents CAF du Lot", True)
    serving, theirs = told["legs"]
    assert (theirs["partner"], theirs["talked"]) == ("Référents CAF du Lot", pytest.approx(help_["lasted"], abs=0.5))
    assert serving["with_partners"] > 0
    assert {"consult_rung", "consult_joined", "consult_handed", "consult_over"} <= {
        each["what"] for each in told["trail"]
    }
    page = karim.http.get(f"/contacts/{call.contact_id}").text
    for said in ("Orientation vers une personne : Référents CAF du Lot", "Prise en charge par Mme Petit",
                 "Attente chez nous", "Attente chez eux", "Aide : conversation transmise"):  # fmt: skip
        assert said in page


def over() -> object:
    with reading() as session:
        return session.query(Consult).one().over_at


def calls_of_today() -> list[Call]:
    with reading() as session:
        return session.query(Call).order_by(Call.arrived_at).all()
