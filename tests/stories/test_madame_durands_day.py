"""A day of Mme Durand's on the telephone: she hears badly, does not find the keys in time, and is yet is served."""

from callcenter import clock
from callcenter.actions import promise_check
from callcenter.db import reading
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.rules.callbacks import CallbackState, Source
from callcenter.rules.states import Ending
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.desk import Desk
from tests.support.patience import until_rows
from tests.support.town import PASSWORD, settle

KARIM, DURAND = "+33565000001", "+33565051234"


def says_nothing(durand: Caller, question: str) -> Caller:
    """Three times, as often as it is asked."""
    for _ in range(3):
        durand.hears(question).happens("listens").stays_silent()
    return durand


def test_at_dawn_nobody_is_at_post_and_her_silence_is_called_back_once(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    karim = desk.sign_in("karim", PASSWORD)
    line.registers(DURAND)  # by hand
    durand = line.call(from_=DURAND).hears("code postal").presses("46000").hears("Lot").presses("1")
    durand.hears("impôts").presses("3").hears("Aucun conseiller")
    says_nothing(durand, "Pour être rappelé")
    durand.hears("Nous n'avons pas entendu votre choix").hears("référence").is_hung_up()
    with reading() as session:
        (kept,) = session.query(Callback).all()
    assert (kept.source, kept.state) == (Source.SILENCE, CallbackState.PROMISED)
    offer = karim.takes_post().is_offered()
    assert (offer.promised["by"], offer.reasons) == ("silence", ["silence"])
    karim.accepts()
    rung = line.rung(DURAND).answers()
    rung.hears("Nous avons reçu un appel de ce numéro").presses("1")
    rung.is_connected_with(KARIM)
    rung.hangs_up()
    karim.records("declaration-revenus", settled=True)
    until_rows(lambda session: session.query(Callback).one().state == CallbackState.REACHED, "she was reached", 30)


def test_at_noon_she_asks_us_to_speak_slowly_and_is_heard(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    karim = desk.sign_in("karim", PASSWORD).takes_post()
    durand = line.call(from_=DURAND).hears("tapez 8").presses("8").hears("plus lentement").hears("tapez encore 8")
    durand.presses("46000").hears("Lot").presses("1").hears("Pour entendre la suite").stays_silent()
    durand.hears("réécouter").presses("3").hears("conseiller")
    offer = karim.is_offered()
    assert (offer.hard_of_hearing, offer.relay) == (True, False)
    karim.accepts()
    durand.speaks_with(KARIM)


def test_in_the_evening_everybody_has_a_break_and_she_is_told_nothing_untrue(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    karim = desk.sign_in("karim", PASSWORD).takes_post().pauses()
    durand = line.call(from_=DURAND).presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    durand.hears("prochaine personne").hears("tapez 1").hears("en pause").hears("tapez 1").hears("prochaine personne")
    told = [entry["text"] for entry in durand.transcript if entry["kind"] == "say"]
    assert not any("entre" in text and "minutes" in text for text in told)
    assert not any("va vous répondre" in text for text in told)
    karim.becomes_available().is_offered()
    durand.hangs_up()
    until_rows(lambda session: session.query(Call).one().ending == Ending.ABANDONED, "she gave up", 30)
    assert promise_check.check(clock.now()).breaches == []
