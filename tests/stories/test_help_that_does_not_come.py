"""Help that the carrier does not bring, or brings too late: a partner's desk is rung once or not at all, and the
citizen is with their agent again, whatever it answers."""

from functools import partial

import pytest

from callcenter.db import reading
from callcenter.records.consults import Consult
from ivr.practice.telephones import Caller, PracticeLine
from tests.stories.test_faults_of_the_carrier import click, fails
from tests.support.desk import DeskAgent
from tests.support.helping import CAF, KARIM, does, helped, is_well, referent

RINGING = "/Participants.json"
NEVER, LATE = ("404", "503"), ("429", "500-with-effect", "timeout-with-effect")


def rung(line: PracticeLine) -> int:
    """How often their telephone rang in all the stories."""
    return len([each for each in line.ask("GET", "/calls?all=true") if each["number"] == CAF])


@pytest.fixture
def caf(line: PracticeLine) -> str:
    return referent(line)


@pytest.mark.parametrize("mode", NEVER)
def test_a_desk_that_is_never_rung_is_said_so_and_asked_again(
    line: PracticeLine, karim: DeskAgent, durand: Caller, caf: str, mode: str
) -> None:
    before = rung(line)
    fails(line, mode, RINGING)
    click(partial(does, karim, "referent", referent_id=caf))
    helped(karim, state="over", ended="failed")
    assert rung(line) == before
    karim.holds(on=False)
    durand.speaks_with(KARIM)
    does(karim, "referent", referent_id=caf)
    helped(karim, state="joined")
    assert rung(line) == before + 1
    does(karim, "back")
    durand.speaks_with(KARIM)
    is_well()


@pytest.mark.parametrize("mode", LATE)
def test_a_desk_that_rings_without_an_answer_is_rung_once(
    line: PracticeLine, karim: DeskAgent, durand: Caller, caf: str, mode: str
) -> None:
    before = rung(line)
    fails(line, mode, RINGING)
    click(partial(does, karim, "referent", referent_id=caf))
    helped(karim, state="joined")
    assert rung(line) == before + 1
    does(karim, "speak", **{"with": "both"})
    durand.speaks_with(CAF)
    does(karim, "back")
    durand.speaks_with(KARIM)
    with reading() as session:
        assert [each.ended for each in session.query(Consult)] == ["dismissed"]
    is_well()
