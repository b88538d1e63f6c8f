"""What breaks off in the middle of help: the asking agent's page, their line, or hers. Every webhook is told twice."""

import pytest

from callcenter.clock import now
from callcenter.config import settings
from callcenter.db import reading
from callcenter.live import floor
from callcenter.records import callbacks
from callcenter.records.consults import Consult
from callcenter.records.contacts import Contact
from callcenter.rules.callbacks import CallbackState, Source
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.desk import Desk, DeskAgent
from tests.support.helping import CAF, DURAND, KARIM, LEA, does, hears, helped, is_well, referent
from tests.support.patience import until
from tests.support.town import PASSWORD, settle


@pytest.fixture
def caf(line: PracticeLine, karim: DeskAgent, durand: Caller) -> Caller:
    """The family allowance's person speaks with Karim, while Mme Durand hears music."""
    does(karim, "referent", referent_id=referent(line))
    helped(karim, state="joined", hears="helper")
    return line.rung(CAF)


def dies(page: DeskAgent) -> None:
    """The page sends no more, for longer than it may."""
    page.closes_page()
    until(lambda: page.id in floor.silent(now().timestamp() - settings().silence_limit - 2), patience=40)


def test_the_asking_agents_page_dies_in_mid_consult_and_they_go_on_by_telephone(
    line: PracticeLine, karim: DeskAgent, durand: Caller, caf: Caller
) -> None:
    dies(karim)
    assert hears(line.rung(KARIM), CAF)
    assert durand.state["hold"]
    karim.keeps_beating()  # another page, or the same again
    does(karim, "speak", **{"with": "both"})
    durand.speaks_with(CAF)
    does(karim, "back")
    durand.speaks_with(KARIM)
    is_well()


def test_the_asking_agents_page_and_then_their_line_are_gone(
    line: PracticeLine, karim: DeskAgent, durand: Caller, caf: Caller, desk: Desk
) -> None:
    settle("lea", "31", phone=LEA)
    lea = desk.sign_in("lea", PASSWORD).takes_post()
    dies(karim)
    line.rung(KARIM).hangs_up()
    caf.is_hung_up()
    durand.hears("référence").hears("coupés").presses("1").hears("reprendre")
    assert lea.is_offered(timeout=60).reasons == ["dropped"]  # his page is dead: nobody waits for him
    lea.accepts()
    durand.speaks_with(LEA)
    with reading() as session:
        assert session.query(Consult).one().ended == "call_over"
    is_well()


@pytest.mark.parametrize("came", [True, False])
def test_hanging_up_leaves_her_with_the_colleague_who_is_in_the_room(
    line: PracticeLine, karim: DeskAgent, durand: Caller, desk: Desk, came: bool
) -> None:
    settle("lea", "31", phone=LEA)
    lea = desk.sign_in("lea", PASSWORD).takes_post()
    does(karim, "agent", agent_id=lea.id)
    asked = lea.until(lambda shown: shown["help_asked"] is not None, "lea is asked")["help_asked"]
    if came:
        lea._does("accept", offer_id=asked["offer_id"])
        helped(karim, state="joined")
    karim.hangs_up()
    if came:
        durand.speaks_with(LEA)
        assert lea.is_("talking").sees["call"]["passed"]["reason"] == "hung_up"
        karim.is_("available")
    else:
        durand.hears("référence").hears("satisfait")
        karim.is_("wrap_up")
        lea.is_("available")
    is_well()


def test_her_agent_reads_that_she_was_cut_off_and_calls_her_back_at_once(
    line: PracticeLine, karim: DeskAgent, durand: Caller, caf: Caller
) -> None:
    line.registers(DURAND, "answer_and_press_1")
    durand.hangs_up()
    caf.is_hung_up()
    karim.is_("wrap_up")
    assert "La conversation a été coupée" in karim.http.get("/desk").text
    first = str(karim.sees["contact_id"])
    karim._does("call-back", contact_id=first)
    until(lambda: karim.state == "talking")
    line.rung(DURAND).speaks_with(KARIM)
    karim.hangs_up()
    karim.records("declaration-revenus", settled=True)
    karim.records("declaration-revenus", settled=True)
    karim.is_("available")
    with reading() as session:
        kept = session.query(callbacks.Callback).one()
        contacts = {each.id: each for each in session.query(Contact)}
    assert (kept.source, kept.state) == (Source.CUT_OFF, CallbackState.REACHED)
    assert sorted(each.due for each in contacts.values()) == ["recorded", "recorded"]
    assert [each.continues for each in contacts.values() if each.id != first] == [first]
    is_well()
