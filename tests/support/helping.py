"""Help in the stories: what an agent does to bring it in, and how it is seen to go."""

from callcenter.actions import config_snapshot, promise_check
from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.records import referents
from callcenter.records.events import Event
from callcenter.records.legs import Leg
from callcenter.rules.states import LegState
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.desk import DeskAgent
from tests.support.patience import until

KARIM, DURAND = "+33565000001", "+33565051234"
LEA, CAF = "+33565000002", "+33565009900"


def referent(line: PracticeLine, behaviour: str = "answer", hours: str = "", **how: object) -> str:
    """The family allowance's desk in the Lot; its id."""
    line.registers(CAF, behaviour, **how)
    said = {"fr": "le service des familles du Lot", "en": "the families' desk of the Lot"}
    with transaction() as session:
        referent_id = referents.add_referent(session, "46", "caf", "Référents CAF du Lot", CAF, hours, said)
    config_snapshot.refresh()
    return referent_id


def legs_of(kind: str) -> list[Leg]:
    with reading() as session:
        return session.query(Leg).filter_by(kind=kind).all()


def does(agent: DeskAgent, act: str, **how: object) -> dict[str, object]:
    answer: dict[str, object] = agent._ask(f"consult/{act}", how)
    return answer


def helped(agent: DeskAgent, **so: object) -> dict[str, object]:
    """Waits until the help is so."""

    def is_so(shown: dict[str, object]) -> bool:
        call = shown["call"]
        theirs = call["help"] if isinstance(call, dict) else None
        return theirs is not None and all(theirs[name] == value for name, value in so.items())

    help_: dict[str, object] = agent.until(is_so, f"help that is {so}")["call"]["help"]
    return help_


def hears(listener: Caller, speaker: str) -> bool:
    return any(speaker in who.values() for who in listener.state["hears"])


def is_well() -> None:
    def breaches() -> list[object]:
        return [each for each in promise_check.check(now(), ask_carrier=False).breaches if each.promise != "P9"]

    until(lambda: breaches() == [], patience=10)


def nothing_is_left(line: PracticeLine) -> None:
    """Every line is over and every leg has left; nobody was set aside for what the carrier did or did not do."""

    def is_open() -> list[object]:
        with reading() as session:
            return [*line.live(), *session.query(Leg).filter(Leg.state != LegState.LEFT)]

    until(lambda: is_open() == [], patience=10)
    with reading() as session:
        assert session.query(Event).filter_by(noun="agent", now="pause").count() == 0
    is_well()
