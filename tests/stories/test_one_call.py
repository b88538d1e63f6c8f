"""One call, from the first ring to the logged outcome; every webhook is told twice, and once unsigned."""

from callcenter.db import reading
from callcenter.records import calls, contacts
from callcenter.records.calls import Call
from callcenter.rules.states import Due, Ending
from ivr.practice.telephones import PracticeLine
from tests.support.cast import Service
from tests.support.desk import Desk
from tests.support.town import PASSWORD, settle

KARIM = "+33565000001"


def test_madame_durand_is_helped_with_her_taxes(line: PracticeLine, desk: Desk, service: Service) -> None:
    seen = line.log_goes_on_from()  # of the stories before
    settle("karim", phone=KARIM)
    karim = desk.sign_in("karim", PASSWORD).takes_post()
    durand = line.call(from_="+33565051234")
    durand.hears("code postal").presses("46000").hears("Lot").presses("1")
    durand.hears("impôts").presses("3").hears("conseiller")
    karim.is_offered()
    karim.accepts()
    durand.speaks_with(KARIM)
    karim.is_("talking")
    durand.hangs_up()
    karim.records("declaration-revenus", settled=True)
    assert karim.is_("available").state == "available"
    with reading() as session:
        call = calls.by_carrier_id(session, durand.sid)
        assert call is not None
        contact = contacts.get(session, call.contact_id)
        assert contact is not None
        (accompaniment,) = contacts.accompaniments(session, [contact.id])
        assert session.query(Call).count() == 1
    assert (call.ending, call.department, call.topic) == (Ending.ANSWERED, "46", "impots")
    assert (contact.due, contact.department, contact.channel) == (Due.RECORDED, "46", "phone")
    assert (accompaniment.partner, accompaniment.outcome, accompaniment.settled) == ("dgfip", "accompaniment", True)
    told = [entry for entry in line.log(seen) if entry["kind"] == "webhook"]
    assert {entry["status"] for entry in told if entry.get("unsigned")} == {403}
    assert {entry["status"] for entry in told if not entry.get("unsigned")} <= {200, 204}


def test_the_agent_ends_the_call_and_the_caller_hears_their_reference(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    karim = desk.sign_in("karim", PASSWORD).takes_post()
    durand = line.call().hears("code postal").presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    karim.is_offered()
    karim.accepts()
    durand.speaks_with(KARIM)
    karim.is_("talking").hangs_up()
    durand.hears("référence").hears("satisfait").presses("4").hears("réglée").presses("1")
    durand.hears("Merci de vos réponses").hears("Au revoir").is_hung_up()
    assert karim.is_("wrap_up").state == "wrap_up"
    with reading() as session:
        call = calls.by_carrier_id(session, durand.sid)
        contact = contacts.get(session, call.contact_id) if call else None
    assert contact is not None
    assert (contact.satisfaction, contact.settled_said) == (4, True)


def test_a_call_that_is_refused_keeps_its_place_and_goes_to_the_next_agent(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    settle("lea", phone="+33565000002")
    karim = desk.sign_in("karim", PASSWORD).takes_post()
    first = line.call(from_="+33565051234").presses("0")
    karim.is_offered()
    second = line.call(from_="+33565051235").presses("0")
    second.waits_in_queue()
    lea = desk.sign_in("lea", PASSWORD)
    karim.refuses()
    lea.takes_post()
    lea.is_offered()
    lea.accepts()
    first.speaks_with("+33565000002")
    assert karim.state == "pause"
    karim.becomes_available().is_offered()
    karim.accepts()
    second.speaks_with(KARIM)


def test_a_caller_who_hangs_up_while_it_rings_frees_the_agent(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    karim = desk.sign_in("karim", PASSWORD).takes_post()
    durand = line.call().presses("0")
    karim.is_offered()
    durand.hangs_up()
    karim.is_("available")
    with reading() as session:
        call = calls.by_carrier_id(session, durand.sid)
    assert call is not None
    assert call.ending == Ending.SHORT_ABANDON


def test_an_agent_with_a_line_open_all_shift_takes_the_call_with_a_key(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    line.registers(KARIM, "answer")
    karim = desk.sign_in("karim", PASSWORD).takes_post(line="shift")
    telephone = line.rung(KARIM).hears("ouverte")
    durand = line.call().presses("0")
    telephone.hears("Tapez 1").presses("1")
    durand.speaks_with(KARIM)
    karim.is_("talking").hangs_up()
    durand.hears("Au revoir")
    karim.records("declaration-revenus", settled=True)
    again = line.call(from_="+33565051236").presses("0")
    karim.is_offered()
    karim.accepts()
    again.speaks_with(KARIM)


def test_a_desk_phone_that_nobody_picks_up_gives_the_caller_back_their_place(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    settle("lea", phone="+33565000002")
    line.registers(KARIM, "busy")
    karim = desk.sign_in("karim", PASSWORD).takes_post()
    durand = line.call().presses("0")
    karim.is_offered()
    karim.accepts()
    karim.is_("pause")
    lea = desk.sign_in("lea", PASSWORD).takes_post()
    lea.is_offered()
    lea.accepts()
    durand.speaks_with("+33565000002")


def test_with_nobody_on_duty_the_caller_is_promised_a_callback_and_gets_it(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    durand = line.call(from_="+33565051234").presses("0")
    durand.hears("Aucun conseiller").hears("0565051234").presses("1").hears("dès que possible").presses("1")
    durand.hears("rappellerons").hears("référence").is_hung_up()
    line.registers("+33565051234", "answer_and_press_1")
    karim = desk.sign_in("karim", PASSWORD).takes_post()
    karim.is_offered(timeout=15)
    karim.accepts()
    line.rung("+33565051234", timeout=15).speaks_with(KARIM)
    karim.is_("talking").hangs_up()
    karim.records("declaration-revenus", settled=True)
