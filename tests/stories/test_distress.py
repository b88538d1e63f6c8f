"""A call of distress: a supervisor is rung in, a helpline may come, its times are compared with nobody's."""

from datetime import timedelta

import pytest

from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.records import referents
from callcenter.records.agents import Agent
from callcenter.records.consults import Consult
from callcenter.records.figures.by_agent import by_agent
from callcenter.records.sessions import AuditEntry
from callcenter.rules.territory import national_day
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.desk import Desk, DeskAgent, DeskRefused
from tests.support.helping import KARIM, does, hears, helped, is_well
from tests.support.patience import until
from tests.support.town import PASSWORD, settle

INES, HELPLINE, LEA = "+33565000009", "+33565009911", "+33565000002"
WHISPERS = [{"name": "Ines", "mode": "whisper"}]  # once the carrier has said so; until then she listens


@pytest.fixture
def ines(line: PracticeLine, desk: Desk) -> DeskAgent:
    """Signed in, and at no post."""
    line.registers(INES, "answer_and_press_1")
    settle("ines", role="supervisor", departments=["46"], phone=INES)
    return desk.sign_in("ines", PASSWORD)


def helpline(line: PracticeLine) -> str:
    line.registers(HELPLINE, "answer")
    with transaction() as session:
        return referents.add_referent(session, "46", "", "Écoute du Lot", HELPLINE, "", helpline=True)


def test_a_supervisor_is_rung_in_and_the_citizen_does_not_hear_them(
    line: PracticeLine,
    ines: DeskAgent,
    karim: DeskAgent,
    durand: Caller,
) -> None:
    does(karim, "distress")
    shown = karim.until(lambda seen: seen["call"]["monitors"] == WHISPERS, "Inès whispers")["call"]
    assert shown["distress"] is True
    until(lambda: hears(line.rung(KARIM), INES))
    assert not hears(durand, INES)
    does(karim, "distress")  # pressed again: she is there
    assert len(karim.sees["call"]["monitors"]) == 1
    with reading() as session:
        acts = [entry.act for entry in session.query(AuditEntry).filter_by(who=karim.id)]
    assert acts.count("declared a distress") == 1
    assert acts.count("rang a supervisor in") == 1


def test_the_screens_of_its_supervisors_ring_until_one_takes_it_on(
    line: PracticeLine, ines: DeskAgent, karim: DeskAgent, durand: Caller, desk: Desk
) -> None:
    settle("omar", role="supervisor", departments=["46"], phone="+33565000010")
    settle("zoe", role="supervisor", departments=["31"], phone="+33565000011")
    omar, zoe = (desk.sign_in(login, PASSWORD) for login in ("omar", "zoe"))
    does(karim, "distress")
    (told,) = ines.until(lambda shown: shown["distresses"], "Inès is told")["distresses"]
    assert (told["agent"], len(omar.sees["distresses"]), zoe.sees["distresses"]) == ("Karim", 1, [])
    with pytest.raises(DeskRefused, match="403"):
        does(zoe, "take-distress", contact_id=told["contact_id"])
    does(ines, "take-distress", contact_id=told["contact_id"])
    assert (ines.sees["distresses"], omar.sees["distresses"]) == ([], [])
    assert karim.sees["call"]["distress_taken_by"] == "Ines"
    with pytest.raises(DeskRefused, match="409"):
        does(omar, "take-distress", contact_id=told["contact_id"])
    does(karim, "no-distress")
    does(karim, "distress")  # one again: it rings again
    assert len(omar.sees["distresses"]) == 1
    karim.hangs_up()
    assert omar.sees["distresses"] == []


def test_a_supervisor_at_a_post_is_told_by_their_screen_and_not_rung(
    line: PracticeLine,
    karim: DeskAgent,
    durand: Caller,
    ines: DeskAgent,
) -> None:
    """A call may ring on that telephone: it is nobody else's to ring."""
    ines.takes_post()
    does(karim, "distress")
    (told,) = ines.until(lambda shown: shown["distresses"], "Inès is told")["distresses"]
    assert told["agent"] == "Karim"
    for page in ("/desk", "/contacts"):
        assert f'id="distress-{told["contact_id"]}"' in ines.http.get(page).text
    assert "aucun téléphone ne sonne" in karim.http.get("/desk/distress").text
    assert INES not in [each["number"] for each in line.live()]
    assert karim.sees["distresses"] == []
    ines.leaves_post()  # her telephone may be rung
    does(karim, "distress")
    karim.until(lambda shown: shown["call"]["monitors"], "Inès takes part")
    karim.hangs_up()


def test_a_helpline_comes_in_by_a_long_number_on_record_and_in_a_distress_only(
    line: PracticeLine,
    karim: DeskAgent,
    durand: Caller,
) -> None:
    lot = helpline(line)
    assert karim.http.get("/api/consult/referents").json() == []
    with pytest.raises(DeskRefused, match="404"):
        does(karim, "referent", referent_id=lot)
    does(karim, "distress")
    (offered,) = karim.http.get("/api/consult/helplines").json()
    assert offered["desk"] == "Écoute du Lot"
    does(karim, "referent", referent_id=lot)
    helped(karim, state="joined", kind="line", name="Écoute du Lot")
    does(karim, "speak", **{"with": "both"})
    durand.speaks_with(HELPLINE)
    does(karim, "hand-over", reason="citizen_asks")
    karim.is_("wrap_up")
    durand.speaks_with(HELPLINE)
    line.rung(HELPLINE).hangs_up()
    with reading() as session:
        assert session.query(Consult).one().partner is None
        acts = [entry.act for entry in session.query(AuditEntry).filter_by(who=karim.id)]
    assert acts.count("brought a helpline in") == 1
    is_well()


def test_its_times_are_compared_with_nobodys_unless_it_was_none(
    line: PracticeLine,
    karim: DeskAgent,
    durand: Caller,
) -> None:
    does(karim, "distress")
    karim.hangs_up().records("declaration-revenus")
    karim.is_("available")
    assert (karim.sees["calls_today"], karim.sees["handling_today"]) == (1, None)
    assert talked() is None
    line.call(from_="+33565051299").presses("0").waits_in_queue()
    karim.accepts()
    karim.is_("talking")
    does(karim, "distress")
    does(karim, "no-distress")
    karim.hangs_up().records("avis-impot")
    karim.is_("available")
    assert karim.sees["handling_today"] is not None
    assert talked() is not None


def test_a_supervisor_goes_on_with_whoever_takes_the_distress_over_and_may_be_rung_again(
    line: PracticeLine, ines: DeskAgent, karim: DeskAgent, durand: Caller, desk: Desk
) -> None:
    settle("lea", "31", phone=LEA)
    lea = desk.sign_in("lea", PASSWORD).takes_post()
    does(karim, "distress")
    karim.until(lambda seen: seen["call"]["monitors"] == WHISPERS, "Inès whispers")
    does(karim, "agent", agent_id=lea.id)
    asked = lea.until(lambda shown: shown["help_asked"] is not None, "lea is asked")["help_asked"]
    lea._does("accept", offer_id=asked["offer_id"])
    helped(karim, state="joined")
    does(karim, "hand-over", reason="specialist")
    durand.speaks_with(LEA)
    lea.until(lambda seen: seen["call"] and seen["call"]["monitors"] == WHISPERS, "Inès whispers to Léa")
    until(lambda: hears(line.rung(LEA), INES))
    assert not hears(durand, INES)
    is_well()
    line.rung(INES).hangs_up()
    lea.until(lambda seen: seen["call"]["monitors"] == [], "Inès has gone")
    with transaction() as session:  # she looks after Léa's department too
        session.query(Agent).filter_by(login="ines").update({"departments": ["46", "31"]})
    does(lea, "distress")
    lea.until(lambda seen: seen["call"]["monitors"] == WHISPERS, "Inès whispers again")


def talked() -> float | None:
    today = national_day(now())
    with reading() as session:
        (mine,) = by_agent(session, today, today + timedelta(days=1), ["46"], now())
    return mine.talked
