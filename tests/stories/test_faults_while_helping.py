"""The carrier fails while help is brought in: on the way to a partner's desk, and to a colleague's. The citizen is
never alone, the screen says what happened, nobody is set aside for it, and no line stays open."""

import pytest

from ivr.practice.telephones import Caller, PracticeLine
from tests.support.company import never_alone
from tests.support.desk import DeskAgent, DeskRefused
from tests.support.helping import CAF, KARIM, LEA, does, hears, helped, nothing_is_left, referent
from tests.support.patience import until

NOT_RUNG = ("404", "429", "503", "timeout")
RING, ROOM_RING, LATE = "/Calls.json", "/Participants.json", 15.0


def fails(line: PracticeLine, mode: str, path: str, **how: float) -> None:
    """Every request to this goes wrong from now on; the carrier still tells us everything twice."""
    line.faults(rest=[{"mode": mode, "method": "POST", "path": path, "times": None, **how}], twice=1.0)


def is_well(line: PracticeLine) -> None:
    line.faults(twice=1.0)


def rings_in_vain(line: PracticeLine, number: str, before: int) -> None:
    """It rang once more, and does not any longer."""
    until(lambda: rung(line, number) > before and number not in [each["number"] for each in line.live()])


def screen(agent: DeskAgent) -> str:
    return str(agent.http.get("/desk").text)


def goes_on_alone(line: PracticeLine, karim: DeskAgent, durand: Caller) -> None:
    """The citizen hears the agent again, and is served to the end."""
    assert karim.state == "talking"
    karim.holds(on=False)
    durand.speaks_with(KARIM)
    karim.hangs_up()
    durand.hears("référence").hangs_up()
    karim.records("declaration-revenus", settled=True).is_("available")
    nothing_is_left(line)


@pytest.mark.parametrize("mode", NOT_RUNG)
def test_a_referent_whom_the_carrier_does_not_ring(
    line: PracticeLine, karim: DeskAgent, durand: Caller, mode: str
) -> None:
    before = rung(line, CAF)
    desk = referent(line)
    fails(line, mode, ROOM_RING)
    with never_alone(line, durand):
        does(karim, "referent", referent_id=desk)
        helped(karim, state="over", ended="failed")
        assert "Référents CAF du Lot : n&#39;a pas pu être appelé" in screen(karim)
        is_well(line)
        goes_on_alone(line, karim, durand)
    assert rung(line, CAF) == before


def test_a_referent_who_rings_though_the_carrier_answered_too_late(
    line: PracticeLine, karim: DeskAgent, durand: Caller
) -> None:
    before = rung(line, CAF)
    desk = referent(line)
    fails(line, "timeout-with-effect", ROOM_RING)
    with never_alone(line, durand):
        does(karim, "referent", referent_id=desk)
        helped(karim, state="joined", hears="helper")
        is_well(line)
        does(karim, "speak", **{"with": "both"})
        durand.speaks_with(CAF)
        does(karim, "back")
        goes_on_alone(line, karim, durand)
    assert rung(line, CAF) == before + 1


def test_a_referent_whom_the_carrier_rings_when_nobody_waits_any_more(
    line: PracticeLine, karim: DeskAgent, durand: Caller
) -> None:
    before = rung(line, CAF)
    desk = referent(line, "manual")
    fails(line, "slow", ROOM_RING, seconds=LATE)
    with never_alone(line, durand):
        does(karim, "referent", referent_id=desk)
        helped(karim, state="over", ended="failed")
        assert "pas pu être appelé" in screen(karim)
        rings_in_vain(line, CAF, before)
        is_well(line)
        assert not hears(durand, CAF)
        goes_on_alone(line, karim, durand)


@pytest.mark.parametrize("mode", NOT_RUNG)
def test_a_colleague_whom_the_carrier_does_not_ring(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent, mode: str
) -> None:
    before = rung(line, LEA)
    with never_alone(line, durand):
        does(karim, "agent", agent_id=lea.id)
        fails(line, mode, RING)
        lea_comes(lea)
        helped(karim, state="over", ended="failed", name="Lea")
        assert "Lea : n&#39;a pas pu être appelé" in screen(karim)
        is_well(line)
        lea.is_("available")
        goes_on_alone(line, karim, durand)
    assert rung(line, LEA) == before


def test_a_colleague_who_is_rung_though_the_carrier_answered_too_late(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent
) -> None:
    before = rung(line, LEA)
    with never_alone(line, durand):
        does(karim, "agent", agent_id=lea.id)
        fails(line, "timeout-with-effect", RING)
        lea_comes(lea)
        helped(karim, state="joined", hears="helper")
        is_well(line)
        does(karim, "back")
        lea.is_("available")
        goes_on_alone(line, karim, durand)
    assert rung(line, LEA) == before + 1


def test_a_colleague_whom_the_carrier_rings_when_nobody_waits_any_more(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent
) -> None:
    line.registers(LEA, "manual")
    before = rung(line, LEA)
    with never_alone(line, durand):
        does(karim, "agent", agent_id=lea.id)
        fails(line, "slow", RING, seconds=LATE)
        lea_comes(lea)
        helped(karim, state="over", ended="failed")
        lea.is_("available")
        rings_in_vain(line, LEA, before)
        is_well(line)
        assert not hears(durand, LEA)
        goes_on_alone(line, karim, durand)
    assert lea.until(lambda shown: shown["phone"] is None, "lea's telephone is free")["state"] == "available"


@pytest.mark.parametrize("mode", ["429", "503"])
def test_a_hold_that_the_carrier_does_not_do_rings_nobody_and_is_not_done_later(
    line: PracticeLine, karim: DeskAgent, durand: Caller, mode: str
) -> None:
    before = rung(line, CAF)
    desk = referent(line)
    fails(line, mode, "/Participants/")
    with never_alone(line, durand):
        with pytest.raises(DeskRefused, match="503"):
            does(karim, "referent", referent_id=desk)
        helped(karim, state="over", ended="failed")
        is_well(line)
        karim.until(lambda shown: not shown["call"]["unsure"] and not shown["call"]["hold"], "nobody is to be held")
        durand.speaks_with(KARIM)
        goes_on_alone(line, karim, durand)
    assert rung(line, CAF) == before


def lea_comes(lea: DeskAgent) -> None:
    asked = lea.until(lambda shown: shown["help_asked"] is not None, "lea is asked")["help_asked"]
    lea._does("accept", offer_id=asked["offer_id"])


def rung(line: PracticeLine, number: str) -> int:
    """How often it was, in this story and those before it."""
    return len([call for call in line.ask("GET", "/calls", all="true") if call["number"] == number])
