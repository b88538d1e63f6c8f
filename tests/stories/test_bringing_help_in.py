"""Mme Durand's agent brings the help in: a partner's referent, a colleague, a queue. Every webhook is told twice."""

import time
from datetime import timedelta

import pytest

from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.records import calls
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.contacts import Contact
from callcenter.records.figures.agents_time import time_behind
from callcenter.records.figures.by_agent import by_agent
from callcenter.records.legs import Leg
from callcenter.records.passes import Pass
from callcenter.rules.territory import national_day
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.desk import Desk, DeskAgent, DeskRefused
from tests.support.helping import CAF, KARIM, LEA, does, hears, helped, is_well, legs_of, referent
from tests.support.patience import until
from tests.support.town import PASSWORD, settle


def test_a_hold_says_a_word_and_rings_the_agent_back(line: PracticeLine, karim: DeskAgent, durand: Caller) -> None:
    karim.holds()
    durand.happens("hold")
    durand.hears("Nous sommes toujours là").hears("Nous sommes toujours là")
    assert karim.sees["call"]["rung_back_at"] is None
    with transaction() as session:  # as if it had lasted
        session.query(Leg).update({"held_since": now() - timedelta(minutes=4)})
    line.rung(KARIM).hears("toujours en attente")
    assert karim.sees["call"]["rung_back_at"] is not None
    karim.holds(on=False)
    durand.speaks_with(KARIM)


def test_a_referent_is_consulted_and_settles_the_matter_in_one_call(
    line: PracticeLine, karim: DeskAgent, durand: Caller
) -> None:
    does(karim, "referent", referent_id=referent(line, after=4))
    phone = line.rung(KARIM)
    durand.happens("hold").hears("Votre conseiller appelle le service des familles du Lot pour votre demande.")
    phone.happens("ringback")
    helped(karim, state="joined", hears="helper")
    caf = line.rung(CAF)
    assert hears(phone, CAF)
    assert not hears(durand, CAF)
    with pytest.raises(DeskRefused):
        karim.holds(on=False)  # nobody is let in by a click that means something else

    does(karim, "speak", **{"with": "both"})
    durand.speaks_with(CAF)
    helped(karim, hears="both")
    does(karim, "speak", **{"with": "citizen"})
    caf.happens("hold")
    assert hears(durand, KARIM)
    assert not hears(durand, CAF)
    does(karim, "speak", **{"with": "helper"})
    until(lambda: hears(phone, CAF) and not hears(durand, KARIM))
    does(karim, "back")
    caf.is_hung_up()
    durand.speaks_with(KARIM)
    helped(karim, state="over", ended="dismissed")
    karim.hangs_up().records("declaration-revenus", settled=True)
    with reading() as session:
        consult = session.query(Consult).one()
    assert consult.joined_at is not None
    assert [leg.talked for leg in legs_of("consult")] == [0.0]  # time with a partner is apart
    is_well()


def test_a_menu_is_passed_by_keys_that_stand_in_no_address(
    line: PracticeLine, karim: DeskAgent, durand: Caller
) -> None:
    does(karim, "referent", referent_id=referent(line, "menu", keys="1287"))
    helped(karim, state="joined")
    line.rung(KARIM).hears("composez le code")
    does(karim, "keys", keys="1287")
    line.rung(KARIM).hears("j'écoute")
    assert not [entry for entry in line.log() if "1287" in str(entry.get("url", ""))]
    does(karim, "back")
    with reading() as session:
        assert session.query(Consult).one().keys is None


@pytest.mark.parametrize(
    ("behaviour", "ended"), [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed"), ("reject", "busy")]
)
def test_a_referent_who_does_not_answer_leaves_the_citizen_with_their_agent(
    line: PracticeLine, karim: DeskAgent, durand: Caller, behaviour: str, ended: str
) -> None:
    does(karim, "referent", referent_id=referent(line, behaviour))
    helped(karim, state="over", ended=ended)
    assert karim.state == "talking"
    karim.holds(on=False)
    durand.speaks_with(KARIM)


def test_voicemail_is_heard_by_the_agent_alone(line: PracticeLine, karim: DeskAgent, durand: Caller) -> None:
    does(karim, "referent", referent_id=referent(line, "voicemail"))
    helped(karim, state="joined", hears="helper")
    does(karim, "back")
    durand.speaks_with(KARIM)
    assert not [each for each in durand.transcript if "messagerie" in str(each.get("text", ""))]


def test_out_of_hours_says_when_they_open(line: PracticeLine, karim: DeskAgent, durand: Caller) -> None:
    closed = referent(line, hours="Mo-Su 00:00-00:01")
    with pytest.raises(DeskRefused, match="Il ouvre le .* à 00:00"):
        does(karim, "referent", referent_id=closed)
    (shown,) = karim.http.get("/api/consult/referents").json()
    assert (shown["is_open"], shown["opens"] is not None) == (False, True)
    assert karim.sees["call"]["help"] is None
    assert hears(durand, KARIM)


def test_a_colleague_comes_in_by_pressing_1_and_takes_over(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent
) -> None:
    karim.notes("Mme Durand a perdu son avis.")
    does(karim, "agent", agent_id=lea.id)
    asked = lea.until(lambda shown: shown["help_asked"] is not None, "lea is asked")["help_asked"]
    assert (asked["by"], lea.state) == ("Karim", "asked")
    lea._does("accept", offer_id=asked["offer_id"])
    inside = line.rung(LEA).hears("un collègue vous demande")
    helped(karim, state="joined", hears="helper")
    assert lea.state == "helping"
    assert not hears(durand, LEA)
    does(karim, "hand-over", reason="specialist")
    durand.speaks_with(LEA)
    assert karim.is_("available").state == "available"
    taken = lea.is_("talking").sees
    assert (taken["call"]["passed"]["by"], taken["call"]["passed"]["reason"]) == ("Karim", "specialist")
    assert taken["recording"]["notes"] == "Mme Durand a perdu son avis."
    assert inside.state["status"] == "in-progress"
    lea.hangs_up()
    durand.hears("référence")
    lea.records("declaration-revenus", settled=True)
    with reading() as session:
        call = session.get_one(Call, taken["call"]["call_id"])
        contact = session.get_one(Contact, call.contact_id)
    assert (contact.agent_id, call.epoch) == (lea.id, 2)
    assert [leg.epoch for leg in sorted(legs_of("serve"), key=lambda leg: leg.epoch)] == [1, 2]
    is_well()


def test_help_that_the_carrier_refuses_takes_nobody_away_from_the_citizen(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent
) -> None:
    line.faults(rest=[{"mode": "503", "method": "POST", "path": "/Participants/", "times": None}], twice=1.0)
    with pytest.raises(DeskRefused, match="503"):
        does(karim, "agent", agent_id=lea.id)
    line.faults(twice=1.0)
    karim.until(lambda shown: shown["call"]["help"] is None or shown["call"]["help"]["state"] == "over", "no help")
    time.sleep(3)  # six rounds of the sweep
    assert karim.sees["call"]["held_since"] is None
    durand.speaks_with(KARIM)
    lea.is_("available")


@pytest.mark.parametrize(("scope", "topic"), [("R76", "a:b"), ("R76", "nothing-of-ours"), ("R99", "retraite")])
def test_a_queue_that_does_not_exist_is_asked_for_by_nobody(
    karim: DeskAgent, durand: Caller, scope: str, topic: str
) -> None:
    with pytest.raises(DeskRefused, match="404"):
        does(karim, "queue", scope=scope, topic=topic, language="fr")
    with reading() as session:
        assert session.query(Consult).count() == 0
    durand.speaks_with(KARIM)


def test_a_colleague_on_an_open_line_is_asked_there_and_comes_in_by_1(
    line: PracticeLine, karim: DeskAgent, durand: Caller, desk: Desk
) -> None:
    settle("lea", "31", phone=LEA)
    line.registers(LEA, "answer")
    lea = desk.sign_in("lea", PASSWORD).takes_post(line="shift")
    phone = line.rung(LEA).hears("ouverte")
    does(karim, "agent", agent_id=lea.id)
    phone.hears("un collègue vous demande de l'aide").presses("1")
    helped(karim, state="joined", hears="helper")
    does(karim, "speak", **{"with": "both"})
    durand.speaks_with(LEA)
    does(karim, "back")
    lea.is_("available")
    assert phone.state["status"] == "in-progress"
    is_well()
    assert (lea.sees["calls_today"], lea.sees["helps_today"]) == (0, 1)  # help given is no call served
    assert karim.sees["helps_today"] == 0
    today = national_day(now())
    with reading() as session:
        weeks = {each.name: each for each in by_agent(session, today, today + timedelta(days=1), None, now())}
        spent = {each.name: each.tally for each in time_behind(session, today, today, None, now())}
    assert (weeks["Lea"].calls, weeks["Lea"].helps, weeks["Karim"].helps) == (0, 1, 0)
    assert weeks["Lea"].busy == pytest.approx(spent["Lea"].busy_ms / 1000, abs=0.1)
    assert spent["Lea"].busy_ms > 0


def test_a_colleague_may_refuse_and_the_queue_asks_the_next(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent, desk: Desk
) -> None:
    settle("zoe", "31", phone="+33565000003")
    zoe = desk.sign_in("zoe", PASSWORD).takes_post()
    does(karim, "queue", scope="R76", topic="retraite", language="fr")
    asked = lea.until(lambda shown: shown["help_asked"] is not None, "lea is asked")["help_asked"]
    lea._does("refuse", offer_id=asked["offer_id"])
    assert lea.state == "available"
    asked = zoe.until(lambda shown: shown["help_asked"] is not None, "zoe is asked")["help_asked"]
    zoe._does("accept", offer_id=asked["offer_id"])
    helped(karim, state="joined", name="Zoe")
    does(karim, "speak", **{"with": "both"})
    durand.speaks_with("+33565000003")
    does(karim, "back")
    zoe.is_("available")
    durand.speaks_with(KARIM)


def test_a_referent_takes_the_citizen_after_all_three_have_spoken(
    line: PracticeLine, karim: DeskAgent, durand: Caller
) -> None:
    does(karim, "referent", referent_id=referent(line))
    helped(karim, state="joined")
    with pytest.raises(DeskRefused, match="tous les trois"):
        does(karim, "hand-over", reason="partner")
    does(karim, "speak", **{"with": "both"})
    durand.speaks_with(CAF)
    does(karim, "hand-over", reason="partner", taken_by="Mme Petit")
    karim.is_("wrap_up")
    line.rung(KARIM, timeout=1).is_hung_up() if any(each["number"] == KARIM for each in line.live()) else None
    durand.speaks_with(CAF)
    line.rung(CAF).hangs_up()
    durand.hears("référence").is_hung_up()
    with reading() as session:
        consult, passed = session.query(Consult).one(), session.query(Pass).one()
    assert (consult.ended, consult.taker, passed.to_partner) == ("handed_over", "Mme Petit", "caf")
    karim.records("declaration-revenus", "orientation", False, reason="partner_only")
    is_well()


def test_a_cold_transfer_goes_to_a_queue_and_not_back_to_who_passed_it(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent
) -> None:
    with reading() as session:
        before = session.query(Call).one()
    lea.pauses()
    does(karim, "pass-queue", scope="31", topic="retraite", language="fr", reason="specialist")
    durand.hears("passe à un collègue").waits_in_queue()
    assert karim.is_("available").sees["offer"] is None
    lea.becomes_available()
    offer = lea.is_offered()
    assert (offer.topic, offer.reasons, offer.passed["by"]) == ("retraite", ["passed"], "Karim")
    lea.accepts()
    durand.speaks_with(LEA)
    with reading() as session:
        call = calls.get(session, before.id)
    assert call is not None
    assert call.queued_at == before.queued_at
    is_well()


def test_whoever_leaves_unheard_is_owed_by_the_first_agent(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent
) -> None:
    lea.pauses()
    does(karim, "pass-agent", agent_id=lea.id, reason="language")
    durand.hears("passe à un collègue").waits_in_queue().hangs_up()
    assert karim.is_("pause").sees["reason"] == "outcome_owed"
    karim.records("declaration-revenus", settled=False)
    karim.is_("available")
    is_well()


def test_a_line_that_ends_without_a_click_is_asked_about(line: PracticeLine, karim: DeskAgent, durand: Caller) -> None:
    line.rung(KARIM).hangs_up()
    durand.hears("référence").hears("coupés").presses("1").hears("reprendre").waits_in_queue()
    offer = karim.is_offered()
    assert offer.reasons == ["dropped"]
    karim.accepts()
    durand.speaks_with(KARIM)
    karim.is_("talking").hangs_up()
    durand.hears("référence").hears("satisfait")
    is_well()


def test_an_end_that_was_meant_goes_on_to_the_questions(line: PracticeLine, karim: DeskAgent, durand: Caller) -> None:
    line.rung(KARIM).hangs_up()
    durand.hears("coupés").stays_silent().hears("satisfait")
    karim.is_("wrap_up")


def test_a_colleague_in_the_room_goes_on_when_the_agents_line_ends(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent
) -> None:
    does(karim, "agent", agent_id=lea.id)
    asked = lea.until(lambda shown: shown["help_asked"] is not None, "lea is asked")["help_asked"]
    lea._does("accept", offer_id=asked["offer_id"])
    helped(karim, state="joined")
    line.rung(KARIM).hangs_up()
    durand.speaks_with(LEA)
    assert lea.is_("talking").sees["call"]["passed"]["reason"] == "line_ended"
    is_well()


def test_a_citizen_who_hangs_up_while_held_ends_the_help_too(
    line: PracticeLine, karim: DeskAgent, durand: Caller
) -> None:
    does(karim, "referent", referent_id=referent(line))
    helped(karim, state="joined")
    caf = line.rung(CAF)
    durand.hangs_up()
    karim.is_("wrap_up")
    caf.is_hung_up()
    with reading() as session:
        assert session.query(Consult).one().ended == "call_over"
    is_well()
