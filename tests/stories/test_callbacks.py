"""Callbacks, from the promise to the conversation; every webhook is told twice, and once unsigned.

Half an hour is not waited for: the rows are moved back in time.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from callcenter import clock
from callcenter.actions import promise_check
from callcenter.db import Session, reading, transaction
from callcenter.live import store
from callcenter.phone_number import PhoneNumber
from callcenter.records import callbacks, contacts
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.rules.callbacks import CallbackState, DialResult
from callcenter.rules.states import Due
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.desk import Desk, DeskAgent
from tests.support.patience import until_rows
from tests.support.town import PASSWORD, settle

KARIM, LEA = "+33565000001", "+33565000002"
DURAND, DAUGHTER = "+33565051234", "+33612345698"
APART = timedelta(minutes=30)


def _the_callback(session: Session) -> Callback:
    (only,) = session.query(Callback).populate_existing().all()
    return only


def _state(state: CallbackState) -> Callable[[Session], bool]:
    return lambda session: _the_callback(session).state == state


def _half_an_hour_passes() -> None:
    """Until the next try, which is not sooner."""
    with transaction() as session:
        kept = _the_callback(session)
        assert kept.due_from >= clock.now() + APART - timedelta(seconds=30)
        wait = kept.due_from - clock.now()
        kept.due_from, kept.due_until = kept.due_from - wait, kept.due_until - wait


def _asks_to_be_called_back(durand: Caller) -> Caller:
    durand.hears("Pour être rappelé").presses("1")
    durand.hears("0565051234").presses("1")
    return durand.hears("Nous vous rappellerons").hears("référence").is_hung_up()


def _is_freed_within_two_seconds(karim: DeskAgent, missed: int) -> None:
    def ended(session: Session) -> bool:
        done = session.query(Attempt).filter(Attempt.outcome.is_not(None)).count()
        return done == missed and _the_callback(session).state == CallbackState.PROMISED

    failed = until_rows(ended, f"try {missed} has failed", 15)
    karim.is_("available", timeout=2)
    assert clock.now() - failed < timedelta(seconds=2)


def test_madame_durand_is_promised_missed_twice_and_helped_at_the_third_call(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    karim = desk.sign_in("karim", PASSWORD).takes_post().pauses()
    durand = line.call(from_=DURAND).presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    line.registers(DURAND, "no-answer")
    _asks_to_be_called_back(durand)
    with reading() as session:
        promised = _the_callback(session)
        assert promised.waited > 0  # the place that is kept
    karim.becomes_available()
    for missed, behaviour in enumerate(("no-answer", "voicemail"), 1):
        line.registers(DURAND, behaviour)
        offer = karim.is_offered()
        assert offer.is_callback
        assert offer.promised["attempts"] == missed - 1
        karim.accepts()
        _is_freed_within_two_seconds(karim, missed)
        _half_an_hour_passes()
    line.registers(DURAND, "manual")
    karim.is_offered()
    karim.accepts()
    third = line.rung(DURAND, timeout=30).answers().hears("conseiller").presses("1").speaks_with(KARIM)
    karim.is_("talking").hangs_up()
    third.hears("référence").hears("satisfait").presses("4").hears("réglée").presses("1").hears("Merci").is_hung_up()
    karim.records("declaration-revenus", settled=True)
    karim.is_("available")
    with reading() as session:
        kept = _the_callback(session)
        tries = session.query(Attempt).order_by(Attempt.asked_at).all()
        (reached,) = session.query(Call).filter(Call.callback_id == kept.id, Call.ending == "answered").all()
        contact = contacts.get(session, reached.contact_id)
    assert (kept.state, kept.attempts) == (CallbackState.REACHED, 3)
    assert [each.outcome for each in tries] == [DialResult.NO_ANSWER, DialResult.UNANSWERED, DialResult.SPOKEN]
    assert contact is not None
    assert (contact.due, contact.channel, contact.topic) == (Due.RECORDED, "callback", "impots")
    assert (contact.satisfaction, contact.satisfaction_scale, contact.settled_said) == (4, 4, True)
    assert promise_check.check(clock.now()).breaches == []


def test_madame_durand_calls_again_meanwhile(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    karim = desk.sign_in("karim", PASSWORD).takes_post().pauses()
    line.registers(DURAND, "manual")
    durand = line.call(from_=DURAND).presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    _asks_to_be_called_back(durand)
    line.call(from_=DURAND).hears("Nous avons promis de vous rappeler").presses("1").hears("C'est entendu").is_hung_up()
    # Another telephone is an ordinary caller; hers rings meanwhile, and she telephones us: the dial gives way.
    daughter = line.call(from_=DAUGHTER).hears("code postal")
    daughter.hangs_up()
    karim.becomes_available().is_offered()
    karim.accepts()
    rung = line.rung(DURAND, timeout=30)
    again = line.call(from_=DURAND).hears("Nous avons promis")
    rung.is_hung_up()
    karim.is_("available", timeout=2)
    until_rows(_state(CallbackState.PROMISED), "the promise stands while she speaks with us", 15)
    again.presses("3").hears("code postal").presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    karim.is_offered()
    karim.accepts()
    again.speaks_with(KARIM)
    assert len(line.live()) == 2  # hers and Karim's: nobody dials her
    karim.is_("talking")
    again.hangs_up()
    karim.records("declaration-revenus", settled=True)
    line.call(from_=DURAND).hears("code postal").hangs_up()  # she was helped: no promise is left
    with reading() as session:
        kept = _the_callback(session)
        assert callbacks.open_for(session, PhoneNumber(DURAND)) is None
        assert session.query(Attempt).filter(Attempt.outcome != DialResult.CALLED_US).count() == 0
    assert (kept.state, kept.attempts) == (CallbackState.CANCELLED, 0)
    assert promise_check.check(clock.now()).breaches == []


def test_a_matter_that_no_account_serves_is_anybodys_by_telephone_and_by_callback(
    line: PracticeLine, desk: Desk
) -> None:
    settle("karim", topics=["sante"], phone=KARIM)
    settle("admin", role="admin")
    karim, admin = desk.sign_in("karim", PASSWORD), desk.sign_in("admin", PASSWORD, beats=False)

    durand = line.call(from_=DURAND).presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    durand.hears("Aucun conseiller n'est en ligne").presses("1").hears("dès que possible").presses("1")
    durand.hears("Nous vous rappellerons").is_hung_up()
    line.registers(DURAND, "manual")
    offer = karim.takes_post().is_offered()
    assert (offer.topic, offer.is_callback, offer.for_anybody) == ("impots", True, True)
    karim.accepts()
    rung = line.rung(DURAND, timeout=30).answers().hears("conseiller").presses("1").speaks_with(KARIM)
    karim.is_("talking").hangs_up()
    rung.hears("référence").hangs_up()
    karim.records("declaration-revenus")

    karim.is_("available").pauses()
    daughter = line.call(from_=DAUGHTER).presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    daughter.hears("Nous cherchons un conseiller")
    (waiting,) = admin.http.get("/api/board/waiting").json()
    assert (waiting["topic"], waiting["for_anybody"]) == ("impots", True)
    page = admin.http.get(f"/supervision/waiting/{waiting['call_id']}").text
    assert "Aucun compte ne sert ce sujet" in page
    karim.becomes_available().is_offered()
    karim.accepts()
    daughter.speaks_with(KARIM)
    daughter.hangs_up()
    assert promise_check.check(clock.now()).breaches == []


def test_karims_browser_dies_in_mid_call(line: PracticeLine, desk: Desk) -> None:
    settle("karim", phone=KARIM)
    karim = desk.sign_in("karim", PASSWORD).takes_post().pauses()
    durand = line.call(from_=DURAND).presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    _asks_to_be_called_back(durand)
    karim.becomes_available().is_offered()
    karim.accepts()
    called = line.rung(DURAND, timeout=30).speaks_with(KARIM)
    karim.is_("talking").closes_page()
    _is_silent_for(karim, seconds=60)
    time.sleep(1)  # two rounds of the sweep: nothing may happen
    called.speaks_with(KARIM)
    called.hangs_up()
    until_rows(_state(CallbackState.REACHED), "she was reached", 15)
    settle("lea", phone=LEA)
    lea = desk.sign_in("lea", PASSWORD).takes_post()
    morel = line.call(from_=DAUGHTER).presses("0")
    lea.is_offered()
    lea.accepts()
    morel.speaks_with(LEA)  # the dead page gets nothing, the next caller is helped
    back = desk.sign_in("karim", PASSWORD)
    back.records("declaration-revenus", settled=True).is_("available")
    with reading() as session:
        kept = _the_callback(session)
        spoken = session.query(Call).filter(Call.callback_id == kept.id).one()
        contact = contacts.get(session, spoken.contact_id)
    assert contact is not None
    assert (contact.due, kept.attempts) == (Due.RECORDED, 1)
    assert promise_check.check(clock.now()).breaches == []


def _is_silent_for(agent: DeskAgent, seconds: float) -> None:
    """As if no heartbeat had come for so long."""
    store.client().zadd("{cc}beats", {agent.id: clock.now().timestamp() - seconds}, xx=True)
